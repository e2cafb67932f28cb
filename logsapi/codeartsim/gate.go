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

// gate lets requests in that are signed or carry the token, and locks the key
// when signatures keep failing. It is safe for concurrent use.
type gate struct {
	accessKey, secretKey, securityToken string
	token                               string
	clock                               func() time.Time

	mu          sync.Mutex
	failures    int // in a row
	lockedUntil time.Time
}

// admit returns nil for a request that may pass.
func (g *gate) admit(w http.ResponseWriter, r *http.Request) error {
	if g.accessKey == "" && g.token == "" {
		return nil
	}
	if signed := r.Header.Get("Authorization"); strings.HasPrefix(signed, scheme) {
		return g.admitSigned(w, r, signed)
	}
	sent := r.Header.Get("X-Auth-Token")
	if sent == "" {
		return unauthorized("x-auth-token not found")
	}
	if g.token == "" || subtle.ConstantTimeCompare([]byte(sent), []byte(g.token)) != 1 {
		return unauthorized("decrypt token fail")
	}
	return nil
}

func (g *gate) admitSigned(w http.ResponseWriter, r *http.Request, header string) error {
	a, ok := parseAuthorization(header)
	if !ok {
		return unauthorized("verify aksk signature fail")
	}
	if g.accessKey == "" || a.accessKey != g.accessKey {
		return unauthorized("ak not exist")
	}
	genuine := g.verify(w, r, a) // reads the body: not under the lock
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	if now.Before(g.lockedUntil) {
		return unauthorized("AK access failed to reach the limit,forbidden")
	}
	sent := r.Header.Get("X-Sdk-Date")
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

// verify reports whether the request carries what a signature must cover and
// whether the signature is that of the secret key.
func (g *gate) verify(w http.ResponseWriter, r *http.Request, a authorization) bool {
	if !a.covers("x-sdk-date") {
		return false
	}
	if _, err := time.Parse(dateForm, r.Header.Get("X-Sdk-Date")); err != nil {
		return false
	}
	if g.securityToken != "" && (r.Header.Get("X-Security-Token") != g.securityToken || !a.covers("x-security-token")) {
		return false
	}
	body, err := bodyHash(w, r)
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
