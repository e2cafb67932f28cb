package slacksim

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
	"logbot/bot/slacksim/mrkdwn"
)

// searchModal is a modal with one input of each kind.
func searchModal(change obj) obj {
	option := func(v string) obj { return obj{"text": plainObject(v), "value": v} }
	input := func(id string, optional bool, element obj) obj {
		element["action_id"] = "v"
		return obj{"type": "input", "block_id": id, "label": plainObject(id), "optional": optional, "element": element}
	}
	v := obj{
		"type": "modal", "title": plainObject("Search web #128"), "submit": plainObject("Search"),
		"callback_id": "search", "private_metadata": "web/128",
		"blocks": []any{
			input("expression", false, obj{"type": "plain_text_input", "max_length": 100}),
			input("context", true, obj{"type": "number_input", "is_decimal_allowed": false, "min_value": "0", "max_value": "20", "initial_value": "2"}),
			input("order", true, obj{"type": "static_select", "options": []any{option("first"), option("last")}, "initial_option": option("last")}),
			input("flags", true, obj{"type": "checkboxes", "options": []any{option("case"), option("debug")}}),
			obj{"type": "actions", "block_id": "stop", "elements": []any{button(obj{"action_id": "stop", "text": plainObject("Stop")})}},
		},
	}
	for k, x := range change {
		v[k] = x
	}
	return v
}

// trigger lets ann type a command and returns its trigger.
func trigger(t *testing.T, s *Server) string {
	t.Helper()
	return typed(t, s, builds).TriggerID
}

// opened shows ann a modal and returns its id and hash.
func opened(t *testing.T, s *Server, view obj) (id, hash string) {
	t.Helper()
	a := api(t, s, "views.open", "trigger_id", trigger(t, s), "view", toJSON(t, view))
	require.True(t, a.ok(), "%v", a.Body)
	return blockkit.String(a.Body["view"], "id"), blockkit.String(a.Body["view"], "hash")
}

// modalCase is a change to a good modal and what is said of it.
type modalCase struct {
	name   string
	change obj
	place  string // empty: it is fine
}

