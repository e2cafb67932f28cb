package sockets

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coder/websocket"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
)

func TestEveryEnvelopeIsTakenWhateverItHolds(t *testing.T) {
	acks := make(chan string, 10)
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"ok":true,"url":"ws://%s/link"}`, r.Host)
	})
	mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer func() { _ = ws.CloseNow() }()
		for _, frame := range []string{
			`{"type":"hello","num_connections":1}`, `{{{`, `[]`, `""`, ``, `{"type":"news"}`, `{"type":"slash_commands"}`,
			`{"type":"slash_commands","envelope_id":"bad","payload":7}`, `{"type":"news","envelope_id":"new","retry_attempt":"2"}`,
			`{"type":"slash_commands","envelope_id":"good","payload":{"command":"/logs","text":"构建 失败"}}`,
		} {
			if ws.Write(r.Context(), websocket.MessageText, []byte(frame)) != nil {
				return
			}
		}
		for {
			_, frame, err := ws.Read(r.Context())
			if err != nil {
				return
			}
			acks <- string(frame)
		}
	})
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	log, _ := logtest.NewNullLogger()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	taken := make(chan Envelope, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- New(Options{
			API: slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionAPIURL(s.URL+"/api/"),
				slack.OptionHTTPClient(&http.Client{Transport: transport})),
			Connections: 1, Log: log, Transport: &http.Transport{}, times: shortTimes(),
			Take: func(ctx context.Context, e Envelope) { e.Ack(ctx, nil); taken <- e },
		}).Run(ctx)
	}()
	for _, want := range []string{"bad", "new", "good"} {
		e := <-taken
		assert.Equal(t, want, e.ID)
		assert.JSONEq(t, `{"envelope_id":"`+want+`"}`, <-acks, "else Slack shows a failure, or delivers it again and again")
		switch want {
		case "new":
			assert.Equal(t, 2, e.Retries)
		case "good":
			assert.Equal(t, "构建 失败", textOf(t, e))
		}
	}
	stop()
	assert.NoError(t, <-ended)
}

func FuzzFrames(f *testing.F) {
	for _, seed := range []string{`{"type":"hello"}`, `{"type":"events_api","payload":{"type":"event_callback","event":{"type":"app_mention","text":"构建"}}}`,
		`{"type":"interactive","envelope_id":"1","payload":{"type":"block_actions"}}`, `null`, `{"type":"disconnect","reason":"warning"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		f, err := parseFrame(content)
		var known struct {
			ID string `json:"envelope_id"`
		}
		if json.Unmarshal(content, &known) == nil && (err != nil || string(f.EnvelopeID) != known.ID) {
			t.Fatalf("cannot be acknowledged: %s", content)
		}
	})
}
