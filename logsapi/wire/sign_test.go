package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testRecord = "2cc26382-b2cb-4234-8eb0-b37d362f4d4c"

var (
	signedDate    = header{"x-sdk-date", "20261121T091500Z"}
	signedProject = header{"x-project-id", "0123456789abcdef0123456789abcdef"}
)

// The vectors were made with the signer of the vendor's SDK (v0.1.207); the
// last one stands in the SDK's own tests.
func TestSignaturesEqualThoseOfTheVendorsSigner(t *testing.T) {
	for _, c := range []struct {
		name      string
		method    string
		path      string
		query     url.Values
		signed    []header
		body      string
		names     string
		signature string
	}{
		{
			name: "only the date is signed", method: "GET", path: "/v1/log/stage/page",
			query:  url.Values{"build_no": {"7"}, "end_offset": {"0"}, "job_id": {testTask}, "sort": {"DESC"}, "start_offset": {"0"}},
			signed: []header{signedDate}, names: "x-sdk-date",
			signature: "6392d5bccda1272077d9313b2970cfcf003a57b7ea4b00e96ec68e8afd1e3f2a",
		},
		{
			name: "host and project are signed", method: "GET", path: "/v1/log/" + testTask + "/7/real-time-log",
			query:  url.Values{"end_offset": {"0"}, "size": {"1000"}, "sort": {"AES"}, "start_offset": {"0"}},
			signed: []header{signedDate, signedProject, {"host", buildHost}}, names: "host;x-project-id;x-sdk-date",
			signature: "92652468bcd4f9f571edc470f09dc6d2af7af10dc34850c5057dcfb365b1968f",
		},
		{
			name: "blank, star and Unicode in the query", method: "GET", path: "/v4/" + testRecord + "/task-log",
			query:  url.Values{"log_level": {"INFO"}, "task_name": {"stage 1 ~ü/+&=*"}},
			signed: []header{signedDate, signedProject}, names: "x-project-id;x-sdk-date",
			signature: "67afd4859b25a5a5cdb735d4cee6f852df2a0534f3478aa55c1e935eba22e179",
		},
		{
			name: "temporary key", method: "GET", path: "/v1/console-log",
			query:  url.Values{"end_offset": {"0"}, "job_id": {"a777ff00d3cf4d369d87066806ae0000"}, "size": {"300"}, "sort": {"DESC"}, "start_offset": {"0"}},
			signed: []header{signedDate, signedProject, {"x-security-token", "example-security-token"}},
			names:  "x-project-id;x-sdk-date;x-security-token", signature: "de5c32af2931ae512cd55ea2f660b414ae6e2089096cd7bd5bcde4d64b787ed4",
		},
		{
			name: "a body", method: "POST", path: "/v1/job/execute", signed: []header{signedDate},
			body: `{"job_id":"` + testTask + `"}`, names: "x-sdk-date",
			signature: "8ed5baae27aba8ed2a07b237675262a3ce8b2e06a68f07017c15c2285947c38f",
		},
		{
			name: "the SDK's own test", method: "GET", path: "/path", query: url.Values{"limit": {"1"}},
			signed: []header{{"x-sdk-date", "20060102T150405Z"}}, names: "x-sdk-date",
			signature: "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			date := c.signed[0].value
			sum := sha256.Sum256([]byte(c.body))
			got := authorization("AccessKey", "SecretKey", c.method, c.path, c.query, c.signed, date, hex.EncodeToString(sum[:]))
			assert.Equal(t, "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders="+c.names+", Signature="+c.signature, got)
		})
	}
}

func TestCanonicalRequestHasThePublishedHash(t *testing.T) {
	canonical, _ := canonicalRequest("GET", "/v1/log/"+testTask+"/7/real-time-log",
		url.Values{"end_offset": {"0"}, "size": {"1000"}, "sort": {"AES"}, "start_offset": {"0"}},
		[]header{{"host", buildHost}, signedProject, signedDate}, emptyBody)
	assert.Equal(t, "d9fd817123f56d8ed1d06098fe2dc9e7cffa6834fcc6d92f2a4bc6bc60cc774c", hexHash(canonical))
}

func TestQueryIsEncodedAsTheSDKDoes(t *testing.T) {
	for _, c := range []struct {
		name  string
		query url.Values
		want  string
	}{
		{"the SDK's own test", url.Values{"v": {"一 (&=?!#%.*)"}}, "v=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29"},
		{"sorted by key, then value", url.Values{"b": {"2", "10"}, "a": {""}}, "a=&b=10&b=2"},
		{"a key that begins another", url.Values{"a": {"z"}, "ab": {"1"}, "a-": {"y"}}, "a=z&a-=y&ab=1"},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, canonicalQuery(c.query)) })
	}
}

func TestKeysSignOnlyHeadersThatNoProxyChanges(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "https://"+buildHost+"/v1/log/stage/page?a=b", nil)
	require.NoError(t, err)
	r.Header.Set("User-Agent", "logbot")
	Keys{AK: "AccessKey", SK: "SecretKey", ProjectID: "p", SecurityToken: "s"}.
		Sign(r, time.Date(2026, 11, 21, 17, 15, 0, 0, time.FixedZone("", 8*3600)))
	assert.Equal(t, "20261121T091500Z", r.Header.Get("X-Sdk-Date"))
	assert.Equal(t, "p", r.Header.Get("X-Project-Id"))
	assert.Equal(t, "s", r.Header.Get("X-Security-Token"))
	assert.Contains(t, r.Header.Get("Authorization"), "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token, ")
}

func FuzzCanonicalQuery(f *testing.F) {
	f.Add("task_name", "stage 1 ~ü/+&=*", "步骤", "编译 100%")
	f.Add("a", "", "a", "\xff\x00")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		query := url.Values{k1: {v1}}
		query.Add(k2, v2)
		encoded := canonicalQuery(query)
		if strings.ContainsAny(encoded, "+ *") || !utf8.ValidString(encoded) {
			t.Fatalf("%q is not canonical", encoded)
		}
		back, err := url.ParseQuery(encoded)
		if err != nil {
			t.Fatalf("%q cannot be read: %v", encoded, err)
		}
		for key := range query {
			assert.ElementsMatch(t, query[key], back[key])
		}
		if again := canonicalQuery(back); again != encoded {
			t.Fatalf("%q became %q", encoded, again)
		}
	})
}
