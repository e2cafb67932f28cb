package commands

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// verb is one command: how it is typed and what runs.
type verb struct {
	name     string
	usage    string // what follows the name: TASK [BUILD]
	does     texts.Text
	more     texts.Text // what help NAME adds; may be empty
	examples []suggestion
	flags    []flag
	beside   string // the verb whose help tells of this one; empty for one that the short help names
	min, max int    // how many words it takes besides flags
	task     int    // which of them names the task or check run
	run      func(ctx context.Context, c *Commands, in *call) (reply.Reply, error)
}

// flag is an option of a verb.
type flag struct {
	name  string // without the dashes
	value string // what its value is called; empty for a switch
	does  texts.Phrase
}

// me is the flag that every verb has.
var me = flag{name: "me", does: texts.FlagMe.With()}

// all are the flags of a verb in the order in which lines are written.
func (v *verb) all() []flag { return append(slices.Clone(v.flags), me) }

func (v *verb) flag(name string) (flag, bool) {
	for _, f := range v.all() {
		if f.name == name {
			return f, true
		}
	}
	return flag{}, false
}

// verbs are all commands in the order of the help.
func verbs() []*verb {
	return []*verb{failVerb(), showVerb(), fullVerb(), checkVerb(), buildsVerb(),
		followVerb(), watchVerb(), unwatchVerb(), watchesVerb(), aliasVerb(), unaliasVerb(), aliasesVerb(), helpVerb()}
}

func verbNamed(name string) *verb {
	for _, v := range verbs() {
		if v.name == strings.ToLower(name) {
			return v
		}
	}
	return nil
}

// call is a parsed command.
type call struct {
	verb    *verb
	words   []string // without the verb and the flags
	flags   map[string]string
	request Request
	about   *task // the task that the first word stands for, where it was resolved before
	meter   *read.Meter
	audited Read // for the audit log, as far as it is known
}

func (in *call) has(flag string) bool {
	_, ok := in.flags[flag]
	return ok
}

// say is a text in the language of whoever asked.
func (in *call) say(t texts.Text, args ...any) string { return t.With(args...).In(in.request.Lang) }

// number reads a flag that counts something, within bounds.
func (in *call) number(flag string, fallback, least, most int) (int, error) {
	text, ok := in.flags[flag]
	if !ok {
		return fallback, nil
	}
	n, err := strconv.Atoi(narrow(text))
	if err != nil || n < least || n > most {
		return 0, wrong(texts.NumberFlag.With(flag, least, most, texts.Quote(text)), in.again(flag, strconv.Itoa(max(least, min(most, 20)))))
	}
	return n, nil
}

// parse finds the verb of the words and takes its flags apart. Words that begin
// with a task and no verb are a short form of fail.
func (c *Commands) parse(words []string, r Request) (*call, error) {
	words = c.plain(words)
	v, rest := verbNamed(words[0]), words[1:]
	named := v != nil
	if v == nil {
		if line := c.otherName(words); line != "" {
			return nil, wrong(texts.MeantVerb.With(texts.Quote(words[0])), line)
		}
		if near := nearVerb(words[0]); near != "" && !c.aliases.known(words[0]) {
			return nil, wrong(texts.MeantVerb.With(texts.Quote(words[0])), typed(append([]string{near}, rest...)...))
		}
		v, rest = failVerb(), words
	}
	in := &call{verb: v, flags: map[string]string{}, request: r, meter: &read.Meter{Report: r.Progress}}
	if err := c.take(in, rest); errors.Is(err, errHelp) {
		return c.parse([]string{helpVerb().name, v.name}, r)
	} else if err != nil {
		return nil, err
	}
	switch n := len(in.words); {
	case n == 0 && v.min > 0:
		return nil, wrong(texts.VerbWhat.With(v.name, v.usage), c.examples(in)...)
	case n < v.min:
		return nil, wrong(texts.NeedsMore.With(v.name, v.name, v.usage), c.examples(in)...)
	case n > v.max:
		lines := c.examples(in)
		_, hasStep := v.flag("step")
		_, isStep := stepPosition(in.words[v.max])
		switch {
		case hasStep && isStep:
			in.flags["step"] = in.words[v.max]
			fallthrough
		case named:
			lines = []string{(&call{verb: v, words: in.words[:v.max], flags: in.flags}).line(), lines[0]}
		}
		return nil, wrong(texts.TooMany.With(texts.Quote(in.words[v.max]), v.name, v.usage), slices.Compact(lines)...)
	}
	return in, nil
}

// plain is the words in their usual order: without the command's name, which is
// pasted along, and with the verb in front of --me.
func (c *Commands) plain(words []string) []string {
	if len(words) > 1 && strings.EqualFold(words[0], "--"+me.name) {
		words = append(slices.Clone(words[1:]), words[0])
	}
	if len(words) > 0 && strings.EqualFold(words[0], c.name) {
		words = words[1:]
	}
	if len(words) > 1 && strings.EqualFold("/"+words[0], c.name) && verbNamed(words[1]) != nil {
		words = words[1:]
	}
	if len(words) == 0 || isHelp(words[0]) {
		return []string{helpVerb().name}
	}
	return words
}

// errHelp says that the help of a verb was asked for.
var errHelp = errors.New("help")

// isHelp reports whether a word asks for help as in a terminal.
func isHelp(word string) bool { return word == "--help" || word == "-help" || word == "-h" }

// likeFlag reports whether a word was probably meant to be a flag: -me.
func likeFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && (word[1]|0x20 >= 'a' && word[1]|0x20 <= 'z')
}

