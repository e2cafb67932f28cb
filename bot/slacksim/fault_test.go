package slacksim

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
)

func TestParseFault(t *testing.T) {
	for _, k := range Faults() {
		f, err := ParseFault(k.Name)
		require.NoError(t, err)
		assert.Equal(t, Fault{Name: k.Name, Every: 1}, f)
		again, err := ParseFault(f.String())
		require.NoError(t, err)
		assert.Equal(t, f, again)
		assert.NotEmpty(t, k.Does)
	}
	f, err := ParseFault("post-429:20")
	require.NoError(t, err)
	assert.Equal(t, Fault{Name: "post-429", Every: 20}, f)
	for text, want := range map[string]Fault{
		"call-slow@chat.update:3": {Name: "call-slow", Method: "chat.update", Every: 3},
		"call-500@response_url":   {Name: "call-500", Method: "response_url", Every: 1},
		"call-429@upload:5%/7":    {Name: "call-429", Method: "upload", Chance: 0.05, Seed: 7},
		"socket-ghost:0.5%":       {Name: "socket-ghost", Chance: 0.005},
		"call-error@files.getUploadURLExternal=file_uploads_disabled:2": {
			Name: "call-error", Method: "files.getUploadURLExternal", Error: "file_uploads_disabled", Every: 2},
		"call-error@chat.postMessage#C0BUILDS01=is_archived:3": {
			Name: "call-error", Method: "chat.postMessage", Channel: "C0BUILDS01", Error: "is_archived", Every: 3},
		"call-403#C0BUILDS01":              {Name: "call-403", Channel: "C0BUILDS01", Every: 1},
		"call-reset@chat.postMessage:100%": {Name: "call-reset", Method: "chat.postMessage", Chance: 1},
	} {
		f, err := ParseFault(text)
		require.NoError(t, err)
		assert.Equal(t, want, f)
		again, err := ParseFault(f.String())
		require.NoError(t, err)
		assert.Equal(t, f, again)
	}
	for text, why := range map[string]string{
		"": "is not known", "flood": "post-429-bare", "post-429:": "not a number from 1", "post-429:0": "not a number from 1", "post-429:-1": "not a number from 1",
		"post-429:x": "not a number from 1", "post-429@chat.update": "does not take a method", "socket-reset@chat.update": "does not take a method",
		"call-500@chat.shout": "no method", "call-500:0%": "not a number from 1", "call-500:101%": "not above 0", "call-500:-5%": "not above 0",
		"call-error=No:1": "not the form of a Slack error", "call-error=": "expected after =", "call-500=token_revoked": "does not take an error",
		"socket-mute#C0BUILDS01": "does not take a channel", "call-500:NaN%": "not above 0", "call-500:x%": "percent", "call-500:5%/x": "not a seed", "call-500:5%7x": "not a seed",
	} {
		_, err := ParseFault(text)
		require.ErrorContains(t, err, why, text)
	}
	require.ErrorContains(t, Fault{Name: "call-500", Every: 2, Chance: 0.5}.check(), "either")
}

func TestUnknownFaultsAreRefused(t *testing.T) {
	require.ErrorContains(t, New(Config{Faults: []Fault{{Name: "flood", Every: 1}}}).Start(), "flood")
	s := start(t, Config{})
	require.ErrorContains(t, s.SetFaults(Fault{Name: "post-429"}), "not a number from 1")
}

