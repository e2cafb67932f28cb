package commands

// Usage is how one command is typed, for places that list or complete them.
type Usage struct {
	Verb     string // "fail"
	Follows  string // "TASK [BUILD]"
	Does     string // one line
	Flags    []string
	Examples []string // whole texts, the verb included
}

// Usages lists what can be typed, in the order of the help.
func (c *Commands) Usages() []Usage {
	var all []Usage
	for _, v := range verbs() {
		u := Usage{Verb: v.name, Follows: v.usage, Does: v.does}
		for _, f := range append(v.flags, me) {
			typed := "--" + f.name
			if f.value != "" {
				typed += " " + f.value
			}
			u.Flags = append(u.Flags, typed)
		}
		for _, e := range v.examples {
			u.Examples = append(u.Examples, e.Line)
		}
		all = append(all, u)
	}
	return all
}
