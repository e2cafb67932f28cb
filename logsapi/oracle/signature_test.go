package oracle

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
)

const randomRequests = 1000

// signable is a request as the two signers get it.
type signable struct {
	method string
	path   string // as it is, not encoded
	query  url.Values
	keys   logsapi.Keys
	at     time.Time
}

// letters are what paths and queries are made of: everything that RFC 3986
// reserves or excludes, text in several scripts, and what looks encoded.
var letters = []string{
	"a", "Z", "0", "-", "_", ".", "~", "log", "stage1",
	" ", "!", "\"", "#", "$", "%", "&", "'", "(", ")", "*", "+", ",", "/", ":", ";", "<", "=", ">", "?",
	"@", "[", "\\", "]", "^", "`", "{", "|", "}", "\t", "\n", "\x7f", "\xff",
	"%20", "%2F", "==", "ü", "é", "构建", "日志", "🙂", "\u00a0", "\ufeff",
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// word is up to so many letters, none of those excluded.
func word(r *rand.Rand, least, most int, without string) string {
	var b strings.Builder
	for range least + r.IntN(most-least+1) {
		letter := pick(r, letters)
		if without != "" && strings.Contains(letter, without) {
			letter = "x"
		}
		b.WriteString(letter)
	}
	return b.String()
}

func randomRequest(r *rand.Rand) signable {
	s := signable{
		method: pick(r, []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}),
		query:  url.Values{},
		keys:   logsapi.Keys{AK: "AK" + word(r, 1, 20, ","), SK: word(r, 1, 40, "")},
		at:     time.Unix(r.Int64N(1<<32), 0),
	}
	for range 1 + r.IntN(5) {
		s.path += "/v" + word(r, 0, 6, "/")
	}
	s.path += pick(r, []string{"", "", "/", "//"})
	for range r.IntN(6) {
		key := "k" + word(r, 0, 3, "")
		if r.IntN(2) == 0 {
			key = word(r, 1, 3, "")
		}
		for range 1 + r.IntN(3) {
			s.query.Add(key, word(r, 0, 6, ""))
		}
	}
	if r.IntN(2) == 0 {
		s.keys.ProjectID = word(r, 1, 32, "\n")
	}
	if r.IntN(2) == 0 {
		s.keys.SecurityToken = word(r, 1, 200, "\n")
	}
	return s
}

// bySDK signs with the SDK's signer. It signs every header it is given, so it
// is given those that we sign.
func (s signable) bySDK(t *testing.T, endpoint string) *request.DefaultHttpRequest {
	t.Helper()
	host, err := url.Parse(endpoint)
	require.NoError(t, err)
	b := request.NewHttpRequestBuilder().WithMethod(s.method).WithEndpoint(endpoint).WithPath(s.path).
		AddHeaderParam(signer.HeaderHost, host.Host).
		AddHeaderParam(signer.HeaderXDate, s.at.UTC().Format(signer.BasicDateFormat))
	for key, values := range s.query {
		b.AddQueryParam(key, reflect.ValueOf(values))
	}
	if s.keys.ProjectID != "" {
		b.AddHeaderParam("X-Project-Id", s.keys.ProjectID)
	}
	if s.keys.SecurityToken != "" {
		b.AddHeaderParam("X-Security-Token", s.keys.SecurityToken)
	}
	r := b.Build()
	headers, err := signer.Sign(r, s.keys.AK, s.keys.SK)
	require.NoError(t, err)
	for name, value := range headers {
		r.AddHeaderParam(name, value)
	}
	return r
}

func (s signable) byUs(t *testing.T, endpoint string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(s.method, endpoint, nil)
	require.NoError(t, err)
	r.URL.Path, r.URL.RawQuery = s.path, s.query.Encode()
	s.keys.Sign(r, s.at)
	return r
}

func TestOurSignaturesEqualThoseOfTheSDK(t *testing.T) {
	const endpoint = "https://cloudbuild-ext.cn-north-4.myhuaweicloud.com"
	random := rand.New(rand.NewPCG(1, 2))
	for n := range randomRequests {
		s := randomRequest(random)
		theirs, ours := s.bySDK(t, endpoint).GetHeaderParams(), s.byUs(t, endpoint).Header
		for _, name := range []string{"Authorization", "X-Sdk-Date", "X-Project-Id", "X-Security-Token"} {
			require.Equal(t, theirs[name], ours.Get(name), "%s of request %d: %+q", name, n, s)
		}
	}
	t.Logf("%d random requests, as many equal signatures", randomRequests)
}

// The request goes over the wire as the SDK writes it, which is not how it signs
// it: a parameter without value is "k" there and "k=" in the signature.
func TestTheSimulatorAdmitsWhatTheSDKSigns(t *testing.T) {
	for _, keys := range []logsapi.Keys{keys, temporaryKeys} {
		service := serve(t, keys)
		random := rand.New(rand.NewPCG(3, 4))
		for range randomRequests {
			s := randomRequest(random)
			s.method, s.keys, s.at = http.MethodGet, keys, time.Now()
			s.path = "/v4/r" + word(random, 1, 6, "/") + "/task-log"
			r, err := s.bySDK(t, service.url).ConvertRequest()
			require.NoError(t, err)
			a, err := service.wire.RoundTrip(r)
			require.NoError(t, err)
			require.NoError(t, a.Body.Close())
			require.Equal(t, http.StatusBadRequest, a.StatusCode,
				"the endpoint refuses the record, the gateway not the signature: %+q %s", s, service.wire.answer)
		}
	}
}
