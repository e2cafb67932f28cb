package wire

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testTask  = "48c66c6002964721be537cdc6ce0297b"
	buildHost = "cloudbuild-ext.cn-north-4.myhuaweicloud.com"

	// aPage is the answer to aRequest.
	aPage = `{"result":{"start_offset":0,"end_offset":2,"has_more":false,"log":"x\n"},"error":null,"status":"success"}`
)

var (
	testKeys = Keys{AK: "AKEXAMPLE0123456", SK: "secret-key-0123456789"}
	testTime = time.Date(2026, 11, 21, 9, 15, 0, 0, time.UTC)

	aRequest = Request{
		Op:    "read page of finished/" + testTask + "/7",
		Path:  "/v1/log/stage/page",
		Query: url.Values{"job_id": {testTask}, "build_no": {"7"}},
	}
)

// transport answers requests without a network, so that time can be virtual.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// newRequester is one for region cn-north-4 with testKeys, unless o says otherwise.
func newRequester(t testing.TB, o Options) *Requester {
	t.Helper()
	if o.Region == "" && o.BuildURL == "" {
		o.Region = "cn-north-4"
	}
	if o.Credential == nil {
		o.Credential = testKeys
	}
	r, err := NewRequester(o)
	require.NoError(t, err)
	t.Cleanup(r.CloseIdleConnections)
	return r
}

// offline is a Requester without a network, for virtual time.
func offline(t *testing.T, f transport) *Requester {
	t.Helper()
	return newRequester(t, Options{Transport: f})
}

// online is a Requester of a service on the loopback that does not wait.
func online(t *testing.T, h http.Handler, cred Credential) *Requester {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newRequester(t, Options{BuildURL: s.URL, Credential: cred, Rate: 1e6, Sleep: noSleep})
}

func noSleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// page is a result, as far as it is looked at here.
type page struct {
	Log string `json:"log"`
}

// get sends aRequest and returns the log in the answer.
func get(ctx context.Context, r *Requester) (string, error) {
	p, err := Get[page](ctx, r, aRequest)
	if err != nil {
		return "", err
	}
	return p.Log, nil
}
