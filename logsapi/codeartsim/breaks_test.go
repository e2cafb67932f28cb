package codeartsim

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim/logtext"
)

// pagesOf are the boundaries and texts of all pages of a log, in the order of
// the log.
func (h harness) pagesOf(p paged, order, size string) []onePage {
	at := h.page(p, 0, 0, order, size)
	pages := []onePage{at}
	for order == "DESC" && at.start > 0 || order != "DESC" && at.more {
		at = h.page(p, at.start, at.end, order, size)
		if order == "DESC" {
			pages = append([]onePage{at}, pages...)
		} else {
			pages = append(pages, at)
		}
		require.Less(h.t, len(pages), 1000, "it ends")
	}
	return pages
}

func TestPagesBreakWhereTheFaultSays(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		broken func(log string, at int64) bool
	}{
		{CutLine, func(log string, at int64) bool {
			return log[at-1] != '\n' && utf8.RuneStart(log[at])
		}},
		{CutRune, func(log string, at int64) bool { return !utf8.RuneStart(log[at]) }},
		{CutStamp, func(log string, at int64) bool {
			start := strings.LastIndexByte(log[:at], '\n') + 1
			_, ok := logtext.ParseStamp([]byte(log[start:]))
			return ok && at > int64(start) && at < int64(start+logtext.StampBytes)
		}},
	} {
		h := newHarness(t, Config{Faults: []Fault{c.fault}})
		for _, order := range []string{"", "DESC"} {
			for _, size := range []string{"1", "3", "7", "1000"} {
				t.Run(fmt.Sprint(c.fault, order, size), func(t *testing.T) {
					h.t = t
					pages := h.pagesOf(pagedLogs[1], order, size)
					broken, end, got := 0, int64(0), ""
					for _, p := range pages {
						require.Equal(t, end, p.start, "no byte is lost or doubled")
						if end > 0 && c.broken(wholeWeb, end) {
							broken++
						}
						end, got = p.end, got+p.log
					}
					assert.EqualValues(t, len(wholeWeb), end)
					assert.Positive(t, broken)
					if c.fault != CutRune {
						assert.Equal(t, wholeWeb, got)
						return
					}
					assert.Contains(t, got, "\ufffd")
					assert.NotContains(t, strings.ReplaceAll(got, "\ufffd", ""), "\xff")
				})
			}
		}
	}
}

func TestBytesThatJSONCannotCarryComeAsReplacementCharacters(t *testing.T) {
	h := startDemo(t, BadBytes)
	log := h.BuildLog(demoWeb, 128)
	raw := make([]byte, log.Size())
	_, err := log.ReadAt(raw, 0)
	require.NoError(t, err)
	bad := bytes.Count(raw, []byte{0xe9, '\n'})
	assert.Greater(t, bad, 50)
	got := h.ascending(paged{path: "/v1/log/" + demoWeb + "/128/real-time-log"}, "100")
	assert.Equal(t, bad, strings.Count(got, "\ufffd\n"))
	assert.True(t, strings.ToValidUTF8(string(raw), "\ufffd") == got)
}

func TestPagesWithoutFinalLineFeedCountIt(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{NoLineFeed}})
	p := h.page(pagedLogs[1], 0, 0, "", "1")
	assert.EqualValues(t, len(p.log)+1, p.end)
	assert.False(t, strings.HasSuffix(p.log, "\n"))
}

func TestOffsetsThatRunBackwards(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{OffsetsBack}})
	live := pagedLogs[1]
	first := h.page(live, 0, 0, "", "3")
	second := h.page(live, first.start, first.end, "", "3")
	assert.Less(t, second.end, first.end)
	assert.True(t, second.more)
	first = h.page(live, 0, 0, "DESC", "3")
	assert.Greater(t, h.page(live, first.start, first.end, "DESC", "3").start, first.start)
}

func TestTruncatedLogEndsBeforeTheOffsetThatIsSent(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{LogTruncated}})
	live := pagedLogs[1]
	first := h.page(live, 0, 0, "", "3")
	assert.Equal(t, onePage{first.end / 2, first.end / 2, "", false}, h.page(live, first.start, first.end, "", "3"))
	last := h.page(live, 0, 0, "DESC", "3")
	further := h.page(live, last.start, last.end, "DESC", "3")
	assert.Equal(t, last.start/2, further.end)
	assert.Less(t, further.end, last.start)
}

func TestFaultsOfTheTextLeaveMostOfItAlone(t *testing.T) {
	plain := startDemo(t).whole(t, 128)
	for _, c := range []struct {
		fault   Fault
		changed func(before, after string) bool
	}{
		{Glued, func(before, after string) bool {
			return len(before) == len(after) && strings.Count(after, "\n") < strings.Count(before, "\n")*9/10
		}},
		{NoStamps, func(before, after string) bool {
			return strings.Count(after, "\n") == strings.Count(before, "\n") &&
				strings.Count(after, "\n[2026") < strings.Count(before, "\n[2026")*9/10
		}},
		{OutOfOrder, func(before, after string) bool {
			return len(before) == len(after) && backwards(after) > backwards(before)+50
		}},
	} {
		h := startDemo(t, c.fault)
		after := h.whole(t, 128)
		assert.True(t, c.changed(plain, after), c.fault)
		assert.True(t, after == h.ascending(paged{path: "/v1/log/" + demoWeb + "/128/real-time-log"}, "97"), c.fault)
		assert.True(t, after == h.descending(paged{path: "/v1/log/" + demoWeb + "/128/real-time-log"}, "97"), c.fault)
		assert.True(t, strings.HasSuffix(after, " Finished: FAILURE\n"))
		require.NoError(t, h.SetFaults())
		assert.True(t, plain == h.whole(t, 128), "it can be switched off again")
	}
}

// backwards counts the stamps that are earlier than the one before.
func backwards(log string) int {
	n, last := 0, time.Time{}
	for line := range strings.Lines(log) {
		if at, ok := logtext.ParseStamp([]byte(line)); ok {
			if at.Before(last) {
				n++
			}
			last = at
		}
	}
	return n
}

func FuzzBrokenPagesJoinToTheLog(f *testing.F) {
	f.Add([]byte("[2026/11/20 23:59:58.999 GMT+08:00] 编译 a\n\nb\n该步骤\n"), uint8(0), uint8(2))
	f.Add([]byte("[2026/11/20 23:59:58.999 GMT+08:00] x"), uint8(2), uint8(1))
	f.Add([]byte("\n\n\xff\xe4\xb8\n中"), uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, content []byte, which, lines uint8) {
		log := logtext.Of(content)
		fault := []Fault{CutLine, CutRune, CutStamp}[which%3]
		on, err := newFaults([]Fault{fault})
		require.NoError(t, err)
		c := &exchange{faults: on}
		k := pageRequest{lines: int(lines)%50 + 1}
		var got []byte
		for more := log.Size > 0; more; {
			p := c.cutPage(log, k, false)
			require.Greater(t, p.end, p.start, "a page moves on")
			got = append(got, p.log...)
			more, k.start, k.end = p.more, p.start, p.end
		}
		require.True(t, bytes.Equal(content, got))
		k = pageRequest{lines: int(lines)%50 + 1, descending: true}
		left := log.Size
		for left > 0 {
			p := c.cutPage(log, k, false)
			require.Equal(t, left, p.end)
			require.Less(t, p.start, p.end, "a page moves on")
			left, k.start, k.end = p.start, p.start, p.end
		}
	})
}
