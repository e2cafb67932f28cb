package slacksim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pageRequest is a request to the page's API as the page itself sends it,
// changed by each of the given functions.
func pageRequest(t *testing.T, s *Server, method, at, body string, changes ...func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), method, s.URL()+at, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		req.Header.Set("Origin", s.URL())
		req.Header.Set("Content-Type", "application/json")
	}
	for _, change := range changes {
		change(req)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	content, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header, string(content)
}

// problem is the sentence of an answer that is an error.
func problem(t *testing.T, body string) string {
	t.Helper()
	var answer struct{ Error string }
	require.NoError(t, json.Unmarshal([]byte(body), &answer), "%s", body)
	return answer.Error
}

func sent(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Set(name, value)
		}
	}
}

func hostName(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }

func TestOnlyThePageItselfUsesItsAPI(t *testing.T) {
	s := start(t, Config{})
	port := s.URL()[strings.LastIndex(s.URL(), ":"):]
	const say = `{"user":"U0ANN00001","channel":"C0BUILDS01","text":"hello"}`
	for name, c := range map[string]struct {
		method, at string
		changes    []func(*http.Request)
		status     int
		says       string
	}{
		"the page":                     {"POST", "/page/do/say", nil, 200, ""},
		"the page as localhost":        {"POST", "/page/do/say", []func(*http.Request){hostName("localhost" + port), sent("Origin", "http://localhost"+port)}, 200, ""},
		"an old browser":               {"POST", "/page/do/say", []func(*http.Request){sent("Sec-Fetch-Site", "")}, 200, ""},
		"another site's form":          {"POST", "/page/do/say", []func(*http.Request){sent("Sec-Fetch-Site", "cross-site"), sent("Origin", "https://evil.example")}, 403, "Another web page"},
		"another site, old browser":    {"POST", "/page/do/say", []func(*http.Request){sent("Sec-Fetch-Site", ""), sent("Origin", "https://evil.example")}, 403, "https://evil.example"},
		"another port of this machine": {"POST", "/page/do/say", []func(*http.Request){sent("Sec-Fetch-Site", "same-site"), sent("Origin", "http://127.0.0.1:1")}, 403, "same-site"},
		"a sandboxed frame":            {"POST", "/page/do/say", []func(*http.Request){sent("Sec-Fetch-Site", ""), sent("Origin", "null")}, 403, "null"},
		"no browser":                   {"POST", "/page/do/say", []func(*http.Request){sent("Origin", ""), sent("Sec-Fetch-Site", "")}, 403, "no Origin"},
		"a form's content type":        {"POST", "/page/do/say", []func(*http.Request){sent("Content-Type", "text/plain")}, 403, "application/json"},
		"a rebound name":               {"POST", "/page/do/say", []func(*http.Request){hostName("evil.example" + port), sent("Origin", "http://evil.example"+port)}, 403, "evil.example"},
		"reading under a rebound name": {"GET", "/page/stream", []func(*http.Request){hostName("evil.example" + port)}, 403, "http://127.0.0.1:PORT/"},
		"reading from another site":    {"GET", "/page/stream", []func(*http.Request){sent("Sec-Fetch-Site", "cross-site")}, 403, "Another web page"},
		"a script of another site":     {"GET", "/page/assets/main.js", []func(*http.Request){sent("Sec-Fetch-Site", "cross-site")}, 403, "Another web page"},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(s.Messages(builds))
			status, _, body := pageRequest(t, s, c.method, c.at, say, c.changes...)
			assert.Equal(t, c.status, status, body)
			if c.status == 200 {
				assert.Len(t, s.Messages(builds), before+1)
				return
			}
			assert.Len(t, s.Messages(builds), before, "nothing was done")
			assert.Contains(t, problem(t, body), c.says)
		})
	}
}

