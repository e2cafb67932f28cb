package typed

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
)

// Parser reads the lines of one caller.
type Parser struct {
	Name  string // what people type before the words: /logs
	Verbs Verbs  // with those named Fail and Help

	// IsAlias reports whether a word is a configured alias, and IsTask whether it is
	// one or the name of a task: such a word is not another name of a verb.
	IsAlias, IsTask func(word string) bool
	// Examples are the lines of a verb, with names that the caller may read.
	Examples func(v *Verb) []string
}

// Parse finds the verb of the words and takes its flags apart. Words that begin
// with a task and no verb are a short form of Fail; a request for help in any form
// is Help. Errors are Problems.
func (p Parser) Parse(words []string) (*Command, error) {
	words = p.spoken(p.plain(words))
	v, as, rest := p.named(words[0]), words[0], words[1:]
	if v == nil {
		line := p.otherName(words)
		switch {
		case line != "" && hasHan(words[0]):
			meant, err := Split(line)
			if err != nil {
				return nil, err
			}
			return p.Parse(meant)
		case line != "":
			return nil, Wrong(texts.MeantVerb.With(texts.Quote(words[0])), line)
		}
		if near := p.Verbs.Near(words[0]); near != "" && !p.IsAlias(words[0]) {
			return nil, Wrong(texts.MeantVerb.With(texts.Quote(words[0])), Line(append([]string{near}, rest...)...))
		}
		v, as, rest = p.Verbs.Named(Fail), "", words
	}
	c := &Command{Verb: v, Named: as, Flags: map[string]string{}}
	rest = p.apart(v, rest)
	if err := p.take(c, rest); errors.Is(err, errHelp) {
		if v.Hidden {
			return p.Parse([]string{Help})
		}
		return p.Parse([]string{Help, v.Name})
	} else if err != nil {
		return nil, err
	}
	if err := p.count(c); err != nil {
		return nil, err
	}
	return c, nil
}

// count refuses too few and too many words.
func (p Parser) count(c *Command) error {
	v, named := c.Verb, c.Named != ""
	switch n := len(c.Words); {
	case n == 0 && v.Min > 0:
		return Wrong(texts.VerbWhat.With(v.Name, texts.Usage(v.Usage)), p.Examples(v)...)
	case n < v.Min:
		return Wrong(texts.NeedsMore.With(v.Name, v.Name, texts.Usage(v.Usage)), p.Examples(v)...)
	case n <= v.Max:
		return nil
	case !named && !p.mayBeTask(c.Words[0]) && !LikeBuild(c.Words[1]):
		return p.noCommand(c.Words)
	case v.Usage == "":
		return Wrong(texts.TakesNothing.With(v.Name), v.Name)
	}
	lines := p.Examples(v)
	extra := c.Words[v.Max]
	_, hasStep := v.Flag("step")
	_, isStep := StepPosition(extra)
	isStep = isStep && !countWord.MatchString(Narrow(extra)) // 58 may be another build
	if hasStep && isStep {
		c.Flags["step"] = extra
	}
	if hasStep && isStep || named {
		lines = append([]string{c.withWords(c.Words[:v.Max])}, lines[:min(len(lines), 1)]...)
	}
	return Wrong(texts.TooMany.With(texts.Quote(extra), v.Name, texts.Usage(v.Usage)), slices.Compact(lines)...)
}

// noCommand says that the first of words is no command.
func (p Parser) noCommand(words []string) *Problem {
	if p.mayBeTask(words[1]) {
		return NoCommand(words)
	}
	return NoCommand(words[:1])
}

// NoCommand is the problem of a line that begins with no command. The words behind it
// are offered as what to explain, if they can be a task and a build.
func NoCommand(words []string) *Problem {
	lines := []string{Help}
	if rest := words[1:]; len(rest) == 1 || len(rest) == 2 && LikeBuild(rest[1]) {
		lines = []string{Line(append([]string{Fail}, rest...)...), Help}
	}
	return Wrong(texts.NoCommand.With(texts.Quote(words[0])), lines...)
}

// mayBeTask reports whether a word names a task, or is the id or the address of one.
func (p Parser) mayBeTask(word string) bool {
	return p.IsTask(word) || strings.Contains(word, "://") || logsapi.IsTaskID(word)
}

// StepPosition reads 3, stage3, 步骤3 and 第3步.
func StepPosition(word string) (int, bool) {
	word = strings.ToLower(Narrow(word))
	if rest, ok := strings.CutPrefix(word, "第"); ok {
		word = strings.TrimSuffix(strings.TrimSuffix(rest, "步"), "个步骤")
	}
	n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(word, "stage"), "步骤"))
	return n, err == nil && n > 0
}

