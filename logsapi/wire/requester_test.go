package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRefusalsAreOneTypedErrorWithOurOwnSentence(t *testing.T) {
	const gateway = `{"error_code":"%","error_msg":"原文","request_id":"0af1"}`
	for _, c := range []struct {
		name    string
		status  int
		body    string
		kind    error
		code    string
		says    string
		retries int
	}{
		{"unknown id", 422, strings.Replace(gateway, "%", "DEVCB.00031006", 1), ErrNotFound, "DEVCB.00031006", "there is no such task or build", 0},
		{"unknown id, other service", 422, strings.Replace(gateway, "%", "CB.00031006", 1), ErrNotFound, "CB.00031006", "there is no such task or build", 0},
		{"never built", 403, strings.Replace(gateway, "%", "CB.00031059", 1), ErrNotFound, "CB.00031059", "never built, or the history", 0},
		{"never ran", 500, strings.Replace(gateway, "%", "CB.00030004", 1), ErrNotReady, "CB.00030004", "there is no log", 0},
		{"malformed id", 400, strings.Replace(gateway, "%", "DEV.CB.032011", 1), ErrNotFound, "DEV.CB.032011", "does not accept this task id", 0},
		{"not published", 404, strings.Replace(gateway, "%", "APIGW.0101", 1), ErrNotPublished, "APIGW.0101",
			"cloudbuild-ext.cn-north-4.myhuaweicloud.com does not publish /v1/log/stage/page; region cn-north-4 may not have this endpoint", 0},
		{"not found, no code", 404, "404 page not found", ErrNotPublished, "", "does not publish", 0},
		{"not found, other code", 404, strings.Replace(gateway, "%", "X.1", 1), ErrNotFound, "X.1", "does not find it", 0},
		{"not allowed", 403, strings.Replace(gateway, "%", "APIGW.0302", 1), ErrForbidden, "APIGW.0302", "may not read it", 0},
		{"not allowed, no body", 403, "", ErrForbidden, "", "may not read it", 0},
		{"throttled", 429, strings.Replace(gateway, "%", "APIGW.0308", 1), ErrThrottled, "APIGW.0308", "asks for fewer requests", 3},
		{"throttled by the service", 500, strings.Replace(gateway, "%", "CB.00060211", 1), ErrThrottled, "CB.00060211", "asks for fewer requests", 3},
		{"busy", 500, strings.Replace(gateway, "%", "CB.00060100", 1), ErrUnavailable, "CB.00060100", "is busy", 3},
		{"busy check", 400, strings.Replace(gateway, "%", "CC.00000000", 1), ErrUnavailable, "CC.00000000", "is busy", 3},
		{"bad gateway", 502, "<html>bad gateway</html>", ErrUnavailable, "", "is busy", 3},
		{"gateway timeout", 504, "", ErrUnavailable, "", "is busy", 3},
		{"internal error", 500, strings.Replace(gateway, "%", "CB.00060101", 1), ErrUnavailable, "CB.00060101", "internal error", 0},
		{"anything else", 400, strings.Replace(gateway, "%", "CC.01234567.400", 1), ErrRefused, "CC.01234567.400", "refused the request", 0},
		{"200 with error_code", 200, strings.Replace(gateway, "%", "CB.00031006", 1), ErrNotFound, "CB.00031006", "no such task or build", 0},
		{"200 and busy", 200, strings.Replace(gateway, "%", "CB.00060100", 1), ErrUnavailable, "CB.00060100", "is busy", 3},
		{"200 with an error object", 200, `{"result":null,"error":{"code":"CC.1","message":"","reason":"原文"},"status":"error"}`, ErrRefused, "CC.1", "refused", 0},
		{"200 with an error text", 200, `{"result":{},"error":"原文","status":"success"}`, ErrRefused, "", "refused", 0},
		{"an error text that begins with the code", 422, `{"error":"DEVCB.00031006: 原文","status":"error"}`, ErrNotFound, "DEVCB.00031006", "no such task or build", 0},
		{"not found, an error text", 404, `{"error":"原文","status":"error"}`, ErrNotFound, "", "does not find it", 0},
		{"200 with status fail alone", 200, `{"result":{"log":"x"},"error":null,"status":"FAIL"}`, ErrRefused, "", "refused", 0},
		{"200 of an older endpoint", 200, `{"success":false,"message":"原文","err_code":"CB.00031059","result":null}`, ErrNotFound, "CB.00031059", "never built", 0},
		{"JSON in a string", 200, `"{\"error_code\":\"CB.00031006\",\"error_msg\":\"原文\"}"`, ErrNotFound, "CB.00031006", "no such task", 0},
		{"JSON in the error", 200, `{"error":"{\"code\":\"CB.00031006\",\"message\":\"原文\"}","status":"error"}`, ErrNotFound, "CB.00031006", "no such task", 0},
		{"empty result of the wrong type", 200, `{"result":"","error":{"code":"CB.00031006"},"status":"error"}`, ErrNotFound, "CB.00031006", "no such task", 0},
		{"empty body", 200, "", ErrProtocol, "", "the body is empty", 0},
		{"no result", 200, `{"result":null,"error":{},"status":"success"}`, ErrProtocol, "", "it has no result", 0},
		{"sign-on page", 200, "<!DOCTYPE html><html>", ErrProtocol, "", "web page", 0},
		{"no JSON", 200, "oops", ErrProtocol, "", "not a JSON object", 0},
		{"cut JSON", 200, aPage[:50], ErrProtocol, "", "is not understood", 0},
		{"too large", 200, `{"result":{"log":"` + strings.Repeat("x", maxEnvelope), ErrProtocol, "", "larger than 16 MiB", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := offline(t, func(*http.Request) (*http.Response, error) {
					requests++
					return answer(c.status, c.body, "X-Request-Id", "r-42"), nil
				})
				_, err := get(t.Context(), client)
				var e *Error
				require.ErrorAs(t, err, &e)
				require.ErrorIs(t, err, c.kind)
				assert.Equal(t, c.code, e.Code)
				assert.Contains(t, err.Error(), c.says)
				assert.Contains(t, err.Error(), "read page of finished/"+testTask+"/7: ")
				assert.Equal(t, 1+c.retries, requests)
				if strings.Contains(c.body, "原文") {
					assert.Contains(t, e.Message, "原文", "the original stays beside our sentence")
					assert.Equal(t, "r-42", e.RequestID)
					assert.Equal(t, c.status, e.Status)
				}
			})
		})
	}
}

