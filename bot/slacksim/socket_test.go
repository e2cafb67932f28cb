package slacksim

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
)

func TestHelloCountsConnections(t *testing.T) {
	s := start(t, Config{})
	for want := 1; want <= 3; want++ {
		_, hello := open(t, s)
		assert.Equal(t, "hello", hello["type"])
		assert.EqualValues(t, want, hello["num_connections"])
		assert.Equal(t, "A0LOGBOT01", blockkit.Field(hello["connection_info"], "app_id"))
		assert.EqualValues(t, 18060, blockkit.Field(hello["debug_info"], "approximate_connection_time"))
	}
}

func TestATicketOpensOneSocketAndExpires(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	address := func() string {
		return do(t, s.APIURL()+"apps.connections.open", formType, s.AppToken(), "").Body["url"].(string)
	}
	used, late := address(), address()
	dial(t, used)
	clock.Advance(ticketLife + time.Second)
	for _, u := range []string{used, late, s.URL() + "/link/", s.URL() + "/link/?ticket=FORGED"} {
		_, resp, err := websocket.Dial(within(t), u, nil)
		require.Error(t, err)
		assert.Equal(t, 403, resp.StatusCode)
	}
}

func TestTheEleventhSocketIsTurnedAway(t *testing.T) {
	s := start(t, Config{})
	for range maxConnections {
		open(t, s)
	}
	c, frame := open(t, s)
	assert.Equal(t, "disconnect", frame["type"])
	assert.Equal(t, "too_many_websockets", frame["reason"])
	_, _, err := c.ws.Read(within(t))
	require.Error(t, err)
	require.NoError(t, s.Wait(within(t), func() bool { return s.Connections() == maxConnections }))
}

func TestPingsComeEveryTenSeconds(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	c, _ := open(t, s)
	reading := c.ws.CloseRead(within(t))
	for range 3 {
		clock.Advance(pingInterval)
		select {
		case <-c.pings:
		case <-reading.Done():
			t.Fatal("the socket ended")
		}
	}
}

func TestClientPingsAreAnswered(t *testing.T) {
	s := start(t, Config{})
	c, _ := open(t, s)
	c.ws.CloseRead(within(t))
	require.NoError(t, c.ws.Ping(within(t)))
}

func TestWarningIsFollowedByTheEndTenSecondsLater(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	c, _ := open(t, s)
	assert.Equal(t, 1, s.Disconnect("warning"))
	assert.Equal(t, "warning", c.read()["reason"])

	inv := slash(t, s, "in between") // the socket still works
	frame := c.read()
	c.write(map[string]any{"envelope_id": frame["envelope_id"]})
	require.NoError(t, inv.Settled(within(t)))
	assert.Empty(t, inv.Status().Failure)

	clock.Advance(warnBefore)
	assert.Equal(t, "refresh_requested", c.read()["reason"])
	clock.Advance(closeDelay)
	_, _, err := c.ws.Read(within(t))
	require.Error(t, err)
	require.NoError(t, s.Wait(within(t), func() bool { return s.Connections() == 0 }))
}

func TestConnectionsAreRenewed(t *testing.T) {
	for name, life := range map[string]time.Duration{"": connectionLife, "&debug_reconnects=true": debugLife} {
		clock := handClock()
		s := start(t, Config{Clock: clock})
		a := do(t, s.APIURL()+"apps.connections.open", formType, s.AppToken(), "")
		c := dial(t, a.Body["url"].(string)+name)
		hello := c.read()
		assert.EqualValues(t, life.Seconds(), blockkit.Field(hello["debug_info"], "approximate_connection_time"))
		clock.Advance(life)
		assert.Equal(t, "warning", c.read()["reason"])
		assert.Equal(t, "refresh_requested", c.read()["reason"])
	}
}

// A client that answers a disconnect with a close frame waits for Slack's.
func TestASocketIsClosedByBothSides(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	c, _ := open(t, s)
	inv := slash(t, s, "just before")
	envelope := c.read()["envelope_id"]
	assert.Equal(t, 1, s.Disconnect("refresh_requested"))
	assert.Equal(t, 0, s.Connections(), "it is given nothing more")
	c.write(map[string]any{"envelope_id": envelope})
	require.NoError(t, inv.Settled(within(t)))
	assert.Empty(t, inv.Status().Failure, "what is said before the close counts")
	assert.Equal(t, "refresh_requested", c.read()["reason"])
	clock.Advance(closeDelay)
	_, _, err := c.ws.Read(within(t))
	assert.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(err), "%v", err)
}

