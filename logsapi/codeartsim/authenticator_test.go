package codeartsim

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	hostBuild  = "cloudbuild-ext.cn-north-4.myhuaweicloud.com"
	hostCheck  = "codearts-check.cn-north-4.myhuaweicloud.com"
	iamProject = "0123456789abcdef0123456789abcdef"
)

// The vectors were made with the vendor's own signer for the keys AccessKey and
// SecretKey; the last two are of that signer's tests.
func TestSignatureEqualsThePublishedVectors(t *testing.T) {
	for _, c := range []struct {
		name, method, url, body string
		headers                 map[string]string
		signed, want            string
	}{
		{"V1", "GET", "https://" + hostBuild + "/v1/log/stage/page?build_no=7&end_offset=0&job_id=" + webID + "&sort=DESC&start_offset=0", "",
			nil, "x-sdk-date", "6392d5bccda1272077d9313b2970cfcf003a57b7ea4b00e96ec68e8afd1e3f2a"},
		{"V2", "GET", "https://" + hostBuild + "/v1/log/" + webID + "/7/real-time-log?end_offset=0&size=1000&sort=AES&start_offset=0", "",
			map[string]string{"X-Project-Id": iamProject, "Content-Type": "application/json"}, "host;x-project-id;x-sdk-date",
			"92652468bcd4f9f571edc470f09dc6d2af7af10dc34850c5057dcfb365b1968f"},
		{"V3", "GET", "https://" + hostBuild + "/v4/" + webRecord + "/task-log?log_level=INFO&task_name=stage%201%20~%C3%BC%2F%2B%26%3D%2A", "",
			map[string]string{"X-Project-Id": iamProject}, "x-project-id;x-sdk-date",
			"67afd4859b25a5a5cdb735d4cee6f852df2a0534f3478aa55c1e935eba22e179"},
		{"V4", "GET", "https://" + hostCheck + "/v1/console-log?end_offset=0&job_id=" + styleID + "&size=300&sort=DESC&start_offset=0", "",
			map[string]string{"X-Project-Id": iamProject, "X-Security-Token": "example-security-token"}, "x-project-id;x-sdk-date;x-security-token",
			"de5c32af2931ae512cd55ea2f660b414ae6e2089096cd7bd5bcde4d64b787ed4"},
		{"V5", "POST", "https://" + hostBuild + "/v1/job/execute", `{"job_id":"` + webID + `"}`,
			map[string]string{"Content-Type": "application/json"}, "x-sdk-date",
			"8ed5baae27aba8ed2a07b237675262a3ce8b2e06a68f07017c15c2285947c38f"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.url, strings.NewReader(c.body))
			r.Header.Set("X-Sdk-Date", "20261121T091500Z")
			for name, value := range c.headers {
				r.Header.Set(name, value)
			}
			hash, err := bodyHash(httptest.NewRecorder(), r)
			require.NoError(t, err)
			got, err := signature(r, strings.Split(c.signed, ";"), hash, "SecretKey")
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestPercentEncodesLikeTheVendor(t *testing.T) {
	assert.Equal(t, "%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29", percent("一 (&=?!#%.*)"))
}

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func noon() *clock { return &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)} }

// signedGet asks for the check run with a signature of the given moment.
func (h harness) signedGet(accessKey, secretKey string, at time.Time, headers map[string]string, signed string) reply {
	r := h.request("/v1/console-log?job_id=" + styleID)
	r.Header.Set("X-Sdk-Date", at.UTC().Format(dateForm))
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	sum, err := signature(r, strings.Split(signed, ";"), empty, secretKey)
	require.NoError(h.t, err)
	r.Header.Set("Authorization", fmt.Sprintf("%s Access=%s, SignedHeaders=%s, Signature=%s", scheme, accessKey, signed, sum))
	return h.do(r)
}

func (r reply) isUnauthorized(t *testing.T, why string) {
	assert.Equal(t, http.StatusUnauthorized, r.status, "%s", r.body)
	assert.Equal(t, "APIGW.0301", r.code(t))
	assert.Contains(t, string(r.body), why)
	assert.Contains(t, string(r.body), r.header.Get("X-Request-Id"))
}

func TestCredentials(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{AccessKey: "ak", SecretKey: "sk", Token: "tok", Clock: c.Now})
	at := c.Now()
	const signed = "host;x-sdk-date"

	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", at, nil, signed).status)
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", at, nil, "x-sdk-date").status, "the host need not be signed")
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", at.Add(-15*time.Minute), nil, signed).status)
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", at.Add(15*time.Minute), nil, signed).status)
	h.signedGet("ak", "sk", at.Add(-15*time.Minute-time.Second), nil, signed).isUnauthorized(t, "signature expired")
	h.signedGet("ak", "sk", at.Add(15*time.Minute+time.Second), nil, signed).isUnauthorized(t, "server time:20261121T120000Z")
	h.signedGet("other", "sk", at, nil, signed).isUnauthorized(t, "ak not exist")
	h.signedGet("ak", "wrong", at, nil, signed).isUnauthorized(t, "verify aksk signature fail")
	h.signedGet("ak", "sk", at, nil, "host").isUnauthorized(t, "verify aksk signature fail")
	h.get("/v1/console-log?job_id="+styleID).isUnauthorized(t, "x-auth-token not found")

	r := h.request("/v1/console-log?job_id=" + styleID)
	r.Header.Set("X-Auth-Token", "tok")
	assert.Equal(t, http.StatusOK, h.do(r).status)
	r.Header.Set("X-Auth-Token", "old")
	h.do(r).isUnauthorized(t, "decrypt token fail")
	for _, header := range []string{scheme, scheme + " ", scheme + " Access=ak", scheme + " Access=ak, SignedHeaders=x-sdk-date;host, Signature=00"} {
		r.Header.Set("Authorization", header)
		h.do(r).isUnauthorized(t, "verify aksk signature fail")
	}

	assert.Equal(t, http.StatusNotFound, h.get("/nowhere").status, "what is not published needs no credentials")
}