// plain is the words in their usual order: without the command's name, which is
// pasted along, and with the verb in front of --me.
func (p Parser) plain(words []string) []string {
	if len(words) > 1 && strings.EqualFold(words[0], "--"+Me) {
		words = append(slices.Clone(words[1:]), words[0])
	}
	if len(words) > 0 && strings.EqualFold(words[0], p.Name) {
		words = words[1:]
	}
	if len(words) > 1 && strings.EqualFold("/"+words[0], p.Name) && p.Verbs.Named(words[1]) != nil {
		words = words[1:]
	}
	if len(words) == 0 || isHelp(words[0]) {
		return []string{Help}
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

// shortCount is -n 3, -n3 or -n=3, as it is typed in a terminal: the number of lines, or of
// what a verb lists.
var shortCount = lazyregexp.New(`^-n(?:=?(\d+))?$`)

// takeCount takes a short count with which words begin, and returns how many words it
// is: none if there is no such count, or the verb takes none. A number that is a word of
// the verb comes behind the others.
func (c *Command) takeCount(words []string) (taken int, behind []string) {
	m := shortCount.FindStringSubmatch(words[0])
	if m == nil {
		return 0, nil
	}
	n, taken := m[1], 1
	if n == "" && len(words) > 1 && countWord.MatchString(words[1]) {
		n, taken = words[1], 2
	}
	_, hasLines := c.Verb.Flag("lines")
	switch {
	case n == "":
		return 0, nil
	case hasLines:
		c.Flags["lines"] = n
		return taken, nil
	case strings.HasSuffix(c.Verb.Usage, "[N]"):
		return taken, []string{n}
	}
	return 0, nil
}

// take sorts words into flags and others. A flag's value follows it or an "=".
func (p Parser) take(c *Command, words []string) error {
	var behind []string
	for i := 0; i < len(words); i++ {
		if taken, last := c.takeCount(words[i:]); taken > 0 {
			i += taken - 1
			behind = append(behind, last...)
			continue
		}
		name, isFlag := strings.CutPrefix(words[i], "--")
		switch {
		case isHelp(words[i]):
			return errHelp
		case likeFlag(words[i]):
			return p.unknownFlag(c, words, i)
		case !isFlag || name == "":
			c.Words = append(c.Words, words[i])
			continue
		}
		name, value, given := strings.Cut(name, "=")
		f, ok := c.Verb.Flag(strings.ToLower(name))
		switch {
		case !ok:
			return p.unknownFlag(c, words, i)
		case f.Value == "" && given:
			return Wrong(texts.NoValue.With(f.Name, texts.Quote(value)), lineWith(c, words, i, "--"+f.Name))
		case f.Value != "" && !given:
			if i++; i == len(words) {
				lines := p.Examples(c.Verb)
				if len(c.Words) > 0 {
					lines = []string{Line(append([]string{c.Verb.Name}, words[:i-1]...)...)}
				}
				return Wrong(texts.NeedsValue.With(f.Name, f.Name, texts.Usage(f.Value)), lines...)
			}
			value = words[i]
		}
		c.Flags[f.Name] = value
	}
	c.Words = append(c.Words, behind...)
	return nil
}

// unknownFlag is the problem of the i-th word, a flag that the verb does not have:
// with the line as it was probably meant, if that can be guessed.
func (p Parser) unknownFlag(c *Command, words []string, i int) error {
	name, value, given := strings.Cut(words[i], "=")
	var all []string
	for _, f := range c.Verb.AllFlags() {
		all = append(all, "--"+f.Name)
	}
	near := Nearest(strings.ToLower(name), all)
	if near == "" {
		return Wrong(texts.NoFlag.With(c.Verb.Name, texts.Quote(name), texts.List(all)), p.Examples(c.Verb)...)
	}
	meant := near
	if given {
		meant += "=" + value
	}
	return Wrong(texts.MeantFlag.With(c.Verb.Name, texts.Quote(name), near), lineWith(c, words, i, meant))
}

// Mended is the error of a line that cannot be split, whose suggestions can be parsed:
// what is offered for one that cannot takes its place.
func (p Parser) Mended(err error) error {
	var wrong *Problem
	if !errors.As(err, &wrong) {
		return err
	}
	var try []Suggestion
	for _, s := range wrong.Try {
		words, err := Split(s.Line)
		if err == nil {
			_, err = p.Parse(words)
		}
		if err != nil {
			try = append(try, ProblemOf(err).Try...)
			continue
		}
		try = append(try, s)
	}
	wrong.Try = try
	return wrong
}

// lineWith is the line of a verb with another i-th word.
func lineWith(c *Command, words []string, i int, word string) string {
	words = slices.Clone(words)
	words[i] = word
	return Line(append([]string{c.Verb.Name}, words...)...)
}
