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

// IAM is the one user who may ask a Server for tokens.
type IAM struct {
	User, Password, Domain string
	Project                string        // the IAM project tokens are for: the name of a region
	ProjectID              string        // its id
	Lifetime               time.Duration // of a token; 24 hours when 0
}

// What the documentation of IAM says of tokens. Real ones are long, too.
const (
	tokenLifetime = 24 * time.Hour
	tokenBytes    = 700
	maxTokenBody  = 64 << 10 // of a request for one
	maxTokens     = 10_000   // that are valid at a time
	tokenTime     = "2006-01-02T15:04:05.000000Z"
)

// tokenStore hands out tokens and remembers them. It is safe for concurrent use.
type tokenStore struct {
	IAM
	mu     sync.Mutex
	tokens map[string]tokenGrant
}

// tokenGrant is what a token is good for.
type tokenGrant struct {
	until  time.Time
	scoped bool // to the project
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
	if c.iam.User == "" || !c.iam.checkPassword(user.Name, user.Password, user.Domain.Name) {
		return refuseToken(c, http.StatusUnauthorized, "The username or password is wrong.")
	}
	project := scope.Project
	if project != (ref{}) && project.Name != c.iam.Project && (project.ID == "" || project.ID != c.iam.ProjectID) {
		return refuseToken(c, http.StatusUnauthorized, "The project does not exist or the user has no access to it.")
	}
	token, until, ok := c.iam.issue(c.now, project != (ref{}))
	if !ok {
		return refuseToken(c, http.StatusServiceUnavailable, "Too many tokens are valid.")
	}
	answer := map[string]any{
		"methods": []string{"password"}, "issued_at": c.now.UTC().Format(tokenTime), "expires_at": until.UTC().Format(tokenTime),
		"user":  map[string]any{"name": user.Name, "domain": ref{Name: user.Domain.Name}},
		"roles": []ref{}, "catalog": []any{},
	}
	if project != (ref{}) {
		answer["project"] = ref{ID: c.iam.ProjectID, Name: c.iam.Project}
	}
	c.Header().Set("X-Subject-Token", token)
	writeJSON(c, http.StatusCreated, map[string]any{"token": answer})
	return nil
}

// refuseToken answers like IAM, whose codes are numbers.
func refuseToken(c *exchange, status int, message string) error {
	writeJSON(c, status, map[string]any{"error": map[string]any{
		"code": status, "message": message, "title": http.StatusText(status)}})
	return nil
}

func (i *tokenStore) checkPassword(user, password, domain string) bool {
	same := func(a, b string) int { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) }
	return same(user, i.User)&same(password, i.Password)&same(domain, i.Domain) == 1
}

// issue makes a token; false when too many are valid.
func (i *tokenStore) issue(now time.Time, scoped bool) (token string, until time.Time, ok bool) {
	lifetime := i.Lifetime
	if lifetime == 0 {
		lifetime = tokenLifetime
	}
	until = now.Add(lifetime)
	var random [tokenBytes]byte
	rand.Read(random[:]) // never fails
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

// lookup returns what a token is good for; false for one that was never handed out.
func (i *tokenStore) lookup(token string) (tokenGrant, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	g, ok := i.tokens[token]
	return g, ok
}

// serveProjects serves GET /v3/projects, where name chooses one.
func serveProjects(c *exchange) error {
	projects := []map[string]any{}
	if name := c.request.URL.Query().Get("name"); c.iam.ProjectID != "" && (name == "" || name == c.iam.Project) {
		projects = append(projects, map[string]any{
			"id": c.iam.ProjectID, "name": c.iam.Project, "enabled": true, "is_domain": false,
			"description": "", "parent_id": "", "domain_id": "", "links": map[string]string{},
		})
	}
	writeJSON(c, http.StatusOK, map[string]any{"projects": projects, "links": map[string]string{}})
	return nil
}