func TestFaultsOfPosting(t *testing.T) {
	cases := []struct {
		fault      string
		status     int
		retryAfter string
		code       string
	}{
		{"post-429", 429, "1", "ratelimited"},
		{"post-429-bare", 429, "", "ratelimited"},
		{"post-500", 500, "", "internal_error"},
	}
	for _, c := range cases {
		t.Run(c.fault, func(t *testing.T) {
			s := start(t, Config{Faults: []Fault{{Name: c.fault, Every: 3}}})
			for i := 1; i <= 6; i++ {
				a := api(t, s, "chat.postMessage", "channel", builds, "text", "x")
				if i%3 != 0 {
					assert.True(t, a.ok())
					continue
				}
				assert.Equal(t, c.status, a.Status)
				assert.Equal(t, c.retryAfter, a.Header.Get("Retry-After"))
				assert.Equal(t, c.code, a.err())
			}
			assert.Len(t, s.Messages(builds), 4, "refused before posting")
			require.NoError(t, s.SetFaults())
			for range 3 {
				assert.True(t, api(t, s, "chat.postMessage", "channel", builds, "text", "x").ok())
			}
		})
	}
}

func TestAResetComesAfterPosting(t *testing.T) {
	s := start(t, Config{Faults: []Fault{{Name: "post-reset", Every: 1}}})
	req, err := http.NewRequestWithContext(within(t), http.MethodPost, s.APIURL()+"chat.postMessage",
		strings.NewReader("text=x&channel="+builds+"&token="+s.BotToken()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", formType)
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		require.NoError(t, resp.Body.Close())
	}
	require.Error(t, err)
	assert.Len(t, s.Messages(builds), 1)
	assert.Contains(t, s.Received()[0].Error, "reset")
}

func TestAHangingOpenEndsWithTheClientOrTheServer(t *testing.T) {
	s := start(t, Config{Faults: []Fault{{Name: "open-hang", Every: 1}}})
	call := func(ctx context.Context) <-chan error {
		got := make(chan error, 1)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.APIURL()+"apps.connections.open", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+s.AppToken())
		go func() {
			resp, err := http.DefaultClient.Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			got <- err
		}()
		return got
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, next(t, call(ctx)), context.DeadlineExceeded)
	require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["apps.connections.open"] == 1 }), "the handler has ended")

	left := call(within(t))
	require.NoError(t, s.Close())
	next(t, left)
}

func TestASocketIsWarnedAfterEveryNthCommand(t *testing.T) {
	s := start(t, Config{Faults: []Fault{{Name: "socket-warning", Every: 2}}})
	c, _ := open(t, s)
	slash(t, s, "one")
	slash(t, s, "two")
	assert.Equal(t, "one", blockkit.String(c.read()["payload"], "text"))
	assert.Equal(t, "two", blockkit.String(c.read()["payload"], "text"))
	assert.Equal(t, "warning", c.read()["reason"])
}

// post sends a form and tells what came of it, a lost connection included.
func post(t *testing.T, address, form string) (status int, header http.Header, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), http.MethodPost, address, strings.NewReader(form))
	require.NoError(t, err)
	req.Header.Set("Content-Type", formType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer func() { require.NoError(t, resp.Body.Close()) }()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(raw), err
}

func TestEveryCallCanGoWrong(t *testing.T) {
	cases := []struct {
		fault      string
		status     int // 0: the connection breaks
		retryAfter string
		body       string
		posted     bool
	}{
		{"call-429", 429, "1", `"error":"ratelimited"`, false},
		{"call-429-bare", 429, "", `"error":"ratelimited"`, false},
		{"call-200-limited", 200, "", `"error":"ratelimited"`, false},
		{"call-500", 500, "", `"error":"internal_error"`, false},
		{"call-503", 503, "", "<!DOCTYPE html>", false},
		{"call-error", 200, "", `"error":"fatal_error"`, false},
		{"call-reset-before", 0, "", "", false},
		{"call-reset", 0, "", "", true},
	}
	for _, c := range cases {
		for _, method := range []string{"chat.postMessage", "chat.update", "response_url"} {
			t.Run(c.fault+" "+method, func(t *testing.T) {
				s := start(t, Config{})
				open(t, s)
				ts := api(t, s, "chat.postMessage", "channel", builds, "text", "before").ts()
				inv := slash(t, s, "x")
				f, err := ParseFault(c.fault + "@" + method)
				require.NoError(t, err)
				require.NoError(t, s.SetFaults(f))
				require.True(t, api(t, s, "auth.test").ok(), "other methods work")
				var status int
				var header http.Header
				var body string
				if method == "response_url" {
					req, err2 := http.NewRequestWithContext(within(t), http.MethodPost, inv.ResponseURL, strings.NewReader(`{"text":"after"}`))
					require.NoError(t, err2)
					req.Header.Set("Content-Type", jsonType)
					var resp *http.Response
					if resp, err = http.DefaultClient.Do(req); err == nil {
						raw, _ := io.ReadAll(resp.Body)
						status, header, body = resp.StatusCode, resp.Header, string(raw)
						require.NoError(t, resp.Body.Close())
					}
				} else {
					status, header, body, err = post(t, s.APIURL()+method, "text=after&channel="+builds+"&ts="+ts+"&token="+s.BotToken())
				}
				assert.Equal(t, c.status == 0, err != nil)
				assert.Equal(t, c.status, status)
				assert.Equal(t, c.retryAfter, header.Get("Retry-After"))
				assert.Contains(t, body, c.body)
				assert.Equal(t, c.posted, strings.Contains(s.Render(builds, ann), "after"))
			})
		}
	}
}

