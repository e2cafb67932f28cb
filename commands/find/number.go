package find

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/logsapi/lazyregexp"
)

// LastWord stands for the last build that has ended.
const LastWord = "last"

var (
	// buildWord is a word that means a build or a step.
	buildWord = lazyregexp.New(`^(?i:#?[0-9]+|~[0-9]+|la(te)?st([-~][0-9]+)?|stage[0-9]+|all|20[0-9]{6}\.[0-9]{1,4})$`)
	// markedNumber is a number that is said to be a build's.
	markedNumber = lazyregexp.New(`(?i)(?:[#＃]\s*|\bbuild\s*(?:no\.?|number|num|id)?\s*[:：=]?\s*|构建(?:编号|号|序号|次数)?\s*[:：=]?\s*|(?:编号|序号)\s*[:：=]?\s*|第\s*)(\d+)`)
	// numberAfter is a number behind a name: the marks of a name's end, and words
	// that lead from a task to its build. Its first group tells that there were any.
	numberAfter = lazyregexp.New(`(?i)^[\s"'”’」』】*_` + "`" + `)\]）:：,，–—-]*((?:(?:的|build|构建|任务|job|run|no\.?|number|num|编号|序号|号|第|失败|failed)[\s:：=,，]*)*[#＃]?)\s*(\d+)`)
	// nameAfter stands between a number and the name of its task.
	nameAfter = lazyregexp.New(`(?i)^\s+(?:of|for|in)\s+["'“‘「*_` + "`" + `]*`)
)

// buildNumber reads a build number, 0 if it is not one.
func buildNumber(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || len(s) > maxBuildDigits {
		return 0
	}
	return n
}

// maxBuildDigits is how many digits a build number has at most; longer numbers
// are something else, such as a time.
const maxBuildDigits = 9

// foldASCII makes ASCII letters small, and so leaves every byte in its place.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// wordEnds reports whether a word may end or begin at a place in a text. Chinese
// is written without blanks, so only characters of names that are not Chinese on
// both sides make one word.
func wordEnds(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return !(inWord(before) && inWord(after))
}

func inWord(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-')
}

// numberBehindName is the build number right behind a name, 0 for none.
func numberBehindName(rest string, marked bool) int64 {
	m := numberAfter.FindStringSubmatchIndex(rest)
	if m == nil || marked && m[2] == m[3] || !numberEnds(rest[m[5]:]) || m[2] == m[3] && !apart(rest[:m[4]]) {
		return 0
	}
	return buildNumber(rest[m[4]:m[5]])
}

// apart reports whether something other than a hyphen stands between a name and a
// bare number: web-128 is a name.
func apart(between string) bool {
	return strings.ContainsFunc(between, func(r rune) bool { return r != '-' && r != '_' })
}

// numberBefore is the build number of "#128 of " before a name, 0 for none.
func numberBefore(text string) int64 {
	all := markedNumber.FindAllStringSubmatchIndex(text[max(0, len(text)-60):], -1)
	if len(all) == 0 {
		return 0
	}
	text = text[max(0, len(text)-60):]
	last := all[len(all)-1]
	rest := text[last[1]:]
	if loc := nameAfter.FindStringIndex(rest); loc == nil || loc[1] != len(rest) {
		return 0
	}
	return buildNumber(text[last[2]:last[3]])
}

// numberIn is the first number in a text that is said to be a build's, 0 for none.
func numberIn(text string) int64 {
	if all := numbersIn(text); len(all) > 0 {
		return all[0]
	}
	return 0
}

// numbersIn are the different numbers in a text that are said to be a build's.
func numbersIn(text string) []int64 {
	var out []int64
	for _, m := range markedNumber.FindAllStringSubmatchIndex(text, -1) {
		n := buildNumber(text[m[2]:m[3]])
		if n > 0 && numberEnds(text[m[1]:]) && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// numberEnds reports whether a number ends before rest, and is not part of a
// version, a time, a date or a word.
func numberEnds(rest string) bool {
	if rest == "" {
		return true
	}
	if strings.ContainsRune(".:/-,", rune(rest[0])) {
		return len(rest) < 2 || rest[1] < '0' || rest[1] > '9'
	}
	return !inWord(rune(rest[0])) && rest[0] != '%'
}
