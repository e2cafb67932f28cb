package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/envelope"
	"logbot/bot/people"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/redact"
	"logbot/commands/reply"
)

// homeTeam is the workspace of the bot and of who asks.
const homeTeam = "T0HOME0001"

// twoPeople is a direct message between two people, without the bot.
const twoPeople = "D0TWOPEOPL"

// groupOfPeople is a direct message between several people, without the bot.
const groupOfPeople = "G0GROUP001"

// refusingSlack is a transport that carries out every call but those it refuses. It needs
// no network, so that it works in virtual time.
type refusingSlack struct {
	// refuse returns the code or "HTTP 403" with which a call is refused; empty if it is
	// carried out. method is "hook" for a response_url, "bytes" for an upload.
	refuse func(method, channel string) string
	needed string // the scope that missing_scope names

	mu     sync.Mutex
	began  time.Time
	calls  []string // method and channel of each call
	heard  []heard  // what people see
	shared int      // files in a channel
}

// heard is a message that arrived.
type heard struct {
	by   string // method
	text string
	at   time.Duration
}

func (s *refusingSlack) RoundTrip(r *http.Request) (*http.Response, error) {
	method, args := path.Base(r.URL.Path), url.Values{}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.WroteHeaders()
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "multipart/form-data":
		method = "bytes"
	case kind == "application/json":
		method = "hook"
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			return nil, err
		}
		for k, v := range fields {
			args.Set(k, fmt.Sprint(v))
		}
	default:
		if args, err = url.ParseQuery(string(raw)); err != nil {
			return nil, err
		}
	}
	channel := args.Get("channel") + args.Get("channel_id")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, strings.TrimSpace(method+" "+channel))
	status, body := http.StatusOK, `{"ok":true,"channel":"C1","ts":"17.1","file_id":"F1","upload_url":"https://slack.test/bytes","files":[{"id":"F1"}]}`
	if code := s.refuse(method, channel); code != "" {
		body = `{"ok":false,"error":"` + code + `","needed":"` + s.needed + `"}`
		if number, is := strings.CutPrefix(code, "HTTP "); is {
			status, _ = strconv.Atoi(number)
		}
	} else {
		s.hear(method, args)
	}
	return &http.Response{StatusCode: status, Status: strconv.Itoa(status), Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// hear notes what people see of a call that is carried out.
func (s *refusingSlack) hear(method string, args url.Values) {
	switch method {
	case "chat.postMessage", "chat.postEphemeral", "hook":
		if args.Get("delete_original") != "true" {
			s.heard = append(s.heard, heard{method, args.Get("text"), time.Since(s.began)})
		}
	case "files.completeUploadExternal":
		s.shared++
	}
}

// count counts the calls of a method in a channel.
func (s *refusingSlack) count(call string) (n int) {
	for _, c := range s.calls {
		if c == call {
			n++
		}
	}
	return n
}

// asking is a command in a bubble of virtual time.
type asking struct {
	*refusingSlack
	bot    *Bot
	logged *logtest.Hook
	ran    int // how often the command was run
	opened int // how often its log was read
}

// ask answers a job while Slack refuses some calls, and lets half an hour pass.
func ask(t *testing.T, j job, s *refusingSlack) *asking {
	t.Helper()
	log, logged := logtest.NewNullLogger()
	s.began = time.Now()
	a := &asking{refusingSlack: s, logged: logged}
	b, err := New(withDefaults(Options{
		BotToken: "xoxb-1", AppToken: "xapp-1", APIURL: "https://slack.test/api/", Spool: t.TempDir(),
		Limiter: send.Unlimited{}, Log: log, slack: s, Commands: runnerFunc(a.run), noteTiming: &work.NoteTiming{First: time.Hour},
	}))
	require.NoError(t, err)
	b.sender.self.set(identity{name: "logbot", userID: "U0LOGBOT01", home: people.Home{Team: homeTeam}})
	a.bot = b
	_ = b.answerer.answer(t.Context(), j)
	time.Sleep(30 * time.Minute)
	synctest.Wait()
	return a
}

func (a *asking) run(_ context.Context, r commands.Request) reply.Reply {
	a.ran++
	if !strings.HasPrefix(r.Text, "full") {
		return reply.Reply{Heading: "web #128 failed", Body: "the answer", Private: strings.Contains(r.Text, "--me")}
	}
	return reply.Reply{Heading: "the answer", File: reply.NewFile("web.log", redact.New(), func(context.Context) (io.ReadCloser, error) {
		a.opened++
		return io.NopCloser(strings.NewReader("a line\n")), nil
	})}
}

// errors are what was logged at error level.
func (a *asking) errors() (all []string) {
	for _, e := range a.logged.AllEntries() {
		if e.Level == logrus.ErrorLevel {
			all = append(all, e.Message)
		}
	}
	return all
}

type entry struct {
	job    job
	method string // that carries the answer
	all    bool   // every code is tried, not only one of each row
}

// entries are the ways in which people ask.
func entries() map[string]entry {
	to, from := delivery.Address{Channel: builds, User: ann}, envelope.Sender{User: ann, Team: homeTeam}
	withURL := to
	withURL.ResponseURL = "https://slack.test/hook/1"
	two := withURL
	two.Channel = twoPeople
	pressed := func(text string, place reply.Place) job {
		j := job{ID: "1", From: from, Text: text, Again: "/logs " + text, To: withURL, Press: &press{Action: "run-0", At: "1", Place: place, TS: "17.1"}}
		j.To.Thread = "17.1"
		return j
	}
	return map[string]entry{
		"slash command":              {job{ID: "1", From: from, Text: "fail web 128", Again: "/logs fail web 128", To: withURL}, "chat.postMessage", true},
		"mention":                    {job{ID: "1", From: from, Text: "fail web 128", Again: "@logbot fail web 128", To: to}, "chat.postMessage", true},
		"in a direct message of two": {job{ID: "1", From: from, Text: "fail web 128", Again: "/logs fail web 128", To: two, Closed: true}, "chat.postMessage", false},
		"button":                     {pressed("next web 128", reply.InThread), "chat.postMessage", false},
		"button for a file":          {pressed("full web 128", reply.InThread), "files.getUploadURLExternal", false},
		"file":                       {job{ID: "1", From: from, Text: "full web 128", Again: "/logs full web 128", To: withURL}, "files.getUploadURLExternal", true},
		"file, not shown":            {job{ID: "1", From: from, Text: "full web 128", Again: "@logbot full web 128", To: to}, "files.completeUploadExternal", false},
	}
}

// codes are all that Slack documents for the methods we call, one that it does not, and
// what proxies answer.
func codes() []string {
	return append(slices.Concat(send.Codes()...), "made_up_next_year", "HTTP 403", "HTTP 404", "HTTP 500", "HTTP 502", "HTTP 503")
}

// oneOfEach is one code of each row.
func oneOfEach() (codes []string) {
	for _, row := range send.Codes() {
		codes = append(codes, row[0])
	}
	return append(codes, "made_up_next_year", "HTTP 403", "HTTP 503")
}

func explain(code, needed string) send.Refusal {
	if number, is := strings.CutPrefix(code, "HTTP "); is {
		status, _ := strconv.Atoi(number)
		return send.Explain(slack.StatusCodeError{Code: status})
	}
	return send.Explain(slack.SlackErrorResponse{Err: code, Needed: needed})
}

// saysWhy checks that a text names the cause, and what to do where somebody can.
func saysWhy(t *testing.T, text, code, needed string) {
	t.Helper()
	switch explain(code, needed).Cause {
	case send.NotMember:
		assert.Contains(t, strings.ToLower(text), "invite", code)
	case send.ThreadOnly:
		assert.Contains(t, text, "thread", code)
	case send.Scope:
		assert.Contains(t, text, needed, code)
		assert.Contains(t, text, "reinstall", code)
	default:
		assert.Contains(t, text, code)
	}
}

// isShownPlain are the codes that a file survives: it is sent in another form.
func isShownPlain(method, code string) bool {
	return method == "files.getUploadURLExternal" && (code == "unknown_snippet_type" || code == "snippet_too_large")
}

func TestTheCallerHearsOnceWithinFiveSecondsWhySlackRefuses(t *testing.T) {
	for name, e := range entries() {
		of := oneOfEach()
		if e.all {
			of = codes()
		}
		for _, code := range of {
			needed := "files:write"
			if e.method == "chat.postMessage" {
				needed = "chat:write"
			}
			r := explain(code, needed)
			if isShownPlain(e.method, code) || r.IsApp() && e.job.To.ResponseURL == "" { // nothing works then
				continue
			}
			t.Run(name+"/"+code, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					began, isHook := time.Now(), e.job.To.ResponseURL != ""
					a := ask(t, e.job, &refusingSlack{needed: needed, refuse: func(method, channel string) string {
						switch {
						case r.Remedy == send.Retry && time.Since(began) > time.Minute:
							return ""
						case method == "hook", method == "bytes":
							return ""
						case r.IsApp() && isHook: // nothing but the response_url works
							return code
						case method == e.method && channel != ann:
							return code
						}
						return ""
					}})
					assert.Equal(t, 1, a.ran)
					assert.LessOrEqual(t, a.opened, 1, "a log is read once")
					if r.Remedy == send.Retry {
						require.NotEmpty(t, a.heard)
						assert.Less(t, a.heard[0].at, 5*time.Second)
						assert.Contains(t, a.heard[0].text, code)
						assert.Contains(t, a.heard[0].text, "right now", "it waits")
						assert.Equal(t, 2, len(a.heard)+a.shared, "then the answer: %v", a.heard)
						assert.Empty(t, a.errors())
						return
					}
					require.Len(t, a.heard, 1)
					assert.Less(t, a.heard[0].at, 5*time.Second)
					if r.Cause != send.NotMember || strings.HasPrefix(e.method, "files.") || !isHook { // else all see the answer
						saysWhy(t, a.heard[0].text, code, needed)
					}
					assert.LessOrEqual(t, a.count(e.method+" "+e.job.To.Channel), 2, "once, and once without blocks")
					switch r.Cause {
					case send.NotMember: // not a failure
					case send.Form:
						assert.NotEmpty(t, a.errors(), "the operator finds it, too")
					default:
						require.Len(t, a.errors(), 1, "the operator finds it, too")
						if r.Cause == send.Scope {
							assert.Contains(t, a.errors()[0], needed, "and which scope it is")
						}
					}
				})
			})
		}
	}
}