func TestResetCutsWithoutACloseFrame(t *testing.T) {
	s := start(t, Config{})
	c, _ := open(t, s)
	assert.Equal(t, 1, s.Reset())
	_, _, err := c.ws.Read(within(t))
	assert.EqualValues(t, -1, websocket.CloseStatus(err), "no close frame")
	require.NoError(t, s.Wait(within(t), func() bool { return s.Connections() == 0 }))
}

func TestEachCommandGoesToOneSocket(t *testing.T) {
	s := start(t, Config{})
	frames := make(chan map[string]any, 100)
	var heard [3]atomic.Int32
	for i := range heard {
		c, _ := open(t, s)
		go func() {
			for {
				var v map[string]any
				if _, raw, err := c.ws.Read(t.Context()); err != nil {
					return
				} else if assert.NoError(t, json.Unmarshal(raw, &v)) {
					heard[i].Add(1)
					frames <- v
					c.write(map[string]any{"envelope_id": v["envelope_id"]})
				}
			}
		}()
	}
	sent := map[string]bool{}
	for range 100 {
		inv := slash(t, s, "x")
		require.NoError(t, inv.Settled(within(t)))
		sent[inv.EnvelopeID] = true
	}
	got := map[string]bool{}
	for range 100 {
		got[next(t, frames)["envelope_id"].(string)] = true
	}
	assert.Equal(t, sent, got)
	assert.Empty(t, frames)
	for i := range heard {
		assert.Positive(t, heard[i].Load(), "socket %d has its share", i)
	}
	s.Reset()
}

func TestTheEnvelopeCarriesWhatSlackSends(t *testing.T) {
	s := start(t, Config{})
	c, _ := open(t, s)
	inv, err := s.Slash(within(t), SlashCommand{Channel: private, User: bob, Command: "/logs", Text: "fail web 128 & <x>"})
	require.NoError(t, err)
	frame := c.read()
	assert.Equal(t, "slash_commands", frame["type"])
	assert.Equal(t, true, frame["accepts_response_payload"])
	assert.Equal(t, inv.EnvelopeID, frame["envelope_id"])
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, inv.EnvelopeID)
	for name, want := range map[string]string{
		"command": "/logs", "text": "fail web 128 & <x>", "user_id": bob, "user_name": "bob",
		"channel_id": private, "channel_name": "privategroup", "team_id": "T0SLACKSIM",
		"api_app_id": "A0LOGBOT01", "is_enterprise_install": "false",
		"response_url": inv.ResponseURL, "trigger_id": inv.TriggerID,
	} {
		assert.Equal(t, want, blockkit.String(frame["payload"], name), name)
	}
	assert.True(t, strings.HasPrefix(inv.ResponseURL, s.URL()+"/commands/"))
}

func TestACommandNobodyAcknowledgesFailsVisiblyForTheCallerAlone(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	c, _ := open(t, s)
	inv := slash(t, s, "x")
	c.read()
	clock.Advance(ackTimeout - time.Millisecond)
	assert.Empty(t, inv.Status().Failure)
	clock.Advance(time.Millisecond)
	assert.Equal(t, "operation_timeout", inv.Status().Failure)
	assert.Equal(t, "Slackbot  14:02  only visible to you\n  /logs failed with the error \"operation_timeout\"\n", s.Render(builds, ann))
	assert.Empty(t, s.Render(builds, bob))
	assert.Empty(t, s.Messages(builds))

	c.write(map[string]any{"envelope_id": inv.EnvelopeID, "payload": map[string]any{"text": "too late"}})
	require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["ack"] == 1 }))
	assert.True(t, inv.Status().Late)
	assert.Empty(t, inv.Status().Answers)
	clock.Advance(time.Hour)
	s.Disconnect("link_disabled")
	assert.Equal(t, "link_disabled", c.read()["reason"], "the command is not sent again")
}

func TestWithoutASocketTheCallerIsToldAtOnce(t *testing.T) {
	s := start(t, Config{})
	inv := slash(t, s, "x")
	require.NoError(t, inv.Settled(within(t)))
	assert.Equal(t, "dispatch_failed", inv.Status().Failure)
	assert.Empty(t, inv.ResponseURL)
	assert.Contains(t, s.Render(builds, ann), "dispatch_failed")
}

