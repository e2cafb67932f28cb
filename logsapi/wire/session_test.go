package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var testUser = User{Name: "builder", Password: "pässword-0123", Domain: "公司"}

// account is IAM and CodeArts in one: what IAM hands out, CodeArts takes.
type account struct {
	life   time.Duration
	takes  time.Duration // to hand out a token
	refuse func() *http.Response
	hosts  []string // IAM was asked at
	tokens atomic.Int64
	pages  atomic.Int64
	wrong  atomic.Int64 // pages asked for with another token than the newest

	mu   sync.Mutex
	body map[string]any
}

func (a *account) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		a.pages.Add(1)
		if r.Header.Get("X-Auth-Token") != fmt.Sprintf("token-%d", a.tokens.Load()) {
			a.wrong.Add(1)
			return answer(401, `{"error_code":"APIGW.0301","error_msg":"decrypt token fail"}`), nil
		}
		return answer(200, aPage), nil
	}
	time.Sleep(a.takes)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hosts = append(a.hosts, r.URL.Host)
	a.body = nil
	if err := json.NewDecoder(r.Body).Decode(&a.body); err != nil {
		return nil, err
	}
	if a.refuse != nil {
		return a.refuse(), nil
	}
	issued := time.Now().Add(-time.Hour) // the clock of the service is not ours
	body := fmt.Sprintf(`{"token":{"issued_at":%q,"expires_at":%q}}`,
		issued.Format("2006-01-02T15:04:05.000000Z"), issued.Add(a.life).Format("2006-01-02T15:04:05.000000Z"))
	return answer(201, body, "X-Subject-Token", fmt.Sprintf("token-%d", a.tokens.Add(1))), nil
}

func userClient(t *testing.T, a http.RoundTripper, u User) *Requester {
	t.Helper()
	return newRequester(t, Options{Credential: u, Transport: a, Rate: 1e6})
}

func getError(ctx context.Context, r *Requester) error {
	_, err := get(ctx, r)
	return err
}

func TestUserGetsATokenOfProjectScope(t *testing.T) {
	for _, c := range []struct {
		name, project string
		want          map[string]any
	}{
		{"the region's own", "", map[string]any{"name": "cn-north-4"}},
		{"by name", "cn-north-4_team", map[string]any{"name": "cn-north-4_team"}},
		{"by id", testTask, map[string]any{"id": testTask}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &account{life: tokenLife}
			u := testUser
			u.Project = c.project
			require.NoError(t, getError(t.Context(), userClient(t, a, u)))
			assert.Equal(t, []string{"iam.cn-north-4.myhuaweicloud.com"}, a.hosts)
			assert.Equal(t, map[string]any{"auth": map[string]any{
				"identity": map[string]any{"methods": []any{"password"}, "password": map[string]any{"user": map[string]any{
					"name": "builder", "password": "pässword-0123", "domain": map[string]any{"name": "公司"}}}},
				"scope": map[string]any{"project": c.want},
			}}, a.body)
		})
	}
}

func TestTokenIsRenewedWhenFourFifthsOfItsLifeAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{life: 10 * time.Hour}
		client := userClient(t, a, testUser)
		for _, c := range []struct {
			after  time.Duration
			tokens int64
		}{{0, 1}, {7*time.Hour + 59*time.Minute, 1}, {time.Minute, 2}, {time.Hour, 2}} {
			time.Sleep(c.after)
			require.NoError(t, getError(t.Context(), client))
			assert.Equal(t, c.tokens, a.tokens.Load())
		}
		assert.Zero(t, a.wrong.Load())
	})
}

func TestCallersThatNeedATokenAtTheSameTimeCauseOneRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{life: tokenLife, takes: 2 * time.Second}
		client := userClient(t, a, testUser)
		together := func() {
			var all sync.WaitGroup
			for range 30 {
				all.Go(func() { assert.NoError(t, getError(t.Context(), client)) })
			}
			all.Wait()
		}
		together()
		assert.EqualValues(t, 1, a.tokens.Load())

		a.tokens.Add(1) // the token was revoked: every request gets a 401
		together()
		assert.EqualValues(t, 3, a.tokens.Load())
		assert.LessOrEqual(t, a.wrong.Load(), int64(30))

		time.Sleep(tokenLife)
		together()
		assert.EqualValues(t, 4, a.tokens.Load())
	})
}