func TestCodesAreToldFromOtherWords(t *testing.T) {
	for said, want := range map[string]string{
		"DEVCB.00031006 构建任务不存在": "DEVCB.00031006", "APIGW.0301: x": "APIGW.0301", "DEV.CB.032011": "DEV.CB.032011",
		"CC.01234567.400, x": "CC.01234567.400", "Build failed": "", "1.2.345": "", "v1.200": "", "A.12": "", "构建.00031006": "", "EOF.": "",
	} {
		var f fault
		quoted, err := json.Marshal(said)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(quoted, &f))
		assert.Equal(t, want, string(f.Code), said)
		assert.Equal(t, said, string(f.Message))
	}
}

func TestRequestIsTriedAgainUntilItSucceeds(t *testing.T) {
	for _, c := range []struct {
		name  string
		first transport
		least time.Duration
		most  time.Duration
	}{
		{"429", func(*http.Request) (*http.Response, error) { return answer(429, ""), nil }, 500 * time.Millisecond, time.Second},
		{"429 with Retry-After", func(*http.Request) (*http.Response, error) { return answer(429, "", "Retry-After", "7"), nil }, 7 * time.Second, 7 * time.Second},
		{"503 with a date", func(*http.Request) (*http.Response, error) {
			return answer(503, "", "Retry-After", time.Now().Add(9*time.Second).UTC().Format(http.TimeFormat)), nil
		}, 9 * time.Second, 9 * time.Second},
		{"connection refused", func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }, 500 * time.Millisecond, time.Second},
		{"a body cut short", func(*http.Request) (*http.Response, error) {
			a := answer(200, "")
			a.Body = io.NopCloser(io.MultiReader(strings.NewReader(aPage[:20]), failing{io.ErrUnexpectedEOF}))
			return a, nil
		}, 500 * time.Millisecond, time.Second},
		{"no answer", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, idleTimeout + 500*time.Millisecond, idleTimeout + time.Second},
		{"a body that stalls", func(r *http.Request) (*http.Response, error) {
			a := answer(200, "")
			a.Body = io.NopCloser(io.MultiReader(strings.NewReader(aPage[:20]), stalling{r.Context()}))
			return a, nil
		}, idleTimeout + 500*time.Millisecond, idleTimeout + time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := offline(t, func(r *http.Request) (*http.Response, error) {
					if requests++; requests == 1 {
						return c.first(r)
					}
					return answer(200, aPage), nil
				})
				began := time.Now()
				got, err := get(t.Context(), client)
				require.NoError(t, err)
				assert.Equal(t, "x\n", got)
				assert.Equal(t, 2, requests)
				assert.GreaterOrEqual(t, time.Since(began), c.least)
				assert.LessOrEqual(t, time.Since(began), c.most)
			})
		})
	}
}

