package wire

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Credential proves to the service who is asking: Keys, a Token or a User. A
// credential does not show its secrets when it is printed.
type Credential interface {
	String() string

	// check reports what is missing.
	check() error
	// identity tells credentials with different rights apart; it may be secret.
	identity() string
	// secrets are the values that must not appear in any text.
	secrets() []string
}

// authorizer adds a credential to requests.
type authorizer interface {
	// authorize adds it, as of now, to a request to a service's own host. op is
	// what the request is for; an error says why there is nothing to add.
	authorize(ctx context.Context, op string, r *http.Request, now time.Time) error
	// renew reports whether it is worth trying r, which was refused, once more:
	// with another token.
	renew(r *http.Request) bool
}

// authHeader carries a token.
const authHeader = "X-Auth-Token"

// Keys is a pair of access key and secret key; requests are signed with it.
type Keys struct {
	AK            string `json:"-"`
	SK            string `json:"-"`
	SecurityToken string `json:"-"` // temporary keys only
	ProjectID     string `json:"-"` // the IAM project of the region; optional
}

// Token is a ready X-Auth-Token of IAM, of project scope. It is used as it is
// and not renewed.
type Token string

func (Keys) String() string                { return "access key" }
func (Keys) GoString() string              { return "logsapi.Keys{…}" }
func (Token) String() string               { return "token" }
func (Token) GoString() string             { return `logsapi.Token("…")` }
func (Token) MarshalText() ([]byte, error) { return []byte("token"), nil }

func (k Keys) identity() string  { return k.AK + "\n" + k.ProjectID }
func (t Token) identity() string { return string(t) }

func (k Keys) secrets() []string  { return []string{k.AK, k.SK, k.SecurityToken} }
func (t Token) secrets() []string { return []string{string(t)} }

func (k Keys) check() error {
	if k.AK == "" || k.SK == "" {
		return errors.New("access key and secret key are both required")
	}
	return nil
}

func (t Token) check() error {
	if t == "" {
		return errors.New("the token is empty")
	}
	return nil
}

func (Keys) renew(*http.Request) bool  { return false }
func (Token) renew(*http.Request) bool { return false }

func (t Token) authorize(_ context.Context, _ string, r *http.Request, _ time.Time) error {
	r.Header.Set(authHeader, string(t))
	return nil
}

func (k Keys) authorize(_ context.Context, _ string, r *http.Request, now time.Time) error {
	k.Sign(r, now)
	return nil
}

// Sign adds the headers that prove at a moment who sends a request without a
// body, by the scheme SDK-HMAC-SHA256 of the vendor's signing guide. It signs
// only headers that are ours: a proxy may rewrite the others. Module oracle
// compares it with the vendor's signer.
func (k Keys) Sign(r *http.Request, at time.Time) {
	date := at.UTC().Format(signDate)
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	signed := []header{{"host", host}, {"x-sdk-date", date}}
	if k.ProjectID != "" {
		signed = append(signed, header{"x-project-id", k.ProjectID})
	}
	if k.SecurityToken != "" {
		signed = append(signed, header{"x-security-token", k.SecurityToken})
	}
	for _, h := range signed[1:] {
		r.Header.Set(h.name, h.value)
	}
	r.Header.Set("Authorization",
		authorization(k.AK, k.SK, r.Method, r.URL.Path, r.URL.Query(), signed, date, emptyBody))
}
