package find

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
)

// maxSought is how much of a message is looked through, in bytes.
const maxSought = 64 << 10

// maxPlaces is how many places of names in a message are considered.
const maxPlaces = 300

// InMessage looks for a build in the text of a message: the address of a page in
// CodeArts, an id of 32 hex digits, or a name that the caller may read, each with
// the number of a build as people and notifications write it. The first way that
// finds one counts, and of its finds the first in the text.
//
// It returns the line that explains the build, which may still be refused. The
// query's command is a Fail without words. It takes a second at most: names that
// the service does not tell by then are left out.
func (n *Names) InMessage(ctx context.Context, q Query, text string) (line string, err error) {
	n.tasks.learnProjects(ctx)
	m := message{names: n, caller: q.Caller, text: strings.ToValidUTF8(text[:min(len(text), maxSought)], " ")}
	if line, err := m.address(); line != "" || err != nil {
		return line, err
	}
	if line := m.id(); line != "" {
		return line, nil
	}
	known := n.tasks.namesToSeek(ctx, q.Caller)
	if line := nameIn(known, m.text); line != "" {
		return line, nil
	}
	return "", m.notFound(q, known)
}

// message is a text in which a build is sought.
type message struct {
	names  *Names
	caller Caller
	text   string
}

var (
	webAddress = lazyregexp.New(`https?://[^\s<>|"'“”，。；、（）【】《》]+`)
	taskIDWord = lazyregexp.New(`\b[0-9a-fA-F]{32}\b`)
	recordWord = lazyregexp.New(`\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`)
)

// address looks for the address of a page. If the address of a task names no
// build, the number that the message calls a build's is taken.
func (m message) address() (string, error) {
	n, text := m.names, m.text
	var missing error
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		address := strings.TrimRight(text[at[0]:at[1]], ".,:;!?)]}*_~`")
		p, says := n.tasks.pageAt(address)
		switch {
		case !says.Empty():
			continue
		case p.kind == checkPage:
			if _, says := n.checks.pageAt(address); says.Empty() {
				return typed.Line("check", address), nil
			}
			continue
		case p.kind == pipelinePage && p.id == "":
			continue
		case p.kind == pipelinePage, p.build == 0 && (p.daily != "" || p.record != ""):
			return typed.Line(typed.Fail, address), nil
		}
		t := n.tasks.labelled(m.caller, p.id)
		if p.build == 0 {
			p.build = numberIn(text[at[1]:])
		}
		if p.build == 0 {
			p.build = numberIn(text[:at[0]])
		}
		if p.build > 0 {
			return failLine(t.Word, p.build), nil
		}
		missing = typed.Wrong(texts.TaskNoNumber.With(t.Name), typed.Line(typed.Fail, t.Word, LastWord), typed.Line(typed.Fail, t.Word, "NUMBER"))
	}
	return "", missing
}

// id looks for an id with a number behind it.
func (m message) id() string {
	text := m.text
	for _, at := range taskIDWord.FindAllStringIndex(text, -1) {
		number := numberBehindName(text[at[1]:], false)
		if number == 0 {
			number = numberIn(text[at[1]:])
		}
		if number > 0 {
			return failLine(m.names.tasks.labelled(m.caller, text[at[0]:at[1]]).Word, number)
		}
	}
	return ""
}

// namesToSeek are the names that the caller may read, longest first, so that
// "web-api" is not taken for "web".
func (k *kind) namesToSeek(ctx context.Context, caller Caller) []named {
	ctx, cancel := context.WithTimeout(ctx, listsWithin)
	defer cancel()
	listed, err := k.list(ctx)
	if err != nil {
		listed = nil
	}
	all := k.readable(caller, listed)
	slices.SortStableFunc(all, func(a, b named) int {
		return cmp.Or(len(b.name)-len(a.name), strings.Compare(a.name, b.name))
	})
	return all
}

// nameIn looks for a known name with a number: first for one that is marked as
// a build's, then for a bare one right behind the name, and last for the only
// name and the only marked number of the message, wherever they stand.
func nameIn(known []named, text string) string {
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

// notFound says what was looked for. A name that nobody knows but that is near a
// known one is offered.
func (m message) notFound(q Query, known []named) error {
	text := m.text
	if record := recordWord.FindString(text); record != "" && logsapi.IsRecordID(strings.ToLower(record)) {
		return typed.Wrong(texts.RecordNoTask.With(record), typed.Line("full", record, "STEP"))
	}
	var names []string
	for _, n := range known {
		names = append(names, foldASCII(n.name))
	}
	p := typed.Wrong(texts.NoBuildFound.With(), m.names.Examples(q.Caller, q.Verb)[0])
	for _, at := range markedNumber.FindAllStringSubmatchIndex(text, -1) {
		words := strings.Fields(text[:at[0]])
		if len(words) == 0 || !numberEnds(text[at[1]:]) {
			continue
		}
		near := typed.Nearest(foldASCII(words[len(words)-1]), names)
		if number := buildNumber(text[at[2]:at[3]]); near != "" && number > 0 {
			p.Try = []typed.Suggestion{{Line: failLine(near, number)}}
			break
		}
	}
	return p
}