// failing is a body that breaks.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// stalling is a body of which nothing more arrives.
type stalling struct{ ctx context.Context }

func (s stalling) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestRetriesAreBounded(t *testing.T) {
	throttled := func(wait string) transport {
		return func(*http.Request) (*http.Response, error) { return answer(429, "", "Retry-After", wait), nil }
	}
	t.Run("in number", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			_, err := get(t.Context(), offline(t, throttled("0")))
			require.ErrorIs(t, err, ErrThrottled)
			assert.LessOrEqual(t, time.Since(began), 7*time.Second)
		})
	})
	t.Run("by a Retry-After that is too far away", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			_, err := get(t.Context(), offline(t, throttled("3600")))
			require.ErrorIs(t, err, ErrThrottled)
			assert.Zero(t, time.Since(began))
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, time.Hour, e.RetryAfter)
			assert.Contains(t, err.Error(), "try again in 1h0m0s")
		})
	})
	t.Run("by the deadline, without waiting for it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := get(ctx, offline(t, throttled("7")))
			require.ErrorIs(t, err, ErrThrottled)
			assert.Zero(t, time.Since(began))
		})
	})
	t.Run("by the caller, at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(3*time.Second, cancel)
			began := time.Now()
			_, err := get(ctx, offline(t, throttled("20")))
			require.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, 3*time.Second, time.Since(began))
			assert.NotErrorIs(t, err, ErrUnavailable)
		})
	})
	t.Run("by the deadline while nothing arrives", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := get(ctx, offline(t, func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorContains(t, err, "it took too long")
		})
	})
}

func TestRefusedKeyIsNotTriedAgainForFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests, refuse := 0, true
		client := offline(t, func(*http.Request) (*http.Response, error) {
			if requests++; refuse {
				return answer(401, `{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail"}`,
					"Date", time.Now().UTC().Format(http.TimeFormat)), nil
			}
			return answer(200, aPage), nil
		})
		ask := func() error {
			_, err := get(t.Context(), client)
			return err
		}
		err := ask()
		require.ErrorIs(t, err, ErrUnauthorized)
		assert.ErrorContains(t, err, "the signature is not accepted; check the secret key; requests are held until 00:05:00")
		time.Sleep(time.Minute)
		err = ask()
		require.ErrorIs(t, err, ErrUnauthorized)
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 4*time.Minute, e.RetryAfter)
		assert.Equal(t, 1, strings.Count(err.Error(), "held until"))
		_, err = Get[page](t.Context(), client, Request{Op: "read record of build 7", Path: "/v1/record"})
		require.ErrorIs(t, err, ErrUnauthorized)
		assert.ErrorContains(t, err, "read record of build 7")
		assert.Equal(t, 1, requests, "every failure counts against the key")

		refuse = false
		time.Sleep(4 * time.Minute)
		require.NoError(t, ask())
	})
}

