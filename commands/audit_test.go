package commands_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
)

func TestEveryReadIsInTheAuditLogAllowedOrNot(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{"C0BUILDS01"}, Tasks: []string{"web"}}})
	require.NoError(t, err)
	h := newHarness(t, policy)
	const nobodys = "0123456789abcdef0123456789abcdef"
	for _, c := range []struct {
		typed string
		want  commands.Read
	}{
		{"fail web 128", commands.Read{Verb: "fail", Task: webID, Build: 128, Allowed: true}},
		{"web 128 --me", commands.Read{Verb: "fail", Task: webID, Build: 128, Allowed: true}},
		{"web", commands.Read{Verb: "fail", Task: webID, Build: 128, Allowed: true}},
		{"show web 128 --grep x", commands.Read{Verb: "show", Task: webID, Build: 128, Allowed: true}},
		{"full web 128 3", commands.Read{Verb: "full", Task: webID, Build: 128, Allowed: true}},
		{"builds web", commands.Read{Verb: "builds", Task: webID, Allowed: true}},
		{"fail " + nobodys + " 7", commands.Read{Verb: "fail", Task: nobodys}},
		{"full " + record + " 3", commands.Read{Verb: "full", Task: record}},
		{"check " + nobodys, commands.Read{Verb: "check", Task: nobodys}},
	} {
		*h.reads = nil
		h.typed(t, c.typed)
		require.Len(t, *h.reads, 1, c.typed)
		got := (*h.reads)[0]
		assert.False(t, got.At.IsZero(), c.typed)
		got.At, c.want.Channel, c.want.User = c.want.At, "C0BUILDS01", "U0ANN00001"
		assert.Equal(t, c.want, got, c.typed)
	}
	*h.reads = nil
	for _, typed := range []string{"help", "fail", "nonsense 1", "fail nosuchtask 1", ""} {
		h.typed(t, typed)
	}
	assert.Empty(t, *h.reads, "these read nothing")
}
