package excerpt

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestWhatIsReadIsFoundAsWhatIsWritten(t *testing.T) {
	defer goleak.VerifyNone(t)
	glued := strings.TrimSuffix(coded("compile", "cc -c a.c"), "\n") + coded("link", "ld: error: undefined symbol: f")
	for name, log := range map[string]string{
		"empty":           "",
		"no line end":     "a.c:1:2: error: expected ';'",
		"bare":            healthy(3000) + "a.c:1:2: error: expected ';'\nmake: *** [all] Error 1\n",
		"CodeArts":        coded("compile", "cc -c a.c") + coded("", "a.c:1:2: error: x") + glued + coded("link", "FAILED"),
		"a long line":     healthy(2) + strings.Repeat("x", 3*partSize) + "\nfatal: no space left on device\n",
		"stamps later on": healthy(200) + coded("test", "--- FAIL: TestX (0.00s)", "FAIL"),
	} {
		t.Run(name, func(t *testing.T) {
			want := excerptOf(t, log, Options{Explain: true})
			for _, r := range []io.Reader{strings.NewReader(log), iotest.OneByteReader(strings.NewReader(log)), iotest.DataErrReader(strings.NewReader(log))} {
				f := New(Options{Explain: true})
				n, err := io.Copy(f, struct{ io.Reader }{r})
				require.NoError(t, err)
				assert.Equal(t, int64(len(log)), n)
				assert.Equal(t, want, f.Excerpt())
			}
		})
	}
}

func TestWhatComesBeforeAnErrorIsRead(t *testing.T) {
	defer goleak.VerifyNone(t)
	broken := errors.New("connection lost")
	f := New(Options{})
	_, err := f.ReadFrom(io.MultiReader(strings.NewReader("a.c:1:2: error: expected ';'\n"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	f.Write([]byte("make: *** [all] Error 1\n"))
	assert.Equal(t, "a.c:1:2: error: expected ';'", f.Excerpt().Reasons[0].Text)
}
