package commands

import (
	"context"
	"fmt"
	"strings"
)

func helpVerb() *verb {
	return &verb{
		name:     "help",
		usage:    "[COMMAND]",
		does:     "this page, or more about one command",
		examples: []Example{{Line: "help show", Does: "more about show"}},
		max:      1,
		run:      runHelp,
	}
}

func runHelp(_ context.Context, c *Commands, in *call) (Reply, error) {
	if len(in.words) == 0 {
		return c.helpPage(), nil
	}
	v := verbNamed(in.words[0])
	if v == nil {
		if near := c.nearVerb(in.words[0]); near != "" {
			return Reply{}, wrong(fmt.Sprintf("There is no command %s. Did you mean:", quote(in.words[0])), "help "+near)
		}
		return Reply{}, wrong(fmt.Sprintf("There is no command %s.", quote(in.words[0])), "help")
	}
	return c.helpOn(v), nil
}

// helpPage is short: what there is, as lines to copy.
func (c *Commands) helpPage() Reply {
	r := Reply{Private: true, Heading: "Why did the build fail?"}
	for _, v := range verbs() {
		if v.beside != "" {
			continue
		}
		r.Try = append(r.Try, Example{Line: v.examples[0].Line, Does: v.does})
	}
	return r
}

func (c *Commands) helpOn(v *verb) Reply {
	var body strings.Builder
	fmt.Fprintf(&body, "%s %s %s", c.name, v.name, v.usage)
	for _, f := range append(v.flags, me) {
		typed := "--" + f.name
		if f.value != "" {
			typed += " " + f.value
		}
		fmt.Fprintf(&body, "\n%s: %s", typed, f.does)
	}
	if v.more != "" {
		fmt.Fprintf(&body, "\n%s", v.more)
	}
	try := v.examples
	for _, other := range verbs() {
		if other.beside == v.name {
			try = append(try, other.examples...)
		}
	}
	return Reply{Private: true, Heading: v.name + ": " + v.does, Body: body.String(), Try: try}
}
