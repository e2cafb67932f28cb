package sockets

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

func probing(t *testing.T, address, token string) (*slack.Client, *http.Transport) {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return slack.New("xoxb-1", slack.OptionAppLevelToken(token), slack.OptionAPIURL(address), slack.OptionHTTPClient(&http.Client{Transport: transport})), transport
}

func TestAProbeSeesASocketAndLeavesItAtOnce(t *testing.T) {
	h := newHarness(t, slacksim.Config{}, nil)
	h.connected(t, DefaultConnections)
	api, transport := probing(t, h.APIURL(), h.AppToken())
	p, err := Probe(t.Context(), api, transport, func(Envelope) any { return nil })
	require.NoError(t, err)
	assert.Equal(t, DefaultConnections+1, p.Counted)
	assert.Positive(t, p.Took)
	h.connected(t, DefaultConnections)
	api, transport = probing(t, h.APIURL(), "xapp-wrong")
	_, err = Probe(t.Context(), api, transport, nil)
	assert.ErrorContains(t, err, "SLACK_APP_TOKEN: Slack does not know this token")
}

func TestWhatComesToAProbeIsAcknowledgedWithItsAnswer(t *testing.T) {
	acks := make(chan string, 1)
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
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"type":"slash_commands","envelope_id":"e1","payload":{"text":"fail web"}}`))
		_, frame, err := ws.Read(r.Context()) // also answers the ping
		if err != nil {
			return
		}
		acks <- string(frame)
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"type":"hello","num_connections":2}`))
		_, _, _ = ws.Read(r.Context())
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	api, transport := probing(t, s.URL+"/api/", "xapp-1")
	p, err := Probe(ctx, api, transport, func(e Envelope) any {
		assert.Equal(t, "slash_commands", e.Type)
		return map[string]string{"text": "type it again"}
	})
	require.NoError(t, err)
	assert.Equal(t, 1, p.Caught)
	assert.JSONEq(t, `{"envelope_id":"e1","payload":{"text":"type it again"}}`, <-acks)
}
