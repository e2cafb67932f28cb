package slacksim

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
)

// all are the scopes of every method, for tests of other things than scopes.
func all() []string {
	return []string{
		"commands", "chat:write", "files:write", "files:read", "channels:read", "groups:read", "im:read", "im:write",
		"channels:join", "users:read", "reactions:write",
	}
}

func TestEveryMethodNeedsItsScope(t *testing.T) {
	s := start(t, Config{Scopes: []string{"none"}})
	for name, m := range methodTable() {
		if m.app {
			continue
		}
		a := api(t, s, name)
		if m.scopes == "" {
			assert.NotEqual(t, "missing_scope", a.err(), name)
			continue
		}
		assert.Equal(t, "missing_scope", a.err(), name)
		assert.Equal(t, m.scopes, a.Body["needed"], name)
		assert.Equal(t, "none", a.Body["provided"], name)
	}
}

func TestConversationsInfo(t *testing.T) {
	s := start(t, Config{Scopes: all()})
	im, err := s.DirectMessage(ann)
	require.NoError(t, err)
	a := api(t, s, "conversations.info", "channel", builds, "include_num_members", "true")
	for name, want := range map[string]any{"name": "builds", "is_member": true, "is_private": false, "is_channel": true, "num_members": 3.0} {
		assert.Equal(t, want, blockkit.Field(a.Body["channel"], name), name)
	}
	a = api(t, s, "conversations.info", "channel", general, "include_num_members", "true")
	assert.Equal(t, false, blockkit.Field(a.Body["channel"], "is_member"))
	assert.Equal(t, 2.0, blockkit.Field(a.Body["channel"], "num_members"))
	assert.Equal(t, ann, blockkit.String(api(t, s, "conversations.info", "channel", im).Body["channel"], "user"))
	assert.Equal(t, "channel_not_found", api(t, s, "conversations.info", "channel", private).err())
	require.NoError(t, s.InviteBot(private))
	assert.Equal(t, true, blockkit.Field(api(t, s, "conversations.info", "channel", private).Body["channel"], "is_private"))

	public := start(t, Config{Scopes: []string{"channels:read"}})
	require.NoError(t, public.InviteBot(private))
	a = api(t, public, "conversations.info", "channel", private)
	assert.Equal(t, "missing_scope", a.err())
	assert.Equal(t, "groups:read", a.Body["needed"])
}

func TestTheAppJoinsPublicChannels(t *testing.T) {
	s := start(t, Config{Scopes: all()})
	join := func(channel string) string { return api(t, s, "conversations.join", "channel", channel).err() }
	assert.Equal(t, "not_in_channel", api(t, s, "chat.postMessage", "channel", general, "text", "x").err())
	assert.Empty(t, join(general))
	assert.True(t, api(t, s, "chat.postMessage", "channel", general, "text", "x").ok())
	assert.Equal(t, "channel_not_found", join(private))
	require.NoError(t, s.InviteBot(private))
	assert.Equal(t, "method_not_supported_for_channel_type", join(private))
}

func TestUsersInfo(t *testing.T) {
	s := start(t, Config{Scopes: all(), Users: []User{{ID: ann, Name: "ann", Locale: "zh-CN", Admin: true}, {ID: bob, Name: "bob"}}})
	a := api(t, s, "users.info", "user", ann, "include_locale", "true")
	for name, want := range map[string]any{"name": "ann", "locale": "zh-CN", "is_admin": true, "is_bot": false} {
		assert.Equal(t, want, blockkit.Field(a.Body["user"], name), name)
	}
	assert.Equal(t, "en-US", blockkit.String(api(t, s, "users.info", "user", bob, "include_locale", "true").Body["user"], "locale"))
	assert.NotContains(t, api(t, s, "users.info", "user", bob).Body["user"], "locale")
	assert.Equal(t, true, blockkit.Field(api(t, s, "users.info", "user", "U0LOGBOT01").Body["user"], "is_bot"))
	assert.Equal(t, "user_not_found", api(t, s, "users.info", "user", "U0NOBODY01").err())
}

func TestMessagesAreDeleted(t *testing.T) {
	s := start(t, Config{Scopes: all(), Clock: handClock()})
	lone := api(t, s, "chat.postMessage", "channel", builds, "text", "lone").ts()
	parent := api(t, s, "chat.postMessage", "channel", builds, "text", "parent").ts()
	reply := api(t, s, "chat.postMessage", "channel", builds, "text", "reply", "thread_ts", parent).ts()
	theirs := said(t, s, Saying{User: ann, Channel: builds, Text: "theirs"}).TS
	remove := func(channel, ts string) string {
		return api(t, s, "chat.delete", "channel", channel, "ts", ts).err()
	}
	assert.Empty(t, remove(builds, lone))
	assert.Equal(t, "message_not_found", remove(builds, lone))
	assert.Equal(t, "cant_delete_message", remove(builds, theirs))
	assert.Equal(t, "channel_not_found", remove(private, lone))
	assert.Equal(t, "invalid_arguments", remove(builds, ""))
	assert.Empty(t, remove(builds, parent))
	assert.Equal(t, "message_not_found", remove(builds, parent))
	assert.Equal(t, "message_not_found", api(t, s, "chat.update", "channel", builds, "ts", parent, "text", "x").err())
	assert.Equal(t, strings.Join([]string{
		"logbot (app)  14:02", "  This message was deleted.",
		"  | logbot (app)  14:02", "  |   reply",
		"ann  14:02", "  theirs", "",
	}, "\n"), s.Render(builds, bob))
	assert.Empty(t, remove(builds, reply))
}

