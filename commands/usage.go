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
	for _, v := range c.verbs {
		u := Usage{Verb: v.Name, Follows: v.Verb.Usage, Does: v.Does.In(lang)}
		for _, f := range v.AllFlags() {
			u.Flags = append(u.Flags, f.Usage())
		}
		for _, e := range v.Examples {
			u.Examples = append(u.Examples, e.Line)
		}
		all = append(all, u)
	}
	return all
}
