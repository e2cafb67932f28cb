package slacksim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
)

func TestTokens(t *testing.T) {
	s := start(t, Config{})
	bot, app := s.BotToken(), s.AppToken()
	cases := []struct {
		name, method, contentType, header, body string
		want                                    string
	}{
		{"bot in the header", "auth.test", formType, bot, "", ""},
		{"bot in the form", "auth.test", formType, "", "token=" + bot, ""},
		{"bot in the header with JSON", "auth.test", jsonType, bot, "{}", ""},
		{"none", "auth.test", formType, "", "", "not_authed"},
		{"in JSON", "auth.test", jsonType, "", `{"token":"` + bot + `"}`, "not_authed"},
		{"in the address", "auth.test?token=" + bot, formType, "", "", "not_authed"},
		{"wrong", "auth.test", formType, "xoxb-other", "", "invalid_auth"},
		{"app for a bot method", "auth.test", formType, app, "", "not_allowed_token_type"},
		{"app in the header", "apps.connections.open", jsonType, app, "", ""},
		{"app in the form", "apps.connections.open", formType, "", "token=" + app, "not_authed"},
		{"bot for the socket", "apps.connections.open", formType, bot, "", "not_allowed_token_type"},
		{"unknown for the socket", "apps.connections.open", formType, "xapp-other", "", "invalid_auth"},
		{"unknown method", "chat.shout", formType, bot, "", "unknown_method"},
		{"broken JSON", "auth.test", jsonType, bot, "{", "invalid_form_data"},
		{"broken form", "auth.test", formType, bot, "a=%zz", "invalid_form_data"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := do(t, s.APIURL()+c.method, c.contentType, c.header, c.body)
			assert.Equal(t, 200, a.Status)
			assert.Equal(t, c.want, a.err())
			assert.Equal(t, c.want == "", a.ok())
		})
	}
}

func TestMissingScopesAreNamed(t *testing.T) {
	s := start(t, Config{Scopes: []string{"commands", "chat:write"}})
	a := api(t, s, "files.getUploadURLExternal", "filename", "x", "length", "1")
	assert.Equal(t, "missing_scope", a.err())
	assert.Equal(t, "files:write", a.Body["needed"])
	assert.Equal(t, "commands,chat:write", a.Body["provided"])
}

// The matrix: what may be done where, by channel and membership.
func TestMembershipAndScopesDecideWhereTheAppPosts(t *testing.T) {
	const archived, inner = "C0ARCHIVE1", "G0INNER001" // the app is a member of both
	channels := append([]Channel{
		{ID: archived, Name: "old", Archived: true, Bot: true, Members: []string{ann}},
		{ID: inner, Name: "inner", Private: true, Bot: true, Members: []string{ann}},
	}, New(Config{}).Channels()...)
	anywhere := start(t, Config{Channels: channels, Scopes: append(all(), "chat:write.public")})
	invited := start(t, Config{Channels: channels, Scopes: all()})
	im, err := anywhere.DirectMessage(ann)
	require.NoError(t, err)
	const nowhere = "C0NOWHERE1"
	cases := []struct {
		method string
		s      *Server
		want   map[string]string // error by channel
	}{
		{"chat.postMessage", anywhere, map[string]string{
			builds: "", inner: "", im: "", ann: "", general: "", private: "channel_not_found", archived: "is_archived",
			nowhere: "channel_not_found", "#builds": "channel_not_found", "": "channel_not_found",
		}},
		{"chat.postMessage", invited, map[string]string{builds: "", general: "not_in_channel", private: "channel_not_found"}},
		{"chat.postEphemeral", anywhere, map[string]string{
			builds: "", inner: "", im: "", general: "not_in_channel", private: "channel_not_found", archived: "is_archived", nowhere: "channel_not_found",
		}},
		{"files.completeUploadExternal", anywhere, map[string]string{
			builds: "", inner: "", im: "", general: "not_in_channel", private: "channel_not_found", archived: "posting_to_channel_denied", nowhere: "channel_not_found",
		}},
		{"chat.update", anywhere, map[string]string{
			builds: "message_not_found", general: "message_not_found", private: "channel_not_found", nowhere: "channel_not_found",
		}},
		{"chat.delete", anywhere, map[string]string{
			builds: "message_not_found", general: "message_not_found", private: "channel_not_found", nowhere: "channel_not_found",
		}},
		{"reactions.add", anywhere, map[string]string{
			builds: "message_not_found", private: "channel_not_found", archived: "is_archived", nowhere: "channel_not_found",
		}},
		{"conversations.info", anywhere, map[string]string{
			builds: "", inner: "", im: "", general: "", archived: "", private: "channel_not_found", nowhere: "channel_not_found",
		}},
		{"conversations.join", invited, map[string]string{
			builds: "", inner: "method_not_supported_for_channel_type", private: "channel_not_found", archived: "is_archived",
		}},
	}
	for _, c := range cases {
		for channel, want := range c.want {
			t.Run(c.method+" "+channel, func(t *testing.T) {
				pairs := []string{"channel", channel, "text", "hi", "user", ann, "ts", "1.000001", "timestamp", "1.000001", "name", "eyes"}
				if strings.HasPrefix(c.method, "files.") {
					pairs = []string{"channel_id", channel, "files", toJSON(t, []any{map[string]any{"id": uploaded(t, c.s, "x.log", "hi")}})}
				}
				assert.Equal(t, want, api(t, c.s, c.method, pairs...).err())
			})
		}
	}
	require.NoError(t, anywhere.InviteBot(private))
	assert.True(t, api(t, anywhere, "chat.postMessage", "channel", private, "text", "hi").ok())
	require.NoError(t, anywhere.RemoveBot(private))
	assert.Equal(t, "channel_not_found", api(t, anywhere, "chat.postMessage", "channel", private, "text", "hi").err())
	require.Error(t, anywhere.InviteBot("C0NOWHERE1"))
}

