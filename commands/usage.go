package commands

import "logbot/commands/texts"

// Usage is how one command is typed, for places that list or complete them.
type Usage struct {
	Verb     string // "fail"
	Follows  string // "TASK [BUILD]"
	Does     string // one line
	Flags    []string
	Examples []string // whole texts, the verb included
}

// Usages lists what can be typed, in the order of the help.
func (c *Commands) Usages(lang texts.Lang) []Usage {
	var all []Usage
	for _, v := range verbs() {
		u := Usage{Verb: v.name, Follows: v.usage, Does: v.does.In(lang)}
		for _, f := range v.all() {
			typed := "--" + f.name
			if f.value != "" {
				typed += " " + f.value
			}
			u.Flags = append(u.Flags, typed)
		}
		for _, e := range v.examples {
			u.Examples = append(u.Examples, e.line)
		}
		all = append(all, u)
	}
	return all
}
