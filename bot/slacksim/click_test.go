package slacksim

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
)

// withButtons are blocks with one of everything that can be clicked.
func withButtons() []any {
	option := func(v string) obj { return obj{"text": plainObject("to " + v), "value": v} }
	two := []any{option("older"), option("newer")}
	return []any{
		obj{"type": "section", "block_id": "s", "text": mrkdwnObject("x"), "accessory": obj{"type": "overflow", "action_id": "more", "options": two}},
		obj{"type": "actions", "block_id": "a", "elements": []any{
			button(nil),
			obj{"type": "static_select", "action_id": "page", "options": two},
			obj{"type": "checkboxes", "action_id": "ticks", "options": two},
		}},
		obj{"type": "container", "title": plainObject("t"), "child_blocks": []any{
			obj{"type": "actions", "block_id": "inner", "elements": []any{button(obj{"action_id": "within"})}},
		}},
		obj{"type": "context_actions", "block_id": "f", "elements": []any{obj{"type": "feedback_buttons", "action_id": "lines",
			"positive_button": obj{"text": plainObject("right"), "value": "good"},
			"negative_button": obj{"text": plainObject("wrong"), "value": "bad"}}}},
	}
}

// posted posts the blocks publicly and returns the ts.
func posted(t *testing.T, s *Server, blocks []any) string {
	t.Helper()
	a := api(t, s, "chat.postMessage", "channel", builds, "text", "x", "blocks", toJSON(t, blocks))
	require.True(t, a.ok(), "%v", a.Body)
	return a.ts()
}

func click(t *testing.T, s *Server, c Click) *Interaction {
	t.Helper()
	i, err := s.Click(within(t), c)
	require.NoError(t, err)
	return i
}

func TestAClickTellsTheAppWhatItNeeds(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	ws, _ := open(t, s)
	ts := posted(t, s, withButtons())
	i := click(t, s, Click{User: ann, Channel: builds, TS: ts, ActionID: "full"})
	frame := ws.read()
	assert.Equal(t, "interactive", frame["type"])
	assert.Equal(t, false, frame["accepts_response_payload"])
	assert.Equal(t, i.EnvelopeID, frame["envelope_id"])
	p := frame["payload"]
	assert.JSONEq(t, string(i.Payload), toJSON(t, p))
	for name, want := range map[string]any{
		"type": "block_actions", "api_app_id": "A0LOGBOT01", "trigger_id": i.TriggerID, "response_url": i.ResponseURL,
		"is_enterprise_install": false, "enterprise": nil,
		"container": obj{"type": "message", "message_ts": ts, "channel_id": builds, "is_ephemeral": false},
		"channel":   obj{"id": builds, "name": "builds"},
		"user":      obj{"id": ann, "name": "ann", "username": "ann", "team_id": "T0SLACKSIM"},
		"team":      obj{"id": "T0SLACKSIM", "domain": "local"},
		"actions": []any{obj{
			"type": "button", "block_id": "a", "action_id": "full", "value": "v",
			"text": plainObject("Full log"), "action_ts": "1795269720.000000",
		}},
	} {
		assert.Equal(t, want, blockkit.Field(p, name), name)
	}
	assert.Equal(t, ts, blockkit.String(blockkit.Field(p, "message"), "ts"))
	assert.Len(t, blockkit.List(blockkit.Field(p, "message"), "blocks"), 4)
	assert.Contains(t, i.ResponseURL, s.URL()+"/actions/T0SLACKSIM/")

	var decoded slack.InteractionCallback
	require.NoError(t, json.Unmarshal(i.Payload, &decoded))
	assert.Equal(t, "full", decoded.ActionCallback.BlockActions[0].ActionID)
	assert.Equal(t, ts, decoded.Message.Timestamp)
}