func TestAnArchivedChannelKeepsItsMessages(t *testing.T) {
	s := start(t, Config{})
	ts := api(t, s, "chat.postMessage", "channel", builds, "text", "x").ts()
	s.mu.Lock()
	s.conversations[builds].Archived = true
	s.mu.Unlock()
	assert.Equal(t, "is_inactive", api(t, s, "chat.update", "channel", builds, "ts", ts, "text", "y").err())
	_, err := s.Say(within(t), Saying{User: ann, Channel: builds, Text: "x"})
	require.ErrorContains(t, err, "archived")
}

func TestAPostComesBackAsItIs(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	blocks := `[{"type":"divider","block_id":"rule"}]`
	a := api(t, s, "chat.postMessage", "channel", builds, "text", "hi", "blocks", blocks)
	require.True(t, a.ok(), "%v", a.Body)
	assert.Equal(t, builds, a.Body["channel"])
	assert.Equal(t, a.ts(), blockkit.String(a.Body["message"], "ts"))
	assert.Equal(t, "B0LOGBOT01", blockkit.String(a.Body["message"], "bot_id"))
	require.Len(t, s.Messages(builds), 1)
	m := s.Messages(builds)[0]
	assert.Equal(t, "hi", m.Text)
	assert.JSONEq(t, blocks, string(m.Blocks))
	assert.Equal(t, "chat.postMessage", m.Via)

	a = do(t, s.APIURL()+"chat.postMessage", jsonType, s.BotToken(), toJSON(t, map[string]any{
		"channel": builds, "text": "from JSON", "blocks": []any{map[string]any{"type": "divider", "block_id": "rule"}}, "unfurl_links": false, "thread_ts": nil,
	}))
	require.True(t, a.ok(), "%v", a.Body)
	assert.JSONEq(t, blocks, string(s.Messages(builds)[1].Blocks))
}

func TestTimeStampsAreUnique(t *testing.T) {
	s := start(t, Config{Clock: handClock()}) // time stands still
	seen := map[string]bool{}
	for range 20 {
		ts := api(t, s, "chat.postMessage", "channel", builds, "text", "x").ts()
		assert.Regexp(t, `^\d{10}\.\d{6}$`, ts)
		seen[ts] = true
	}
	assert.Len(t, seen, 20)
}

func TestThreads(t *testing.T) {
	s := start(t, Config{})
	parent := api(t, s, "chat.postMessage", "channel", builds, "text", "parent").ts()
	reply := api(t, s, "chat.postMessage", "channel", builds, "text", "reply", "thread_ts", parent)
	require.True(t, reply.ok())
	api(t, s, "chat.postMessage", "channel", builds, "text", "another")
	thread := s.Thread(builds, parent)
	require.Len(t, thread, 2)
	assert.Equal(t, parent, thread[1].ThreadTS)
	for name, ts := range map[string]string{"a reply": reply.ts(), "nothing": "1700000000.000100", "nonsense": "x"} {
		a := api(t, s, "chat.postMessage", "channel", builds, "text", "x", "thread_ts", ts)
		assert.Equal(t, "cannot_reply_to_message", a.err(), name)
	}
}