func TestWhoAsksIsNotGuessedIfSlackDoesNotTell(t *testing.T) {
	e := entries()["slash command"]
	for name, from := range map[string]envelope.Sender{"home": e.job.From, "unsaid": {User: ann}} {
		for _, refused := range []string{"users.info", "conversations.info"} {
			of := codes()
			if refused == "conversations.info" {
				of = oneOfEach()
			}
			for _, code := range of {
				t.Run(name+"/"+refused+"/"+code, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						j := e.job
						j.From = from
						a := ask(t, j, &refusingSlack{refuse: func(method, _ string) string {
							if method == refused {
								return code
							}
							return ""
						}})
						// Slack's own refusal is of the scope or the token: the envelope counts. A
						// user that it does not know is a stranger, unless the envelope says otherwise.
						isSlack := explain(code, "").Remedy != send.Retry && !strings.HasPrefix(code, "HTTP ")
						isUnseen := slices.Contains([]string{"user_not_visible", "user_not_found", "users_not_found"}, code)
						isTrouble := explain(code, "").Remedy == send.Retry
						words, ran, errors := "web #128 failed", 1, 0
						switch {
						case refused == "conversations.info": // counts as internal
						case isTrouble, name == "unsaid" && !isSlack:
							words, ran, errors = "who you are", 0, 1
						case name == "unsaid" && isUnseen:
							words, ran = "only members of its own workspace", 0
						}
						require.Len(t, a.heard, 1, "told once")
						assert.Contains(t, a.heard[0].text, words)
						assert.LessOrEqual(t, a.heard[0].at, 5*time.Second)
						assert.Equal(t, ran, a.ran)
						assert.Len(t, a.errors(), errors)
					})
				})
			}
		}
	}
}

