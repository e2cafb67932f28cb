package lines

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyAStampedResultOfJenkinsIsAnEndMarker(t *testing.T) {
	const stamp = "[2026/09/10 17:26:22.772 GMT+08:00]"
	for _, c := range []struct {
		name, line string
		want       Outcome
	}{
		{"success", stamp + " Finished: SUCCESS", Success},
		{"failure", stamp + " Finished: FAILURE", Failure},
		{"unstable", stamp + " Finished: UNSTABLE", Unstable},
		{"aborted", stamp + " Finished: ABORTED", Aborted},
		{"not built", stamp + " Finished: NOT_BUILT", NotBuilt},
		{"blanks and a line end behind", stamp + " Finished: SUCCESS \r\n", Success},
		{"glued to a line without stamp", "Reading... 5% " + stamp + " Finished: FAILURE", Failure},
		{"glued to entries", stamp + " a " + stamp + " b " + stamp + " Finished: FAILURE", Failure},
		{"glued before another entry", stamp + " Finished: FAILURE " + stamp + " post action", ""},
		{"no stamp", "Finished: FAILURE", ""},
		{"cut stamp", stamp[1:] + " Finished: FAILURE", ""},
		{"written by the platform", stamp + " [INFO] [a:b] : Finished: FAILURE", ""},
		{"a level of a tool", stamp + " [INFO] Finished: FAILURE", ""},
		{"no word", stamp + " Finished: ", ""},
		{"another word", stamp + " Finished: DEPLOYED", ""},
		{"a longer word", stamp + " Finished: SUCCESSFUL", ""},
		{"a sentence", stamp + " Finished: 12 files", ""},
		{"words behind the result", stamp + " Finished: SUCCESS of 3 jobs", ""},
		{"lower case", stamp + " Finished: success", ""},
		{"in Chinese", stamp + " Finished: 失败", ""},
		{"indented", stamp + "  Finished: FAILURE", ""},
		{"a stamp alone", stamp, ""},
		{"nothing", "", ""},
		{"a line end", "\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, EndMarker([]byte(c.line)))
		})
	}
}

func FuzzEndMarker(f *testing.F) {
	const marker = "[2026/09/10 17:26:22.772 GMT+08:00] Finished: FAILURE"
	f.Add("进度 5% ")
	f.Add(marker)
	f.Add(" GMT GMT+08:00]")
	f.Fuzz(func(t *testing.T, line string) {
		EndMarker([]byte(line)) // ends, and does not panic
		assert.Equal(t, Failure, EndMarker([]byte(line+" "+marker)))
	})
}