func TestMissingEndpointSaysWhichHostAndRegion(t *testing.T) {
	checkRequest := Request{Op: "read check", Service: CheckService, Path: "/v1/console-log"}
	for _, c := range []struct {
		name    string
		o       Options
		request Request
		says    string
	}{
		{"known region", Options{Region: "cn-north-4"}, checkRequest,
			"codearts-check.cn-north-4.myhuaweicloud.com does not publish /v1/console-log; region cn-north-4 may not have this endpoint"},
		{"region without the service", Options{Region: "tr-west-1"}, checkRequest,
			"CodeArts Check is not known to exist in region tr-west-1; check the region"},
		{"unknown region", Options{Region: "xx-new-9"}, aRequest,
			"CodeArts Build is not known to exist in region xx-new-9; check the region"},
		{"own address", Options{BuildURL: "https://build.example/api"}, aRequest,
			"build.example does not publish /api/v1/log/stage/page; check the address of the service"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Credential = testKeys
			c.o.Transport = transport(func(*http.Request) (*http.Response, error) {
				return answer(404, `{"error_code":"APIGW.0101","error_msg":"The API does not exist or has not been published"}`), nil
			})
			client, err := NewRequester(c.o)
			require.NoError(t, err)
			_, err = Get[page](t.Context(), client, c.request)
			require.ErrorIs(t, err, ErrNotPublished)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestTextsOfTheGatewayAreToldApart(t *testing.T) {
	for message, says := range map[string]string{
		"ak not exist": "does not know the access key; check the access key",
		"AK access failed to reach the limit,forbidden": "locked for five minutes",
		"verify aksk signature fail":                    "the signature is not accepted; check the secret key",
		"decrypt token fail":                            "the token is not accepted; get a token of project scope",
		"token expires":                                 "the token has expired; get a new token",
		"x-auth-token not found":                        "the token is not accepted",
		"认证失败":                                          "does not accept the credential",
	} {
		v := judge(401, "APIGW.0301", message)
		assert.ErrorIs(t, v.kind, ErrUnauthorized)
		assert.Contains(t, v.summary+"; "+v.hint, says)
		assert.False(t, v.again, "a 401 is never repeated")
	}
}

func TestChineseMessageWithoutAKnownCodeGetsOurSentence(t *testing.T) {
	for message, says := range map[string]string{
		"任务不存在": "there is no such task or build; check the task id",
		"任务尚未构建或历史已删除，不存在构建历史": "the task was never built",
		"任务id参数不合法":            "calls a parameter of the request invalid",
		"请求参数校验失败":             "calls a parameter of the request invalid",
		"用户没有权限访问该资源":          "this account may not read it",
		"请求过于频繁，请稍后重试":         "asks for fewer requests",
		"系统繁忙，请稍后重试":           "the service is busy",
		"系统内部错误":               "had an internal error",
		"鉴权过期":                 "the authentication has expired",
		"别的错误":                 "the service refused the request",
	} {
		client := newRequester(t, Options{Sleep: noSleep, Transport: transport(func(*http.Request) (*http.Response, error) {
			return answer(400, `{"error":"`+message+`","status":"error"}`), nil
		})})
		_, err := get(t.Context(), client)
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, message, "the original stays beside it")
	}
}

func TestErrorIsOneShortLineWhateverTheServiceSays(t *testing.T) {
	client := offline(t, func(*http.Request) (*http.Response, error) {
		return answer(400, `{"error_code":"X\u001b[31m\n1","error_msg":"`+strings.Repeat("错误\n", 5000)+`","request_id":"a\nb"}`), nil
	})
	_, err := get(t.Context(), client)
	require.ErrorIs(t, err, ErrRefused)
	assert.Less(t, len(err.Error()), 1000)
	assert.NotContains(t, err.Error(), "\n")
	assert.NotContains(t, err.Error(), "\x1b")
	assert.NotContains(t, err.Error(), "\uFFFD", "cut between letters")
}

func TestRefusedTokenIsNotHeldBack(t *testing.T) {
	requests := 0
	client := newRequester(t, Options{Credential: Token("a-token"), Transport: transport(func(*http.Request) (*http.Response, error) {
		requests++
		return answer(401, `{"error_code":"APIG.0301","error_msg":"token expires"}`), nil
	})})
	for range 2 {
		_, err := get(t.Context(), client)
		require.ErrorIs(t, err, ErrUnauthorized)
		assert.ErrorContains(t, err, "the token has expired")
	}
	assert.Equal(t, 2, requests, "once each: a 401 is never repeated")
}

func TestClockSkewIsNamed(t *testing.T) {
	for _, c := range []struct {
		name string
		skew time.Duration
		says string
	}{
		{"ahead", 27 * time.Minute, "the clock of this machine is 27 minutes ahead of the service's"},
		{"behind", -20 * time.Minute, "the clock of this machine is 20 minutes behind the service's"},
		{"close enough", 14 * time.Minute, "does not accept the credential"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := newRequester(t, Options{Now: func() time.Time { return testTime }, Transport: transport(func(*http.Request) (*http.Response, error) {
				return answer(401, `{"error_code":"APIGW.0301","error_msg":"x"}`, "Date", testTime.Add(-c.skew).Format(http.TimeFormat)), nil
			})})
			_, err := get(t.Context(), client)
			require.ErrorIs(t, err, ErrUnauthorized)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestCredentialIsMaskedWhereTheServiceRepeatsIt(t *testing.T) {
	client := offline(t, func(r *http.Request) (*http.Response, error) {
		return answer(400, `{"error_code":"X.1","error_msg":"bad key `+testKeys.AK+` / `+testKeys.SK+`"}`), nil
	})
	_, err := get(t.Context(), client)
	require.ErrorContains(t, err, "bad key **** / ****")

	client = newRequester(t, Options{Sleep: noSleep, Transport: transport(func(r *http.Request) (*http.Response, error) {
		return nil, errors.New("proxy refused header " + r.Header.Get("Authorization"))
	})})
	_, err = get(t.Context(), client)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.NotContains(t, err.Error(), testKeys.AK)
}

func TestRedirectsKeepTheCredentialAtHome(t *testing.T) {
	var stranger http.Header
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stranger = r.Header
		io.WriteString(w, "the log\n")
	}))
	defer other.Close()
	var home atomic.Int32
	client := online(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.NotEmpty(t, r.Header.Get("Authorization"))
		switch home.Add(1) {
		case 1:
			http.Redirect(w, r, "/elsewhere?x=1", http.StatusTemporaryRedirect)
		default:
			http.Redirect(w, r, other.URL+"/bucket/log?Signature=abc", http.StatusFound)
		}
	}), Keys{AK: testKeys.AK, SK: testKeys.SK, SecurityToken: "temporary", ProjectID: "project"})
	a, err := client.Open(t.Context(), aRequest)
	require.NoError(t, err)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	assert.Equal(t, "the log\n", string(body))
	assert.EqualValues(t, 2, home.Load())
	for _, name := range []string{"Authorization", "X-Auth-Token", "X-Sdk-Date", "X-Security-Token", "X-Project-Id", "Referer", "Cookie"} {
		assert.Empty(t, stranger.Get(name), name)
	}
}

