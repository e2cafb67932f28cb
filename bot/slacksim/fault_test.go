package slacksim

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	assert.Equal(t, Fault{"post-429", 20}, f)
	for text, why := range map[string]string{
		"": "is not known", "flood": "post-429-bare", "post-429:": "no number", "post-429:0": "no number", "post-429:-1": "no number", "post-429:x": "no number",
	} {
		_, err := ParseFault(text)
		require.ErrorContains(t, err, why, text)
	}
}

func TestUnknownFaultsAreRefused(t *testing.T) {
	require.ErrorContains(t, New(Config{Faults: []Fault{{"flood", 1}}}).Start(), "flood")
	s := start(t, Config{})
	require.ErrorContains(t, s.SetFaults(Fault{"post-429", 0}), "no number")
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
			s := start(t, Config{Faults: []Fault{{c.fault, 3}}})
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
	s := start(t, Config{Faults: []Fault{{"post-reset", 1}}})
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
	s := start(t, Config{Faults: []Fault{{"open-hang", 1}}})
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
	s := start(t, Config{Faults: []Fault{{"socket-warning", 2}}})
	c, _ := open(t, s)
	slash(t, s, "one")
	slash(t, s, "two")
	assert.Equal(t, "one", word(c.read()["payload"], "text"))
	assert.Equal(t, "two", word(c.read()["payload"], "text"))
	assert.Equal(t, "warning", c.read()["reason"])
}
