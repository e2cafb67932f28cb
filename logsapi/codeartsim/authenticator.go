package codeartsim

import (
	"crypto/hmac"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What the gateway documents of signed requests.
const (
	maxSkew      = 15 * time.Minute // between X-Sdk-Date and the gateway's clock
	maxFailures  = 5                // wrong signatures in a row before the key is locked
	lockDuration = 5 * time.Minute
	dateForm     = "20060102T150405Z"
)

// authenticator accepts requests with a valid signature or token, and locks the key
// after repeated wrong signatures. It is safe for concurrent use.
type authenticator struct {
	accessKey, secretKey, securityToken string
	token                               string
	tokens                              *tokenStore

	mu          sync.Mutex
	failures    int // in a row
	lockedUntil time.Time
}

// isOpen reports whether no credentials are needed.
func (g *authenticator) isOpen() bool {
	return g.accessKey == "" && g.token == "" && g.tokens.User == ""
}

// admit returns nil for a request with valid credentials.
func (g *authenticator) admit(c *exchange, now time.Time) error {
	if c.faults.isFirst(UnauthorizedOnce) {
		return unauthorized("token expires")
	}
	if signed := c.request.Header.Get("Authorization"); strings.HasPrefix(signed, scheme) && g.accessKey != "" {
		return g.admitSigned(c, signed, now)
	}
	switch sent := c.request.Header.Get("X-Auth-Token"); {
	case c.faults.has(Unauthorized):
		return unauthorized("decrypt token fail")
	case g.isOpen():
		return nil
	case strings.HasPrefix(c.request.Header.Get("Authorization"), scheme):
		return unauthorized("ak not exist")
	case sent == "":
		return unauthorized("x-auth-token not found")
	default:
		return g.admitToken(sent, now)
	}
}

func (g *authenticator) admitToken(sent string, now time.Time) error {
	if g.token != "" && subtle.ConstantTimeCompare([]byte(sent), []byte(g.token)) == 1 {
		return nil
	}
	granted, ok := g.tokens.lookup(sent)
	switch {
	case !ok:
		return unauthorized("decrypt token fail")
	case !now.Before(granted.until):
		return unauthorized("token expires")
	case !granted.scoped:
		return gatewayRefusal(http.StatusForbidden, codeForbidden,
			"Global tokens are not supported, use a token whose scope is a project")
	}
	return nil
}

func (g *authenticator) admitSigned(c *exchange, header string, now time.Time) error {
	a, ok := parseAuthorization(header)
	if !ok {
		return unauthorized("verify aksk signature fail")
	}
	if a.accessKey != g.accessKey {
		return unauthorized("ak not exist")
	}
	genuine := g.verify(c, a) && !c.faults.has(Unauthorized) // before the lock, because it reads the body
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.lockedUntil) {
		return unauthorized("AK access failed to reach the limit,forbidden")
	}
	sent := c.request.Header.Get("X-Sdk-Date")
	if date, err := time.Parse(dateForm, sent); err == nil && now.Sub(date).Abs() > maxSkew {
		return unauthorized("signature expired, signature time:" + sent +
			",server time:" + now.UTC().Format(dateForm))
	}
	if genuine {
		g.failures = 0
		return nil
	}
	if g.failures++; g.failures >= maxFailures {
		g.failures, g.lockedUntil = 0, now.Add(lockDuration)
	}
	return unauthorized("verify aksk signature fail")
}

// verify reports whether the signature covers all that it must and is correct.
func (g *authenticator) verify(c *exchange, a authorization) bool {
	r := c.request
	if !a.covers("x-sdk-date") {
		return false
	}
	if _, err := time.Parse(dateForm, r.Header.Get("X-Sdk-Date")); err != nil {
		return false
	}
	if g.securityToken != "" && (r.Header.Get("X-Security-Token") != g.securityToken || !a.covers("x-security-token")) {
		return false
	}
	body, err := bodyHash(c, r)
	if err != nil {
		return false
	}
	want, err := signature(r, a.signed, body, g.secretKey)
	return err == nil && hmac.Equal([]byte(want), []byte(a.signature))
}

func unauthorized(why string) error {
	return gatewayRefusal(http.StatusUnauthorized, codeCredentials,
		"Incorrect IAM authentication information: "+why)
}