func modalCases() []modalCase {
	divider := obj{"type": "divider"}
	return []modalCase{
		{"fine", nil, ""},
		{"title of 24", obj{"title": plainObject(cjk(24))}, ""},
		{"title of 25", obj{"title": plainObject(xs(25))}, "must be less than 25 characters [json-pointer:/view/title/text]"},
		{"title in mrkdwn", obj{"title": mrkdwnObject("x")}, "unsupported type: mrkdwn [json-pointer:/view/title/type]"},
		{"no title", obj{"title": nil}, "missing required field: title [json-pointer:/view]"},
		{"submit of 25", obj{"submit": plainObject(xs(25))}, "must be less than 25 characters [json-pointer:/view/submit/text]"},
		{"close of 25", obj{"close": plainObject(xs(25))}, "must be less than 25 characters [json-pointer:/view/close/text]"},
		{"inputs without submit", obj{"submit": nil}, "`submit` is required when there is an input block [json-pointer:/view]"},
		{"100 blocks", obj{"blocks": times(100, divider)}, ""},
		{"101 blocks", obj{"blocks": times(101, divider)}, "no more than 100 items allowed [json-pointer:/view/blocks]"},
		{"no blocks", obj{"blocks": []any{}}, "no fewer than 1 items allowed [json-pointer:/view/blocks]"},
		{"alert", obj{"blocks": []any{obj{"type": "alert", "text": plainObject("x"), "level": "warning"}}}, ""},
		{"container is for messages", obj{"blocks": []any{obj{"type": "container"}}}, "unsupported type: container [json-pointer:/view/blocks/0/type]"},
		{"markdown is for messages", obj{"blocks": []any{obj{"type": "markdown", "text": "x"}}}, "unsupported type: markdown [json-pointer:/view/blocks/0/type]"},
		{"metadata of 3,001", obj{"private_metadata": xs(3001)}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"},
		{"callback_id of 256", obj{"callback_id": xs(256)}, "must be less than 256 characters [json-pointer:/view/callback_id]"},
		{"home", obj{"type": "home"}, "unsupported type: home [json-pointer:/view/type]"},
		{"unknown property", obj{"colour": "red"}, "invalid additional property: colour [json-pointer:/view]"},
		{"two with the focus", obj{"blocks": times(2, obj{"type": "input", "label": plainObject("l"), "element": obj{"type": "plain_text_input", "focus_on_load": true}})}, "only one element may have focus_on_load [json-pointer:/view/blocks]"},
	}
}

func TestLimitsOfModals(t *testing.T) {
	s := start(t, Config{})
	for _, c := range modalCases() {
		t.Run(c.name, func(t *testing.T) {
			a := api(t, s, "views.open", "trigger_id", trigger(t, s), "view", toJSON(t, searchModal(c.change)))
			if c.place == "" {
				assert.True(t, a.ok(), "%v", a.Body)
				return
			}
			assert.Equal(t, "invalid_arguments", a.err())
			assert.Contains(t, texts(a.lines()), "[ERROR] "+c.place)
		})
	}
	for raw, want := range map[string]string{
		"": "invalid_arguments", "{": "invalid_arguments", "null": "invalid_arguments", "[]": "invalid_arguments",
		`{"type":"modal","private_metadata":"` + xs(maxViewBytes) + `"}`: "view_too_large",
	} {
		assert.Equal(t, want, api(t, s, "views.open", "trigger_id", trigger(t, s), "view", raw).err(), mrkdwn.Truncate(raw, 20))
	}
}

func TestATriggerOpensOneModalWithinThreeSeconds(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	view := toJSON(t, searchModal(nil))
	show := func(id string) string { return api(t, s, "views.open", "trigger_id", id, "view", view).err() }
	once := trigger(t, s)
	assert.Empty(t, show(once))
	assert.Equal(t, "exchanged_trigger_id", show(once))
	assert.Equal(t, "invalid_trigger_id", show("1.nonsense"))
	assert.Equal(t, "invalid_arguments", show(""))
	inTime, late := trigger(t, s), trigger(t, s)
	clock.Advance(3 * time.Second)
	assert.Empty(t, show(inTime))
	clock.Advance(time.Millisecond)
	assert.Equal(t, "expired_trigger_id", show(late))
}

func TestWhatIsEnteredReachesTheApp(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	ws, _ := open(t, s)
	id, _ := opened(t, s, searchModal(nil))
	ws.read() // the command
	v, there := s.OpenView(ann)
	require.True(t, there)
	assert.Equal(t, id, v.ID)
	assert.Equal(t, map[string][]string{"expression": nil, "context": {"2"}, "order": {"last"}, "flags": nil}, v.Values)
	_, there = s.OpenView(bob)
	assert.False(t, there)

	i, err := s.Submit(within(t), Submission{User: ann, View: id, Values: map[string][]string{
		"expression": {"编译.*失败"}, "context": {"3"}, "flags": {"case", "debug"},
	}})
	require.NoError(t, err)
	frame := ws.read()
	assert.Equal(t, true, frame["accepts_response_payload"])
	p := frame["payload"]
	assert.Equal(t, "view_submission", blockkit.String(p, "type"))
	assert.Equal(t, i.TriggerID, blockkit.String(p, "trigger_id"))
	assert.NotContains(t, p, "response_url")
	view := blockkit.Field(p, "view")
	assert.Equal(t, "search", blockkit.String(view, "callback_id"))
	assert.Equal(t, "web/128", blockkit.String(view, "private_metadata"))
	assert.Equal(t, id, blockkit.String(view, "root_view_id"))
	option := func(v string) obj { return obj{"text": plainObject(v), "value": v} }
	assert.Equal(t, obj{
		"expression": obj{"v": obj{"type": "plain_text_input", "value": "编译.*失败"}},
		"context":    obj{"v": obj{"type": "number_input", "value": "3"}},
		"order":      obj{"v": obj{"type": "static_select", "selected_option": option("last")}},
		"flags":      obj{"v": obj{"type": "checkboxes", "selected_options": []any{option("case"), option("debug")}}},
	}, blockkit.Field(blockkit.Field(view, "state"), "values"))
	var decoded slack.InteractionCallback
	require.NoError(t, json.Unmarshal(i.Payload, &decoded))
	assert.Equal(t, "编译.*失败", decoded.View.State.Values["expression"]["v"].Value)

	ws.write(obj{"envelope_id": i.EnvelopeID})
	require.NoError(t, i.Settled(within(t)))
	_, there = s.OpenView(ann)
	assert.False(t, there, "an acknowledgement without an answer closes the modal")
}

func TestInputThatTheClientDoesNotSubmit(t *testing.T) {
	s := start(t, Config{})
	opened(t, s, searchModal(nil))
	for why, values := range map[string]map[string][]string{
		`"expression" must be filled in`: {"expression": {""}},
		"101 characters are too many":    {"expression": {strings.Repeat("日", 101)}},
		"only one line":                  {"expression": {"a\nb"}},
		"is not a number":                {"expression": {"x"}, "context": {"two"}},
		"is not a whole number":          {"expression": {"x"}, "context": {"2.5"}},
		"-1 is less than 0":              {"expression": {"x"}, "context": {"-1"}},
		"21 is more than 20":             {"expression": {"x"}, "context": {"21"}},
		"no option":                      {"expression": {"x"}, "order": {"middle"}},
		`there is no input "other"`:      {"expression": {"x"}, "other": {"x"}},
		"one value must be given":        {"expression": {"x", "y"}},
	} {
		_, err := s.Submit(within(t), Submission{User: ann, Values: values})
		require.ErrorContains(t, err, why)
	}
	_, err := s.Submit(within(t), Submission{User: bob})
	require.ErrorContains(t, err, "no modal open")
	_, err = s.Submit(within(t), Submission{User: ann, View: "V0OTHER"})
	require.ErrorContains(t, err, "not the topmost")
	v, _ := s.OpenView(ann)
	assert.Nil(t, v.Values["expression"], "nothing was entered")
	opened(t, s, searchModal(obj{"submit": nil, "blocks": []any{obj{"type": "divider"}}}))
	_, err = s.Submit(within(t), Submission{User: ann})
	require.ErrorContains(t, err, "no submit button")
}

func TestAnswersToASubmission(t *testing.T) {
	next := searchModal(obj{"title": plainObject("Found")})
	cases := []struct {
		name    string
		answer  any
		refused string
		title   string // of the modal that is open then; empty for none
		depth   int
	}{
		{"nothing", nil, "", "", 0},
		{"an empty object", obj{}, "", "", 0},
		{"clear", obj{"response_action": "clear"}, "", "", 0},
		{"update", obj{"response_action": "update", "view": next}, "", "Found", 1},
		{"push", obj{"response_action": "push", "view": next}, "", "Found", 2},
		{"errors", obj{"response_action": "errors", "errors": obj{"expression": "no such expression"}}, "", "Search web #128", 1},
		{"errors elsewhere", obj{"response_action": "errors", "errors": obj{"nowhere": "x"}}, "invalid_payload", "Search web #128", 1},
		{"errors without any", obj{"response_action": "errors"}, "invalid_payload", "Search web #128", 1},
		{"a bad modal", obj{"response_action": "update", "view": obj{"type": "modal"}}, "invalid_arguments", "Search web #128", 1},
		{"no modal", obj{"response_action": "push"}, "invalid_arguments", "Search web #128", 1},
		{"an unknown action", obj{"response_action": "dance"}, "invalid_payload", "Search web #128", 1},
		{"no object", "clear", "invalid_payload", "Search web #128", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, Config{})
			ws, _ := open(t, s)
			opened(t, s, searchModal(nil))
			i, err := s.Submit(within(t), Submission{User: ann, Values: map[string][]string{"expression": {"ERROR"}}})
			require.NoError(t, err)
			frame := obj{"envelope_id": i.EnvelopeID}
			if c.answer != nil {
				frame["payload"] = c.answer
			}
			ws.write(frame)
			require.NoError(t, i.Settled(within(t)))
			assert.Equal(t, c.refused, i.Status().AckRefused)
			v, there := s.OpenView(ann)
			assert.Equal(t, c.title != "", there)
			assert.Equal(t, c.title, v.Title)
			assert.Equal(t, c.depth, v.Depth)
			assert.Equal(t, c.refused != "", v.Trouble != "")
			if c.name == "errors" {
				assert.Equal(t, map[string]string{"expression": "no such expression"}, v.Errors)
				assert.Contains(t, s.Render(builds, ann), "  expression\n    [ERROR]\n    (!) no such expression\n")
			}
			if c.name == "update" {
				assert.Equal(t, []string{"ERROR"}, v.Values["expression"], "what was entered stays")
			}
		})
	}
}