func TestRenewalOutlivesTheCallerWhoBeganIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{life: tokenLife, takes: 2 * time.Second}
		client := userClient(t, a, testUser)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() { assert.ErrorIs(t, getError(ctx, client), context.DeadlineExceeded) })
		synctest.Wait()
		for range 10 {
			all.Go(func() { assert.NoError(t, getError(t.Context(), client)) })
		}
		all.Go(func() {
			began := time.Now()
			assert.ErrorIs(t, getError(ctx, client), context.DeadlineExceeded)
			assert.Equal(t, time.Second, time.Since(began), "who waits can leave, too")
		})
		all.Wait()
		assert.EqualValues(t, 1, a.tokens.Load())
	})
}

func TestTokenIsRenewedOnceAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{life: tokenLife}
		client := userClient(t, a, testUser)
		require.NoError(t, getError(t.Context(), client))
		a.tokens.Add(1)
		require.NoError(t, getError(t.Context(), client))
		assert.EqualValues(t, 3, a.tokens.Load())
		assert.EqualValues(t, 3, a.pages.Load())
	})
}

func TestTokenThatIsRefusedForGoodIsNotAskedForAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, pages := 0, 0
		client := userClient(t, transport(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				tokens++
				return answer(201, `{}`, "X-Subject-Token", fmt.Sprintf("token-%d", tokens)), nil
			}
			pages++
			return answer(401, `{"error_code":"APIGW.0301","error_msg":"decrypt token fail"}`), nil
		}), testUser)
		for range 5 {
			err := getError(t.Context(), client)
			require.ErrorIs(t, err, ErrUnauthorized)
			assert.ErrorContains(t, err, "the token is not accepted; get a token of project scope for this region; requests are held until 00:05:00")
		}
		assert.Equal(t, 2, tokens)
		assert.Equal(t, 2, pages)
	})
}

func TestRefusalsOfIAMSayWhatIsWrong(t *testing.T) {
	iam := func(status int, message string) func() *http.Response {
		return func() *http.Response {
			return answer(status, fmt.Sprintf(`{"error":{"code":%d,"message":%q,"title":"x"}}`, status, message))
		}
	}
	for _, c := range []struct {
		name   string
		refuse func() *http.Response
		kind   error
		says   string
	}{
		{"wrong password or domain", iam(401, "The username or password is wrong."), ErrUnauthorized,
			`IAM does not accept the user name, the password or the domain; check all three; the domain is the name of the account; requests are held`},
		{"locked", iam(401, "The account is locked."), ErrUnauthorized, "IAM has locked the user"},
		{"wrong project", iam(401, "The project does not exist or the user has no access to it."), ErrUnauthorized, "IAM gives no token for the project; check"},
		{"wrong project, as not found", iam(404, "Could not find project: cn-north-9."), ErrUnauthorized, "IAM gives no token for the project; check"},
		{"no programmatic access", iam(403, "Forbidden"), ErrForbidden, "the user may not get tokens"},
		{"invalid", iam(400, "Bad request"), ErrRefused, "iam.cn-north-4.myhuaweicloud.com calls the request for a token invalid"},
		{"other form of errors", func() *http.Response {
			return answer(401, `{"error_code":"IAM.0001","error_msg":"用户名或密码错误"}`)
		}, ErrUnauthorized, `(HTTP 401 IAM.0001, "用户名或密码错误")`},
		{"busy for good", iam(503, "busy"), ErrUnavailable, "the service is busy"},
		{"no token", func() *http.Response { return answer(201, "{}") }, ErrProtocol, "iam.cn-north-4.myhuaweicloud.com sent no token"},
		{"sign-on page", func() *http.Response { return answer(200, "<html>") }, ErrProtocol, "sent no token"},
		{"redirect", func() *http.Response { return answer(307, "", "Location", "https://evil.example/") }, ErrProtocol, "a redirect, which a password does not follow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &account{refuse: c.refuse, takes: time.Second}
				client := userClient(t, a, testUser)
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						err := getError(t.Context(), client)
						var e *Error
						if assert.ErrorAs(t, err, &e) {
							assert.ErrorIs(t, err, c.kind)
							assert.Contains(t, err.Error(), "read page of finished/"+testTask+"/7: ")
							assert.Contains(t, err.Error(), c.says)
							assert.NotContains(t, err.Error(), testUser.Password)
						}
					})
				}
				all.Wait()
				tries := 1
				if c.kind == ErrUnavailable {
					tries = maxTries
				}
				assert.Len(t, a.hosts, tries, "ten callers share one failure")
				assert.Zero(t, a.pages.Load())
			})
		})
	}
}

