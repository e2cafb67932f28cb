package typed

// Nearest is the one of known that word was probably meant to be: at most one
// slip (a wrong, missing, extra or swapped letter) in a short word, two in one
// of more than five letters. It is empty when nothing is near, or when two are
// equally near.
func Nearest(word string, known []string) string {
	best, found, tie := 1, "", false
	if len(word) > 5 {
		best = 2
	}
	for _, k := range known {
		switch d := slips([]rune(word), []rune(k)); {
		case d < best || d == best && found == "":
			best, found, tie = d, k, false
		case d == best:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return found
}

// slips is the optimal string alignment distance of a and b.
func slips(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
