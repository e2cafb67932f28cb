package find

import (
	"slices"
	"strings"

	"logbot/commands/texts"
	"logbot/commands/typed"
)

const (
	// maxChoices bounds the lines to choose from when a name fits several tasks.
	maxChoices = 5
	// maxKnown bounds the names that an error lists.
	maxKnown = 8
)

// unknown offers what a word that names nothing, or several things, could have
// meant, as lines to type. fits are those of all that it matches. orHidden adds to a
// sentence what is said to those from whom something is hidden.
func unknown(c *typed.Command, word string, k *kind, all, fits []named, orHidden func(texts.Phrase) texts.Phrase) *typed.Problem {
	names := make([]string, 0, len(all))
	for _, n := range all {
		names = append(names, n.name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	quoted := texts.Quote(word)
	near, alike := typed.Nearest(strings.ToLower(word), names), resembling(all, word)
	second := c.Words[len(c.Words)-1]
	given := c.Words
	if c = withoutOddBuild(c); len(c.Words) < len(given) && slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, second) }) {
		if c.Named == "" {
			return typed.NoCommand(given)
		}
		return typed.Wrong(texts.Meant.With(k.noun, quoted), c.WithTask(second))
	}
	if line := splitNumber(c, word, all); line != "" {
		return typed.Wrong(texts.Meant.With(k.noun, quoted), line)
	}
	switch {
	case len(fits) == 1:
		return typed.Wrong(texts.Meant.With(k.noun, quoted), c.WithTask(choice(fits[0], all)))
	case len(fits) > 1:
		return choose(c, texts.FitsSeveral.With(quoted, k.counted.Count(len(fits))), fits)
	case near == "" && len(alike) > 0:
		return choose(c, texts.Meant.With(k.noun, quoted), alike)
	case near != "":
		return typed.Wrong(texts.Meant.With(k.noun, quoted), c.WithTask(near))
	case len(names) == 0:
		return typed.Wrong(orHidden(texts.NoneCalled.With(k.noun, quoted)), c.WithTask("ID"))
	}
	noun := k.noun
	if c.Named == "" {
		noun = texts.CommandOrTask
	}
	first := withoutBuild(c).WithTask(names[0]) // which need not have a build of that number
	if len(names) > maxKnown {
		return typed.Wrong(orHidden(texts.KnownSome.With(noun, quoted, texts.Names(names[:maxKnown]), len(names)-maxKnown)), first)
	}
	return typed.Wrong(orHidden(texts.KnownAll.With(noun, quoted, texts.Names(names))), first)
}

// withoutOddBuild is the command without a second word that cannot be a build.
func withoutOddBuild(c *typed.Command) *typed.Command {
	if len(c.Words) != 2 || !c.Verb.TakesBuild() || buildWord.MatchString(typed.Narrow(c.Words[1])) {
		return c
	}
	return withoutBuild(c)
}

// withoutBuild is the command without what follows its task.
func withoutBuild(c *typed.Command) *typed.Command {
	if !c.Verb.TakesBuild() {
		return c
	}
	return &typed.Command{Verb: c.Verb, Named: c.Named, Words: c.Words[:1], Flags: c.Flags}
}

// splitNumber is the line in which a word such as web#128 is split into the name
// of a task and a build; empty if it is not such a word.
func splitNumber(c *typed.Command, word string, all []named) string {
	word = typed.Narrow(word)
	at := strings.LastIndexAny(word, "#:/@ ")
	if at < 0 || buildNumber(word[at+1:]) == 0 {
		return ""
	}
	fits := matching(all, strings.TrimRight(word[:at], "#:/@ "))
	switch {
	case len(fits) != 1:
		return ""
	case c.Verb.TakesBuild() && len(c.Words) == 1:
		return c.WithBuild(choice(fits[0], all), word[at+1:])
	}
	return c.WithTask(choice(fits[0], all))
}

// resembling are those whose name has the characters of the word in its order.
func resembling(all []named, word string) []named {
	var out []named
	for _, n := range all {
		rest := []rune(strings.ToLower(word))
		for _, r := range strings.ToLower(n.name) {
			if len(rest) > 0 && r == rest[0] {
				rest = rest[1:]
			}
		}
		if len(rest) == 0 {
			out = append(out, n)
		}
	}
	return out
}

// choose offers the typed command with each of the names.
func choose(c *typed.Command, says texts.Phrase, among []named) *typed.Problem {
	p := &typed.Problem{Says: says}
	for _, n := range among[:min(len(among), maxChoices)] {
		p.Try = append(p.Try, typed.Suggestion{Line: c.WithTask(choice(n, among)), Does: texts.Plain(n.name)})
	}
	return p
}
