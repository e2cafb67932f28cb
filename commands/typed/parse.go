package typed

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"logbot/commands/texts"
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
	words = p.plain(words)
	v, rest := p.Verbs.Named(words[0]), words[1:]
	named := v != nil
	if v == nil {
		if line := p.otherName(words); line != "" {
			return nil, Wrong(texts.MeantVerb.With(texts.Quote(words[0])), line)
		}
		if near := p.Verbs.Near(words[0]); near != "" && !p.IsAlias(words[0]) {
			return nil, Wrong(texts.MeantVerb.With(texts.Quote(words[0])), Line(append([]string{near}, rest...)...))
		}
		v, rest = p.Verbs.Named(Fail), words
	}
	c := &Command{Verb: v, Flags: map[string]string{}}
	if err := p.take(c, rest); errors.Is(err, errHelp) {
		return p.Parse([]string{Help, v.Name})
	} else if err != nil {
		return nil, err
	}
	if err := p.count(c, named); err != nil {
		return nil, err
	}
	return c, nil
}

// count refuses too few and too many words. named says that the verb was typed.
func (p Parser) count(c *Command, named bool) error {
	v := c.Verb
	switch n := len(c.Words); {
	case n == 0 && v.Min > 0:
		return Wrong(texts.VerbWhat.With(v.Name, v.Usage), p.Examples(v)...)
	case n < v.Min:
		return Wrong(texts.NeedsMore.With(v.Name, v.Name, v.Usage), p.Examples(v)...)
	case n <= v.Max:
		return nil
	}
	lines := p.Examples(v)
	extra := c.Words[v.Max]
	_, hasStep := v.Flag("step")
	_, isStep := StepPosition(extra)
	if hasStep && isStep {
		c.Flags["step"] = extra
	}
	if hasStep && isStep || named {
		lines = []string{c.withWords(c.Words[:v.Max]), lines[0]}
	}
	return Wrong(texts.TooMany.With(texts.Quote(extra), v.Name, v.Usage), slices.Compact(lines)...)
}

// StepPosition reads 3 and stage3.
func StepPosition(word string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToLower(Narrow(word)), "stage"))
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

// take sorts words into flags and others. A flag's value follows it or an "=".
func (p Parser) take(c *Command, words []string) error {
	for i := 0; i < len(words); i++ {
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
			return Wrong(texts.NoValue.With(f.Name, texts.Quote(value)), p.Examples(c.Verb)...)
		case f.Value != "" && !given:
			if i++; i == len(words) {
				return Wrong(texts.NeedsValue.With(f.Name, f.Name, f.Value), p.Examples(c.Verb)...)
			}
			value = words[i]
		}
		c.Flags[f.Name] = value
	}
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
	meant := append([]string{c.Verb.Name}, words...)
	meant[1+i] = near
	if given {
		meant[1+i] += "=" + value
	}
	return Wrong(texts.MeantFlag.With(c.Verb.Name, texts.Quote(name), near), Line(meant...))
}

// otherNames are words that people type for a verb, from other tools and other
// bots, and what they mean; "$" is the words that follow.
var otherNames = map[string]string{
	"tail": "show $ --tail",
	"log":  "show $", "logs": "show $", "cat": "show $", "head": "show $", "view": "show $",
	"grep": "show $ --grep", "search": "show $ --grep", "find": "show $ --grep",
	"status": "builds $", "list": "builds $", "ls": "builds $", "history": "builds $",
	"unfollow": "follow $ --stop", "stop": "follow $ --stop",
	"why": "fail $", "explain": "fail $", "error": "fail $", "errors": "fail $",
	"download": "full $", "file": "full $",
	"为什么": "fail $", "日志": "show $", "搜索": "show $ --grep", "构建": "builds $", "帮助": "help $",
}

// otherName is the line that was meant by words that begin with another name of a
// verb; empty if they do not, or if a task is called so.
func (p Parser) otherName(words []string) string {
	meant, ok := otherNames[strings.ToLower(words[0])]
	if !ok || p.IsTask(words[0]) {
		return ""
	}
	before, after, _ := strings.Cut(meant, "$")
	line := []string{strings.TrimSpace(before)}
	rest := words[1:]
	search := strings.HasSuffix(after, SearchEnd)
	switch {
	case line[0] == Help:
		return line[0]
	case len(rest) == 0:
		return Help + " " + line[0]
	case search && len(rest) == 1: // what is searched for is missing
		rest, after = rest[:1], after+" error"
	case search:
		last := len(rest) - 1
		rest, after = rest[:last], after+" "+Quoted(rest[last])
	}
	return Line(append(line, rest...)...) + after
}
