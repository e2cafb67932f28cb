package dialect

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

const (
	first  = "[2023/12/21 15:44:18.743 GMT+08:00]"
	second = "[2023/12/21 15:44:18.744 GMT+08:00]"
)

func TestLiteralLineBreaksAreFoundByTheStampsBehindThem(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"between stamps", first + ` a\n` + second + ` b`, first + " a\n" + second + " b"},
		{"with a carriage return", first + ` a\r\n` + second + ` b\r\n`, first + " a\n" + second + " b\n"},
		{"in front of lines without a stamp, too", first + ` a\nb\n` + second + ` c`, first + " a\nb\n" + second + " c"},
		{"escaped", first + ` a\\nb\n` + second + ` c`, first + ` a\\nb` + "\n" + second + " c"},
		{"Chinese", first + ` 编译\n` + second + ` 失败`, first + " 编译\n" + second + " 失败"},
		{"none", first + " a\n" + second + " b\n", first + " a\n" + second + " b\n"},
		{"what a tool printed", first + ` printf "a\nb\n"` + "\n" + second + " b\n", first + ` printf "a\nb\n"` + "\n" + second + " b\n"},
		{"a stamp that a tool printed among lines", first + ` x\n` + second + "\nb\n", first + ` x\n` + second + "\nb\n"},
		{"one line", first + ` C:\new\n`, first + ` C:\new\n`},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, NewHost("h", nil, "").Split(c.text))
		})
	}
}

func TestWhatOnePageShowedOfLineBreaksServesThoseThatDoNot(t *testing.T) {
	var told []string
	h := NewHost("h", func(d Dialect) { told = append(told, d.String()) }, "")
	assert.Equal(t, `a\nb`, h.Split(`a\nb`))
	h.Split(first + ` a\n` + second + ` b`)
	assert.Equal(t, "a\nb", h.Split(`a\nb`))
	assert.Equal(t, "a\n"+second+" b", h.Split(`a\`)+h.Split("n"+second+" b"), "a break that two pages share")
	assert.True(t, h.Dialect().LiteralBreak)
	h.Split(first + " a\n" + second + " b\n")
	assert.False(t, h.Dialect().LiteralBreak, "a page with line feeds counts more")
	h.Split(first + ` a\n` + second + ` b`)
	assert.Equal(t, []string{`lines end with a literal \n`}, told, "once")
}

func TestADialectIsToldWhenItChanges(t *testing.T) {
	var told []Dialect
	h := NewHost("cloudbuild", func(d Dialect) { told = append(told, d) }, "", "AES", "ASC")
	assert.Equal(t, "as documented", h.Dialect().String())
	h.Proved("")
	h.SetRanges(false)
	h.OldestFirst(run(300, false))
	assert.Empty(t, told, "what is usual is not told")
	h.Proved("AES")
	h.SetRanges(true)
	h.OldestFirst(run(300, true))
	h.OldestFirst(run(300, true))
	h.OldestFirst(run(300, true))
	h.Saw(Form{ByteOrder: true})
	h.Saw(Form{QuotedResult: true})
	h.Note(func(d *Dialect) { d.LateText, d.NotReady = true, true })
	assert.Equal(t, "descending pages have their lines newest first; ascending needs sort=AES; offsets are a range; "+
		"an empty page can have text a moment later; a log can be refused and there a moment later; "+
		"answers begin with a byte order mark; results are JSON in a string", told[len(told)-1].String())
	assert.Equal(t, "cloudbuild", told[0].Host)
	assert.Len(t, told, 6)
}

func TestTheWordForAscendingIsKeptOncePagesProvedIt(t *testing.T) {
	h := NewHost("h", nil, "", "AES", "ASC")
	word, proven := h.Word()
	assert.Equal(t, "", word)
	assert.False(t, proven)
	assert.Equal(t, []string{"AES", "ASC"}, h.OtherWords(word))
	h.Proved("ASC")
	h.Proved("nonsense")
	word, proven = h.Word()
	assert.Equal(t, "ASC", word)
	assert.True(t, proven)
}

func TestAPageThatStartsLateDoesNotBeginALog(t *testing.T) {
	assert.False(t, StartsLate(0, run(20, false)))
	assert.True(t, StartsLate(1, run(20, false)))
	assert.True(t, StartsLate(0, run(20, true)), "its lines come newest first")
	assert.False(t, StartsLate(5, ""), "an empty page shows nothing")
}

func FuzzHost(f *testing.F) {
	f.Add(first+` a\n`+second+" b", 3)
	f.Add(run(6, true), 40)
	f.Add(`编译\r\n失败\\n`, 7)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		h := NewHost("h", nil, "", "AES")
		got := h.Split(text)
		if strings.Contains(strings.TrimSuffix(text, "\n"), "\n") && got != text {
			t.Fatal("a page with line feeds was changed")
		}
		if len(got) > len(text)+1 || utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Fatalf("%q became %q", text, got)
		}
		if !h.Dialect().LiteralBreak && got != text {
			t.Fatal("it was changed without a reason")
		}
		back := h.OldestFirst(got)
		if len(back) != len(got) || strings.Count(back, "\n") != strings.Count(got, "\n") {
			t.Fatalf("%q became %q", got, back)
		}
		sorted := func(s string) []string {
			lines := strings.Split(strings.Trim(s, "\n"), "\n")
			slices.Sort(lines)
			return lines
		}
		if strings.Trim(got, "\n") == got && !slices.Equal(sorted(back), sorted(got)) {
			t.Fatalf("lines of %q are not those of %q", back, got)
		}
		StartsLate(int64(cut), text)
		_ = h.Dialect().String()
	})
}
