package commands

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// maxSought is how much of a message is looked through, in bytes.
const maxSought = 64 << 10

// maxPlaces is how many places of names in a message are considered.
const maxPlaces = 300

// FindBuild looks for a build in a message, which is the text of r: the address of
// a page in CodeArts, an id of 32 hex digits, or a name that may be read here, each
// with the number of a build as people and notifications write it. The first way
// that finds one counts, and of its finds the first in the text.
//
// line is what to Run as the same person; it may still be refused. Where there is
// none, why says privately what was looked for and what to type. It takes a second
// at most: names that the service does not tell by then are left out.
func (c *Commands) FindBuild(ctx context.Context, r Request) (line string, why reply.Reply, ok bool) {
	in := &call{verb: failVerb(), request: r}
	text := strings.ToValidUTF8(unescape.Replace(r.Text[:min(len(r.Text), maxSought)]), " ")
	line, err := c.findBuild(ctx, in, text)
	if err != nil {
		return "", c.finish(c.apology(err, r.Lang), r), false
	}
	return line, reply.Reply{}, true
}

// unescape undoes what Slack does to the text of a message.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

var (
	webAddress = regexp.MustCompile(`https?://[^\s<>|"'“”，。；、（）【】《》]+`)
	taskIDWord = regexp.MustCompile(`\b[0-9a-fA-F]{32}\b`)
	recordWord = regexp.MustCompile(`\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`)
	// markedNumber is a number that is said to be a build's.
	markedNumber = regexp.MustCompile(`(?i)(?:[#＃]\s*|\bbuild\s*(?:no\.?|number|num|id)?\s*[:：=]?\s*|构建(?:编号|号|序号|次数)?\s*[:：=]?\s*|(?:编号|序号)\s*[:：=]?\s*|第\s*)(\d+)`)
	// numberAfter is a number behind a name: the marks of a name's end, and words
	// that lead from a task to its build. Its first group tells that there were any.
	numberAfter = regexp.MustCompile(`(?i)^[\s"'”’」』】*_` + "`" + `)\]）:：,，–—-]*((?:(?:的|build|构建|任务|job|run|no\.?|number|num|编号|序号|号|第|失败|failed)[\s:：=,，]*)*[#＃]?)\s*(\d+)`)
	// nameAfter stands between a number and the name of its task.
	nameAfter = regexp.MustCompile(`(?i)^\s+(?:of|for|in)\s+["'“‘「*_` + "`" + `]*`)
)

func (c *Commands) findBuild(ctx context.Context, in *call, text string) (string, error) {
	if line, err := c.findAddress(in, text); line != "" || err != nil {
		return line, err
	}
	if line := c.findID(text); line != "" {
		return line, nil
	}
	known := c.namesIn(ctx, in)
	if line := findNamed(known, text); line != "" {
		return line, nil
	}
	return "", c.notFound(in, known, text)
}

// findAddress looks for the address of a page. Where the address of a task names
// no build, the number that the message calls a build's is taken.
func (c *Commands) findAddress(in *call, text string) (string, error) {
	var missing error
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		address := strings.TrimRight(text[at[0]:at[1]], ".,:;!?)]}*_~`")
		tasks, checks := c.tasks(), c.checkRuns()
		p, says := tasks.pageAt(address)
		if !says.Empty() {
			if _, says := checks.pageAt(address); says.Empty() {
				return typed(checkVerb().name, address), nil
			}
			continue
		}
		t := byID(p.id, tasks)
		if p.build == 0 {
			p.build = numberIn(text[at[1]:])
		}
		if p.build == 0 {
			p.build = numberIn(text[:at[0]])
		}
		if p.build > 0 {
			return failLine(t.word, p.build), nil
		}
		missing = wrong(texts.TaskNoNumber.With(t.name), typed(in.verb.name, t.word, lastWord), typed(in.verb.name, t.word, "NUMBER"))
	}
	return "", missing
}

