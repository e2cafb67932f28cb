package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// call is one request of the Web API: its arguments from query, form or JSON.
type call struct {
	args        map[string]string // a JSON value that is no string keeps its JSON form
	token       string
	tokenHeader bool
	base        string // scheme and host as the client spells them
	done        <-chan struct{}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	record := Call{At: s.cfg.Clock.Now(), Method: name}
	answer, no := s.answer(w, r, name, &record)
	s.setScopes(w.Header(), s.methods[name])
	s.reply(w, record, answer, no)
}

// setScopes tells in the header which scopes the token has and which the method
// takes, as Slack does for every method.
func (s *Server) setScopes(h http.Header, m method) {
	h.Set("X-OAuth-Scopes", strings.Join(s.cfg.Scopes, ","))
	if m.app {
		h.Set("X-OAuth-Scopes", m.scopes)
	}
	h.Set("X-Accepted-OAuth-Scopes", m.scopes)
	h.Set("X-Slack-Req-Id", strings.ToLower(secret()))
}

// reply records the call and answers it.
func (s *Server) reply(w http.ResponseWriter, record Call, answer map[string]any, no *refusal) {
	record.Status = http.StatusOK
	if no != nil {
		answer = no.body()
		record.Status, record.Error = no.status, no.code
		if no.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(no.retryAfter.Seconds()))))
		}
	} else {
		answer["ok"] = true
	}
	s.record(record)
	switch {
	case no != nil && no.hangUp:
		hangUp(w)
		return
	case no != nil && no.page:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(record.Status)
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Server Error</title><p>Something went wrong.")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(record.Status)
	_ = json.NewEncoder(w).Encode(answer) // the client is gone: nobody left to tell
}

// answer reads, checks and carries out one call.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, name string, record *Call) (map[string]any, *refusal) {
	c, err := readCall(w, r, record)
	if err != nil {
		no := refuse("invalid_form_data", err.Error())
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			no.status = http.StatusRequestEntityTooLarge
		}
		return nil, no
	}
	m, ok := s.methods[name]
	if !ok {
		return nil, &refusal{code: "unknown_method", status: http.StatusOK, more: map[string]any{"req_method": name}}
	}
	if no := s.authorise(c, m); no != nil {
		return nil, no
	}
	no, reset := s.disturb(name, c.done)
	if no != nil {
		return nil, no
	}
	if no := s.meter(name, m.tier); no != nil {
		return nil, no
	}
	if m.form && isJSON(r) {
		c.args = map[string]string{}
	}
	answer, no := m.run(s, c)
	if no == nil && reset {
		no = lostAnswer()
	}
	return answer, no
}

func isJSON(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/json"
}

// readCall collects the arguments. The token does not become part of the record,
// so that a search of the record finds it only where it leaked.
func readCall(w http.ResponseWriter, r *http.Request, record *Call) (*call, error) {
	c := &call{base: base(r), done: r.Context().Done()}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token, c.tokenHeader = token, true
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxWebAPIBody)
	counted := &countingReader{Reader: r.Body}
	r.Body = struct {
		io.Reader
		io.Closer
	}{counted, r.Body}
	args, err := readArgs(r)
	record.Bytes = counted.n
	if token := args["token"]; token != "" && !c.tokenHeader && !isJSON(r) {
		c.token = token
	}
	delete(args, "token")
	c.args, record.Args = args, args
	return c, err
}

func readArgs(r *http.Request) (map[string]string, error) {
	if isJSON(r) {
		return readJSONArgs(r.Body)
	}
	form := r.URL.Query()
	form.Del("token") // a token in the address is none
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(maxWebAPIBody); err != nil {
			return nil, fmt.Errorf("multipart body: %w", err)
		}
		maps.Copy(form, r.MultipartForm.Value)
	} else {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fmt.Errorf("form body: %w", err)
		}
		maps.Copy(form, values)
	}
	args := make(map[string]string, len(form))
	for k := range form {
		args[k] = strings.ToValidUTF8(form.Get(k), "\uFFFD")
	}
	return args, nil
}

// readJSONArgs reads one JSON object; an empty body has no arguments.
func readJSONArgs(r io.Reader) (map[string]string, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	args := map[string]string{}
	if len(body) == 0 {
		return args, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("JSON body: %w", err)
	}
	for k, v := range fields {
		var text string
		switch {
		case string(v) == "null":
		case json.Unmarshal(v, &text) == nil:
			args[k] = text
		default:
			args[k] = string(v)
		}
	}
	return args, nil
}

// authorise checks the token's presence, kind, value and scope, in that order.
func (s *Server) authorise(c *call, m method) *refusal {
	want, other := s.cfg.BotToken, s.cfg.AppToken
	if m.app {
		want, other = other, want
	}
	switch {
	case c.token == "" || (m.app && !c.tokenHeader):
		return refuse("not_authed")
	case c.token == other:
		return refuse("not_allowed_token_type")
	case c.token != want:
		return refuse("invalid_auth")
	case m.app: // its one scope comes with the token
		return nil
	case !m.permitted(s.scoped):
		return s.lacks(m.scopes)
	}
	return nil
}

// lacks is the refusal of a call for want of a scope.
func (s *Server) lacks(needed string) *refusal {
	return &refusal{code: "missing_scope", status: http.StatusOK, more: map[string]any{
		"needed": needed, "provided": strings.Join(s.cfg.Scopes, ","),
	}}
}

func (s *Server) authTest(c *call) (map[string]any, *refusal) {
	return map[string]any{
		"url": c.base + "/", "team": s.cfg.TeamName, "team_id": s.cfg.TeamID,
		"user": s.cfg.BotUser.Name, "user_id": s.cfg.BotUser.ID,
		"bot_id": s.cfg.BotID, "is_enterprise_install": false,
	}, nil
}

type countingReader struct {
	io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
