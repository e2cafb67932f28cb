package typed

import (
	"maps"
	"slices"
	"strconv"

	"logbot/commands/texts"
)

// Command is a parsed line.
type Command struct {
	Verb  *Verb
	Named string   // the word that named the verb; empty if it was left out
	Words []string // without the verb and the flags
	Flags map[string]string
}

// Has reports whether a flag was typed.
func (c *Command) Has(flag string) bool {
	_, ok := c.Flags[flag]
	return ok
}

// Number reads a flag that counts something, within bounds.
func (c *Command) Number(flag string, fallback, least, most int) (int, error) {
	text, ok := c.Flags[flag]
	if !ok {
		return fallback, nil
	}
	n, err := strconv.Atoi(Narrow(text))
	if err != nil || n < least || n > most {
		return 0, Wrong(texts.NumberFlag.With(flag, least, most, texts.Quote(text)), c.Again(flag, strconv.Itoa(max(least, min(most, 20)))))
	}
	return n, nil
}

// Line is the command as it can be typed, its flags in the order of the verb.
func (c *Command) Line() string {
	words := append([]string{c.Verb.Name}, c.Words...)
	for _, f := range c.Verb.AllFlags() {
		value, ok := c.Flags[f.Name]
		if ok {
			words = append(words, "--"+f.Name)
		}
		if ok && value != "" {
			words = append(words, value)
		}
	}
	return Line(words...)
}

// Again is the line with one flag given another value; a switch has the value "".
func (c *Command) Again(flag, value string) string {
	flags := maps.Clone(c.Flags)
	flags[flag] = value
	return (&Command{Verb: c.Verb, Named: c.Named, Words: c.Words, Flags: flags}).Line()
}

// Without is the command without some flags.
func (c *Command) Without(names ...string) *Command {
	flags := maps.Clone(c.Flags)
	for _, name := range names {
		delete(flags, name)
	}
	return &Command{Verb: c.Verb, Named: c.Named, Words: c.Words, Flags: flags}
}

// WithTask is the line with another word for its task.
func (c *Command) WithTask(word string) string {
	words := slices.Clone(c.Words)
	words[c.Verb.Task] = word
	return c.withWords(words)
}

// WithBuild is the line with another task and build.
func (c *Command) WithBuild(task, build string) string { return c.withWords(c.about(task, build)) }

// WithStep is the line with another step.
func (c *Command) WithStep(step string) string {
	if c.Has("step") {
		return c.Again("step", step)
	}
	words := slices.Clone(c.Words)
	words[len(words)-1] = step
	return c.withWords(words)
}

// Pin makes the command name the task and the build that it was resolved to, so
// that its lines mean the same tomorrow.
func (c *Command) Pin(task string, build int64) {
	c.Words = c.about(task, strconv.FormatInt(build, 10))
}

// about are the words with another task and build.
func (c *Command) about(task, build string) []string {
	words := []string{task, build}
	if len(c.Words) > 2 {
		words = append(words, c.Words[2:]...)
	}
	return words
}

func (c *Command) withWords(words []string) string {
	return (&Command{Verb: c.Verb, Words: words, Flags: c.Flags}).Line()
}
