package commands

import (
	"context"
	"slices"
	"strings"

	"logbot/commands/texts"
)

// greeted is a request that asks for the short help where it only greets, in
// Chinese where it greets so. What is the name of a task stays what it is.
func (c *Commands) greeted(ctx context.Context, r Request) Request {
	lang, greets := texts.Greeting(r.Text)
	if !greets || c.names(ctx, strings.TrimSpace(r.Text), r) {
		return r
	}
	if lang != texts.English {
		r.Lang = lang
	}
	r.Text = helpVerb().name
	return r
}

// names reports whether a word is the whole name of a task or check run, or a short
// name, that may be read where it was typed.
func (c *Commands) names(ctx context.Context, word string, r Request) bool {
	in := &call{verb: failVerb(), request: r}
	for _, k := range []kind{c.tasks(), c.checkRuns()} {
		if _, ok, _ := c.setAlias(ctx, in, word, k); ok {
			return true
		}
		listed, _ := k.list(ctx) // where it cannot be read, nothing is known by that name
		if slices.ContainsFunc(c.readables(in, k, listed), func(n named) bool { return strings.EqualFold(n.name, word) }) {
			return true
		}
	}
	return false
}