func TestWhatEachElementSends(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	ts := posted(t, s, withButtons())
	older := obj{"text": plainObject("to older"), "value": "older"}
	newer := obj{"text": plainObject("to newer"), "value": "newer"}
	cases := []struct {
		action string
		values []string
		want   obj // of the action, beside its ids
		why    string
	}{
		{"within", nil, obj{"type": "button", "value": "v"}, ""},
		{"more", []string{"older"}, obj{"type": "overflow", "selected_option": older}, ""},
		{"page", []string{"newer"}, obj{"type": "static_select", "selected_option": newer}, ""},
		{"page", nil, obj{"type": "static_select", "selected_option": nil}, ""},
		{"ticks", []string{"older", "newer"}, obj{"type": "checkboxes", "selected_options": []any{older, newer}}, ""},
		{"ticks", nil, obj{"type": "checkboxes", "selected_options": []any{}}, ""},
		{"lines", []string{"bad"}, obj{"type": "feedback_buttons", "value": "bad", "text": plainObject("wrong")}, ""},
		{"nothing", nil, nil, "no element with action_id"},
		{"full", []string{"v"}, nil, "takes no value"},
		{"more", nil, nil, "one value"},
		{"page", []string{"oldest"}, nil, "no option"},
		{"page", []string{"older", "newer"}, nil, "one value"},
		{"lines", []string{"so so"}, nil, "one of the two"},
		{"ticks", []string{"oldest"}, nil, "no option"},
	}
	for _, c := range cases {
		i, err := s.Click(within(t), Click{User: ann, Channel: builds, TS: ts, ActionID: c.action, Values: c.values})
		if c.why != "" {
			require.ErrorContains(t, err, c.why, c.action)
			continue
		}
		require.NoError(t, err)
		var p map[string]any
		require.NoError(t, json.Unmarshal(i.Payload, &p))
		action := blockkit.List(p, "actions")[0]
		for name, want := range c.want {
			assert.Equal(t, want, blockkit.Field(action, name), "%s %s", c.action, name)
		}
		state := blockkit.Field(blockkit.Field(blockkit.Field(p, "state"), "values"), "a")
		assert.Equal(t, "checkboxes", blockkit.String(blockkit.Field(state, "ticks"), "type"))
	}
}

func TestImpossibleClicksAreErrors(t *testing.T) {
	s := start(t, Config{})
	open(t, s)
	ts := posted(t, s, append(withButtons(), obj{"type": "actions", "block_id": "b", "elements": []any{button(nil)}}))
	require.True(t, do(t, typed(t, s, builds).ResponseURL, jsonType, "", `{"text":"x","response_type":"in_channel"}`).ok())
	own := s.Messages(builds)[1]
	alone := blockkit.String(api(t, s, "chat.postEphemeral", "channel", builds, "user", ann, "blocks", toJSON(t, withButtons())).Body, "message_ts")
	cases := []struct {
		click Click
		why   string
	}{
		{Click{User: ann, Channel: builds, TS: ts, ActionID: "full"}, "name the block"},
		{Click{User: ann, Channel: builds, TS: ts, BlockID: "b", ActionID: "full"}, ""},
		{Click{User: ann, Channel: builds, TS: own.TS, ActionID: "full"}, "no message"},
		{Click{User: ann, Channel: builds, TS: "1.1", ActionID: "full"}, "no message"},
		{Click{User: ann, Channel: "C0NOWHERE1", TS: ts, ActionID: "full"}, "no channel"},
		{Click{User: "U0NOBODY01", Channel: builds, TS: ts, ActionID: "full"}, "no user"},
		{Click{User: bob, Channel: builds, TS: alone, ActionID: "full"}, "no message"},
		{Click{User: ann, Channel: builds, TS: alone, ActionID: "full"}, ""},
		{Click{User: ann, View: "V1", ActionID: "full"}, "no modal open"},
	}
	for _, c := range cases {
		_, err := s.Click(within(t), c.click)
		if c.why == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.why, "%+v", c.click)
	}
}

func TestAnEphemeralMessageIsNotInThePayload(t *testing.T) {
	s := start(t, Config{})
	open(t, s)
	require.True(t, api(t, s, "chat.postEphemeral", "channel", builds, "user", ann, "blocks", toJSON(t, withButtons())).ok())
	m := s.Ephemerals(builds, ann)[0]
	i := click(t, s, Click{User: ann, Channel: builds, TS: m.TS, ActionID: "full"})
	var p map[string]any
	require.NoError(t, json.Unmarshal(i.Payload, &p))
	assert.Equal(t, true, blockkit.Field(blockkit.Field(p, "container"), "is_ephemeral"))
	assert.NotContains(t, p, "message")
}