func TestThePageIsServedWithAStrictPolicy(t *testing.T) {
	s := start(t, Config{})
	for _, at := range []string{"/", "/archives/C0BUILDS01/p1234567890123456"} {
		status, h, body := pageRequest(t, s, "GET", at, "", sent("Sec-Fetch-Site", "cross-site"))
		assert.Equal(t, 200, status, "a link may lead here from anywhere")
		assert.Contains(t, h.Get("Content-Type"), "text/html")
		policy := h.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			assert.Contains(t, policy, must)
		}
		assert.NotContains(t, policy, "unsafe")
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		assert.NotRegexp(t, `<style|\son\w+=|\sstyle=|<script>|javascript:`, body, "nothing inline")
	}
	status, _, body := pageRequest(t, s, "GET", "/", "", hostName("evil.example"))
	assert.Equal(t, 403, status)
	assert.Contains(t, body, "evil.example")

	status, h, _ := pageRequest(t, s, "GET", "/page/assets/main.js", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, h.Get("Content-Type"), "text/javascript")
	status, _, body = pageRequest(t, s, "GET", "/page/assets/..%2fserver.go", "")
	assert.Equal(t, 404, status)
	assert.Contains(t, problem(t, body), "no file")
}

// Text becomes text nodes: no file of the page has another way to make markup.
func TestThePageMakesNoMarkupOfText(t *testing.T) {
	never := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML|srcdoc|\beval\b|new Function|javascript:|https?://[a-z0-9]`)
	namespace := []byte(`"http://www.w3.org/2000/svg"`)
	files := 0
	require.NoError(t, fs.WalkDir(pageFiles, "page", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) == ".svg" {
			return err
		}
		content, err := fs.ReadFile(pageFiles, name)
		if err != nil {
			return err
		}
		files++
		content = bytes.ReplaceAll(content, namespace, nil)
		assert.Nil(t, never.Find(content), "%s contains %s", name, never.Find(content))
		return nil
	}))
	assert.Greater(t, files, 10)
}

func TestWrongPageActionsGetASentence(t *testing.T) {
	s := start(t, Config{})
	for _, c := range []struct{ deed, body, says string }{
		{"dance", `{}`, `Nobody can do "dance" here.`},
		{"say", `{"user":"U0ANN00001","chanel":"C0BUILDS01"}`, `unknown field "chanel"`},
		{"say", `{`, `Unexpected EOF.`},
		{"say", `{"user":"U0ANN00001","channel":"C0NOSUCH01","text":"x"}`, `No channel "C0NOSUCH01".`},
		{"say", `{"user":"U0EVE00001","channel":"C0BUILDS01","text":"x"}`, `No user "U0EVE00001".`},
		{"say", `{"user":"U0ANN00001","channel":"C0BUILDS01","text":" "}`, "Nothing to say."},
		{"slash", `{"user":"U0ANN00001","channel":"C0BUILDS01","command":"logs"}`, "A command is / and up to 31 characters without blanks."},
		{"click", `{"user":"U0ANN00001","channel":"C0BUILDS01","ts":"1.000000","action":"a"}`, `User U0ANN00001 sees no message "1.000000" of the app in C0BUILDS01.`},
		{"shortcut", `{"user":"U0ANN00001","channel":"C0BUILDS01","ts":"1.000000"}`, `No message "1.000000" in C0BUILDS01.`},
		{"submit", `{"user":"U0ANN00001"}`, "User U0ANN00001 has no modal open."},
		{"close", `{"user":"U0ANN00001"}`, "User U0ANN00001 has no modal open."},
		{"direct", `{"user":"U0EVE00001"}`, `No user "U0EVE00001".`},
		{"invite", `{"user":"U0EVE00001","channel":"C0GENERAL1","member":true}`, `No user "U0EVE00001".`},
	} {
		status, _, body := pageRequest(t, s, "POST", "/page/do/"+c.deed, c.body)
		assert.GreaterOrEqual(t, status, 400, c.body)
		assert.Less(t, status, 500, c.body)
		assert.Contains(t, problem(t, body), c.says)
	}
	for at, says := range map[string]string{
		"/page/stream?user=U0EVE00001": `There is no user "U0EVE00001" in this workspace.`,
		"/page/files/F0NOSUCH01":       `There is no file "F0NOSUCH01".`,
		"/page/files/F0NOSUCH01/text":  `There is no file "F0NOSUCH01".`,
		"/page/calls/77":               `Call "77" is not, or no longer, in the record.`,
		"/page/calls/x":                `Call "x" is not, or no longer, in the record.`,
		"/page/envelopes/none":         `Envelope "none" was not sent, or is no longer in the record.`,
	} {
		status, _, body := pageRequest(t, s, "GET", at, "")
		assert.Equal(t, 404, status, at)
		assert.Equal(t, says, problem(t, body))
	}
}

