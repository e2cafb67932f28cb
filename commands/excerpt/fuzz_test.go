package excerpt

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// FuzzExcerpt holds what is promised of every log: no panic, the limits kept,
// something shown where there is text, nothing shown that the log does not
// have, and the same answer however it is written.
func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("main.c:3:1: error: 未声明\nScript exited with status 1\n"), uint16(5), uint16(20))
	f.Add([]byte("\x1b[31m失败\x1b[0m 10%\r100%\r\n\x1b]0;标题\a编译\b\b错误"), uint16(1), uint16(1))
	f.Add([]byte(stamped+"[INFO] [编译:build] : 执行失败 "+stamped+"Finished: FAILURE"), uint16(40), uint16(3))
	f.Add([]byte("2026-04-23T10:41:18.7Z ##[group]Run x\n##[endgroup]\n##[error]Process completed with exit code 1."), uint16(2), uint16(9))
	f.Add([]byte(strings.Repeat("Traceback (most recent call last):\n  File \"a\"\nE: \xb4\xed\xce\xf3\xff\n", 50)), uint16(700), uint16(2))
	f.Add([]byte(strings.Repeat("长", 9000)+"error: "+strings.Repeat("\r", 9000)), uint16(4096), uint16(30))
	f.Fuzz(func(t *testing.T, log []byte, piece, limit uint16) {
		o := Options{Lines: 1 + int(limit%40), Chars: 40 + int(limit)}
		whole := New(o)
		whole.Write(log)
		e := whole.Excerpt()
		check(t, log, o, e)

		pieces := New(o)
		for rest := log; len(rest) > 0; {
			n := min(len(rest), int(piece)+1)
			pieces.Write(rest[:n])
			rest = rest[n:]
		}
		if got := pieces.Excerpt(); !sameLines(got, e) {
			t.Fatalf("written in pieces of %d: %+v, want %+v", piece+1, got, e)
		}

		back := fromEnd(string(log), int(piece)+1, o)
		check(t, log[:0:0], o, back.Excerpt())
		back.Prepend(log) // after its answer too
	})
}

// check holds the promises for one excerpt; what is shown is looked up in log
// unless that is empty.
func check(t *testing.T, log []byte, o Options, e Excerpt) {
	t.Helper()
	if len(e.Lines) > o.Lines || size(e) > o.Chars {
		t.Fatalf("%d lines, %d characters of %+v", len(e.Lines), size(e), o)
	}
	all := bytes.Split(log, []byte("\n"))
	text := false
	for _, line := range all {
		text = text || len(line) < maxLine && len(bytes.TrimSpace(lines.Plain(nil, unstamp(lines.Parse(line).Text)))) > 0
	}
	if text && len(e.Lines) == 0 {
		t.Fatalf("nothing is shown of %q", log)
	}
	for _, l := range append(e.Lines, e.Reason) {
		if !utf8.ValidString(l.Text) {
			t.Fatalf("%q is no UTF-8", l.Text)
		}
		if len(log) == 0 || l.Number == 0 {
			continue
		}
		if l.Number > len(all) {
			t.Fatalf("line %d of %d", l.Number, len(all))
		}
		if source := all[l.Number-1]; len(source) < maxText && !shows(l.Text, source) {
			t.Fatalf("line %d is %q, not %q", l.Number, source, l.Text)
		}
	}
}

// shows says whether text is a cleaned and cut form of the line source.
func shows(text string, source []byte) bool {
	source = bytes.TrimSuffix(source, []byte("\r"))
	plain := string(lines.Plain(nil, source))
	for rest := source; len(rest) > 0; { // glued records
		var first []byte
		first, rest = lines.Cut(rest)
		text := unstamp(lines.Parse(first).Text) // what GB 18030 is told by
		plain += "\n" + string(lines.Plain(nil, first)) + "\n" + string(lines.Plain(nil, text))
	}
	for part := range strings.SplitSeq(text, "…") {
		if !strings.Contains(plain, strings.TrimSpace(part)) {
			return false
		}
	}
	return true
}

func sameLines(a, b Excerpt) bool {
	return a.Reason == b.Reason && strings.Join(texts(a), "\n") == strings.Join(texts(b), "\n")
}