func TestAcknowledgements(t *testing.T) {
	section := func(n int) map[string]any {
		return map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": strings.Repeat("x", n)}}
	}
	cases := []struct {
		name    string
		payload any
		record  string // the error in the traffic record
		refused string
		sees    string // what ann sees
		all     string // what bob sees
	}{
		{name: "without payload", payload: nil},
		{name: "empty payload", payload: map[string]any{}},
		{name: "text", payload: map[string]any{"text": "hi"}, sees: "  hi\n"},
		{name: "in channel", payload: map[string]any{"text": "hi", "response_type": "in_channel"}, sees: "  hi\n", all: "  /logs x\nlogbot (app)  14:02\n  hi\n"},
		{name: "only in channel", payload: map[string]any{"response_type": "in_channel"}, all: "ann  14:02\n  /logs x\n"},
		{name: "bad blocks", payload: map[string]any{"blocks": []any{section(3001)}}, record: "invalid_blocks", refused: "invalid_blocks"},
		{name: "not an object", payload: "hi"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, Config{Clock: handClock()})
			ws, _ := open(t, s)
			inv := slash(t, s, "x")
			frame := map[string]any{"envelope_id": inv.EnvelopeID}
			if c.payload != nil {
				frame["payload"] = c.payload
			}
			ws.write(frame)
			require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["ack"] == 1 }))
			st := inv.Status()
			assert.False(t, st.AckedAt.IsZero())
			assert.Equal(t, c.refused, st.AckRefused)
			calls := s.Received()
			assert.Equal(t, c.record, calls[len(calls)-1].Error)
			assert.Contains(t, s.Render(builds, ann), c.sees)
			assert.Contains(t, s.Render(builds, bob), c.all)
			if c.all == "" {
				assert.Empty(t, s.Render(builds, bob))
			}
		})
	}
}

func TestInvalidAcknowledgements(t *testing.T) {
	cases := []struct {
		name  string
		frame func(id string) any
		why   string
	}{
		{"too large", func(id string) any {
			return map[string]any{"envelope_id": id, "payload": map[string]any{"text": strings.Repeat("x", maxAckFrame)}}
		}, "lost: more than 20 KB"},
		{"another envelope", func(string) any { return map[string]any{"envelope_id": "nobody"} }, "no such envelope"},
		{"no envelope", func(string) any { return map[string]any{"payload": nil} }, "not an acknowledgement"},
		{"no object", func(string) any { return []int{1} }, "not an acknowledgement"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			clock := handClock()
			s := start(t, Config{Clock: clock})
			ws, _ := open(t, s)
			inv := slash(t, s, "x")
			ws.write(c.frame(inv.EnvelopeID))
			require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["ack"] == 1 }))
			calls := s.Received()
			assert.Equal(t, c.why, calls[len(calls)-1].Error)
			clock.Advance(ackTimeout)
			assert.Equal(t, "operation_timeout", inv.Status().Failure)
		})
	}
}

// Slack does not put together what a client sends in pieces.
func TestAnAcknowledgementInSeveralFramesIsLost(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	c, _ := open(t, s)
	inv := slash(t, s, "x")
	w, err := c.ws.Writer(within(t), websocket.MessageText)
	require.NoError(t, err)
	for _, piece := range []string{`{"envelope_id":`, `"` + inv.EnvelopeID + `"}`} {
		_, err := io.WriteString(w, piece)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, c.ws.Write(within(t), websocket.MessageText, []byte(`{"envelope_id":"`+strings.Repeat("x", 70_000)+`"}`)))
	whole := slash(t, s, "y")
	c.write(obj{"envelope_id": whole.EnvelopeID})
	require.NoError(t, whole.Settled(within(t)))
	assert.Empty(t, whole.Status().Failure, "the next is heard")
	clock.Advance(ackTimeout)
	assert.Equal(t, "operation_timeout", inv.Status().Failure)
	var errors []string
	for _, call := range s.Received()[1:] { // after apps.connections.open
		errors = append(errors, call.Error)
	}
	assert.Equal(t, []string{"lost: in several frames", "lost: more than 20 KB", ""}, errors)
}

func TestFramesAreFollowedHoweverTheyArrive(t *testing.T) {
	text := func(first byte, n int) []byte { // a masked frame with n bytes
		head := []byte{first, 0x80 | byte(n)}
		switch {
		case n > 0xffff:
			head = append([]byte{first, 0x80 | 127}, binary.BigEndian.AppendUint64(nil, uint64(n))...)
		case n > 125:
			head = append([]byte{first, 0x80 | 126}, binary.BigEndian.AppendUint16(nil, uint16(n))...)
		}
		return append(append(head, 1, 2, 3, 4), bytes.Repeat([]byte{0x81}, n)...)
	}
	const last, ping = 0x80, 0x89
	stream := slices.Concat(
		text(last|1, 0), text(last|1, 125), text(ping, 4), text(last|1, 126), text(last|1, 70_000),
		text(1, 3), text(0, 200), text(ping, 0), text(last, 0), text(last|1, 5),
	)
	for _, size := range []int{1, 7, 4096, len(stream)} {
		f := &frameWatcher{}
		for piece := range slices.Chunk(stream, size) {
			f.observe(piece)
		}
		assert.Equal(t, []bool{true, true, true, true, false, true}, f.whole, "%d bytes at a time", size)
	}
}