func TestASubmissionThatNobodyAcknowledgesFailsInTheModal(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	ws, _ := open(t, s)
	opened(t, s, searchModal(nil))
	i, err := s.Submit(within(t), Submission{User: ann, Values: map[string][]string{"expression": {"x"}}})
	require.NoError(t, err)
	clock.Advance(ackTimeout)
	assert.Equal(t, "operation_timeout", i.Status().Failure)
	assert.Contains(t, s.Render(builds, ann), "  [Search] [Cancel]\n  (!) the app did not respond in time\n")
	ws.write(obj{"envelope_id": i.EnvelopeID})
	require.NoError(t, s.Wait(within(t), func() bool { return i.Status().Late }))
	_, there := s.OpenView(ann)
	assert.True(t, there, "too late to close it")
}

func TestModalsAreUpdated(t *testing.T) {
	s := start(t, Config{})
	id, hash := opened(t, s, searchModal(obj{"external_id": "search-ann"}))
	update := func(pairs ...string) answer {
		return api(t, s, "views.update", append(pairs, "view", toJSON(t, searchModal(obj{"title": plainObject("Searching")})))...)
	}
	assert.Equal(t, "not_found", update("view_id", "V0OTHER").err())
	assert.Equal(t, "not_found", update("external_id", "other").err())
	assert.Equal(t, "invalid_arguments", update().err())
	assert.Equal(t, "hash_conflict", update("view_id", id, "hash", "1.old").err())
	a := update("external_id", "search-ann", "hash", hash)
	require.True(t, a.ok(), "%v", a.Body)
	assert.NotEqual(t, hash, blockkit.String(a.Body["view"], "hash"))
	v, _ := s.OpenView(ann)
	assert.Equal(t, "Searching", v.Title)
	assert.Equal(t, "not_found", update("external_id", "search-ann").err(), "the new one has none")
	assert.True(t, update("view_id", id).ok())
}