// findID looks for an id with a number behind it.
func (c *Commands) findID(text string) string {
	for _, at := range taskIDWord.FindAllStringIndex(text, -1) {
		n := numberBehindName(text[at[1]:], false)
		if n == 0 {
			n = numberIn(text[at[1]:])
		}
		if n > 0 {
			return failLine(byID(text[at[0]:at[1]], c.tasks()).word, n)
		}
	}
	return ""
}

func failLine(word string, build int64) string { return typed(failVerb().name, word, itoa(build)) }

// namesIn are the names of tasks that may be read, longest first, so that
// "web-api" is not taken for "web".
func (c *Commands) namesIn(ctx context.Context, in *call) []named {
	k := c.tasks()
	all := c.readables(in, k, later(ctx, k.list)())
	slices.SortStableFunc(all, func(a, b named) int {
		if len(a.name) != len(b.name) {
			return len(b.name) - len(a.name)
		}
		return strings.Compare(a.name, b.name)
	})
	return all
}

// findNamed looks for a known name with a number: first for one that is marked as
// a build's, then for a bare one right behind the name, and last for the only
// name and the only marked number of the message, wherever they stand.
func findNamed(known []named, text string) string {
	places := occurrences(known, text)
	for _, marked := range []bool{true, false} {
		for _, p := range places {
			if n := numberBehindName(text[p.end:], marked); n > 0 {
				return failLine(choice(p.named, known), n)
			}
			if n := numberBefore(text[:p.start]); n > 0 {
				return failLine(choice(p.named, known), n)
			}
		}
	}
	var only named
	for _, p := range places {
		if only.id != "" && !strings.EqualFold(only.id, p.id) {
			return ""
		}
		only = p.named
	}
	numbers := numbersIn(text)
	if only.id == "" || len(numbers) != 1 {
		return ""
	}
	return failLine(choice(only, known), numbers[0])
}

// place is where a name stands in a text.
type place struct {
	named
	start, end int
}

// occurrences are the places where names stand as words, in the order of the
// text; what a longer name covers is not one of a shorter, and of names that
// differ in case alone the one that is written goes before.
func occurrences(known []named, text string) []place {
	var out []place
	for _, spelling := range []func(string) string{func(s string) string { return s }, foldASCII} {
		written := spelling(text)
		for _, n := range known {
			name := spelling(n.name)
			for from := 0; len(out) < maxPlaces; {
				i := strings.Index(written[from:], name)
				if i < 0 {
					break
				}
				p := place{n, from + i, from + i + len(name)}
				from = p.end
				covered := slices.ContainsFunc(out, func(o place) bool { return p.start < o.end && o.start < p.end })
				if !covered && wordEnds(text, p.start) && wordEnds(text, p.end) {
					out = append(out, p)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b place) int { return a.start - b.start })
	return out
}

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

// numberEnds reports whether a number ends before rest, and is no part of a
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

// notFound says what was looked for. A name that nobody knows but that is near a
// known one is offered.
func (c *Commands) notFound(in *call, known []named, text string) error {
	if record := recordWord.FindString(text); record != "" && logsapi.IsRecordID(strings.ToLower(record)) {
		return wrong(texts.RecordNoTask.With(record), typed(fullVerb().name, record, "STEP"))
	}
	var names []string
	for _, n := range known {
		names = append(names, foldASCII(n.name))
	}
	p := wrong(texts.NoBuildFound.With(), c.examples(in)[0])
	for _, at := range markedNumber.FindAllStringSubmatchIndex(text, -1) {
		words := strings.Fields(text[:at[0]])
		if len(words) == 0 || !numberEnds(text[at[1]:]) {
			continue
		}
		near := nearest(foldASCII(words[len(words)-1]), names)
		if n := buildNumber(text[at[2]:at[3]]); near != "" && n > 0 {
			p.try = []suggestion{{line: failLine(near, n)}}
			break
		}
	}
	return p
}
