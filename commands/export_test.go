package commands

// Seal is for the test that no text goes round the gate.
var Seal = seal

// PlainLines is for the test that a followed log is shown as it is.
func PlainLines(masked []byte) []string {
	var all []string
	for line := range plainLines(masked) {
		all = append(all, line)
	}
	return all
}