func TestTheErrorOfARefusalCanBeChosen(t *testing.T) {
	s := New(Config{Faults: []Fault{{Name: "call-error", Method: "chat.postMessage", Error: "restricted_action", Every: 2}}})
	require.NoError(t, s.Start())
	post := func() string { return api(t, s, "chat.postMessage", "channel", builds, "text", "x").err() }
	assert.Equal(t, []string{"", "restricted_action", "", "restricted_action"}, []string{post(), post(), post(), post()})
	assert.Len(t, s.Messages(builds), 2)
	require.NoError(t, s.Close())
}

// until waits for what the server does without telling.
func until(t *testing.T, done func() bool) {
	t.Helper()
	for ctx := within(t); !done(); runtime.Gosched() {
		require.NoError(t, ctx.Err())
	}
}

func TestASlowCallWaitsForTheClock(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock, Faults: []Fault{{Name: "call-slow", Method: "auth.test", Every: 1}}})
	done := make(chan answer, 1)
	go func() { done <- api(t, s, "auth.test") }()
	until(t, func() bool {
		clock.mu.Lock()
		defer clock.mu.Unlock()
		return len(clock.timers) == 1
	})
	assert.Empty(t, done)
	clock.Advance(slowDelay)
	assert.True(t, next(t, done).ok())
}

func TestTheSameSeedHitsTheSameOccasions(t *testing.T) {
	run := func(seed uint64) (struck []bool) {
		s := New(Config{Faults: []Fault{{Name: "ack-lost", Chance: 0.3, Seed: seed}}})
		for range 1000 {
			struck = append(struck, s.fires("ack-lost"))
		}
		return struck
	}
	one := run(1)
	assert.Equal(t, one, run(1))
	assert.NotEqual(t, one, run(2))
	n := len(slices.DeleteFunc(one, func(b bool) bool { return !b }))
	assert.InDelta(t, 300, n, 60)
}

