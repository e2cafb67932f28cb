package testlog

// filter is which pairs of bytes may stand in a line, by a hash. Most lines are told
// apart from most texts by it, so that few are searched.
type filter [16]uint64

func pairOf(a, b byte) uint16 { return (uint16(a)*37 + uint16(b)*193) % (16 * 64) }

func filterOf[T string | []byte](line T) (f filter) {
	for i := 1; i < len(line); i++ {
		pair := pairOf(line[i-1], line[i])
		f[pair/64] |= 1 << (pair % 64)
	}
	return f
}

// mayHave says whether all the pairs stand in the line.
func (f *filter) mayHave(pairs []uint16) bool {
	for _, pair := range pairs {
		if f[pair/64]>>(pair%64)&1 == 0 {
			return false
		}
	}
	return true
}
