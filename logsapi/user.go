package logsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What IAM documents of tokens, and when a new one is asked for.
const (
	tokenPath   = "/v3/auth/tokens"
	tokenHeader = "X-Subject-Token"
	tokenLife   = 24 * time.Hour // unless the answer says another
	shortest    = time.Minute    // between two renewals, whatever the answer says
)

// User gets tokens of IAM for a name and a password, as requests need them: the
// first time, when four fifths of a token's life are over, and once after the
// service has refused one.
type User struct {
	Name     string `json:"-"`
	Password string `json:"-"`
	Domain   string `json:"-"` // the account the user belongs to
	Project  string `json:"-"` // the IAM project tokens are for, by name or id; empty is the one named like the region
}

func (User) String() string     { return "user" }
func (User) GoString() string   { return "logsapi.User{…}" }
func (u User) identity() string { return u.Name + "\n" + u.Domain + "\n" + u.Project }

func (u User) secrets() []string { return []string{u.Password} }

func (u User) check() error {
	if u.Name == "" || u.Password == "" || u.Domain == "" {
		return errors.New("user name, password and domain are wanted all three")
	}
	return nil
}

func (u User) authorize(ctx context.Context, c *Client, op string, r *http.Request) error {
	token, err := c.tokenOf(ctx, op, u)
	if err != nil {
		return err
	}
	r.Header.Set("X-Auth-Token", token)
	return nil
}

// request is the body that asks for a token of project scope: the services
// refuse tokens that are good for a whole account.
func (u User) request(region string) []byte {
	type named struct {
		ID   string `json:"id,omitempty"`
		Name string `json:"name,omitempty"`
	}
	project := named{Name: u.Project}
	switch {
	case u.Project == "":
		project.Name = region
	case IsTaskID(u.Project): // ids of projects have the same form
		project = named{ID: u.Project}
	}
	body, _ := json.Marshal(map[string]any{"auth": map[string]any{ // strings always can be marshalled
		"identity": map[string]any{
			"methods": []string{"password"},
			"password": map[string]any{"user": map[string]any{
				"name": u.Name, "password": u.Password, "domain": named{Name: u.Domain},
			}},
		},
		"scope": map[string]any{"project": project},
	}})
	return body
}

// session is the token that the requests of a User carry.
type session struct {
	renewing chan struct{} // holds an element while somebody renews

	mu       sync.Mutex
	token    string // empty where there is none that may be good
	last     string // the token before it, which texts of the service may still repeat
	renew    time.Time
	until    time.Time
	failures int    // of renewals
	failure  *Error // the last one
}

func newSession() *session { return &session{renewing: make(chan struct{}, 1)} }

// now is the token as it stands: fresh ones need no renewal, usable ones have
// not come to their end.
func (s *session) now(now time.Time) (token string, fresh, usable bool, failures int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.token != ""
	return s.token, have && now.Before(s.renew), have && now.Before(s.until), s.failures
}

// drop reports whether a request may be repeated with another token than the
// one that was refused.
func (s *session) drop(refused string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == refused {
		s.token, s.last = "", refused
	}
	return refused != "" && s.token+s.last != "" // a ready Token has no other
}

func (s *session) secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []string{s.token, s.last}
}

// tokenOf returns a token that is believed to be good. Of callers that need a
// new one at the same time one asks for it; the others wait, share its success
// or failure, and go on themselves should its context end.
func (c *Client) tokenOf(ctx context.Context, op string, u User) (string, error) {
	s := c.session
	token, fresh, usable, before := s.now(c.now())
	if fresh {
		return token, nil
	}
	select {
	case s.renewing <- struct{}{}:
	default:
		if usable {
			return token, nil
		}
		select {
		case s.renewing <- struct{}{}:
		case <-ctx.Done():
			return "", ended(op, ctx.Err())
		}
	}
	defer func() { <-s.renewing }()
	if token, fresh, _, failures := s.now(c.now()); fresh {
		return token, nil
	} else if failures != before {
		return "", s.failed(op)
	}
	g, err := c.newToken(ctx, op, u)
	if err != nil && ctx.Err() != nil {
		return "", err
	}
	return s.take(g, err, c.now())
}

// failed is the failure of the last renewal for another caller.
func (s *session) failed(op string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := *s.failure
	e.Op = op
	return &e
}