func TestFilesInfoKnowsTheSharesLater(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Scopes: all(), Clock: clock})
	parent := api(t, s, "chat.postMessage", "channel", builds, "text", "parent").ts()
	id := uploaded(t, s, "web-128.log", "日志")
	assert.Equal(t, "file_not_found", api(t, s, "files.info", "file", id).err(), "not completed")
	require.True(t, complete(t, s, id, "channel_id", builds, "thread_ts", parent).ok())
	file := api(t, s, "files.info", "file", id).Body["file"]
	assert.Empty(t, blockkit.Field(file, "shares"))
	assert.EqualValues(t, 6, blockkit.Field(file, "size"))
	clock.Advance(shareDelay)
	file = api(t, s, "files.info", "file", id).Body["file"]
	share := blockkit.List(blockkit.Field(blockkit.Field(file, "shares"), "public"), builds)
	require.Len(t, share, 1)
	assert.Equal(t, s.Messages(builds)[1].TS, blockkit.String(share[0], "ts"))
	assert.Equal(t, parent, blockkit.String(share[0], "thread_ts"))
	assert.Equal(t, []any{builds}, blockkit.List(file, "channels"))

	get := func(token string) (int, string) {
		req, err := http.NewRequestWithContext(within(t), http.MethodGet, blockkit.String(file, "url_private"), nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer func() { require.NoError(t, resp.Body.Close()) }()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
	status, body := get(s.BotToken())
	assert.Equal(t, 200, status)
	assert.Equal(t, "日志", body)
	status, _ = get("xoxb-other")
	assert.Equal(t, 403, status)

	assert.Equal(t, "file_not_found", api(t, s, "files.delete", "file", "F0NOWHERE1").err())
	require.True(t, api(t, s, "files.delete", "file", id).ok())
	assert.Equal(t, "file_deleted", api(t, s, "files.delete", "file", id).err())
	assert.Equal(t, "file_deleted", api(t, s, "files.info", "file", id).err())
	assert.Contains(t, s.Render(builds, bob), "  |   This file was deleted.\n")
	assert.True(t, s.Files()[0].Deleted)
	s.mu.Lock()
	wire := s.messageJSON(s.conversations[builds].messages[1])
	s.mu.Unlock()
	assert.Equal(t, []any{map[string]any{"id": id, "mode": "tombstone"}}, wire["files"])
	status, _ = get(s.BotToken())
	assert.Equal(t, 404, status)
}

func TestReactions(t *testing.T) {
	s := start(t, Config{Scopes: all(), Clock: handClock()})
	ts := said(t, s, Saying{User: ann, Channel: builds, Text: "x"}).TS
	cases := []struct{ channel, ts, name, want string }{
		{builds, ts, "eyes", ""},
		{builds, ts, "eyes", "already_reacted"},
		{builds, ts, "+1", ""},
		{builds, ts, ":eyes:", "invalid_name"},
		{builds, "", "eyes", "no_item_specified"},
		{builds, "soon", "eyes", "bad_timestamp"},
		{builds, "1.000001", "eyes", "message_not_found"},
		{private, ts, "eyes", "channel_not_found"},
	}
	for _, c := range cases {
		assert.Equal(t, c.want, api(t, s, "reactions.add", "channel", c.channel, "timestamp", c.ts, "name", c.name).err(), c)
	}
	assert.Contains(t, s.Render(builds, bob), "  x\n  :eyes: 1\n  :+1: 1\n")
}

func TestPermalinks(t *testing.T) {
	s := start(t, Config{})
	ts := api(t, s, "chat.postMessage", "channel", builds, "text", "x").ts()
	a := api(t, s, "chat.getPermalink", "channel", builds, "message_ts", ts)
	assert.Equal(t, s.URL()+"/archives/"+builds+"/p"+strings.Replace(ts, ".", "", 1), a.Body["permalink"])
	assert.Equal(t, "message_not_found", api(t, s, "chat.getPermalink", "channel", builds, "message_ts", "1.1").err())
}

func TestRateTiers(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock, RateTiers: true, Scopes: all()})
	call := func() answer { return api(t, s, "users.info", "user", ann) }
	for range tier4 {
		require.True(t, call().ok())
	}
	clock.Advance(20 * time.Second)
	a := call()
	assert.Equal(t, 429, a.Status)
	assert.Equal(t, "40", a.Header.Get("Retry-After"))
	assert.True(t, api(t, s, "conversations.info", "channel", builds).ok(), "each method for itself")
	for range 2 * tier4 {
		require.True(t, api(t, s, "auth.test").ok())
	}
	clock.Advance(40 * time.Second)
	assert.True(t, call().ok())

	connect := func() answer { return do(t, s.APIURL()+"apps.connections.open", formType, s.AppToken(), "") }
	for range tier3 {
		require.True(t, connect().ok())
	}
	assert.Equal(t, 429, connect().Status, "sockets have a tier too")
}
