package commands_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/logsapi"
)

// newWatchHarness is a harness in which ann starts builds as ann.li.
func newWatchHarness(rules ...access.Rule) harness {
	store := newMemoryStore()
	policy := access.Open()
	if len(rules) > 0 {
		policy, _ = access.New(rules)
	}
	return harness{store: store, Commands: commands.New(commands.Options{
		Logs:   logs{page: func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, nil }},
		Builds: shop(), Gate: redact.New(), Access: policy, Aliases: find.Aliases{Tasks: map[string]string{"web": webID}}, AliasStore: store, Watches: store, Follows: store,
		People: map[string]string{"ann.li": ann},
	})}
}

func TestAWatchForMeTellsMeAlone(t *testing.T) {
	h := newWatchHarness()
	r := h.says(t, here, ann, "watch web --me")
	require.False(t, r.Refused, r.Body)
	assert.True(t, r.Direct, "it is confirmed where it will tell")
	assert.Contains(t, r.Body, "Watching web for you")
	require.Len(t, h.store.watches, 1)
	w := h.store.watches[ann+webID]
	assert.Equal(t, ann, w.Channel, "the channel is not told")
	assert.Equal(t, here, w.Rights, "the rules of the channel in which it was allowed count")

	all := h.says(t, here, ann, "watches")
	assert.Contains(t, all.Excerpt(), "web no new failure only you")
	assert.Contains(t, h.says(t, here, "U0BOB00001", "watches").Body, "Nothing is watched here", "others do not see it")
	assert.Contains(t, h.says(t, "D0ANN", ann, "watches").Excerpt(), "web no new failure")

	require.NotNil(t, r.Undo)
	require.NoError(t, r.Undo(t.Context()))
	assert.Empty(t, h.store.watches, "Slack did not take the direct message")
}

func TestAWatchMayLeaveBuildsOut(t *testing.T) {
	h := newWatchHarness()
	r := h.says(t, here, ann, "watch web --mine")
	assert.Contains(t, r.Body, "Only builds that you started count.")
	w := h.store.watches[ann+webID]
	assert.True(t, w.Mine && w.Channel == ann, "of my builds I am told alone")

	r = h.says(t, here, ann, "watch web --branch release/*")
	assert.False(t, r.Direct)
	assert.Contains(t, r.Body, `Only builds of branch "release/*" count.`)
	assert.Equal(t, "release/*", h.store.watches[here+webID].Branch)
	assert.Contains(t, h.says(t, here, ann, "watches").Excerpt(), "branch release/*")

	bob := h.says(t, here, "U0BOB00001", "watch web --mine")
	assert.True(t, bob.Refused)
	assert.Contains(t, bob.Body, "add U0BOB00001 under people")
	assert.Equal(t, "/logs watch web --me", bob.Try[0].Line)
	assert.True(t, h.says(t, here, ann, "watch web --branch ''").Refused)
}

func TestAWatchForMeIsEndedWhereverIAm(t *testing.T) {
	for _, c := range []struct{ channel, text string }{{here, "unwatch web"}, {here, "unwatch web --me"}, {"D0ANN", "unwatch web"}, {elsewhere, "unwatch web"}} {
		h := newWatchHarness()
		h.says(t, here, ann, "watch web --me")
		r := h.says(t, c.channel, ann, c.text)
		assert.Equal(t, "Stopped watching web for you.", r.Body, c.text)
		assert.True(t, r.Private)
		assert.Empty(t, h.store.watches)
	}
	h := newWatchHarness()
	h.says(t, here, ann, "watch web")
	h.says(t, here, ann, "watch web --me")
	h.says(t, here, ann, "unwatch web")
	assert.Contains(t, h.store.watches, ann+webID, "that of the channel goes first")
	h.says(t, here, "U0BOB00001", "unwatch web")
	assert.Contains(t, h.store.watches, ann+webID, "that of another is not ended")
}

func TestAWatchInADirectMessageIsTheSameAsWithMe(t *testing.T) {
	h := newWatchHarness()
	r := h.says(t, "D0ANN", ann, "watch web")
	assert.False(t, r.Direct, "it is there already")
	assert.Contains(t, r.Body, "Watching web for you")
	h.says(t, here, ann, "watch web --me")
	assert.Len(t, h.store.watches, 1)

	old := newWatchHarness()
	old.store.watches["D0ANN"+webID] = commands.Watch{Channel: "D0ANN", Task: webID, Name: "web", Owner: ann}
	old.says(t, "D0ANN", ann, "watch web --every")
	assert.Len(t, old.store.watches, 1, "one that an older version set there is changed")
	assert.True(t, old.store.watches["D0ANN"+webID].Every)
}

func TestAWatchForMeCountsWithTheRulesOfItsChannel(t *testing.T) {
	h := newWatchHarness(access.Rule{Channels: []string{here}, Tasks: []string{"*"}})
	a := commands.Announcement{Channel: ann, Rights: here, Owner: ann, Task: webID, Name: "web", Build: 11, State: logsapi.Failed}
	assert.NoError(t, h.Announcer().Authorize(t.Context(), a))
	a.Rights = elsewhere
	assert.ErrorIs(t, h.Announcer().Authorize(t.Context(), a), commands.ErrNoRight)
	assert.True(t, h.says(t, elsewhere, ann, "watch web --me").Refused)
}

func TestAWatchSaysIfFailuresAreToldLate(t *testing.T) {
	for _, c := range []struct {
		within time.Duration
		says   string
	}{{30 * time.Second, ""}, {130 * time.Second, "a failure may be posted up to about 2 min 10 s late"}} {
		h := newHarness(t, nil)
		h.store.within = c.within
		r := h.typed(t, "watch web")
		if c.says == "" {
			assert.NotContains(t, r.Body, "up to about")
			continue
		}
		assert.Contains(t, r.Body, c.says)
		assert.Contains(t, h.inChinese(t, "watch web").Body, "失败通知可能晚约 2 分 10 秒")
	}
}