func TestAPageActionReturnsItsOutcome(t *testing.T) {
	s := start(t, Config{})
	status, _, body := pageRequest(t, s, "POST", "/page/do/slash", `{"user":"U0ANN00001","channel":"C0BUILDS01","command":"/logs","text":"x"}`)
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"failure":"dispatch_failed"`, "nobody is connected")

	app, _ := open(t, s)
	answered := make(chan string, 1)
	go func() {
		req := httptest.NewRequest("POST", "http://127.0.0.1/page/do/slash", strings.NewReader(`{"user":"U0ANN00001","channel":"C0BUILDS01","command":"/logs","text":"fail web"}`))
		req.Header.Set("Origin", "http://127.0.0.1")
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		answered <- w.Body.String()
	}()
	envelope := app.read()
	app.write(map[string]any{"envelope_id": envelope["envelope_id"]})
	body = next(t, answered)
	assert.Contains(t, body, `"ack_ms"`)
	assert.NotContains(t, body, "failure")

	status, _, body = pageRequest(t, s, "GET", "/page/envelopes/"+envelope["envelope_id"].(string), "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"text":"fail web"`)
}

func TestAppsAreInvitedFromThePage(t *testing.T) {
	s := start(t, Config{})
	member := func() bool {
		for _, c := range s.Channels() {
			if c.ID == general {
				return c.Bot
			}
		}
		return false
	}
	for _, in := range []bool{true, false} {
		status, _, _ := pageRequest(t, s, "POST", "/page/do/invite", toJSON(t, map[string]any{"user": ann, "channel": general, "member": in}))
		assert.Equal(t, 200, status)
		assert.Equal(t, in, member())
	}
	status, _, body := pageRequest(t, s, "POST", "/page/do/direct", `{"user":"U0ANN00001"}`)
	assert.Equal(t, 200, status)
	dm, err := s.DirectMessage(ann)
	require.NoError(t, err)
	assert.Contains(t, body, dm)
}

// follow reads the stream as a page does.
type follow struct {
	t    *testing.T
	body io.ReadCloser
	in   *bufio.Scanner
}

func followPage(t *testing.T, s *Server, user string) *follow {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), http.MethodGet, s.URL()+"/page/stream?user="+user, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	f := &follow{t: t, body: resp.Body, in: bufio.NewScanner(resp.Body)}
	f.in.Buffer(nil, 8<<20)
	t.Cleanup(func() { _ = resp.Body.Close() })
	return f
}

func (f *follow) next() pageUpdate {
	f.t.Helper()
	for f.in.Scan() {
		if line, ok := strings.CutPrefix(f.in.Text(), "data: "); ok {
			var news pageUpdate
			require.NoError(f.t, json.Unmarshal([]byte(line), &news))
			return news
		}
	}
	require.FailNow(f.t, "the stream has ended")
	return pageUpdate{}
}

// until reads news until one shows what is waited for.
func (f *follow) until(shows func(pageUpdate) bool) pageUpdate {
	f.t.Helper()
	for {
		if news := f.next(); shows(news) {
			return news
		}
	}
}