func TestAnAcknowledgementOnAnotherSocketCounts(t *testing.T) {
	for _, lost := range []bool{false, true} {
		s := start(t, Config{})
		if lost {
			require.NoError(t, s.SetFaults(Fault{Name: faultAckElsewhere, Every: 1}))
		}
		first, _ := open(t, s)
		inv := slash(t, s, "x")
		first.read()
		second, _ := open(t, s)
		second.write(obj{"envelope_id": inv.EnvelopeID})
		require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["ack"] == 1 }))
		assert.Equal(t, lost, inv.Status().AckedAt.IsZero())
		first.write(obj{"envelope_id": inv.EnvelopeID})
		require.NoError(t, inv.Settled(within(t)))
		assert.False(t, inv.Status().AckedAt.IsZero())
	}
}

func TestCommandsMayArriveAsMarkup(t *testing.T) {
	for escaped, want := range map[bool]string{
		false: "fail https://ci.example/web & @ann",
		true:  "fail <https://ci.example/web> &amp; <@U0ANN00001>",
	} {
		s := start(t, Config{EscapeCommands: escaped})
		c, _ := open(t, s)
		slash(t, s, "fail https://ci.example/web & @ann")
		assert.Equal(t, want, blockkit.String(c.read()["payload"], "text"))
	}
}

func TestASecondAcknowledgementIsIgnored(t *testing.T) {
	s := start(t, Config{})
	ws, _ := open(t, s)
	inv := slash(t, s, "x")
	for range 2 {
		ws.write(map[string]any{"envelope_id": inv.EnvelopeID, "payload": map[string]any{"text": "hi"}})
	}
	require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["ack"] == 2 }))
	assert.Len(t, inv.Status().Answers, 1)
}

func TestCommandsThatCannotBeTyped(t *testing.T) {
	good := SlashCommand{Channel: builds, User: ann, Command: "/logs"}
	cases := []struct {
		name   string
		change func(*SlashCommand)
		why    string
	}{
		{"unknown channel", func(c *SlashCommand) { c.Channel = "C0NOWHERE1" }, "no channel"},
		{"unknown user", func(c *SlashCommand) { c.User = "U0NOBODY01" }, "no user"},
		{"not a member", func(c *SlashCommand) { c.User = "U0EVE00001" }, "not in channel"},
		{"no slash", func(c *SlashCommand) { c.Command = "logs" }, "a command is /"},
		{"only a slash", func(c *SlashCommand) { c.Command = "/" }, "a command is /"},
		{"blank", func(c *SlashCommand) { c.Command = "/logs fail" }, "a command is /"},
		{"too long", func(c *SlashCommand) { c.Command = "/" + strings.Repeat("x", 40) }, "a command is /"},
		{"too much text", func(c *SlashCommand) { c.Text = strings.Repeat("日", maxCommandText+1) }, "more than 12000"},
	}
	everyone := []string{ann, bob}
	s := start(t, Config{
		Users:    []User{{ID: ann, Name: "ann"}, {ID: bob, Name: "bob"}, {ID: "U0EVE00001", Name: "eve"}},
		Channels: []Channel{{ID: builds, Name: "builds", Members: everyone}},
	})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cmd := good
			c.change(&cmd)
			inv, err := s.Slash(within(t), cmd)
			require.ErrorContains(t, err, c.why)
			assert.Nil(t, inv)
		})
	}
	bare := start(t, Config{Scopes: []string{"chat:write"}})
	_, err := bare.Slash(within(t), good)
	require.ErrorContains(t, err, "scope commands")
	listed := start(t, Config{Commands: []Command{{Name: "/build"}}})
	_, err = listed.Slash(within(t), good)
	require.ErrorContains(t, err, "/logs is not a valid command")
}

func TestOldCommandsAreForgotten(t *testing.T) {
	s := start(t, Config{})
	first := slash(t, s, "first")
	for range maxDeliveries {
		slash(t, s, "x")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	assert.NotContains(t, s.deliveries.byEnvelope, first.EnvelopeID)
	assert.Len(t, s.deliveries.byEnvelope, maxDeliveries)
}
