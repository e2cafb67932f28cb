package logsapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The parts of every credential that must never be seen; all say so.
var (
	secretKeys  = Keys{AK: "AK-NEVER-SHOWN", SK: "SK-NEVER-SHOWN/+", SecurityToken: "ST-NEVER-SHOWN", ProjectID: "project"}
	secretToken = Token("TK-NEVER-SHOWN")
	secretUser  = User{Name: "builder", Password: "PW-NEVER-SHOWN\"<&>", Domain: "公司"}
)

// secretsOf are the parts of a credential that no text may show.
func secretsOf(cred Credential) []string {
	switch c := cred.(type) {
	case Keys:
		return []string{c.AK, c.SK, c.SecurityToken}
	case Token:
		return []string{string(c)}
	case User:
		return []string{c.Password}
	}
	return nil
}

// echo is a service that repeats what was sent to it, and what it was made from.
// put makes the answer to everything, or only to requests for a token when those
// are to be refused; nil breaks the connection instead.
func echo(cred Credential, refusesToken bool, put func(said string) *http.Response) transport {
	return func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && !refusesToken {
			return answer(201, "{}", "X-Subject-Token", "IT-NEVER-SHOWN"), nil
		}
		said := strings.Join(secretsOf(cred), " ")
		for _, name := range []string{"Authorization", "X-Auth-Token", "X-Security-Token"} {
			said += " " + r.Header.Get(name)
		}
		if put == nil {
			return nil, errors.New("proxy https://me:PP-NEVER-SHOWN@proxy.example refused " + said)
		}
		return put(said), nil
	}
}

func TestNoErrorShowsACredential(t *testing.T) {
	body := func(status int, form string) func(string) *http.Response {
		return func(said string) *http.Response {
			quoted, err := json.Marshal(said)
			require.NoError(t, err)
			return answer(status, strings.ReplaceAll(form, "%", string(quoted)))
		}
	}
	for _, c := range []struct {
		name string
		iam  bool
		put  func(string) *http.Response
	}{
		{"message", false, body(400, `{"error_code":"X.1","error_msg":%}`)},
		{"code", false, body(400, `{"error_code":%,"error_msg":"x"}`)},
		{"request id", false, body(400, `{"error_code":"X.1","error_msg":"x","request_id":%}`)},
		{"object", false, body(200, `{"error":{"code":%,"message":%,"reason":%},"status":"error"}`)},
		{"text", false, body(200, `{"error":%,"status":"fail"}`)},
		{"offset", false, body(200, `{"result":{"start_offset":%,"end_offset":%,"log":"x"}}`)},
		{"wrong type", false, body(200, `{"result":%}`)},
		{"no JSON", false, body(200, `%`)},
		{"broken JSON", false, body(200, `{"result":{"log":%`)},
		{"a refused credential", false, body(401, `{"error_code":"APIGW.0301","error_msg":%}`)},
		{"headers", false, func(said string) *http.Response {
			return answer(500, "", "X-Request-Id", said, "Date", said, "Retry-After", said, "Content-Type", said, "Etag", said)
		}},
		{"redirect", false, func(said string) *http.Response { return answer(302, "", "Location", "ftp://x/"+said) }},
		{"redirect to a host", false, func(said string) *http.Response { return answer(302, "", "Location", "gopher://"+said) }},
		{"transport", false, nil},
		{"transport to IAM", true, nil},
		{"IAM", true, body(401, `{"error":{"code":401,"message":%}}`)},
	} {
		for _, cred := range []Credential{secretKeys, secretToken, secretUser} {
			t.Run(c.name+"/"+cred.String(), func(t *testing.T) {
				client, err := NewClient(Options{Region: "cn-north-4", Credential: cred, Rate: 1e6, Sleep: noSleep, Transport: echo(cred, c.iam, c.put)})
				require.NoError(t, err)
				_, pageErr := client.Page(t.Context(), PageRequest{Log: testLog})
				_, recordErr := client.Record(t.Context(), vectorTask, 7)
				_, fileErr := client.OpenStepFile(t.Context(), testFile)
				for _, err := range []error{pageErr, recordErr, fileErr} {
					if err != nil {
						assertHidden(t, err)
						var e *Error
						require.ErrorAs(t, err, &e)
						assertHidden(t, *e)
						assertHidden(t, errors.Join(err, fmt.Errorf("wrapped: %w", err)))
					}
				}
				require.Error(t, pageErr)
			})
		}
	}
}

func TestAMessageOfTheServiceIsMaskedBeforeItIsCut(t *testing.T) {
	const foreign = "FOREIGN-TOKEN-THAT-THE-CLIENT-DOES-NOT-KNOW"
	for before := 400; before < 510; before++ {
		o := Options{Region: "cn-north-4", Credential: secretKeys, Rate: 1e6, Sleep: noSleep, Mask: func(s string) string { return strings.ReplaceAll(s, foreign, "****") }}
		o.Transport = transport(func(*http.Request) (*http.Response, error) {
			return answer(400, `{"error_code":"X.1","error_msg":"`+strings.Repeat("x", before)+" "+foreign+strings.Repeat(" y", 100)+`"}`), nil
		})
		client, err := NewClient(o)
		require.NoError(t, err)
		_, err = client.Page(t.Context(), PageRequest{Log: testLog})
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.NotContains(t, err.Error(), foreign[:3], before)
		assert.LessOrEqual(t, len(e.Message), 500)
		assert.Contains(t, e.Message, "xxx")
	}
}

func TestNothingThatHoldsACredentialShowsIt(t *testing.T) {
	for _, cred := range []Credential{secretKeys, secretToken, secretUser} {
		o := Options{Region: "cn-north-4", Credential: cred, Transport: transport(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return answer(201, "{}", "X-Subject-Token", "IT-NEVER-SHOWN"), nil
			}
			return answer(200, aPage), nil
		})}
		client, err := NewClient(o)
		require.NoError(t, err)
		_, err = client.Page(t.Context(), PageRequest{Log: testLog}) // a User has a token now
		require.NoError(t, err)
		assertHidden(t, cred)
		assertHidden(t, []Credential{cred})
		assertHidden(t, map[string]any{"credential": cred})
		assertHidden(t, client)
		assertHidden(t, o)
		assertHidden(t, client.Scope())
	}
	assertHidden(t, &secretKeys)
	assertHidden(t, &secretUser)
}

// assertHidden prints and marshals v in every way there is.
func assertHidden(t *testing.T, v any) {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	if b, err := json.Marshal(v); err == nil {
		out.Write(b)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
	func() {
		defer func() { fmt.Fprint(&out, recover()) }()
		panic(v)
	}()
	for _, secret := range []string{"NEVER-SHOWN", fmt.Sprintf("%x", "NEVER-SHOWN")} {
		assert.NotContains(t, out.String(), secret)
	}
}