func TestAnAnswerToAClickCanReplaceOrDeleteItsMessage(t *testing.T) {
	const sawIt = `{"replace_original":true,"text":"ann asked for more"}`
	cases := []struct {
		name, body string
		public     []string // texts that bob sees afterwards, of a public message
		alone      []string // texts that ann alone sees afterwards, of an ephemeral one
	}{
		{"replace", sawIt, []string{"ann asked for more"}, []string{"ann asked for more"}},
		{"delete", `{"delete_original":true}`, nil, nil},
		{"answer", `{"text":"y"}`, []string{"x"}, []string{"x", "y"}},
		{"answer to all", `{"text":"y","response_type":"in_channel"}`, []string{"x", "y"}, []string{"x"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, Config{})
			open(t, s)
			texts := func(list []Message) []string {
				var all []string
				for _, m := range list {
					all = append(all, m.Text)
				}
				return all
			}
			i := click(t, s, Click{User: ann, Channel: builds, TS: posted(t, s, withButtons()), ActionID: "full"})
			require.True(t, do(t, i.ResponseURL, jsonType, "", c.body).ok())
			assert.Equal(t, c.public, texts(s.Messages(builds)))

			other := start(t, Config{})
			open(t, other)
			a := api(t, other, "chat.postEphemeral", "channel", builds, "user", ann, "text", "x", "blocks", toJSON(t, withButtons()))
			i = click(t, other, Click{User: ann, Channel: builds, TS: blockkit.String(a.Body, "message_ts"), ActionID: "full"})
			require.True(t, do(t, i.ResponseURL, jsonType, "", c.body).ok())
			assert.Equal(t, c.alone, texts(other.Ephemerals(builds, ann)))
		})
	}
}

func TestAFailedClickLeavesANoticeForItsUser(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	ts := posted(t, s, []any{obj{"type": "actions", "elements": []any{button(nil)}}})
	full := Click{User: ann, Channel: builds, TS: ts, ActionID: "full"}
	assert.Equal(t, "dispatch_failed", click(t, s, full).Status().Failure)
	assert.Contains(t, s.Render(builds, ann), "  [Full log]\n  (!) the app could not be reached\n")

	ws, _ := open(t, s)
	i := click(t, s, full)
	assert.NotContains(t, s.Render(builds, ann), "(!)", "a new click takes the mark away")
	ws.read()
	clock.Advance(ackTimeout)
	assert.Equal(t, "operation_timeout", i.Status().Failure)
	assert.Contains(t, s.Render(builds, ann), "(!) the app did not respond in time")
	assert.NotContains(t, s.Render(builds, bob), "(!)")
	assert.Equal(t, map[string]string{ann: noAnswer}, s.Messages(builds)[0].Trouble)
	clock.Advance(time.Hour)

	i = click(t, s, full)
	frame := ws.read()
	assert.Equal(t, i.EnvelopeID, frame["envelope_id"], "the last one was not sent again")
	ws.write(obj{"envelope_id": i.EnvelopeID})
	require.NoError(t, i.Settled(within(t)))
	clock.Advance(ackTimeout)
	assert.Empty(t, i.Status().Failure)
	assert.NotContains(t, s.Render(builds, ann), "(!)")
}

func TestAShortcutWorksOnMessagesOfAnyAuthor(t *testing.T) {
	s := start(t, Config{Clock: handClock(), Shortcuts: []Shortcut{{"Explain this build", "explain"}}})
	ws, _ := open(t, s)
	chosen := func(ts string) any {
		t.Helper()
		_, err := s.Shortcut(within(t), ShortcutUse{User: ann, Channel: builds, TS: ts, CallbackID: "explain"})
		require.NoError(t, err)
		return blockkit.Field(ws.read()["payload"], "message")
	}
	notify := func(n Notice) string {
		t.Helper()
		n.Channel = builds
		ts, err := s.Notify(within(t), n)
		require.NoError(t, err)
		return ts
	}

	typed := said(t, s, Saying{User: bob, Channel: builds, Text: "@ann in #builds: https://ci.example/web?a=1&b=2 is <red> @here"}).TS
	m := chosen(typed)
	assert.Equal(t, "<@U0ANN00001> in <#C0BUILDS01|builds>: <https://ci.example/web?a=1&amp;b=2> is &lt;red&gt; <!here>", blockkit.String(m, "text"))
	assert.NotEmpty(t, blockkit.String(m, "client_msg_id"))
	assert.JSONEq(t, `[{"type":"rich_text","block_id":"composed","elements":[{"type":"rich_text_section","elements":[
		{"type":"user","user_id":"U0ANN00001"},{"type":"text","text":" in "},{"type":"channel","channel_id":"C0BUILDS01"},
		{"type":"text","text":": "},{"type":"link","url":"https://ci.example/web?a=1&b=2"},{"type":"text","text":" is <red> "},
		{"type":"broadcast","range":"here"}]}]}]`, toJSON(t, blockkit.Field(m, "blocks")))

	blocks := toJSON(t, []any{section("<https://ci.example/web/128|web #128>")})
	attachments := `[{"fallback":"web #129","title":"web #129 failed","title_link":"https://ci.example/web/129"}]`
	m = chosen(notify(Notice{App: "CI", Blocks: json.RawMessage(blocks), Attachments: json.RawMessage(attachments)}))
	assert.Equal(t, "bot_message", blockkit.String(m, "subtype"))
	assert.Equal(t, "CI", blockkit.String(m, "username"))
	assert.NotEmpty(t, blockkit.String(m, "bot_id"))
	assert.Nil(t, blockkit.Field(m, "user"), "nobody wrote it")
	assert.Equal(t, "<https://ci.example/web/128|web #128>", blockkit.String(blockkit.Field(blockkit.List(m, "blocks")[0], "text"), "text"))
	assert.JSONEq(t, attachments, toJSON(t, blockkit.Field(m, "attachments")))
	reply := notify(Notice{Text: "in a thread", ThreadTS: typed, Attachments: json.RawMessage(`[{"fallback":"only this"}]`)})
	assert.Equal(t, typed, blockkit.String(chosen(reply), "thread_ts"))
	assert.Contains(t, s.Render(builds, ann), "  |   in a thread\n  |   only this\nCI (app)  14:02\n  web #128")
	assert.Contains(t, s.Render(builds, ann), "\n  web #129 failed\n")

	own := posted(t, s, withButtons())
	m = chosen(own)
	assert.Equal(t, "A0LOGBOT01", blockkit.String(m, "app_id"))
	assert.Len(t, blockkit.Field(m, "blocks"), len(withButtons()))
}