// take notes the outcome of a renewal. A token that still has some time is used
// on where IAM is busy or away.
func (s *session) take(g grant, err error, now time.Time) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.token, s.last, s.failure = g.token, s.token, nil
		s.renew, s.until = now.Add(max(g.life*4/5, shortest)), now.Add(max(g.life, shortest))
		return s.token, nil
	}
	if s.token != "" && now.Before(s.until) && (errors.Is(err, ErrUnavailable) || errors.Is(err, ErrThrottled)) {
		s.renew = now.Add(shortest)
		return s.token, nil
	}
	s.failures++
	if errors.As(err, &s.failure) {
		s.failure.again = false // it has been tried again
	}
	return "", err
}

// grant is a token and how long it is good.
type grant struct {
	token string
	life  time.Duration
}

// newToken asks IAM for a token: the region's host, and where that cannot be
// reached the central one.
func (c *Client) newToken(ctx context.Context, op string, u User) (g grant, err error) {
	err = c.retry(ctx, op, func() error {
		var err error
		for _, host := range c.iam {
			var e *Error
			g, err = c.askToken(ctx, op, host, u)
			if !errors.As(err, &e) || e.Status != 0 || !errors.Is(e, ErrUnavailable) {
				return err
			}
		}
		return err
	})
	return g, err
}

func (c *Client) askToken(ctx context.Context, op string, host *url.URL, u User) (grant, error) {
	target := *host
	target.Path += tokenPath
	target.RawQuery = "nocatalog=true" // which would be long
	r, err := http.NewRequest(http.MethodPost, target.String(), bytes.NewReader(u.request(c.region)))
	if err != nil {
		return grant{}, misled(op, &target, "an address that cannot be requested")
	}
	r.Header.Set("Content-Type", "application/json;charset=utf8")
	a, err := c.exchange(ctx, op, r)
	if err != nil {
		return grant{}, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxEnvelope))
	if err != nil {
		return grant{}, c.unreachable(ctx, op, err)
	}
	token := a.Header.Get(tokenHeader)
	switch {
	case a.StatusCode != http.StatusCreated && a.StatusCode != http.StatusOK:
		e, _ := decode[struct{}](body)
		return grant{}, c.refusedToken(op, a, &e.failure)
	case token == "":
		return grant{}, &Error{Op: op, Kind: ErrProtocol, Status: a.StatusCode, RequestID: c.requestID(a, nil),
			Summary: host.Host + " sent no token", Hint: "check the address of IAM"}
	}
	return grant{token, lifeOf(body)}, nil
}

// lifeOf reads how long a token is good. Both times are the service's, so that
// our clock does not matter.
func lifeOf(body []byte) time.Duration {
	var answer struct {
		Token struct {
			Issued  time.Time `json:"issued_at"`
			Expires time.Time `json:"expires_at"`
		} `json:"token"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Token.Issued.IsZero() || answer.Token.Expires.IsZero() {
		return tokenLife
	}
	return answer.Token.Expires.Sub(answer.Token.Issued)
}

// refusedToken is the error of IAM refusing a token. It says the same of a wrong
// name, password and domain.
func (c *Client) refusedToken(op string, a *http.Response, f *failure) *Error {
	v := judge(a.StatusCode, f.code(), f.message())
	said := strings.ToLower(f.message())
	switch {
	case a.StatusCode >= 300 && a.StatusCode < 400:
		return misled(op, a.Request.URL, "a redirect, which a password does not follow")
	case strings.Contains(said, "project"):
		v.kind, v.summary = ErrUnauthorized, "IAM gives no token for the project"
		v.hint = "check the IAM project, which is the region's name unless another is configured, and the user's right to it"
	case a.StatusCode == http.StatusUnauthorized && strings.Contains(said, "lock"):
		v.summary, v.hint = "IAM has locked the user after too many failures", "try again in 15 minutes"
	case a.StatusCode == http.StatusUnauthorized:
		v.summary = "IAM does not accept the user name, the password or the domain"
		v.hint = "check all three; the domain is the name of the account"
	case a.StatusCode == http.StatusForbidden:
		v.summary, v.hint = "the user may not get tokens", "allow the user programmatic access"
	case a.StatusCode == http.StatusBadRequest:
		v.summary, v.hint = fmt.Sprintf("%s calls the request for a token invalid", a.Request.URL.Host), "check user name, domain and project"
	}
	return c.refusedAs(op, a, f, v)
}
