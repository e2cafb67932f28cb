package excerpt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// has says whether the green log has a line like text.
func (s *Seen) has(text []byte) bool {
	known, _ := s.compare(text)
	return known
}

func TestSeenKnowsLinesButForTheirNumbers(t *testing.T) {
	s := &Seen{}
	for _, part := range []string{"Downloaded 12 kB in ", "3 s\n\x1b[32mcommit 4f3c2b1a done\x1b[0m\r\n", stamped + "[INFO] [A:b] : 第 3 步完成\n", "Tests: 7, failed: 0\n发现 0 个错误\n", "no line feed"} {
		s.Write([]byte(part))
	}
	require.NoError(t, s.Close())
	for text, want := range map[string]bool{
		"Downloaded 4711 kB in 9 s": true,
		"commit 00ff11ee done":      true,
		"commit deadbee done":       false, // a word, as far as anybody can tell
		"第 12 步完成":                  true,
		"Downloaded kB in s":        false,
		"Tests: 9, failed: 0":       true,
		"Tests: 9, failed: 3":       false, // a count of none is not like others
		"发现 3 个错误":                  false,
		"Uploaded 12 kB in 3 s":     false,
		"no line feed":              true,
	} {
		assert.Equal(t, want, s.has([]byte(text)), text)
		assert.Equal(t, want, stored(t, s).has([]byte(text)), "stored: %s", text)
	}
	var none *Seen
	assert.False(t, none.has([]byte("x")))
	assert.False(t, (&Seen{}).has([]byte("x")))
}

// stored is a set as another process reads it.
func stored(t *testing.T, s *Seen) *Seen {
	t.Helper()
	read, err := ParseSeen(s.Append(nil))
	require.NoError(t, err)
	return read
}

// lettered is a different word of letters for each number.
func lettered(i int) string {
	return string([]byte{'k' + byte(i%16), 'k' + byte(i/16%16), 'k' + byte(i/256%16), 'k' + byte(i/4096%16), 'k' + byte(i/65536%16)})
}

func TestAStoredSetGivesTheSameExcerptAsTheGreenLog(t *testing.T) {
	green := healthy(300) + "ERROR: order 7 failed, retry\n" + strings.Repeat("warning: unused a\n", 40) + "errors: 0\nlast line"
	log := healthy(300) + "ERROR: order 8 failed, retry\n" + strings.Repeat("warning: unused a\n", 41) + "main.c:3:1: error: no such thing\nerrors: 1\nlast line\n"
	s := &Seen{}
	for i := 0; i < len(green); i += 100 {
		s.Write([]byte(green[i:min(i+100, len(green))]))
	}
	require.NoError(t, s.Close())
	with := excerptOf(t, log, Options{Green: s})
	assert.Equal(t, with, excerptOf(t, log, Options{Green: stored(t, s)}))
	assert.NotEqual(t, with, excerptOf(t, log, Options{}), "the green log is of use here")
}

func TestAGreenLogIsReadAsTheLogThatIsComparedWithIt(t *testing.T) {
	record := stamped + "[INFO] [A:b] : "
	for name, line := range map[string]string{
		"colours":                       "\x1b[31mERROR\x1b[0m: cannot do it",
		"a progress bar":                "10%\r50%\rERROR: cannot do it",
		"a stamp behind a colour":       "\x1b[0m2026-11-20T06:02:08Z ERROR: cannot do it",
		"two records on one line":       record + "one" + record + "ERROR: cannot do it",
		"a line that is cut":            "ERROR: cannot do it: " + strings.Repeat("/lib/a.jar:", 1000),
		"a line that nobody reads over": "ERROR: cannot do it: " + strings.Repeat("/lib/b.jar:", 10_000),
		"bytes that are not UTF-8":      "ERROR: cannot do it \xff\xfe",
	} {
		s := &Seen{}
		s.Write([]byte(line + "\n"))
		found := excerptOf(t, line+"\nmain.c:3:1: error: no such thing\n", Options{Green: s})
		require.Len(t, found.Lines, 1, "%s: %v", name, found.Lines)
		assert.Contains(t, found.Lines[0].Text, "main.c", name)
	}
}

func TestWhatTheGreenLogHasIsLeftOutUnlessItIsTheReason(t *testing.T) {
	const noise = "ERROR: cannot reach the mirror\n"
	const reason = "main.c:3:1: error: no such thing\n"
	green := &Seen{}
	green.Write([]byte(healthy(40) + noise))
	for _, l := range excerptOf(t, healthy(40)+noise+reason+noise, Options{Green: green}).Lines {
		assert.Equal(t, strings.TrimSpace(reason), l.Text)
	}
	found := excerptOf(t, healthy(40)+noise+noise, Options{Green: green})
	assert.Greater(t, len(found.Lines), 1, "a log without news is shown as if nothing was known")
}

func TestASetOfMoreLinesThanItHoldsCallsNoneOfThemNew(t *testing.T) {
	const most = 1 << 10
	for name, from := range map[string]func(i int) int{"in one order": func(i int) int { return i }, "in the other": func(i int) int { return 3*most - 1 - i }} {
		s := &Seen{most: most}
		for i := range 3 * most {
			fmt.Fprintf(s, "line %s of the log\n", lettered(from(i)))
		}
		s = stored(t, s)
		assert.LessOrEqual(t, s.count, most)
		known := 0
		for i := range 3 * most {
			has, fresh := s.compare([]byte("line " + lettered(i) + " of the log"))
			require.False(t, fresh, "%s: %d", name, i)
			if has {
				known++
			}
		}
		assert.Equal(t, s.count, known)
		fresh := 0
		for i := range 1000 {
			if _, is := s.compare([]byte("another " + lettered(i) + " line")); is {
				fresh++
			}
		}
		assert.InDelta(t, 1000*s.limit/(1<<seenBits), fresh, 60, "the others are not known to be new")
	}
}

func TestWhatALogLacksThatWasReadInPartIsNotNew(t *testing.T) {
	s := &Seen{}
	s.Write([]byte("a known line\n"))
	s.InPart()
	for _, s := range []*Seen{s, stored(t, s)} {
		known, _ := s.compare([]byte("a known line"))
		_, fresh := s.compare([]byte("another line"))
		assert.True(t, known)
		assert.False(t, fresh)
	}
}

func TestDamagedSetsAreRefused(t *testing.T) {
	s := &Seen{}
	s.Write([]byte("one\ntwo\nthree\n"))
	whole := s.Append(nil)
	for cut := range whole {
		_, err := ParseSeen(whole[:cut])
		assert.Error(t, err, "%d bytes of %d", cut, len(whole))
	}
	for name, data := range map[string][]byte{
		"more bytes":        append(whole[:len(whole):len(whole)], 1),
		"an unknown flag":   append([]byte{2}, whole[1:]...),
		"too many":          {0, 0, 0xff, 0xff, 0xff, 0x7f, 1},
		"one hash twice":    {0, 0, 2, 5, 0},
		"a hash too large":  {0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"a limit too large": {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0},
	} {
		_, err := ParseSeen(data)
		assert.Error(t, err, name)
	}
}
