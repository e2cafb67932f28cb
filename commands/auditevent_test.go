package commands_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
)

const nobodys = "0123456789abcdef0123456789abcdef"

func TestEveryUseIsInTheAuditLogAllowedOrNot(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{here}, Tasks: []string{"web"}}})
	require.NoError(t, err)
	h := newHarness(t, policy)
	answered := func(verb string, build int64) commands.AuditEvent {
		return commands.AuditEvent{Verb: verb, Task: webID, Build: build, Result: commands.Answered}
	}
	refused := func(verb, task string) commands.AuditEvent {
		return commands.AuditEvent{Verb: verb, Task: task, Result: commands.Refused, Reason: "no-rule"}
	}
	named := func(verb, name string, result commands.Result) commands.AuditEvent {
		return commands.AuditEvent{Verb: verb, Name: name, Result: result}
	}
	for _, c := range []struct {
		typed string
		want  commands.AuditEvent
		bytes bool // of a log were shown
	}{
		{"fail web 128", answered("fail", 128), true},
		{"web 128 --me", answered("fail", 128), true},
		{"web", answered("fail", 128), true},
		{"show web 128 --grep x", answered("show", 128), true},
		{"full web 128 3", answered("full", 128), false},
		{"builds web", answered("builds", 0), true},
		{"fail " + nobodys + " 7", refused("fail", nobodys), false},
		{"full " + record + " 3", refused("full", record), false},
		{"check " + nobodys, refused("check", nobodys), false},
		{"fail nosuchtask 1", named("fail", "nosuchtask", commands.NotFound), false},
		{"show api 3", refused("show", apiID), false},
		{"fail web 99999", commands.AuditEvent{Verb: "fail", Task: webID, Build: 99999, Result: commands.Failed, Reason: "codearts-not-found"}, false},
		{"fail web nonsense", commands.AuditEvent{Verb: "fail", Task: webID, Result: commands.Failed, Reason: "wrong-words"}, false},
		{"alias shop web", commands.AuditEvent{Verb: "alias", Name: "shop", Task: webID, Result: commands.Answered}, false},
		{"alias shop " + nobodys, refused("alias", nobodys), false},
		{"alias everyone web --workspace", commands.AuditEvent{Verb: "alias", Result: commands.Refused, Reason: "not-admin"}, false},
		{"aliases", commands.AuditEvent{Verb: "aliases", Result: commands.Answered}, true},
		{"unalias shop", commands.AuditEvent{Verb: "unalias", Name: "shop", Task: webID, Result: commands.Answered}, false},
		{"unalias shop", named("unalias", "shop", commands.NotFound), false},
		{"watch web", answered("watch", 0), false},
		{"watches", commands.AuditEvent{Verb: "watches", Result: commands.Answered}, true},
		{"unwatch web", answered("unwatch", 0), false},
		{"unwatch web", commands.AuditEvent{Verb: "unwatch", Task: webID, Name: "web", Result: commands.NotFound}, false},
		{"follow web 128 --stop", answered("stop", 128), false},
		{"show web 128 --tail --from 3", commands.AuditEvent{Verb: "show", Result: commands.Failed, Reason: "wrong-words"}, false},
		{"unwatch ghp_" + strings.Repeat("Ab1", 12), named("unwatch", "‹hidden›", commands.NotFound), false},
	} {
		*h.reads = nil
		h.typed(t, c.typed)
		require.Len(t, *h.reads, 1, c.typed)
		got := (*h.reads)[0]
		assert.False(t, got.At.IsZero(), c.typed)
		assert.Equal(t, c.bytes, got.Bytes > 0, c.typed)
		got.At, got.Bytes, got.Hidden = c.want.At, 0, 0
		c.want.Channel, c.want.User = here, ann
		if c.want.Verb == "alias" && c.want.Task == nobodys {
			got.Name = ""
		}
		assert.Equal(t, c.want, got, c.typed)
	}
	*h.reads = nil
	for _, typed := range []string{"help", "fail", "nonsense 1 2 3 4", ""} {
		h.typed(t, typed)
	}
	assert.Empty(t, *h.reads, "these ask for nothing")
}

