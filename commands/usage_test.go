package commands_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/texts"
)

func TestUsagesAreWhatTheHelpSays(t *testing.T) {
	o := open(t, access.Open())
	usages := o.Usages(texts.English)
	first := map[string]bool{}
	for _, u := range usages {
		first["/logs "+u.Examples[0]] = true
	}
	for _, e := range o.Run(t.Context(), commands.Request{Text: "help"}).Try {
		assert.True(t, first[e.Line], "%s stands in the short help, which leaves out what the help of another verb tells of", e.Line)
	}
	for _, u := range usages {
		help := o.Run(t.Context(), commands.Request{Text: "help " + u.Verb})
		assert.Equal(t, u.Verb+": "+u.Does, help.Heading)
		assert.Contains(t, help.Body, "/logs "+u.Verb+" "+u.Follows)
		for _, flag := range u.Flags {
			assert.Contains(t, help.Body, "\n"+flag+": ")
		}
		assert.Contains(t, u.Flags, "--me")
		require.LessOrEqual(t, len(u.Examples), len(help.Try))
		for i, e := range u.Examples {
			assert.Equal(t, "/logs "+e, help.Try[i].Line)
		}
	}
}
