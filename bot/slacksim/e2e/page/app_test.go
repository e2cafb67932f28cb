package page_test

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"logbot/bot/slacksim"
)

// The blocks and the modal that the app shows.
var (
	//go:embed kinds.json
	kinds string
	//go:embed modal.json
	modal string
)

// app is a small app without a Slack library: it shows every kind of block and
// answers with what it was told.
type app struct {
	t          *testing.T
	s          *slacksim.Server
	acks       chan struct{} // lets the acknowledgement of the button held go
	unanswered chan struct{} // gets one for each envelope that is left unanswered

	work sync.WaitGroup
}

// envelope is the part of an envelope that the app reads.
type envelope struct {
	ID      string `json:"envelope_id"`
	Type    string `json:"type"`
	Payload struct {
		Type      string `json:"type"`
		Text      string `json:"text"`
		ChannelID string `json:"channel_id"`
		UserID    string `json:"user_id"`
		TriggerID string `json:"trigger_id"`
		Callback  string `json:"callback_id"`
		Channel   struct{ ID string }
		User      struct{ ID string }
		Message   struct{ TS string }
		Actions   []struct {
			ActionID string `json:"action_id"`
			Value    string
			Selected struct{ Value string }   `json:"selected_option"`
			Ticked   []struct{ Value string } `json:"selected_options"`
		}
		View struct {
			ID, Hash string
			State    struct {
				Values map[string]map[string]struct {
					Value    string
					Selected struct{ Value string }   `json:"selected_option"`
					Ticked   []struct{ Value string } `json:"selected_options"`
				}
			}
		}
		Event struct {
			Channel, Text, TS, User string
			BotID                   string `json:"bot_id"`
			ThreadTS                string `json:"thread_ts"`
		}
	}
}

// connect opens a socket and answers its envelopes until it ends.
func (a *app) connect(ctx context.Context) error {
	var answer struct{ URL string }
	if err := a.call(a.s.AppToken(), "apps.connections.open", nil, &answer); err != nil {
		return err
	}
	ws, _, err := websocket.Dial(ctx, answer.URL, nil)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	a.work.Go(func() {
		defer ws.CloseNow()
		for {
			_, frame, err := ws.Read(ctx)
			if err != nil {
				return
			}
			var e envelope
			if err := json.Unmarshal(frame, &e); err != nil {
				a.t.Errorf("envelope %s: %v", frame, err)
				return
			}
			if e.ID == "" {
				continue // hello, disconnect
			}
			a.work.Go(func() { a.answer(ctx, ws, e) })
		}
	})
	return nil
}

func (a *app) answer(ctx context.Context, ws *websocket.Conn, e envelope) {
	ack := map[string]any{"envelope_id": e.ID}
	p := e.Payload
	var then func()
	switch {
	case e.Type == "slash_commands" && p.Text == "quiet":
		a.unanswered <- struct{}{}
		return
	case e.Type == "slash_commands":
		then = func() { a.command(e) }
	case e.Type == "events_api":
		if p.Event.BotID == "" {
			then = func() { a.post(p.Event.Channel, "I heard: "+p.Event.Text, "thread_ts", p.Event.ThreadTS) }
		}
	case p.Type == "message_action":
		then = func() { a.post(p.Channel.ID, "explained", "thread_ts", p.Message.TS) }
	case p.Type == "view_submission":
		v := p.View.State.Values
		switch what := v["what"]["e"].Value; what {
		case "bad":
			ack["payload"] = map[string]any{"response_action": "errors", "errors": map[string]string{"what": "This is no expression."}}
		case "push":
			ack["payload"] = map[string]any{"response_action": "push", "view": json.RawMessage(strings.Replace(modal, "Search the log", "On top", 1))}
		default:
			then = func() {
				var ticked []string
				for _, one := range v["only"]["o"].Ticked {
					ticked = append(ticked, one.Value)
				}
				a.post(builds, fmt.Sprintf("searched: %s/%s/%s/%s", html.EscapeString(what), v["around"]["n"].Value, v["step"]["s"].Selected.Value, strings.Join(ticked, "+")))
			}
		}
	case p.Type == "view_closed":
		then = func() { a.post(builds, "closed unsearched") }
	case p.Actions[0].ActionID == "dead":
		a.unanswered <- struct{}{}
		return
	case p.Actions[0].ActionID == "fill":
		filled := strings.Replace(modal, `"min_length": 2,`, `"min_length": 2, "initial_value": "last time",`, 1)
		filled = strings.Replace(filled, `"block_id": "what"`, `"block_id": "what2"`, 1)
		then = func() { a.must("views.update", "view_id", p.View.ID, "hash", p.View.Hash, "view", filled) }
	default:
		action := p.Actions[0]
		if action.ActionID == "held" {
			select {
			case <-a.acks:
			case <-ctx.Done():
				return
			}
		}
		then = func() {
			values := []string{action.Value + action.Selected.Value}
			for _, one := range action.Ticked {
				values = append(values, one.Value)
			}
			a.post(p.Channel.ID, fmt.Sprintf("got %s=%s", action.ActionID, strings.Join(values, "+")))
		}
	}
	raw, _ := json.Marshal(ack)
	if err := ws.Write(ctx, websocket.MessageText, raw); err == nil && then != nil {
		then()
	}
}