func TestTheStreamSendsWhatThePersonSees(t *testing.T) {
	s := start(t, Config{Commands: []Command{{Name: "/logs", Verbs: []Verb{{Name: "fail"}}}}, Shortcuts: []Shortcut{{Name: "Explain", CallbackID: "explain"}}})
	said(t, s, Saying{User: ann, Channel: builds, Text: "before"})
	annSees, bobSees := followPage(t, s, ann), followPage(t, s, bob)
	for _, f := range []*follow{annSees, bobSees} {
		first := f.next()
		require.NotNil(t, first.Workspace)
		assert.Equal(t, []Command{{Name: "/logs", Verbs: []Verb{{Name: "fail"}}}}, first.Workspace.Commands)
		assert.Equal(t, "explain", first.Workspace.Shortcuts[0].ID)
		assert.Len(t, first.Channels, 3)
		assert.Equal(t, "before", first.Messages[0].Text)
		assert.Zero(t, *first.Connections)
	}

	const hostile = `<script>alert(1)</script> & 构建` + "\u202e"
	require.True(t, api(t, s, "chat.postEphemeral", "channel", builds, "user", ann, "text", hostile).ok())
	posted := api(t, s, "chat.postMessage", "channel", builds, "text", "one")
	only := annSees.until(func(n pageUpdate) bool { return len(n.Messages) > 0 }).Messages[0]
	assert.Equal(t, hostile, only.Text, "the server escapes nothing: the page shows text as text")
	assert.True(t, only.Only)
	for _, m := range bobSees.until(func(n pageUpdate) bool { return len(n.Messages) > 0 }).Messages {
		assert.Equal(t, "one", m.Text, "what is for ann alone, bob is not told of")
	}

	api(t, s, "chat.update", "channel", builds, "ts", posted.ts(), "text", "two")
	edited := bobSees.until(func(n pageUpdate) bool { return len(n.Messages) > 0 }).Messages
	require.Len(t, edited, 1)
	assert.True(t, edited[0].Edited)
	assert.Equal(t, posted.ts(), edited[0].TS)

	api(t, s, "chat.delete", "channel", builds, "ts", posted.ts())
	gone := bobSees.until(func(n pageUpdate) bool { return len(n.Removed) > 0 })
	assert.Equal(t, []pageKey{{builds, posted.ts()}}, gone.Removed)

	open(t, s)
	assert.Equal(t, 1, *bobSees.until(func(n pageUpdate) bool { return n.Connections != nil }).Connections)
}

func TestTheStreamSendsTheTraffic(t *testing.T) {
	s := start(t, Config{})
	f := followPage(t, s, ann)
	f.next()
	app, _ := open(t, s)
	slash(t, s, "fail web")
	envelope := app.read()
	waiting := f.until(func(n pageUpdate) bool { return len(n.Envelopes) > 0 }).Envelopes[0]
	assert.Equal(t, "/logs fail web", waiting.What)
	assert.False(t, waiting.Acked)
	app.write(map[string]any{"envelope_id": envelope["envelope_id"]})
	f.until(func(n pageUpdate) bool { return len(n.Envelopes) > 0 && n.Envelopes[0].Acked })

	api(t, s, "chat.postMessage", "channel", "C0NOSUCH01", "text", "one")
	call := f.until(func(n pageUpdate) bool { return len(n.Calls) > 0 && n.Calls[len(n.Calls)-1].Error != "" }).Calls
	last := call[len(call)-1]
	assert.Equal(t, "chat.postMessage", last.Method)
	assert.Equal(t, "channel_not_found", last.Error)
	status, _, body := pageRequest(t, s, "GET", "/page/calls/"+toJSON(t, last.Number), "")
	assert.Equal(t, 200, status)
	assert.JSONEq(t, `{"args":{"channel":"C0NOSUCH01","text":"one"}}`, body)
}

func TestTheStreamShowsModals(t *testing.T) {
	s := start(t, Config{})
	f := followPage(t, s, ann)
	f.next()
	open(t, s)
	inv := slash(t, s, "search")
	const modal = `{"type":"modal","title":{"type":"plain_text","text":"Search"},"submit":{"type":"plain_text","text":"Go"},"blocks":[
		{"type":"input","block_id":"what","label":{"type":"plain_text","text":"What"},"element":{"type":"plain_text_input","action_id":"a","initial_value":"error"}}]}`
	require.True(t, api(t, s, "views.open", "trigger_id", inv.TriggerID, "view", modal).ok())
	v := f.until(func(n pageUpdate) bool { return n.View != nil }).View
	assert.Equal(t, "Search", v.Title)
	assert.Equal(t, map[string][]string{"what": {"error"}}, v.Values)

	status, _, body := pageRequest(t, s, "POST", "/page/do/submit", `{"user":"U0ANN00001","inputs":{"what":[""]}}`)
	assert.Equal(t, 400, status)
	assert.Contains(t, problem(t, body), `Input "what" must be filled in`)

	status, _, _ = pageRequest(t, s, "POST", "/page/do/close", `{"user":"U0ANN00001"}`)
	assert.Equal(t, 200, status)
	f.until(func(n pageUpdate) bool { return n.NoView })
}

