package excerpt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhereALogIsCutInPiecesChangesNothing(t *testing.T) {
	const stamp = "[2026/09/10 17:26:22.772 GMT+08:00]"
	progress := strings.Repeat("Progress: 0.1/1.9 MB\r", 2000)
	for name, line := range map[string]string{
		"a long line":                      strings.Repeat("长 error: ", 5000),
		"a long line of progress":          progress + "error: cannot write",
		"a long line of progress, stamped": stamp + " [INFO] [编译:make] : " + progress + "error: cannot write",
		"a long line that returns last":    strings.Repeat("error: x ", 4000) + "\r",
		"a short line of progress":         "1%\r2%\rerror: cannot write\r",
		"a long line behind a return":      "1%\r" + strings.Repeat("error: 失败", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			log := "$ make\n" + line + "\nmake: *** [all] Error 2\nScript exited with status 1\n" + line
			want := ""
			for _, n := range []int{len(log), 1, 2, 100, 4096, maxLine - 1, maxLine, maxLine + 1, 32 << 10} {
				f := New(Options{})
				seen := &Seen{}
				for rest := log; rest != ""; rest = rest[min(n, len(rest)):] {
					piece := []byte(rest[:min(n, len(rest))])
					f.Write(piece)
					seen.Write(piece)
				}
				got := fmt.Sprintf("%+v %d", f.Excerpt(), seen.count)
				if want == "" {
					want = got
				}
				assert.Equal(t, want, got, "in pieces of %d", n)
			}
		})
	}
}