func TestADirectMessageIsTheLastWay(t *testing.T) {
	for name, e := range entries() {
		for _, code := range oneOfEach() {
			if r := explain(code, "files:write"); r.Remedy == send.Retry || r.IsApp() || isShownPlain(e.method, code) {
				continue
			}
			t.Run(name+"/"+code, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := ask(t, e.job, &refusingSlack{needed: "files:write", refuse: func(method, channel string) string {
						switch {
						case method == "hook":
							return "HTTP 404" // its five uses are over
						case channel == ann || method == "bytes":
							return ""
						case method == e.method, method == "chat.postEphemeral":
							return code
						case channel == e.job.To.Channel && channel == twoPeople:
							return "channel_not_found"
						}
						return ""
					}})
					require.Len(t, a.heard, 1, "%v", a.calls)
					assert.Equal(t, "chat.postMessage", a.heard[0].by)
					assert.Less(t, a.heard[0].at, 5*time.Second)
					saysWhy(t, a.heard[0].text, code, "files:write")
				})
			})
		}
	}
}

func TestIfNothingWorksThereIsOneErrorAndTheBotIsNotReady(t *testing.T) {
	for _, code := range codes() {
		if !explain(code, "chat:write").IsApp() {
			continue
		}
		for _, name := range []string{"mention", "file"} {
			e := entries()[name]
			t.Run(name+"/"+code, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := ask(t, e.job, &refusingSlack{needed: "chat:write", refuse: func(string, string) string { return code }})
					assert.Empty(t, a.heard)
					require.Len(t, a.errors(), 1)
					assert.Contains(t, a.errors()[0], strings.TrimPrefix(code, "HTTP "))
					ready, why := a.bot.Ready()
					assert.False(t, ready)
					assert.Contains(t, why, "Slack refuses the app")
				})
			})
		}
	}
}

func TestTheBotIsReadyAgainOnceACallWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &refusingSlack{refuse: func(string, string) string { return "token_revoked" }}
		a := ask(t, entries()["mention"].job, s)
		_, why := a.bot.Ready()
		assert.Contains(t, why, "token_revoked")
		s.refuse = func(string, string) string { return "" }
		require.NoError(t, a.bot.answerer.answer(t.Context(), entries()["mention"].job))
		_, why = a.bot.Ready()
		assert.NotContains(t, why, "token_revoked")
	})
}

func TestAWhisperThatIsRefusedGoesAnotherWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := entries()["slash command"].job
		j.Text = "fail web 128 --me"
		a := ask(t, j, &refusingSlack{refuse: func(method, _ string) string {
			return map[string]string{"hook": "HTTP 403", "chat.postEphemeral": "user_not_in_channel"}[method]
		}})
		require.Len(t, a.heard, 1)
		assert.Equal(t, "chat.postMessage", a.heard[0].by)
		assert.Contains(t, a.heard[0].text, "web #128 failed")
		assert.Equal(t, 1, a.count("chat.postMessage "+ann))
	})
}