func TestUploadsCanGoWrong(t *testing.T) {
	text := strings.Repeat("日志\n", 1000)
	t.Run("broken", func(t *testing.T) {
		s := start(t, Config{Faults: []Fault{{Name: "upload-broken", Every: 2}}})
		id := uploaded(t, s, "x.log", text)
		assert.True(t, complete(t, s, id).ok())
		id, address := declare(t, s, "y.log", len(text))
		_, _, _, err := post(t, address, text)
		require.Error(t, err)
		assert.Equal(t, "file_not_found", complete(t, s, id).err())
	})
	t.Run("refused", func(t *testing.T) {
		s := start(t, Config{Faults: []Fault{{Name: "call-500", Method: "upload", Every: 1}}})
		_, address := declare(t, s, "y.log", len(text))
		status, _, _, err := post(t, address, text)
		require.NoError(t, err)
		assert.Equal(t, 500, status)
	})
	t.Run("received and not confirmed", func(t *testing.T) {
		s := start(t, Config{Faults: []Fault{{Name: "call-reset", Method: "upload", Every: 1}}})
		id, address := declare(t, s, "y.log", len(text))
		_, _, _, err := post(t, address, text)
		require.Error(t, err)
		assert.True(t, complete(t, s, id).ok())
	})
	t.Run("slow", func(t *testing.T) {
		s := start(t, Config{Faults: []Fault{{Name: "upload-slow", Every: 1}}})
		assert.True(t, complete(t, s, uploaded(t, s, "x.log", text)).ok())
	})
	t.Run("looked at late", func(t *testing.T) {
		clock := handClock()
		s := start(t, Config{Clock: clock, Scopes: all(), Faults: []Fault{{Name: "file-slow", Every: 1}}})
		id := uploaded(t, s, "x.log", text)
		require.True(t, complete(t, s, id, "channel_id", builds).ok())
		shares := func() any { return blockkit.Field(api(t, s, "files.info", "file", id).Body["file"], "shares") }
		clock.Advance(slowShareDelay - time.Second)
		assert.Empty(t, shares())
		clock.Advance(time.Second)
		assert.NotEmpty(t, shares())
	})
}

func TestSocketsCanGoWrong(t *testing.T) {
	for fault, reason := range map[string]string{
		"socket-refresh": "refresh_requested", "socket-link-disabled": "link_disabled", "socket-too-many": "too_many_websockets", "socket-reset": "",
	} {
		t.Run(fault, func(t *testing.T) {
			s := start(t, Config{Faults: []Fault{{Name: fault, Every: 1}}})
			c, _ := open(t, s)
			slash(t, s, "x")
			if reason != "" {
				assert.Equal(t, "slash_commands", c.read()["type"])
				assert.Equal(t, reason, c.read()["reason"])
			}
			require.NoError(t, s.Wait(within(t), func() bool { return s.Connections() == 0 }))
		})
	}
	t.Run("socket-fragmented", func(t *testing.T) {
		s := start(t, Config{Faults: []Fault{{Name: "socket-fragmented", Every: 1}}})
		c, _ := open(t, s)
		slash(t, s, strings.Repeat("日志", 1000))
		assert.Equal(t, strings.Repeat("日志", 1000), blockkit.String(c.read()["payload"], "text"))
	})
	t.Run("socket-late", func(t *testing.T) {
		clock := handClock()
		s := start(t, Config{Clock: clock, Faults: []Fault{{Name: "socket-late", Every: 1}}})
		c, _ := open(t, s)
		inv := slash(t, s, "x")
		clock.Advance(slowDelay)
		c.write(obj{"envelope_id": c.read()["envelope_id"]})
		require.NoError(t, inv.Settled(within(t)))
		assert.Empty(t, inv.Status().Failure)
	})
	t.Run("socket-freeze", func(t *testing.T) {
		clock := handClock()
		s := start(t, Config{Clock: clock, Faults: []Fault{{Name: "socket-freeze", Every: 1}}})
		c, _ := open(t, s)
		inv := slash(t, s, "x")
		c.write(obj{"envelope_id": c.read()["envelope_id"]})
		assert.Equal(t, 0, s.Connections())
		clock.Advance(ackTimeout)
		assert.True(t, inv.Status().Sent)
		assert.Equal(t, "operation_timeout", inv.Status().Failure, "the acknowledgement did not pass")
		swallowed := slash(t, s, "y")
		clock.Advance(ackTimeout)
		assert.False(t, swallowed.Status().Sent)
	})
	t.Run("ack-lost", func(t *testing.T) {
		clock := handClock()
		s := start(t, Config{Clock: clock, Faults: []Fault{{Name: "ack-lost", Every: 1}}})
		c, _ := open(t, s)
		inv := slash(t, s, "x")
		c.write(obj{"envelope_id": c.read()["envelope_id"]})
		require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["ack"] == 1 }))
		clock.Advance(ackTimeout)
		assert.Equal(t, "operation_timeout", inv.Status().Failure)
	})
	t.Run("socket-mute", func(t *testing.T) {
		clock := handClock()
		s := start(t, Config{Clock: clock, Faults: []Fault{{Name: "socket-mute", Every: 2}}})
		c, _ := open(t, s)
		c.ws.CloseRead(within(t))
		seen := func() int {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.faults.active[0].occasions
		}
		for tick := 1; tick <= 4; tick++ {
			clock.Advance(pingInterval)
			until(t, func() bool { return seen() == tick })
			if tick%2 == 1 {
				next(t, c.pings)
			}
		}
		assert.Empty(t, c.pings, "every second one was left out")
	})
}