func TestSignatureCoversTheQueryAsSent(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{AccessKey: "ak", SecretKey: "sk", Clock: c.Now})
	good := h.request("/v1/console-log?job_id=" + styleID)
	good.Header.Set("X-Sdk-Date", c.Now().Format(dateForm))
	sum, err := signature(good, []string{"x-sdk-date"}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sk")
	require.NoError(t, err)
	good.Header.Set("Authorization", scheme+" Access=ak, SignedHeaders=x-sdk-date, Signature="+sum)
	assert.Equal(t, http.StatusOK, h.do(good).status)
	changed := good.Clone(t.Context())
	changed.URL.RawQuery += "&size=1"
	h.do(changed).isUnauthorized(t, "verify aksk signature fail")
}

func TestTemporaryKeyNeedsItsSecurityToken(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{AccessKey: "ak", SecretKey: "sk", SecurityToken: "temporary", Clock: c.Now})
	token := map[string]string{"X-Security-Token": "temporary"}
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", c.Now(), token, "x-sdk-date;x-security-token").status)
	h.signedGet("ak", "sk", c.Now(), token, "x-sdk-date").isUnauthorized(t, "verify aksk signature fail")
	h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").isUnauthorized(t, "verify aksk signature fail")
}

func TestFiveWrongSignaturesLockTheKeyForFiveMinutes(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{AccessKey: "ak", SecretKey: "sk", Token: "tok", Clock: c.Now})
	const signed = "x-sdk-date"
	wrong := func(n int) {
		for range n {
			h.signedGet("ak", "wrong", c.Now(), nil, signed).isUnauthorized(t, "verify aksk signature fail")
		}
	}
	wrong(4)
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", c.Now(), nil, signed).status, "a good one begins the count anew")
	wrong(5)
	h.signedGet("ak", "sk", c.Now(), nil, signed).isUnauthorized(t, "AK access failed to reach the limit,forbidden")
	c.forward(5*time.Minute - time.Second)
	h.signedGet("ak", "sk", c.Now(), nil, signed).isUnauthorized(t, "forbidden")
	r := h.request("/v1/console-log?job_id=" + styleID)
	r.Header.Set("X-Auth-Token", "tok")
	assert.Equal(t, http.StatusOK, h.do(r).status, "a token is not locked with the key")
	c.forward(time.Second)
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", c.Now(), nil, signed).status)
	wrong(5)
}

func TestUnauthorizedOnEveryRequestLocksTheKey(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{AccessKey: "ak", SecretKey: "sk", Clock: c.Now, Faults: []Fault{Unauthorized}})
	for range 5 {
		h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").isUnauthorized(t, "verify aksk signature fail")
	}
	h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").isUnauthorized(t, "forbidden")
	require.NoError(t, h.SetFaults())
	h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").isUnauthorized(t, "forbidden")
	c.forward(5 * time.Minute)
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").status)
}

func TestUnauthorizedOnceIsOnce(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{AccessKey: "ak", SecretKey: "sk", Clock: c.Now, Faults: []Fault{UnauthorizedOnce}})
	h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").isUnauthorized(t, "token expires")
	for range 3 {
		assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").status)
	}
}

func TestSkewedGatewayShowsItsClock(t *testing.T) {
	c := noon()
	h := newHarness(t, Config{AccessKey: "ak", SecretKey: "sk", Clock: c.Now, Faults: []Fault{ClockSkew}})
	r := h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date")
	r.isUnauthorized(t, "server time:20261121T122000Z")
	assert.Equal(t, "Sat, 21 Nov 2026 12:20:00 GMT", r.header.Get("Date"))
	require.NoError(t, h.SetFaults(ClockSkew+"=-16m"))
	r = h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date")
	r.isUnauthorized(t, "signature expired")
	assert.Equal(t, "Sat, 21 Nov 2026 11:44:00 GMT", r.header.Get("Date"))
	require.NoError(t, h.SetFaults(ClockSkew+"=14m"))
	assert.Equal(t, http.StatusOK, h.signedGet("ak", "sk", c.Now(), nil, "x-sdk-date").status)
}

func FuzzAuthorizationHeader(f *testing.F) {
	f.Add("SDK-HMAC-SHA256 Access=ak, SignedHeaders=host;x-sdk-date, Signature=00", "/v1/一/task-log", "a=%E4%B8%80+&b=;c")
	f.Add("SDK-HMAC-SHA256 =,;=", "//", "%zz")
	f.Fuzz(func(t *testing.T, header, path, query string) {
		a, ok := parseAuthorization(header)
		if ok {
			assert.NotEmpty(t, a.accessKey)
			assert.NotEmpty(t, a.signature)
		}
		r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
		r.URL.Path, r.URL.RawQuery = path, query
		if canonical, err := canonicalRequest(r, a.signed, ""); err == nil {
			lines := strings.Split(canonical, "\n")
			require.GreaterOrEqual(t, len(lines), 5)
			assert.Equal(t, "GET", lines[0])
			assert.True(t, strings.HasSuffix(lines[1], "/"))
			assert.NotContains(t, lines[2], "+")
		}
	})
}
