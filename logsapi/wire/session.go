package wire

import (
	"bytes"
	"context"
	"encoding/hex"
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
		return errors.New("user name, password and domain are all required")
	}
	return nil
}

// tokenRequest is the body that asks for a token of project scope: the services
// refuse tokens that are good for a whole account.
func (u User) tokenRequest(region string) []byte {
	type named struct {
		ID   string `json:"id,omitempty"`
		Name string `json:"name,omitempty"`
	}
	project := named{Name: u.Project}
	switch {
	case u.Project == "":
		project.Name = region
	case isProjectID(u.Project):
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

// isProjectID reports whether s has the form of a project id: 32 hexadecimal digits.
func isProjectID(s string) bool {
	id, err := hex.DecodeString(s)
	return err == nil && len(id) == 16
}

// session is the token that the requests of a User carry.
type session struct {
	user      User
	at        *addresses
	exchanger *exchanger
	refusals  *refusals
	retrier   *retrier
	observer  Observer

	renewing chan struct{} // holds an element during a renewal

	mu       sync.Mutex
	token    string // empty if none is believed to be good
	last     string // the token before it, which texts of the service may still repeat
	renewAt  time.Time
	expires  time.Time
	failures int    // of renewals
	failure  *Error // the last one
}

func (s *session) authorize(ctx context.Context, op string, r *http.Request, _ time.Time) error {
	token, err := s.valid(ctx, op)
	if err != nil {
		return err
	}
	r.Header.Set(authHeader, token)
	return nil
}

// current is the token as it is: fresh ones need no renewal, usable ones have
// not come to their end.
func (s *session) current(now time.Time) (token string, fresh, usable bool, failures int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.token != ""
	return s.token, have && now.Before(s.renewAt), have && now.Before(s.expires), s.failures
}

// renew forgets the token of r, which was refused.
func (s *session) renew(r *http.Request) bool {
	refused := r.Header.Get(authHeader)
	if refused == "" { // it left for another host
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == refused {
		s.token, s.last = "", refused
	}
	return true
}

// secrets are the tokens that no text may show.
func (s *session) secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []string{s.token, s.last}
}

// valid returns a token that is believed to be good. One caller renews; the
// others wait for its result, and take over if it is cancelled.
func (s *session) valid(ctx context.Context, op string) (string, error) {
	token, fresh, usable, before := s.current(s.refusals.now())
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
	if token, fresh, _, failures := s.current(s.refusals.now()); fresh {
		return token, nil
	} else if failures != before {
		return "", s.failed(op)
	}
	g, err := s.newToken(ctx, op)
	if err != nil && ctx.Err() != nil {
		return "", err
	}
	return s.take(g, err, s.refusals.now())
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
		s.renewAt, s.expires = now.Add(max(g.life*4/5, shortest)), now.Add(max(g.life, shortest))
		return s.token, nil
	}
	if s.token != "" && now.Before(s.expires) && (errors.Is(err, ErrUnavailable) || errors.Is(err, ErrThrottled)) {
		s.renewAt = now.Add(shortest)
		return s.token, nil
	}
	s.failures++
	if e := (*Error)(nil); errors.As(err, &e) {
		e.again = false // it has been tried again
		kept := *e      // the error itself belongs to the caller
		s.failure = &kept
	}
	return "", err
}

// grant is a token and how long it is good.
type grant struct {
	token string
	life  time.Duration
}

// newToken asks IAM for a token: the region's host, and the central one if that
// cannot be reached.
func (s *session) newToken(ctx context.Context, op string) (g grant, err error) {
	err = s.retrier.Retry(ctx, op, func() error {
		var first error // that of the region's host says more than that of the central one
		for _, host := range s.at.iam {
			var e *Error
			var err error
			g, err = s.askToken(ctx, op, host)
			if !errors.As(err, &e) || e.Status != 0 || !errors.Is(e, ErrUnavailable) {
				return err
			}
			if first == nil {
				first = err
			}
		}
		return first
	})
	return g, err
}

func (s *session) askToken(ctx context.Context, op string, host *url.URL) (grant, error) {
	target := *host
	target.Path += tokenPath
	target.RawQuery = "nocatalog=true" // which would be long
	r, err := http.NewRequest(http.MethodPost, target.String(), bytes.NewReader(s.user.tokenRequest(s.at.region)))
	if err != nil {
		return grant{}, misled(op, &target, "an address that cannot be requested")
	}
	r.Header.Set("Content-Type", "application/json;charset=utf8")
	began := time.Now()
	a, err := s.exchanger.exchange(ctx, op, r)
	s.observer.Exchanged(IAM, statusOf(a), time.Since(began))
	if err != nil {
		return grant{}, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxEnvelope))
	if err != nil {
		return grant{}, s.exchanger.unreachable(ctx, op, r.URL.Hostname(), err)
	}
	token := a.Header.Get(tokenHeader)
	switch {
	case a.StatusCode != http.StatusCreated && a.StatusCode != http.StatusOK:
		e, _, _ := decode[struct{}](body)
		return grant{}, s.refusedToken(op, a, &e.failure)
	case token == "":
		return grant{}, &Error{Op: op, Kind: ErrProtocol, Host: host.Host, Status: a.StatusCode, RequestID: s.refusals.requestID(a, nil),
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
func (s *session) refusedToken(op string, a *http.Response, f *failure) *Error {
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
	return s.refusals.refusedAs(op, a, f, v)
}
