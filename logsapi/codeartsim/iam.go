package codeartsim

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"time"
)

// IAM is the one user who can get tokens.
type IAM struct {
	User, Password, Domain string
	Project                string        // the IAM project of the tokens: the name of a region
	ProjectID              string        // of the IAM project
	Lifetime               time.Duration // of a token; 24 hours if 0
}

// From the documentation of IAM.
const (
	tokenLifetime = 24 * time.Hour
	tokenBytes    = 700
	maxTokenBody  = 64 << 10 // of a token request, in bytes
	maxTokens     = 10_000   // valid at the same time
	tokenTime     = "2006-01-02T15:04:05.000000Z"
)

// tokenStore issues tokens and remembers them. It is safe for concurrent use.
type tokenStore struct {
	IAM
	mu     sync.Mutex
	tokens map[string]tokenGrant
}

// tokenGrant is what a token permits.
type tokenGrant struct {
	until  time.Time
	scoped bool // to the project; a global token is not accepted
}

// tokenRequest is the body of a request for a token.
type tokenRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					Name     string `json:"name"`
					Password string `json:"password"`
					Domain   ref    `json:"domain"`
				} `json:"user"`
			} `json:"password"`
		} `json:"identity"`
		Scope struct {
			Project ref `json:"project"`
			Domain  ref `json:"domain"`
		} `json:"scope"`
	} `json:"auth"`
}

type ref struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// serveTokens serves POST /v3/auth/tokens.
func serveTokens(c *exchange) error {
	var r tokenRequest
	if err := json.NewDecoder(http.MaxBytesReader(c, c.request.Body, maxTokenBody)).Decode(&r); err != nil {
		return refuseToken(c, http.StatusBadRequest, "The request body is invalid.")
	}
	user, scope := r.Auth.Identity.Password.User, r.Auth.Scope
	if len(r.Auth.Identity.Methods) != 1 || r.Auth.Identity.Methods[0] != "password" {
		return refuseToken(c, http.StatusBadRequest, "The authentication method is not password.")
	}
	if c.tokens.User == "" || !c.tokens.checkPassword(user.Name, user.Password, user.Domain.Name) {
		return refuseToken(c, http.StatusUnauthorized, "The username or password is wrong.")
	}
	project := scope.Project
	if project != (ref{}) && project.Name != c.tokens.Project && (project.ID == "" || project.ID != c.tokens.ProjectID) {
		return refuseToken(c, http.StatusUnauthorized, "The project does not exist or the user has no access to it.")
	}
	token, until, ok := c.tokens.issue(c.now, project != (ref{}))
	if !ok {
		return refuseToken(c, http.StatusServiceUnavailable, "Too many tokens are valid.")
	}
	answer := map[string]any{
		"methods": []string{"password"}, "issued_at": c.now.UTC().Format(tokenTime), "expires_at": until.UTC().Format(tokenTime),
		"user":  map[string]any{"name": user.Name, "domain": ref{Name: user.Domain.Name}},
		"roles": []ref{}, "catalog": []any{},
	}
	if project != (ref{}) {
		answer["project"] = ref{ID: c.tokens.ProjectID, Name: c.tokens.Project}
	}
	c.Header().Set("X-Subject-Token", token)
	c.writeJSON(http.StatusCreated, map[string]any{"token": answer})
	return nil
}

// refuseToken answers like IAM, whose error codes are numbers.
func refuseToken(c *exchange, status int, message string) error {
	c.writeJSON(status, map[string]any{"error": map[string]any{
		"code": status, "message": message, "title": http.StatusText(status)}})
	return nil
}

func (i *tokenStore) checkPassword(user, password, domain string) bool {
	same := func(a, b string) int { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) }
	return same(user, i.User)&same(password, i.Password)&same(domain, i.Domain) == 1
}

// issue returns a new token. It reports false if too many are valid.
func (i *tokenStore) issue(now time.Time, scoped bool) (token string, until time.Time, ok bool) {
	lifetime := i.Lifetime
	if lifetime == 0 {
		lifetime = tokenLifetime
	}
	until = now.Add(lifetime)
	var random [tokenBytes]byte
	rand.Read(random[:]) // cannot fail
	token = hex.EncodeToString(random[:])
	i.mu.Lock()
	defer i.mu.Unlock()
	maps.DeleteFunc(i.tokens, func(_ string, g tokenGrant) bool { return !now.Before(g.until) })
	if len(i.tokens) >= maxTokens {
		return "", until, false
	}
	if i.tokens == nil {
		i.tokens = map[string]tokenGrant{}
	}
	i.tokens[token] = tokenGrant{until: until, scoped: scoped}
	return token, until, true
}

// lookup returns what a token permits. It reports false if it was never issued or
// has expired long ago.
func (i *tokenStore) lookup(token string) (tokenGrant, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	g, ok := i.tokens[token]
	return g, ok
}

// serveProjects serves GET /v3/projects; the parameter name selects one.
func serveProjects(c *exchange) error {
	projects := []map[string]any{}
	if name := c.request.URL.Query().Get("name"); c.tokens.ProjectID != "" && (name == "" || name == c.tokens.Project) {
		projects = append(projects, map[string]any{
			"id": c.tokens.ProjectID, "name": c.tokens.Project, "enabled": true, "is_domain": false,
			"description": "", "parent_id": "", "domain_id": "", "links": map[string]string{},
		})
	}
	c.writeJSON(http.StatusOK, map[string]any{"projects": projects, "links": map[string]string{}})
	return nil
}
