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
	require.Len(t, usages, len(o.Run(t.Context(), commands.Request{Text: "help"}).Try))
	for _, u := range usages {
		help := o.Run(t.Context(), commands.Request{Text: "help " + u.Verb})
		assert.Equal(t, u.Verb+": "+u.Does, help.Heading)
		assert.Contains(t, help.Body, "/logs "+u.Verb+" "+u.Follows)
		for _, flag := range u.Flags {
			assert.Contains(t, help.Body, "\n"+flag+": ")
		}
		assert.Contains(t, u.Flags, "--me")
		require.Len(t, u.Examples, len(help.Try))
		for i, e := range help.Try {
			assert.Equal(t, "/logs "+u.Examples[i], e.Line)
		}
	}
}
