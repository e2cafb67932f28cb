package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/delivery/send"
	"logbot/bot/slacksim"
	"logbot/logsapi/pace"
)

func TestMain(m *testing.M) {
	if os.Getenv(asSlack) != "" {
		if err := serveSlack(); err != nil {
			log.Fatal(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// call is one call as Slack gets it.
type call struct {
	method string // of the Web API, or "hook", or "bytes"
	args   url.Values
	body   []byte // of "bytes": the content of the file
	at     time.Duration
}

func (r call) text() string { return r.args.Get("text") }

// reply is how Slack answers a call.
type reply struct {
	status     int // 0 is 200
	retryAfter string
	body       string // JSON; empty is {"ok":true} with what the method returns
	unsent     bool   // the connection breaks before the call is written
	lost       bool   // the connection breaks after it was carried out
	hang       bool   // no answer until the caller gives up
	after      time.Duration
}

var (
	fine      = reply{}
	busy      = reply{status: 429, retryAfter: "3"}
	busyBare  = reply{status: 429}
	busyPlain = reply{body: `{"ok":false,"error":"ratelimited"}`}
)

func no(code string) reply { return reply{body: `{"ok":false,"error":"` + code + `"}`} }

// fakeSlack is a transport that answers as it is told, without a network, so that
// it works in virtual time.
type fakeSlack struct {
	answer func(call) reply
	began  time.Time

	mu   sync.Mutex
	got  []call
	many int
}

func (f *fakeSlack) RoundTrip(r *http.Request) (*http.Response, error) {
	req := call{method: path.Base(r.URL.Path), at: time.Since(f.began)}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	trace := httptrace.ContextClientTrace(r.Context())
	var err error
	switch kind {
	case "multipart/form-data":
		req.method = "bytes"
		var part *multipart.Part
		if part, err = multipart.NewReader(r.Body, params["boundary"]).NextPart(); err == nil {
			req.body, err = io.ReadAll(part)
		}
		if err == nil {
			_, err = io.Copy(io.Discard, r.Body)
		}
	case "application/json":
		raw, _ := io.ReadAll(r.Body)
		var fields map[string]any
		_ = json.Unmarshal(raw, &fields)
		req.args = url.Values{}
		for k, v := range fields {
			if s, ok := v.(string); ok {
				req.args.Set(k, s)
			} else {
				encoded, _ := json.Marshal(v)
				req.args.Set(k, string(encoded))
			}
		}
		if strings.HasPrefix(r.URL.Path, "/hook") {
			req.method = "hook"
		}
	default:
		raw, _ := io.ReadAll(r.Body)
		req.args, _ = url.ParseQuery(string(raw))
	}
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.many++
	answer := f.answer(req)
	if !answer.unsent {
		f.got = append(f.got, req)
	}
	f.mu.Unlock()
	return answer.give(r, req, trace)
}

func (a reply) give(r *http.Request, req call, trace *httptrace.ClientTrace) (*http.Response, error) {
	if trace != nil && trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	if a.unsent {
		return nil, &netError{syscall.ECONNREFUSED}
	}
	if trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if a.after > 0 {
		if err := pace.Sleep(r.Context(), a.after); err != nil {
			return nil, err
		}
	}
	if a.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if a.lost {
		return nil, &netError{syscall.ECONNRESET}
	}
	resp := &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	if a.status == 0 {
		resp.StatusCode = http.StatusOK
	}
	if a.retryAfter != "" {
		resp.Header.Set("Retry-After", a.retryAfter)
	}
	body := a.body
	if body == "" {
		body = `{"ok":true,"channel":"C1","ts":"17.1","file_id":"F1","upload_url":"https://slack.test/bytes","files":[{"id":"F1"}],"view":{"id":"V1"}}`
	}
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp, nil
}

type netError struct{ error }

func (netError) Timeout() bool   { return false }
func (netError) Temporary() bool { return false }

// calls are those of one method so far.
func (f *fakeSlack) calls(methods ...string) []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var of []call
	for _, r := range f.got {
		for _, m := range methods {
			if r.method == m {
				of = append(of, r)
			}
		}
	}
	return of
}

// textsOf is what the calls say.
func textsOf(calls []call) []string {
	var of []string
	for _, r := range calls {
		of = append(of, r.text())
	}
	return of
}

// inTurn answers with the first reply first, and with the last forever.
func inTurn(replies ...reply) func(call) reply {
	n := 0
	return func(call) reply {
		r := replies[min(n, len(replies)-1)]
		n++
		return r
	}
}

// to answers by method; what is not named goes well.
func to(by map[string]func(call) reply) func(call) reply {
	return func(r call) reply {
		if f := by[r.method]; f != nil {
			return f(r)
		}
		return fine
	}
}

// client is a client of the Web API whose calls this Slack answers.
func (f *fakeSlack) client() *slack.Client {
	return slack.New("xoxb-1", slack.OptionAPIURL("https://slack.test/api/"), slack.OptionHTTPClient(&http.Client{Transport: f}))
}

// newHarness is a courier whose Slack answers as it is told.
func newHarness(t *testing.T, answer func(call) reply) (*Courier, *fakeSlack) {
	t.Helper()
	f := &fakeSlack{answer: answer, began: time.Now()}
	log, _ := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	return NewCourier(f.client(), t.TempDir(), nil, log), f
}

func say(text string) Message { return Message{Text: text, Plain: "plain " + text} }

func hook(n string) Address {
	return Address{Channel: "C1", User: "U1", ResponseURL: "https://slack.test/hook/" + n}
}

// responseUses is how often Slack accepts a response_url.
const responseUses = 5

func isEnd(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// sayAll says each text at the same time, in order, and waits for all.
func sayAll(t *testing.T, c *Courier, a Address, texts ...string) {
	t.Helper()
	var all sync.WaitGroup
	for _, text := range texts {
		began := make(chan struct{})
		all.Go(func() {
			close(began)
			_, err := c.Say(t.Context(), a, say(text))
			require.NoError(t, err)
		})
		<-began
	}
	all.Wait()
}

// newCourier is a courier over real connections. A nil limiter is Slack's limits.
func newCourier(t *testing.T, apiURL, token string, limiter send.Limiter) *Courier {
	t.Helper()
	transport := send.Transport()
	t.Cleanup(transport.CloseIdleConnections)
	log, _ := logtest.NewNullLogger()
	api := slack.New(token, slack.OptionAPIURL(apiURL), slack.OptionHTTPClient(&http.Client{Transport: transport}))
	return NewCourier(api, t.TempDir(), limiter, log)
}

const (
	builds  = "C0BUILDS01" // the bot is a member
	private = "G0SECRET01" // it is not
	ann     = "U0ANN00001"
)

// newSimHarness is a courier connected to a local Slack.
func newSimHarness(t *testing.T, limiter send.Limiter, faults ...string) (*Courier, *slacksim.Server) {
	t.Helper()
	var list []slacksim.Fault
	for _, text := range faults {
		f, err := slacksim.ParseFault(text)
		require.NoError(t, err)
		list = append(list, f)
	}
	s := slacksim.New(slacksim.Config{Faults: list})
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return newCourier(t, s.APIURL(), s.BotToken(), limiter), s
}