func TestAPageGetsTheNewestMessagesOnly(t *testing.T) {
	s := start(t, Config{})
	for range pageMessages + 10 {
		said(t, s, Saying{User: ann, Channel: builds, Text: "x"})
	}
	f := followPage(t, s, ann)
	first := f.next()
	require.Len(t, first.Messages, pageMessages)
	all := s.Messages(builds)
	assert.Equal(t, all[10].TS, first.Messages[0].TS)
	said(t, s, Saying{User: ann, Channel: builds, Text: "y"})
	news := f.next()
	assert.Len(t, news.Messages, 1)
	assert.Equal(t, []pageKey{{builds, all[10].TS}}, news.Removed)
}

func TestStreamsEndWithTheWorkspaceAndWithTheirPage(t *testing.T) {
	s := start(t, Config{})
	left := followPage(t, s, ann)
	left.next()
	require.NoError(t, left.body.Close()) // Close of the server would wait for its handler

	stays := followPage(t, s, bob)
	stays.next()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for stays.in.Scan() {
		}
	}()
	require.NoError(t, s.Close())
	next(t, ended)
}

// A server of another kind does not end its connections with the workspace.
func TestStreamsAndActionsEndWithAWorkspaceBehindAnotherServer(t *testing.T) {
	s := start(t, Config{Clock: handClock()}) // whose 3 s never pass
	behind := httptest.NewServer(s)
	defer behind.Close()
	open(t, s)
	send := func(method, at, body string) *http.Response {
		req, err := http.NewRequestWithContext(within(t), method, behind.URL+at, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Origin", behind.URL)
		req.Header.Set("Content-Type", "application/json")
		resp, err := behind.Client().Do(req)
		require.NoError(t, err)
		return resp
	}
	stream := send("GET", "/page/stream", "")
	answered := make(chan *http.Response, 1)
	go func() {
		answered <- send("POST", "/page/do/slash", `{"user":"U0ANN00001","channel":"C0BUILDS01","command":"/logs"}`)
	}()
	require.NoError(t, s.Wait(within(t), func() bool { return len(s.deliveriesNow()) > 0 }))
	require.NoError(t, s.Close())
	_, err := io.Copy(io.Discard, stream.Body)
	require.NoError(t, err)
	require.NoError(t, stream.Body.Close())
	deed := next(t, answered)
	body, err := io.ReadAll(deed.Body)
	require.NoError(t, err)
	require.NoError(t, deed.Body.Close())
	assert.Equal(t, "The workspace was closed meanwhile.", problem(t, string(body)))
}

// deliveriesNow are the envelope ids that are remembered.
func (s *Server) deliveriesNow() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deliveries.envelopeIDs)
}

func TestFilesAreSavedByteForByteAndNeverShown(t *testing.T) {
	s := start(t, Config{})
	content := strings.Repeat("第一行 <b>line</b> \x00\xff\n", 3000)
	id := uploaded(t, s, "构建 \"1\".log", content)
	require.True(t, complete(t, s, id, "channel_id", builds).ok())
	status, h, body := pageRequest(t, s, "GET", "/page/files/"+id, "")
	assert.Equal(t, 200, status)
	assert.Equal(t, content, body)
	assert.Equal(t, "application/octet-stream", h.Get("Content-Type"))
	assert.True(t, strings.HasPrefix(h.Get("Content-Disposition"), "attachment;"), h.Get("Content-Disposition"))

	status, h, body = pageRequest(t, s, "GET", "/page/files/"+id+"/text", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, h.Get("Content-Type"), "application/json")
	var head struct {
		Text string
		Cut  bool
	}
	require.NoError(t, json.Unmarshal([]byte(body), &head))
	assert.True(t, head.Cut)
	assert.LessOrEqual(t, len(head.Text), 2*pagePreview)
	assert.True(t, strings.HasPrefix(head.Text, "第一行 <b>line</b> \x00\uFFFD\n"))
	assert.True(t, strings.HasSuffix(head.Text, "\n"), "whole lines")

	require.True(t, api(t, s, "files.delete", "file", id).ok())
	status, _, body = pageRequest(t, s, "GET", "/page/files/"+id, "")
	assert.Equal(t, 410, status)
	assert.Equal(t, "This file was deleted.", problem(t, body))
}
