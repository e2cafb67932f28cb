package codeartsim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var reader = IAM{User: "reader", Password: "p4ss 中", Domain: "acme", Project: "cn-north-4", ProjectID: iamProject, Lifetime: time.Hour}

// tokenBody is a request for a token, with what is given instead of what is right.
func tokenBody(changes ...string) string {
	return strings.NewReplacer(changes...).Replace(`{"auth": {"identity": {"methods": ["password"], "password": {"user": {
		"name": "reader", "password": "p4ss 中", "domain": {"name": "acme"}}}}, "scope": {"project": {"name": "cn-north-4"}}}}`)
}

func (h harness) askToken(body string) reply {
	r := h.request("/v3/auth/tokens?nocatalog=true")
	r.Method, r.Body = http.MethodPost, io.NopCloser(strings.NewReader(body))
	return h.do(r)
}

func (h harness) withToken(target, token string) reply {
	r := h.request(target)
	r.Header.Set("X-Auth-Token", token)
	return h.do(r)
}

func TestTokenIsValidForItsLifetime(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{IAM: reader, Clock: c.Now})
	h.get(checkPage).isUnauthorized(t, "x-auth-token not found")
	got := h.askToken(tokenBody())
	require.Equal(t, http.StatusCreated, got.status, "%s", got.body)
	token := got.header.Get("X-Subject-Token")
	assert.Greater(t, len(token), 1000, "as long as real ones are")
	var body struct {
		Token struct {
			IssuedAt  time.Time `json:"issued_at"`
			ExpiresAt time.Time `json:"expires_at"`
			Project   ref
		}
	}
	require.NoError(t, json.Unmarshal(got.body, &body))
	assert.Equal(t, c.Now(), body.Token.IssuedAt)
	assert.Equal(t, c.Now().Add(time.Hour), body.Token.ExpiresAt)
	assert.Equal(t, ref{ID: iamProject, Name: "cn-north-4"}, body.Token.Project)
	assert.NotContains(t, string(got.body), token)

	assert.Equal(t, http.StatusOK, h.withToken(checkPage, token).status)
	second := h.askToken(tokenBody(`"name": "cn-north-4"`, `"id": "`+iamProject+`"`)).header.Get("X-Subject-Token")
	assert.NotEqual(t, token, second)
	c.forward(time.Hour - time.Second)
	assert.Equal(t, http.StatusOK, h.withToken(checkPage, token).status, "a new one does not end the old one")
	assert.Equal(t, http.StatusOK, h.withToken(checkPage, second).status)
	c.forward(time.Second)
	h.withToken(checkPage, token).isUnauthorized(t, "token expires")
	h.withToken(checkPage, "made-up").isUnauthorized(t, "decrypt token fail")
	assert.EqualValues(t, 2, h.Counts()["tokens"])
	assert.EqualValues(t, 2, h.Requests().IAM)
}

func TestTokenIsRefused(t *testing.T) {
	h := newHarness(t, Config{IAM: reader})
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"wrong password", tokenBody("p4ss 中", "p4ss"), 401},
		{"wrong user", tokenBody(`"reader"`, `"writer"`), 401},
		{"wrong domain", tokenBody("acme", "other"), 401},
		{"another project", tokenBody("cn-north-4", "cn-east-3"), 401},
		{"another method", tokenBody(`["password"]`, `["token"]`), 400},
		{"no method", tokenBody(`["password"]`, `[]`), 400},
		{"no JSON", "auth=password", 400},
		{"nothing", "", 400},
		{"too much", `{"x":"` + strings.Repeat("x", maxTokenBody) + `"}`, 400},
	} {
		r := h.askToken(c.body)
		assert.Equal(t, c.status, r.status, c.name)
		assert.Empty(t, r.header.Get("X-Subject-Token"), c.name)
		var body struct {
			Error struct {
				Code    int
				Message string
			}
		}
		require.NoError(t, json.Unmarshal(r.body, &body), "%s: %s", c.name, r.body)
		assert.Equal(t, c.status, body.Error.Code)
		assert.NotEmpty(t, body.Error.Message)
	}
	nobody := newHarness(t, Config{Token: "tok"})
	assert.Equal(t, http.StatusUnauthorized, nobody.askToken(tokenBody("reader", "", "p4ss 中", "", "acme", "")).status)
}

func TestGlobalTokenIsNotForCodeArts(t *testing.T) {
	h := newHarness(t, Config{IAM: reader})
	got := h.askToken(tokenBody(`"project": {"name": "cn-north-4"}`, `"domain": {"name": "acme"}`))
	require.Equal(t, http.StatusCreated, got.status)
	r := h.withToken(checkPage, got.header.Get("X-Subject-Token"))
	assert.Equal(t, http.StatusForbidden, r.status)
	assert.Equal(t, "APIGW.0302", r.code(t))
}

func TestTokenLives24HoursUnlessSaid(t *testing.T) {
	c, iam := noon(), reader
	iam.Lifetime = 0
	h := newHarness(t, Config{IAM: iam, Clock: c.Now})
	token := h.askToken(tokenBody()).header.Get("X-Subject-Token")
	c.forward(24*time.Hour - time.Second)
	assert.Equal(t, http.StatusOK, h.withToken(checkPage, token).status)
	c.forward(time.Second)
	h.withToken(checkPage, token).isUnauthorized(t, "token expires")
}

func TestProjectIsFoundByName(t *testing.T) {
	h := newHarness(t, Config{IAM: reader, Token: "tok"})
	h.get("/v3/projects?name=cn-north-4").isUnauthorized(t, "x-auth-token not found")
	list := func(query string) []any {
		var o object
		r := h.withToken("/v3/projects"+query, "tok")
		require.Equal(t, http.StatusOK, r.status)
		require.NoError(t, json.Unmarshal(r.body, &o))
		return column(o["projects"], "id")
	}
	assert.Equal(t, []any{iamProject}, list("?name=cn-north-4"))
	assert.Equal(t, []any{iamProject}, list(""))
	assert.Empty(t, list("?name=cn-east-3"))
}

func TestFaultsLeaveIAMAlone(t *testing.T) {
	h := newHarness(t, Config{IAM: reader, Faults: []Fault{Throttle + "=1", Unauthorized, NotPublished, Lost + "=1", BodyCut + "=1"}})
	assert.Equal(t, http.StatusCreated, h.askToken(tokenBody()).status)
}