func TestAFrozenSocketIsHalfOpen(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	c, _ := open(t, s)
	reading := c.ws.CloseRead(within(t))
	assert.Equal(t, 1, s.Freeze())
	assert.Equal(t, 0, s.Connections())
	inv := slash(t, s, "x")
	clock.Advance(ackTimeout)
	assert.Equal(t, "operation_timeout", inv.Status().Failure, "Slack sent it to the socket it believes in")
	assert.False(t, inv.Status().Sent)
	clock.Advance(pingInterval)
	short, stop := context.WithTimeout(within(t), 50*time.Millisecond)
	defer stop()
	require.ErrorIs(t, c.ws.Ping(short), context.DeadlineExceeded, "nor does it answer pings")
	assert.Empty(t, c.pings)
	assert.NoError(t, reading.Err(), "the app's end is open")
	require.NoError(t, c.ws.CloseNow())

	_, hello := open(t, s)
	assert.EqualValues(t, 2, hello["num_connections"], "Slack has not noticed the end of the first")
	s.Ghosts(0)
	assert.Equal(t, 1, s.Connections())
	_, hello = open(t, s)
	assert.EqualValues(t, 2, hello["num_connections"])
}

func TestSlackGoLeavesAFrozenSocket(t *testing.T) {
	s := start(t, Config{})
	hellos := serveAll(t, slackGo(t, s), func(*socketmode.Client, socketmode.Event) {}, socketmode.OptionPingInterval(200*time.Millisecond))
	s.Freeze()
	next(t, hellos)
	s.Ghosts(0)
	assert.Equal(t, 1, s.Connections())
}

func TestHalfOpenSocketsCountAndLoseEnvelopes(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	s.Ghosts(9)
	c, hello := open(t, s)
	assert.EqualValues(t, 10, hello["num_connections"])
	assert.Equal(t, 1, s.Connections())
	_, frame := open(t, s)
	assert.Equal(t, "too_many_websockets", frame["reason"])
	require.NoError(t, s.Wait(within(t), func() bool { return len(s.Received()) == 2 && s.Connections() == 1 }))
	failed := 0
	for range 50 {
		inv := slash(t, s, "x")
		clock.Advance(ackTimeout)
		if inv.Status().Failure == "operation_timeout" {
			failed++
		}
	}
	assert.Equal(t, 50, failed, "nobody acknowledges here")
	s.Ghosts(0)
	inv := slash(t, s, "now")
	for {
		frame := c.read()
		if frame["envelope_id"] == inv.EnvelopeID {
			break
		}
		failed--
	}
	assert.Greater(t, failed, 20, "most were swallowed")

	struck := start(t, Config{Faults: []Fault{{Name: "socket-ghost", Every: 2}}})
	c, _ = open(t, struck)
	for _, text := range []string{"one", "two", "three"} {
		slash(t, struck, text)
	}
	assert.Equal(t, "one", blockkit.String(c.read()["payload"], "text"))
	assert.Equal(t, "three", blockkit.String(c.read()["payload"], "text"))
}
