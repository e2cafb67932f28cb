package texts

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Noun is something that is counted.
type Noun struct{ One, Many, ZH string }

// The nouns. In Chinese the measure word stands before them.
var (
	Page         = Noun{"page", "pages", "页"}
	LineNoun     = Noun{"line", "lines", "行"}
	MoreLines    = Noun{"more line", "more lines", "行"}
	Match        = Noun{"match", "matches", "处匹配"}
	Value        = Noun{"value", "values", "处敏感信息"}
	BuildNoun    = Noun{"build", "builds", "次构建"}
	TaskNoun     = Noun{"task", "tasks", "个任务"}
	CheckNoun    = Noun{"check run", "check runs", "个检查任务"}
	Frame        = Noun{"frame", "frames", "层调用"}
	StepNoun     = Noun{"step", "steps", "个步骤"}
	ModuleNoun   = Noun{"module", "modules", "个模块"}
	CompileError = Noun{"compile error", "compile errors", "处编译错误"}
	TestNoun     = Noun{"test", "tests", "个测试"}
	MoreTest     = Noun{"more failed test", "more failed tests", "个失败的测试"}
)

// Count is "1 page", "2 pages", "1,204 lines"; "1,204 行".
func (n Noun) Count(k int) Phrase {
	noun := n.Many
	if k == 1 {
		noun = n.One
	}
	return Text{"%s " + noun, "%s " + n.ZH}.With(Thousands(k))
}

// Thousands writes n with separators.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Quote is a word that somebody typed inside a sentence, cut to a length that a
// phone can show and without characters that could disturb it.
type Quote string

// maxQuote is how many characters of a word are quoted.
const maxQuote = 60

// In is the word in the quotation marks of the language.
func (q Quote) In(l Lang) string {
	word := string(q)
	if r := []rune(word); len(r) > maxQuote {
		word = string(r[:maxQuote]) + "…"
	}
	quoted := fmt.Sprintf("%q", word)
	if l != Chinese {
		return quoted
	}
	return "“" + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + "”"
}

// List is words of which one is to be chosen: "a, b or c".
type List []string

// In is the list in a language.
func (w List) In(l Lang) string {
	if len(w) < 2 {
		return strings.Join(w, "")
	}
	comma, or := ", ", " or "
	if l == Chinese {
		comma, or = "、", " 或 "
	}
	return strings.Join(w[:len(w)-1], comma) + or + w[len(w)-1]
}

// Names is words that stand side by side: "a, b, c".
type Names []string

// In is the names in a language.
func (w Names) In(l Lang) string {
	if l == Chinese {
		return strings.Join(w, "、")
	}
	return strings.Join(w, ", ")
}

var (
	hours   = Text{"%d h %d min", "%d 小时 %d 分"}
	minutes = Text{"%d min %d s", "%d 分 %d 秒"}
	seconds = Text{"%d s", "%d 秒"}
)

// Duration is "3 min 12 s", "1 h 5 min".
func Duration(d time.Duration) Phrase {
	d = d.Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h > 0:
		return hours.With(h, m)
	case m > 0:
		return minutes.With(m, s)
	}
	return seconds.With(s)
}

// Both is one sentence after the other.
var Both = Text{"%s %s", "%s%s"}

// What stands between parts that are joined.
var (
	Nothing = Text{"", ""}
	Comma   = Text{", ", "；"}
	Dot     = Text{" · ", " · "}
)

// Join says the parts one after the other, with a text between them. A part is
// something that can be said in a language, or a string.
func Join(between Text, parts ...any) Phrase {
	args := make([]any, 0, 2*len(parts))
	for i, p := range parts {
		if i > 0 {
			args = append(args, between)
		}
		args = append(args, p)
	}
	if len(args) == 0 {
		return Phrase{}
	}
	form := strings.Repeat("%v", len(args))
	return Text{form, form}.With(args...)
}

// Sentence is a phrase whose first letter becomes a capital.
type Sentence struct{ Phrase }

// In is the sentence in a language.
func (s Sentence) In(l Lang) string {
	said := s.Phrase.In(l)
	first, size := utf8.DecodeRuneInString(said)
	if size == 0 {
		return said
	}
	return string(unicode.ToUpper(first)) + said[size:]
}