func TestAnExternalIDIsUnique(t *testing.T) {
	s := start(t, Config{})
	opened(t, s, searchModal(obj{"external_id": "one"}))
	again := toJSON(t, searchModal(obj{"external_id": "one"}))
	assert.Equal(t, "duplicate_external_id", api(t, s, "views.push", "trigger_id", trigger(t, s), "view", again).err())
}

func TestModalsAreStacked(t *testing.T) {
	s := start(t, Config{})
	named := func(title string) string { return toJSON(t, searchModal(obj{"title": plainObject(title)})) }
	push := func(title string) answer {
		return api(t, s, "views.push", "trigger_id", trigger(t, s), "view", named(title))
	}
	assert.Equal(t, "not_found", push("on nothing").err())
	root, _ := opened(t, s, searchModal(obj{"title": plainObject("one")}))
	two := push("two")
	require.True(t, two.ok(), "%v", two.Body)
	assert.Equal(t, root, blockkit.String(two.Body["view"], "root_view_id"))
	assert.Equal(t, root, blockkit.String(two.Body["view"], "previous_view_id"))
	three := push("three")
	assert.Equal(t, root, blockkit.String(three.Body["view"], "root_view_id"))
	assert.Equal(t, "push_limit_reached", push("four").err())
	follow := s.Transcript(builds, ann)
	follow.Next()
	for _, below := range []string{"two", "one"} {
		i, err := s.CloseView(within(t), ann)
		require.NoError(t, err)
		assert.Nil(t, i, "the app does not want to know")
		assert.Contains(t, follow.Next(), "modal: "+below)
	}
	_, err := s.CloseView(within(t), ann)
	require.NoError(t, err)
	_, err = s.CloseView(within(t), ann)
	require.ErrorContains(t, err, "no modal open")
	assert.Empty(t, follow.Next())
}

func TestTheAppIsToldOfAClosedModalWithNotifyOnClose(t *testing.T) {
	for _, all := range []bool{false, true} {
		s := start(t, Config{})
		ws, _ := open(t, s)
		opened(t, s, searchModal(nil))
		ws.read()
		require.True(t, api(t, s, "views.push", "trigger_id", trigger(t, s), "view",
			toJSON(t, searchModal(obj{"notify_on_close": true, "clear_on_close": all}))).ok())
		ws.read()
		i, err := s.CloseView(within(t), ann)
		require.NoError(t, err)
		p := ws.read()["payload"]
		assert.Equal(t, "view_closed", blockkit.String(p, "type"))
		assert.Equal(t, all, blockkit.Field(p, "is_cleared"))
		assert.NotContains(t, p, "trigger_id")
		assert.Empty(t, i.TriggerID)
		_, there := s.OpenView(ann)
		assert.Equal(t, !all, there)
	}
}