func TestAFileIsRecordedOnceMoreWhenItWasRead(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "full web 128 3")
	body, err := r.File.Open(t.Context())
	require.NoError(t, err)
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.NoError(t, body.Close())
	require.Len(t, *h.reads, 2)
	sent := (*h.reads)[1]
	assert.Equal(t, commands.AuditEvent{
		At: sent.At, User: ann, Channel: here, Verb: "full", Task: webID, Build: 128, Result: commands.Sent, Bytes: int64(len(content)), Hidden: 2,
	}, sent)
}

func TestTheAuditLogCountsWhatIsHidden(t *testing.T) {
	h := newHarness(t, nil)
	h.typed(t, "show web 128 --grep Authorization")
	assert.Equal(t, 1, (*h.reads)[0].Hidden)
	assert.Less(t, (*h.reads)[0].Bytes, int64(1000))
}

func TestTheStepsOfAFollowAreRecordedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBubbleHarness(t, nil, nil)
		time.Sleep(8 * time.Second)
		r := h.typed(t, "follow web 129")
		require.NotNil(t, r.Follow, shown(r))
		*h.reads = nil
		began := time.Now()
		lines, _, s := followed(t, h, *r.Follow, nil)
		var brought, recorded int64
		steps := 0
		for _, line := range lines {
			brought += int64(len(line))
		}
		for _, e := range *h.reads {
			assert.Equal(t, commands.ViaFollow, e.Via)
			if e.Verb == "follow" {
				steps++
				recorded += e.Bytes
			}
		}
		assert.Equal(t, brought, recorded+s.Unrecorded.Bytes)
		assert.Zero(t, s.Unrecorded.Bytes, "the end leaves nothing")
		assert.InDelta(t, time.Since(began).Minutes()+2, steps, 1.5)
		assert.Equal(t, "fail", (*h.reads)[len(*h.reads)-2].Verb, "the outcome is a read of its own")
	})
}

func TestAFollowerWhoMayNotReadAnyMoreIsRecorded(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{here}, Tasks: []string{"api"}}})
	require.NoError(t, err)
	h, open := newHarness(t, policy), newHarness(t, nil)
	_, _, done, err := h.Follower().Follow(t.Context(), reply.FollowState{Task: webID, Name: "web", Build: 128, Channel: here, User: ann})
	require.NoError(t, err)
	assert.True(t, done)
	require.Len(t, *h.reads, 1)
	e := (*h.reads)[0]
	assert.Equal(t, commands.AuditEvent{At: e.At, User: ann, Channel: here, Verb: "follow", Via: commands.ViaFollow, Task: webID, Build: 128, Result: commands.Refused, Reason: "no-rule"}, e)

	_, err = h.Announcer().Broke(t.Context(), commands.Announcement{Channel: here, Owner: ann, Task: webID, Build: 128})
	require.ErrorIs(t, err, commands.ErrNoRight)
	e = (*h.reads)[1]
	assert.Equal(t, commands.AuditEvent{At: e.At, User: ann, Channel: here, Verb: "watch", Via: commands.ViaWatch, Task: webID, Build: 128, Result: commands.Refused, Reason: "no-rule"}, e)
	_, err = open.Announcer().Broke(t.Context(), commands.Announcement{Channel: here, Owner: ann, Task: webID, Build: 128})
	require.NoError(t, err)
	last := (*open.reads)[len(*open.reads)-1]
	assert.Equal(t, "fail"+commands.ViaWatch, last.Verb+last.Via)
}

func TestAMessageWithoutABuildIsRecordedWithoutItsText(t *testing.T) {
	h := newHarness(t, nil)
	_, _, ok := h.FindBuild(t.Context(), commands.Request{Text: "the secret plan", Channel: here, User: ann})
	require.False(t, ok)
	require.Len(t, *h.reads, 1)
	e := (*h.reads)[0]
	assert.Equal(t, commands.AuditEvent{At: e.At, User: ann, Channel: here, Verb: "explain", Result: commands.NotFound}, e)
}