// command carries out what was typed after /try.
func (a *app) command(e envelope) {
	p := e.Payload
	word, rest, _ := strings.Cut(p.Text, " ")
	switch word {
	case "kinds":
		a.post(p.ChannelID, "all kinds of blocks", "blocks", kinds)
	case "modal":
		a.must("views.open", "trigger_id", p.TriggerID, "view", modal)
	case "private":
		a.must("chat.postEphemeral", "channel", p.ChannelID, "user", p.UserID, "text", "for you alone")
	case "edit":
		ts := a.post(p.ChannelID, "at first")
		a.must("chat.update", "channel", p.ChannelID, "ts", ts, "text", "in the end")
		a.must("chat.delete", "channel", p.ChannelID, "ts", a.post(p.ChannelID, "a slip"))
	case "file":
		a.upload(p.ChannelID, "构建 web.log", strings.Repeat("第一行 <b>\x00\xff</b>\r\n", 5000))
	case "odd":
		a.upload(p.ChannelID, oddName, "nothing odd inside")
	case "notice":
		_, err := a.s.Notify(context.Background(), slacksim.Notice{App: "ci", Channel: p.ChannelID, Text: "from the CI", Attachments: json.RawMessage(
			`[{"pretext":"*before*","title":"Build <b>128</b>","title_link":"https://example.com/128","text":"it _broke_"}]`)})
		if err != nil {
			a.t.Error(err)
		}
	case "many":
		n, _ := strconv.Atoi(rest)
		for i := range n {
			a.post(p.ChannelID, fmt.Sprintf("message %d", i))
		}
	default:
		a.post(p.ChannelID, "typed: "+p.Text)
	}
}

// oddName changes the reading direction, and looks like markup.
const oddName = "\u202egnp.<b onclick=x>\"'&.log"

// upload sends a file and posts the checksum of its bytes.
func (a *app) upload(channel, name, content string) {
	sum := sha256.Sum256([]byte(content))
	var declared struct {
		ID  string `json:"file_id"`
		URL string `json:"upload_url"`
	}
	if err := a.call(a.s.BotToken(), "files.getUploadURLExternal", url.Values{"filename": {name}, "length": {strconv.Itoa(len(content))}}, &declared); err != nil {
		a.t.Error(err)
		return
	}
	resp, err := http.Post(declared.URL, "application/octet-stream", strings.NewReader(content))
	if err != nil {
		a.t.Error(err)
		return
	}
	_ = resp.Body.Close()
	a.must("files.completeUploadExternal", "files", `[{"id":"`+declared.ID+`"}]`, "channel_id", channel, "initial_comment", "sha256 "+hex.EncodeToString(sum[:]))
}

// post posts a message and returns its ts.
func (a *app) post(channel, text string, pairs ...string) string {
	return a.must("chat.postMessage", append([]string{"channel", channel, "text", text}, pairs...)...)
}

func (a *app) must(method string, pairs ...string) (ts string) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			form.Set(pairs[i], pairs[i+1])
		}
	}
	var answer struct{ TS string }
	if err := a.call(a.s.BotToken(), method, form, &answer); err != nil {
		a.t.Error(err)
	}
	return answer.TS
}

func (a *app) call(token, method string, form url.Values, into any) error {
	req, err := http.NewRequest(http.MethodPost, a.s.APIURL()+method, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var fate struct {
		OK    bool
		Error string
	}
	if err := json.Unmarshal(raw, &fate); err != nil || !fate.OK {
		return fmt.Errorf("%s: %s", method, raw)
	}
	return json.Unmarshal(raw, into)
}