func TestElementsOfAModal(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	live := obj{"type": "input", "block_id": "live", "dispatch_action": true, "label": plainObject("l"), "element": obj{"type": "plain_text_input", "action_id": "v"}}
	id, _ := opened(t, s, searchModal(obj{"blocks": append(searchModal(nil)["blocks"].([]any), live)}))
	_, err := s.Click(within(t), Click{User: ann, View: id, BlockID: "expression", ActionID: "v", Values: []string{"x"}})
	require.ErrorContains(t, err, "before it is submitted")
	i := click(t, s, Click{User: ann, View: id, BlockID: "live", ActionID: "v", Values: []string{"ERROR"}})
	var p map[string]any
	require.NoError(t, json.Unmarshal(i.Payload, &p))
	assert.Equal(t, obj{"type": "view", "view_id": id}, p["container"])
	assert.Equal(t, "ERROR", blockkit.String(blockkit.List(p, "actions")[0], "value"))
	assert.NotContains(t, p, "response_url")
	assert.Equal(t, "ERROR", blockkit.String(blockkit.Field(blockkit.Field(blockkit.Field(blockkit.Field(blockkit.Field(p, "view"), "state"), "values"), "live"), "v"), "value"))
	click(t, s, Click{User: ann, View: id, ActionID: "stop"})
	clock.Advance(ackTimeout)
	v, _ := s.OpenView(ann)
	assert.Equal(t, noAnswer, v.Trouble)
	assert.Equal(t, []string{"ERROR"}, v.Values["live"])
}

func TestAModalAsAPersonReadsIt(t *testing.T) {
	s := start(t, Config{})
	opened(t, s, searchModal(obj{"close": plainObject("Back")}))
	assert.Equal(t, strings.Join([]string{
		"logbot (app)  modal: Search web #128",
		"  expression", "    []",
		"  context (optional)", "    [2]",
		"  order (optional)", "    [last: first / last]",
		"  flags (optional)", "    [ ] case [ ] debug",
		"  [Stop]",
		"  [Search] [Back]", "",
	}, "\n"), s.Render(builds, ann))
	assert.Empty(t, s.Render(builds, bob))
}

func TestSlackGoOpensAModalFromAButtonAndIsSubmittedTo(t *testing.T) {
	s := start(t, Config{})
	api := slackGo(t, s)
	failed := make(chan error, 10)
	serveAll(t, api, func(client *socketmode.Client, e socketmode.Event) {
		i, ok := e.Data.(slack.InteractionCallback)
		if !ok {
			return
		}
		switch i.Type {
		case slack.InteractionTypeBlockActions:
			failed <- client.Ack(*e.Request)
			_, err := api.OpenViewContext(within(t), i.TriggerID, slack.ModalViewRequest{
				Type: slack.VTModal, Title: slack.NewTextBlockObject("plain_text", "Search", false, false),
				Submit: slack.NewTextBlockObject("plain_text", "Go", false, false), CallbackID: "search", PrivateMetadata: i.Container.MessageTs,
				Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewInputBlock("re", slack.NewTextBlockObject("plain_text", "Expression", false, false), nil,
					slack.NewPlainTextInputBlockElement(nil, "v"))}},
			})
			failed <- err
		case slack.InteractionTypeViewSubmission:
			if i.View.State.Values["re"]["v"].Value == "(" {
				failed <- client.Ack(*e.Request, slack.NewErrorsViewSubmissionResponse(map[string]string{"re": "no such expression"}))
				return
			}
			failed <- client.Ack(*e.Request)
		}
	})
	ts := posted(t, s, []any{obj{"type": "actions", "elements": []any{button(nil)}}})
	click(t, s, Click{User: ann, Channel: builds, TS: ts, ActionID: "full"})
	require.NoError(t, next(t, failed))
	require.NoError(t, next(t, failed))
	v, there := s.OpenView(ann)
	require.True(t, there)
	assert.Equal(t, ts, v.PrivateMetadata)
	for _, text := range []string{"(", "ERROR"} {
		i, err := s.Submit(within(t), Submission{User: ann, Values: map[string][]string{"re": {text}}})
		require.NoError(t, err)
		require.NoError(t, next(t, failed))
		require.NoError(t, i.Settled(within(t)))
		v, there = s.OpenView(ann)
		assert.Equal(t, text == "(", there)
		assert.Equal(t, text == "(", v.Errors["re"] != "")
	}
}
