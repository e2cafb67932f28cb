package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
)

func TestAnAliasHoldsInItsChannelAndTheWorkspacesElsewhere(t *testing.T) {
	h := newHarness(t, nil)
	require.False(t, h.says(t, here, ann, "alias Laden web").Refused)
	require.False(t, h.says(t, here, admin, "alias laden api --workspace").Refused)
	require.False(t, h.says(t, here, ann, "alias 固件包 firmware").Refused)

	assert.Contains(t, h.says(t, here, ann, "fail laden 128").Heading, "Laden #128 failed")
	assert.Contains(t, h.says(t, elsewhere, ann, "LADEN 57").Heading, "laden #57 failed")
	assert.Contains(t, h.says(t, here, ann, "固件包 12").Heading, "固件包 #12 failed")
	assert.True(t, h.says(t, elsewhere, ann, "fail 固件包 12").Refused, "another channel's")

	r := h.says(t, here, ann, "unalias LADEN")
	assert.Contains(t, r.Body, "from this channel. The workspace's alias laden works here now.")
	assert.Contains(t, h.says(t, here, ann, "fail laden 57").Heading, "laden #57 failed")
	r = h.says(t, here, ann, "unalias laden")
	assert.Contains(t, shown(r), "/logs unalias laden --workspace")
	assert.False(t, h.says(t, here, admin, "unalias laden --workspace").Refused)
	assert.True(t, h.says(t, here, ann, "fail laden 57").Refused)
	assert.Contains(t, h.says(t, here, ann, "unalias laden").Body, "no alias laden")
}

func TestAnAliasThatLooksLikeAVerbIsStillOne(t *testing.T) {
	h := newHarness(t, nil)
	assert.Contains(t, shown(h.says(t, here, ann, "shop 128")), "/logs show 128", "before, it is a typing error")
	require.False(t, h.says(t, here, ann, "alias shop web").Refused)
	assert.Contains(t, h.says(t, here, ann, "shop 128").Heading, "shop #128 failed")
}

func TestTheConfigurationsNamesCannotBeReplaced(t *testing.T) {
	h := newHarness(t, nil)
	for _, typed := range []string{"alias web api", "alias WEB api", "alias web api --workspace", "unalias web"} {
		r := h.says(t, here, admin, typed)
		assert.True(t, r.Refused, typed)
		assert.Contains(t, r.Body, "web is an alias from the configuration", typed)
	}
	// Even one that came into the store another way does not count.
	h.store.put(find.Alias{Channel: here, Name: "web", Target: apiID})
	assert.Contains(t, h.says(t, here, ann, "fail web 128").Heading, "web #128")
	assert.NotContains(t, h.says(t, here, ann, "aliases").Excerpt(), "this channel", "it is not listed either")
}

func TestAnAliasGivesNoRight(t *testing.T) {
	policy, err := access.New([]access.Rule{
		{Users: []string{admin}, Tasks: []string{"*"}},
		{Users: []string{ann}, Tasks: []string{"web", "tor"}},
	})
	require.NoError(t, err)
	h := newHarness(t, policy)
	require.True(t, h.says(t, here, ann, "alias tor api").Refused, "she may not read it, so she may not name it")
	require.False(t, h.says(t, here, admin, "alias tor api").Refused)
	assert.Contains(t, h.says(t, here, admin, "fail tor 57").Heading, "failed")
	r := h.says(t, here, ann, "fail tor 57")
	assert.True(t, r.Refused, "a rule for the name of a task means the configuration's name")
	assert.NotContains(t, shown(r), "api")
	assert.NotContains(t, h.says(t, here, ann, "aliases").Excerpt(), "tor", "what may not be read is not listed")
	assert.Contains(t, h.says(t, here, admin, "aliases").Excerpt(), "tor")
}

func TestOnlyAdminsNameForTheWholeWorkspace(t *testing.T) {
	h := newHarness(t, nil)
	for _, typed := range []string{"alias laden web --workspace", "unalias laden --workspace"} {
		r := h.says(t, here, ann, typed)
		assert.True(t, r.Refused, typed)
		assert.Contains(t, shown(r), "/logs "+strings.TrimSuffix(typed, " --workspace"), typed)
	}
}