func TestCentralIAMIsAskedWhereTheRegionsCannotBeReached(t *testing.T) {
	for _, u := range []string{"", "https://iam.example"} {
		synctest.Test(t, func(t *testing.T) {
			a := &account{life: tokenLife}
			var tried []string
			client, err := NewRequester(Options{Region: "xx-new-9", IAMURL: u, Credential: testUser, Transport: transport(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPost {
					tried = append(tried, r.URL.String())
					if r.URL.Host != "iam.myhuaweicloud.com" {
						return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
					}
				}
				return a.RoundTrip(r)
			})})
			require.NoError(t, err)
			err = getError(t.Context(), client)
			if u != "" {
				require.ErrorIs(t, err, ErrUnavailable)
				require.ErrorContains(t, err, "no such host")
				assert.Equal(t, []string{"https://iam.example/v3/auth/tokens?nocatalog=true"}, tried)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []string{
				"https://iam.xx-new-9.myhuaweicloud.com/v3/auth/tokens?nocatalog=true",
				"https://iam.myhuaweicloud.com/v3/auth/tokens?nocatalog=true",
			}, tried)
		})
	}
}

func TestTokenWithSomeTimeLeftIsUsedOnWhileIAMIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{life: 10 * time.Hour}
		client := userClient(t, a, testUser)
		require.NoError(t, getError(t.Context(), client))
		time.Sleep(8 * time.Hour)
		a.refuse = func() *http.Response { return answer(503, "") }
		require.NoError(t, getError(t.Context(), client))
		require.NoError(t, getError(t.Context(), client))
		assert.Len(t, a.hosts, 1+maxTries, "IAM is left in peace for a minute")
		time.Sleep(2 * time.Hour)
		require.ErrorIs(t, getError(t.Context(), client), ErrUnavailable)
		a.refuse = nil
		require.NoError(t, getError(t.Context(), client))
	})
}

func TestLifeOfATokenIsReadFromTheServicesClock(t *testing.T) {
	for body, want := range map[string]time.Duration{
		`{"token":{"issued_at":"2026-11-21T09:15:00.000000Z","expires_at":"2026-11-22T08:15:00.000000Z"}}`: 23 * time.Hour,
		`{"token":{"expires_at":"2026-11-22T09:15:00Z"}}`:                                                  tokenLife,
		`{"token":{"issued_at":"gestern","expires_at":"morgen"}}`:                                          tokenLife,
		"<html>": tokenLife,
	} {
		assert.Equal(t, want, lifeOf([]byte(body)), body)
	}
}

func TestUserOptionsSayWhatIsWrongWithThem(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"no domain", Options{Region: "cn-north-4", Credential: User{Name: "a", Password: "hunter2"}}, "user name, password and domain are all required"},
		{"no region and no URL", Options{BuildURL: "http://127.0.0.1:1", Credential: testUser}, "URL of IAM: a user needs it, or a region"},
		{"no region and no project", Options{BuildURL: "http://127.0.0.1:1", IAMURL: "http://127.0.0.1:1", Credential: testUser}, "project: a user needs it, or a region"},
		{"URL of another kind", Options{Region: "cn-north-4", IAMURL: "ftp://x", Credential: testUser}, "URL of IAM: it does not begin with"},
		{"negative rate", Options{Region: "cn-north-4", Credential: testKeys, Rate: -1}, "rate -1: want a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewRequester(c.o)
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestTokenNeverLeavesForAnotherHost(t *testing.T) {
	var home, away http.Header
	client := userClient(t, transport(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodPost:
			return answer(201, "{}", "X-Subject-Token", "token-1"), nil
		case strings.HasPrefix(r.URL.Host, "cloudbuild-ext."):
			home = r.Header
			return answer(302, "", "Location", "https://bucket.example/log"), nil
		}
		away = r.Header
		return answer(200, "the log\n"), nil
	}), testUser)
	a, err := client.Open(t.Context(), aRequest)
	require.NoError(t, err)
	defer a.Body.Close()
	_, err = io.ReadAll(a.Body)
	require.NoError(t, err)
	assert.Equal(t, "token-1", home.Get("X-Auth-Token"))
	assert.Empty(t, away.Get("X-Auth-Token"))
}
