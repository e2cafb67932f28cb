package redisclient

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryKindOfAddressIsUnderstood(t *testing.T) {
	for raw, want := range map[string]string{
		"redis://localhost":                                            "Redis at localhost:6379",
		"  rediss://u:s3cret@cache.example:6380/3\n":                   "Redis at cache.example:6380",
		"redis://[::1]:7000/1":                                         "Redis at [::1]:7000",
		"redis://:s3cret@a,b:7001,[::1]:7002":                          "Redis Cluster at a:6379, b:7001, [::1]:7002",
		"rediss://u:s3cret@a:1?cluster=true":                           "Redis Cluster at a:1",
		"redis://a?cluster=false":                                      "Redis at a:6379",
		"redis+sentinel://u:s3cret@a,b:2/mymaster/2":                   "Redis master mymaster of the Sentinels at a:26379, b:2",
		"redis-sentinel://a/mymaster":                                  "Redis master mymaster of the Sentinels at a:26379",
		"rediss+sentinel://a/主":                                        "Redis master 主 of the Sentinels at a:26379",
		"redis://u:s3cret@a:1,b:2/2?master_name=m":                     "Redis master m of the Sentinels at a:1, b:2",
		"redis+sentinel://a/m?sentinel_username=s&sentinel_password=q": "Redis master m of the Sentinels at a:26379",
	} {
		a, err := Parse(raw)
		require.NoError(t, err, raw)
		assert.Equal(t, want, a.String(), raw)
		assert.Equal(t, strings.Contains(raw, "s3cret"), a.options.Password == "s3cret", raw)
		assert.Equal(t, strings.Contains(raw, "rediss"), a.options.TLSConfig != nil, raw)
	}
}

func TestEverythingAnAddressSaysReachesTheClient(t *testing.T) {
	a, err := Parse("rediss+sentinel://user:p%40ss@s1,s2/mymaster/2?sentinel_username=su&sentinel_password=sp&pool_size=7&sni=redis.example&client_name=bot")
	require.NoError(t, err)
	o := a.universal().Failover()
	assert.Equal(t, []any{"mymaster", []string{"s1:26379", "s2:26379"}, "su", "sp", "user", "p@ss", 2, 7, "redis.example", "bot"},
		[]any{o.MasterName, o.SentinelAddrs, o.SentinelUsername, o.SentinelPassword, o.Username, o.Password, o.DB, o.PoolSize, o.TLSConfig.ServerName, o.ClientName})
	assert.Equal(t, "user", a.User())

	a, err = Parse("rediss://user:pw@a,b?pool_size=7")
	require.NoError(t, err)
	c := a.cluster()
	assert.Equal(t, []any{[]string{"a:6379", "b:6379"}, "user", "pw", 7, reloadInterval, redirects},
		[]any{c.Addrs, c.Username, c.Password, c.PoolSize, c.ClusterStateReloadInterval, c.MaxRedirects})
	assert.Empty(t, c.TLSConfig.ServerName, "each node is verified by its own name")
	assert.Equal(t, "default", Address{}.User())
}

func TestAnAddressCannotLiftTheDeadlines(t *testing.T) {
	const lifted = "?read_timeout=1h&write_timeout=1h&dial_timeout=1h&max_retries=9&pool_timeout=1h"
	want := []any{ioTimeout, ioTimeout, dialTimeout, poolTimeout, retries, dials, true}
	a, err := Parse("rediss://a/3" + lifted)
	require.NoError(t, err)
	o := a.single()
	assert.Equal(t, want, []any{o.ReadTimeout, o.WriteTimeout, o.DialTimeout, o.PoolTimeout, o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled})
	assert.False(t, o.TLSConfig.InsecureSkipVerify)
	f := a.universal().Failover()
	assert.Equal(t, want, []any{f.ReadTimeout, f.WriteTimeout, f.DialTimeout, f.PoolTimeout, f.MaxRetries, f.DialerRetries, f.ContextTimeoutEnabled})
	c := a.cluster()
	assert.Equal(t, want[:4], []any{c.ReadTimeout, c.WriteTimeout, c.DialTimeout, c.PoolTimeout})
	assert.Equal(t, []any{dials, true}, []any{c.DialerRetries, c.ContextTimeoutEnabled})
}

func TestAddressesThatCannotBeUsedSayWhatToWrite(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                         "redis:// or rediss://",
		"localhost:6379":                           "redis:// or rediss://",
		"http://:s3cret@localhost":                 `begins with "http:"`,
		"unix:///run/redis.sock":                   `begins with "unix:"`,
		"redis://":                                 "host 1",
		"redis://a,,b":                             "host 2",
		"redis://:s3cret@a:port":                   "host 1",
		"redis://:s3cret:6379":                     "host 1",
		"redis://:s3cret%zz@localhost":             "%2F",
		"redis://:s3cret/1@localhost":              "%2F",
		"redis://:s3cret#1@localhost":              "%23",
		"redis://:s3cret?1@localhost":              "%3F",
		"redis://:s3cret@1@localhost":              "%40",
		"redis://:s3cret@a,:s3cret@b":              "the user stands once",
		"redis://:s3cret@local host":               "host 1",
		"redis://:s3cret@a,redis://b":              "host 2",
		"redis://:s3cret@localhost/first":          "database",
		"redis://:s3cret@localhost/0/1":            "path",
		"redis://:s3cret@localhost/%zz":            "not of the form",
		"redis://:s3cret@localhost/0?no_such=1":    "no_such",
		"redis://:s3cret@localhost/0?db=1&dial=1s": "dial",
		"redis://a?password=s3cret":                "password",
		"redis://:s3cret@a,b/1":                    "only 0",
		"redis://a?cluster=maybe":                  "neither true nor false",
		"redis+sentinel://:s3cret@a,b":             "redis+sentinel://HOST,HOST,HOST/MASTER",
		"redis+sentinel://a/m?cluster=true":        "no Sentinels",
		"redis://a?sentinel_password=s3cret":       "redis+sentinel://",
		"redis+sentinel://a/m/x":                   "database",
		"redis://a?ssl_ca_certs=/x":                "rediss",
		"rediss://a?ssl_ca_certs=/no/such/file":    "/no/such/file",
		"rediss://a?ssl_ca_certs=address_test.go":  "no certificate",
		"rediss://a?ssl_certfile=/no/such/file":    "both",
		"rediss://a?ssl_certfile=a&ssl_keyfile=b":  "ssl_certfile and ssl_keyfile",
	} {
		_, err := Parse(raw)
		require.ErrorContains(t, err, want, raw)
		assert.NotContains(t, err.Error(), "s3cret", raw)
	}
}

func FuzzNoErrorAndNoNameShowsAPassword(f *testing.F) {
	for _, password := range []string{"x", "pa/ss", "p@ss", "口令", "a,b", "%41", "a:b", "?#"} {
		f.Add("redis", password, "h1:6379,h2/0?pool_size=1")
		f.Add("rediss+sentinel", password, "h1/主/0")
	}
	f.Fuzz(func(t *testing.T, scheme, password, rest string) {
		const mark = "s3cretMARK"
		a, err := Parse(scheme + "://user:" + password + mark + "@" + rest)
		if strings.Contains(scheme+rest, "MARK") {
			return
		}
		if err != nil {
			assert.NotContains(t, err.Error(), mark)
			return
		}
		assert.NotContains(t, a.String(), mark)
	})
}