// take sorts words into flags and others. A flag's value follows it or an "=".
func (c *Commands) take(in *call, words []string) error {
	for i := 0; i < len(words); i++ {
		name, isFlag := strings.CutPrefix(words[i], "--")
		switch {
		case isHelp(words[i]):
			return errHelp
		case likeFlag(words[i]):
			return c.unknownFlag(in, words, i)
		case !isFlag || name == "":
			in.words = append(in.words, words[i])
			continue
		}
		name, value, given := strings.Cut(name, "=")
		f, ok := in.verb.flag(strings.ToLower(name))
		switch {
		case !ok:
			return c.unknownFlag(in, words, i)
		case f.value == "" && given:
			return wrong(texts.NoValue.With(f.name, texts.Quote(value)), c.examples(in)...)
		case f.value != "" && !given:
			if i++; i == len(words) {
				return wrong(texts.NeedsValue.With(f.name, f.name, f.value), c.examples(in)...)
			}
			value = words[i]
		}
		in.flags[f.name] = value
	}
	return nil
}

// unknownFlag is the problem of the i-th word, a flag that the verb does not have:
// with the line as it was probably meant, where that can be guessed.
func (c *Commands) unknownFlag(in *call, words []string, i int) error {
	name, value, given := strings.Cut(words[i], "=")
	var all []string
	for _, f := range in.verb.all() {
		all = append(all, "--"+f.name)
	}
	near := nearest(strings.ToLower(name), all)
	if near == "" {
		return wrong(texts.NoFlag.With(in.verb.name, texts.Quote(name), texts.List(all)), c.examples(in)...)
	}
	meant := append([]string{in.verb.name}, words...)
	meant[1+i] = near
	if given {
		meant[1+i] += "=" + value
	}
	return wrong(texts.MeantFlag.With(in.verb.name, texts.Quote(name), near), typed(meant...))
}

// nearVerb is the verb that a mistyped word probably meant.
func nearVerb(word string) string {
	var names []string
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return nearest(strings.ToLower(word), names)
}

// typed is words as a line that split reads back.
func typed(words ...string) string {
	for i, w := range words {
		words[i] = quoted(w)
	}
	return strings.Join(words, " ")
}

// line is the command as it can be typed, its flags in the order of the verb.
func (in *call) line() string {
	words := append([]string{in.verb.name}, in.words...)
	for _, f := range in.verb.all() {
		value, ok := in.flags[f.name]
		if ok {
			words = append(words, "--"+f.name)
		}
		if ok && f.value != "" {
			words = append(words, value)
		}
	}
	return typed(words...)
}

// again is the command with one flag given another value; a switch has the value
// "".
func (in *call) again(flag, value string) string {
	flags := maps.Clone(in.flags)
	flags[flag] = value
	return (&call{verb: in.verb, words: in.words, flags: flags}).line()
}

// without is the command without some flags.
func (in *call) without(names ...string) *call {
	flags := maps.Clone(in.flags)
	for _, name := range names {
		delete(flags, name)
	}
	return &call{verb: in.verb, words: in.words, flags: flags}
}

// with is the command with another word for its task.
func (in *call) with(word string) string {
	words := slices.Clone(in.words)
	words[in.verb.task] = word
	return (&call{verb: in.verb, words: words, flags: in.flags}).line()
}

// pin makes the command name the task and the build that it was resolved to, so
// that its lines mean the same tomorrow.
func (in *call) pin(t task, build int64) {
	words := []string{t.word, itoa(build)}
	if len(in.words) > 2 {
		words = append(words, in.words[2:]...)
	}
	in.words = words
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// The names that stand in the examples of the verbs.
const (
	exampleTask  = "web"
	exampleBuild = "128"
	exampleCheck = "style"
	exampleAlias = "shop"
)

// examples are the verb's own lines, with names that whoever asks may read where
// there are any.
func (c *Commands) examples(in *call) []string {
	var lines []string
	for _, e := range in.verb.examples {
		lines = append(lines, c.owned(in, e.line))
	}
	return lines
}

// owned puts a task or check run that may be read in the place of an example's,
// and its last build in the place of one that it may not have.
func (c *Commands) owned(in *call, line string) string {
	words := strings.Fields(line)
	for i, w := range words {
		k := c.tasks()
		switch w {
		case exampleCheck:
			k = c.checkRuns()
		case exampleTask:
		default:
			continue
		}
		words[i] = c.readable(in, w, k)
		if words[i] != w && i+1 < len(words) && words[i+1] == exampleBuild {
			words[i+1] = lastWord
		}
	}
	return strings.Join(words, " ")
}

// readable is the name if it may be read, else the first that may: of the
// aliases, then of what the service listed last.
func (c *Commands) readable(in *call, name string, k kind) string {
	var listed []named
	if last := k.seen.Load(); last != nil {
		listed = *last
	}
	all := c.readables(in, k, listed)
	slices.SortFunc(all, func(a, b named) int {
		_, setA := k.aliases[a.name]
		_, setB := k.aliases[b.name]
		switch {
		case (a.name == name) != (b.name == name):
			return ordered(a.name == name)
		case setA != setB:
			return ordered(setA)
		}
		return strings.Compare(a.name, b.name)
	})
	for _, n := range all {
		if typeable(n.name) {
			return quoted(n.name)
		}
	}
	return name
}

// ordered is the order of two things of which one comes first.
func ordered(first bool) int {
	if first {
		return -1
	}
	return 1
}