func TestRedirectsThatLeadNowhereEnd(t *testing.T) {
	for _, c := range []struct{ name, location, says string }{
		{"round and round", "/v1/log/stage/page", "more than 3 redirects"},
		{"from https to http", "http://cloudbuild-ext.cn-north-4.myhuaweicloud.com/", "from https to http"},
		{"to a file", "file:///etc/passwd", "not a web address"},
		{"to nothing", "", "without an address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := 0
			client := offline(t, func(*http.Request) (*http.Response, error) {
				requests++
				return answer(302, "<html>moved</html>", "Location", c.location), nil
			})
			_, err := get(t.Context(), client)
			require.ErrorIs(t, err, ErrProtocol)
			assert.ErrorContains(t, err, c.says)
			assert.LessOrEqual(t, requests, maxRedirects+1)
		})
	}
}

func TestUntrustedCertificateSaysWhatToSet(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it would report the handshake
	s.StartTLS()
	defer s.Close()
	c, err := NewRequester(Options{BuildURL: s.URL, Credential: testKeys})
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	_, err = get(t.Context(), c)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, "SSL_CERT_FILE")
}

func TestBodiesAreClosed(t *testing.T) {
	for _, status := range []int{200, 302, 401, 404, 429} {
		var open, opened int
		client := newRequester(t, Options{Sleep: noSleep, Transport: transport(func(*http.Request) (*http.Response, error) {
			open++
			opened++
			a := answer(status, aPage, "Location", "/x")
			a.Body = closing{a.Body, &open}
			return a, nil
		})})
		get(t.Context(), client)
		assert.Zero(t, open, "status %d", status)
		assert.NotZero(t, opened)
	}
}

type closing struct {
	io.ReadCloser
	open *int
}

func (c closing) Close() error {
	*c.open--
	return c.ReadCloser.Close()
}

func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		aPage, `{"error_code":"APIGW.0301","error_msg":"认证失败"}`, `"{\"error\":\"x\"}"`, `{"result":{"log":null}}`, "<html>", "", "null", `{"error":[1],"success":"no"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, _, _ := decode[page](body)
		e.failed()
		e.message()
	})
}
