package commands

import (
	"context"
	"strings"

	"logbot/commands/texts"
	"logbot/commands/typed"
)

// greeted is a request that asks for the short help if it only greets, in Chinese
// if it greets in Chinese. A greeting that is the name of a task stays as it is.
func (c *Commands) greeted(ctx context.Context, r Request) Request {
	lang, greets := texts.Greeting(r.Text)
	if !greets || c.names.Known(ctx, r.caller(), strings.TrimSpace(r.Text)) {
		return r
	}
	if lang != texts.English {
		r.Lang = lang
	}
	r.Text = typed.Help
	return r
}