func TestUpdates(t *testing.T) {
	s := start(t, Config{})
	own := api(t, s, "chat.postMessage", "channel", builds, "text", "fallback", "blocks", `[{"type":"divider"}]`).ts()
	open(t, s)
	inv := slash(t, s, "x")
	require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"hi","response_type":"in_channel"}`).ok())
	typed := s.Messages(builds)[1]
	require.Equal(t, ann, typed.User)
	alone := api(t, s, "chat.postEphemeral", "channel", builds, "text", "psst", "user", ann)
	require.True(t, alone.ok())

	cases := []struct {
		name, channel, ts, text, blocks string
		want                            string
	}{
		{"text takes blocks away", builds, own, "new", "", ""},
		{"blocks without text", builds, own, "", `[{"block_id":"b","type":"divider"}]`, ""},
		{"nothing to say", builds, own, "", "", "no_text"},
		{"empty blocks", builds, own, "", "[]", "no_text"},
		{"4,000 bytes", builds, own, strings.Repeat("x", 4000), "", ""},
		{"4,001 bytes", builds, own, strings.Repeat("x", 4001), "", "msg_too_long"},
		{"1,334 Chinese characters", builds, own, strings.Repeat("日", 1334), "", "msg_too_long"},
		{"bad blocks", builds, own, "x", `[{"type":"nonsense"}]`, "invalid_blocks"},
		{"another's message", builds, typed.TS, "x", "", "cant_update_message"},
		{"an ephemeral message", builds, blockkit.String(alone.Body, "message_ts"), "x", "", "message_not_found"},
		{"no such message", builds, "1700000000.000100", "x", "", "message_not_found"},
		{"another channel", general, own, "x", "", "message_not_found"},
		{"no such channel", "C0NOWHERE1", own, "x", "", "channel_not_found"},
		{"without ts", builds, "", "x", "", "invalid_arguments"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := api(t, s, "chat.update", "channel", c.channel, "ts", c.ts, "text", c.text, "blocks", c.blocks)
			assert.Equal(t, c.want, a.err())
			if c.want == "" {
				m := s.Thread(builds, own)[0]
				assert.True(t, m.Edited)
				assert.Equal(t, c.text, m.Text)
				assert.Equal(t, c.blocks, string(m.Blocks))
			}
		})
	}
}

func TestRichTextCanOnlyBeReplacedByRichText(t *testing.T) {
	s := start(t, Config{})
	rich, plain := toJSON(t, []any{richText(preformatted(leaf("x")))}), toJSON(t, []any{section("x")})
	ts := api(t, s, "chat.postMessage", "channel", builds, "blocks", rich).ts()
	for _, c := range []struct{ name, text, blocks, want string }{
		{"rich", "", rich, ""},
		{"plain blocks", "", plain, "block_mismatch"},
		{"plain blocks beside rich ones", "", toJSON(t, []any{section("x"), richText(preformatted(leaf("y")))}), ""},
		{"text", "x", "", ""},
		{"plain blocks after text", "", plain, ""},
		{"rich after plain", "", rich, ""},
	} {
		assert.Equal(t, c.want, api(t, s, "chat.update", "channel", builds, "ts", ts, "text", c.text, "blocks", c.blocks).err(), c.name)
	}
}

func TestEphemeralMessagesAreSeenByOnePerson(t *testing.T) {
	s := start(t, Config{Scopes: all()})
	require.True(t, api(t, s, "chat.postEphemeral", "channel", builds, "user", ann, "text", "psst").ok())
	assert.Equal(t, "user_not_in_channel", api(t, s, "chat.postEphemeral", "channel", builds, "user", "U0NOBODY01", "text", "psst").err())
	assert.Empty(t, s.Messages(builds))
	assert.Empty(t, s.Ephemerals(builds, bob))
	assert.Len(t, s.Ephemerals(builds, ann), 1)

	ts := s.Ephemerals(builds, ann)[0].TS
	for method, want := range map[string]string{
		"chat.update": "message_not_found", "chat.delete": "message_not_found", "chat.getPermalink": "message_not_found",
		"reactions.add": "message_not_found", "chat.postMessage": "cannot_reply_to_message",
	} {
		a := api(t, s, method, "channel", builds, "ts", ts, "message_ts", ts, "timestamp", ts, "thread_ts", ts, "text", "x", "name", "eyes")
		assert.Equal(t, want, a.err(), "%s reaches no ephemeral message", method)
	}
}

func TestLongText(t *testing.T) {
	s := start(t, Config{})
	line := strings.Repeat("日", 999) + "\n"
	cases := []struct {
		name, text string
		pieces     []int // characters of each
	}{
		{"4,000 characters", strings.Repeat("日", 4000), []int{4000}},
		{"4,001 characters", strings.Repeat("日", 4001), []int{4000, 1}},
		{"at line ends", strings.Repeat(line, 4) + "end", []int{3999, 3}},
		{"cut at 40,000", strings.Repeat("x", 50_000), []int{4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := len(s.Messages(builds))
			a := api(t, s, "chat.postMessage", "channel", builds, "text", c.text)
			require.True(t, a.ok())
			got := s.Messages(builds)[before:]
			assert.Equal(t, a.ts(), got[0].TS)
			var sizes []int
			for _, m := range got {
				sizes = append(sizes, len([]rune(m.Text)))
			}
			assert.Equal(t, c.pieces, sizes)
		})
	}
}

func TestUnknownArgumentsAreRefused(t *testing.T) {
	s := start(t, Config{})
	for _, name := range []string{"attachments", "markdown_text"} {
		a := api(t, s, "chat.postMessage", "channel", builds, "text", "x", name, `[{"text":"x"}]`)
		assert.Equal(t, "invalid_arguments", a.err())
		assert.Contains(t, a.first(), name)
	}
	assert.True(t, api(t, s, "chat.postMessage", "channel", builds, "text", "x", "attachments", "[]").ok())
}

func TestTheRateLimiter(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock, PostBurst: 3})
	post := func(channel string) answer { return api(t, s, "chat.postMessage", "channel", channel, "text", "x") }
	for range 3 {
		require.True(t, post(builds).ok())
	}
	a := post(builds)
	assert.Equal(t, 429, a.Status)
	assert.Equal(t, "ratelimited", a.err())
	assert.Equal(t, "1", a.Header.Get("Retry-After"))
	assert.True(t, post(general).ok(), "each channel for itself")
	clock.Advance(time.Second)
	assert.True(t, post(builds).ok())
	assert.Equal(t, 429, post(builds).Status)
	clock.Advance(time.Minute)
	for range 3 {
		assert.True(t, post(builds).ok())
	}
	assert.Equal(t, 429, post(builds).Status)
	assert.Len(t, s.Messages(builds), 7)
}

func TestEveryWayToPostIsRateLimited(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock, PostBurst: 1})
	ws, _ := open(t, s)
	id := uploaded(t, s, "x.log", "hi")
	require.True(t, api(t, s, "chat.postMessage", "channel", builds, "text", "x").ok())
	assert.Equal(t, 429, complete(t, s, id, "channel_id", builds).Status)
	assert.True(t, api(t, s, "chat.postEphemeral", "channel", builds, "user", ann, "text", "x").ok(), "seen by one")
	clock.Advance(time.Second)
	require.True(t, complete(t, s, id, "channel_id", builds).ok(), "the refusal used nothing up")
	assert.Equal(t, 429, api(t, s, "chat.postMessage", "channel", builds, "text", "x").Status)

	clock.Advance(time.Second)
	inv := slash(t, s, "x")
	ws.write(obj{"envelope_id": inv.EnvelopeID, "payload": obj{"text": "hi", "response_type": "in_channel"}})
	require.NoError(t, inv.Settled(within(t)))
	assert.Len(t, inv.Status().Answers, 1, "an acknowledgement is never refused")
	assert.Equal(t, 429, api(t, s, "chat.postMessage", "channel", builds, "text", "x").Status, "but it counts")
}

func TestPostsPerMinuteOfTheWorkspaceAreLimited(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock, PostsPerMinute: 2})
	post := func(channel string) answer { return api(t, s, "chat.postMessage", "channel", channel, "text", "x") }
	require.True(t, post(builds).ok())
	clock.Advance(20 * time.Second)
	require.True(t, post(general).ok())
	a := post(builds)
	assert.Equal(t, 429, a.Status)
	assert.Equal(t, "40", a.Header.Get("Retry-After"))
	clock.Advance(40 * time.Second)
	assert.True(t, post(builds).ok())
	two := complete(t, s, uploaded(t, s, "x.log", "hi"), "channels", builds+","+builds)
	assert.Equal(t, 429, two.Status, "a file for two channels is two messages")
}

func TestOldMessagesAreDropped(t *testing.T) {
	s := New(Config{})
	s.mu.Lock()
	for range maxMessagesKept + 5 {
		s.post(Message{Channel: builds, Text: "x"})
	}
	s.mu.Unlock()
	assert.Len(t, s.Messages(builds), maxMessagesKept)
	s.mu.Lock()
	big := strings.Repeat("x", 4000)
	for range maxChannelBytes/4000 + 5 {
		s.post(Message{Channel: general, Text: big})
	}
	assert.LessOrEqual(t, s.conversations[general].bytes, maxChannelBytes)
	s.mu.Unlock()
	require.NoError(t, s.Close())
}