func TestABadAliasIsRefused(t *testing.T) {
	h := newHarness(t, nil)
	for name, says := range map[string]string{
		`"two words"`: "Use one word of up to", "-x": "has no flag", "-1": "Use one word of up to", "a,b": "Use one word of up to", "<!channel>": "Use one word of up to",
		"*b*": "Use one word of up to", strings.Repeat("x", 41): "Use one word of up to", "a\u0301\u202e": "Use one word of up to",
		"fail": "name of a command", "WATCH": "name of a command",
		"128": "looks like an ID", "#128": "Use one word of up to", "last-1": "looks like an ID", "stage3": "looks like an ID",
		strings.Repeat("a1", 12): "looks like an ID", webID: "looks like an ID", "https://x": "Use one word of up to",
	} {
		r := h.says(t, here, ann, "alias "+name+" web")
		assert.True(t, r.Refused, name)
		assert.Contains(t, r.Body, says, name)
	}
}

func TestNamesOfCheckRunsAndTasksDoNotMix(t *testing.T) {
	h := newHarness(t, nil)
	require.False(t, h.says(t, here, ann, "alias stil style --check").Refused)
	assert.False(t, h.says(t, here, ann, "check stil").Refused)
	assert.True(t, h.says(t, here, ann, "fail stil 1").Refused)
	assert.Contains(t, h.says(t, here, ann, "aliases").Excerpt(), "check run")
}

func TestConfiguredNamesGoOnWhileTheStoreIsAway(t *testing.T) {
	h := newHarness(t, nil)
	require.False(t, h.says(t, here, ann, "alias laden web").Refused)
	h.store.refuse(commands.ErrStoreAway)
	assert.Contains(t, h.says(t, here, ann, "fail web 128").Heading, "web #128 failed")
	r := h.says(t, here, ann, "fail laden 128")
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "set in Slack can't be read right now")
	assert.Contains(t, h.says(t, here, ann, "alias tor web").Body, "the state store is unavailable")
	r = h.says(t, here, ann, "aliases")
	assert.Contains(t, r.Excerpt(), "web")
	assert.Contains(t, r.Body, "can't be read right now")
	h.store.refuse(commands.ErrStoreFull)
	assert.Contains(t, h.says(t, here, ann, "alias tor web").Body, "The limit of aliases")
}

func TestAnAliasOfACheckTaskMeansItsLatestRun(t *testing.T) {
	s := shop()
	_, r := over(s, access.Open(), broken)
	kept := newMemoryStore()
	at := func(s service) *commands.Commands {
		return commands.New(commands.Options{Logs: r, Builds: s, Gate: redact.New(), Access: access.Open(), AliasStore: kept})
	}
	says := func(c *commands.Commands, text string) reply.Reply {
		return c.Run(t.Context(), commands.Request{Text: text, Channel: here, User: ann})
	}
	require.False(t, says(at(s), "alias stil style --check").Refused)
	assert.Contains(t, says(at(s), "aliases").Excerpt(), "stil style this channel check run", "its name, not its id")

	s.runs = append([]logsapi.CheckRun{{ID: id("d3")}}, s.runs...) // it ran once more
	require.False(t, says(at(s), "check stil").Refused)
	assert.Equal(t, "check/"+id("d3"), r.asked[len(r.asked)-1])

	require.False(t, says(at(s), "alias lauf "+id("d1")+" --check").Refused)
	require.False(t, says(at(s), "check lauf").Refused)
	assert.Equal(t, "check/"+id("d1"), r.asked[len(r.asked)-1], "the id of a run means that run")
}

func TestAnAliasDoesNotHideAnotherTask(t *testing.T) {
	c := commands.New(commands.Options{Builds: shop(), Gate: redact.New(), Access: access.Open(), AliasStore: newMemoryStore()})
	r := c.Run(t.Context(), commands.Request{Text: "alias payment shop-web", Channel: here, User: ann})
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "payment is the name of another task")
	assert.Contains(t, shown(r), "/logs alias shop shop-web")
	assert.False(t, c.Run(t.Context(), commands.Request{Text: "alias payment Payment", Channel: here, User: ann}).Refused, "its own name does no harm")
}