func TestInvalidNoticesAreErrors(t *testing.T) {
	s := start(t, Config{Channels: []Channel{{ID: builds, Name: "builds"}, {ID: general, Name: "old", Archived: true}}})
	for why, n := range map[string]Notice{
		"no_text":                {Channel: builds},
		"no such channel":        {Channel: private, Text: "x"},
		"archived":               {Channel: general, Text: "x"},
		"no message \"1.1\"":     {Channel: builds, Text: "x", ThreadTS: "1.1"},
		"invalid_blocks: ":       {Channel: builds, Blocks: json.RawMessage(`[{"type":"x"}]`)},
		"attachments: json":      {Channel: builds, Attachments: json.RawMessage(`{}`)},
		"invalid_blocks_format:": {Channel: builds, Blocks: json.RawMessage(`{`)},
	} {
		_, err := s.Notify(within(t), n)
		require.ErrorContains(t, err, why)
	}
	assert.Empty(t, s.Messages(builds))
}

func TestAShortcutCarriesTheMessage(t *testing.T) {
	s := start(t, Config{Clock: handClock(), Shortcuts: []Shortcut{{"Explain this build", "explain"}}})
	ws, _ := open(t, s)
	inv := typed(t, s, private)
	ws.read()
	require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"x","response_type":"in_channel"}`).ok())
	theirs := s.Messages(private)[0]
	use := ShortcutUse{User: bob, Channel: private, TS: theirs.TS, CallbackID: "explain"}
	i, err := s.Shortcut(within(t), use)
	require.NoError(t, err)
	frame := ws.read()
	assert.Equal(t, "interactive", frame["type"])
	for name, want := range map[string]any{
		"type": "message_action", "callback_id": "explain", "message_ts": theirs.TS, "action_ts": "1795269720.000000",
		"trigger_id": i.TriggerID, "response_url": i.ResponseURL, "channel": obj{"id": private, "name": "privategroup"},
	} {
		assert.Equal(t, want, blockkit.Field(frame["payload"], name), name)
	}
	message := blockkit.Field(frame["payload"], "message")
	assert.Equal(t, "/logs fail web 128", blockkit.String(message, "text"))
	assert.Equal(t, ann, blockkit.String(message, "user"))
	assert.Contains(t, i.ResponseURL, "/app/")
	body := toJSON(t, obj{"text": "y", "response_type": "in_channel", "thread_ts": theirs.TS, "replace_original": true})
	require.True(t, do(t, i.ResponseURL, jsonType, "", body).ok(), "without membership")
	assert.Len(t, s.Thread(private, theirs.TS), 2, "another's message is not replaced")

	for why, change := range map[string]func(*ShortcutUse){
		"no shortcut": func(u *ShortcutUse) { u.CallbackID = "other" },
		"no message":  func(u *ShortcutUse) { u.TS = "1.1" },
		"no channel":  func(u *ShortcutUse) { u.Channel = "C0NOWHERE1" },
	} {
		wrong := use
		change(&wrong)
		_, err := s.Shortcut(within(t), wrong)
		require.ErrorContains(t, err, why)
	}
	require.NoError(t, ws.ws.CloseNow())
	require.NoError(t, s.Wait(within(t), func() bool { return s.Connections() == 0 }))
	_, err = s.Shortcut(within(t), use)
	require.NoError(t, err)
	assert.Contains(t, s.Render(private, bob), "only visible to you\n  Explain this build failed with the error \"dispatch_failed\"\n")
}
