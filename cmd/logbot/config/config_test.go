package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/texts"
	"logbot/logsapi"
)

// env returns an environment for Load.
func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestTheDeploymentPageListsEverySetting(t *testing.T) {
	page, err := os.ReadFile("../../../deploy/README.md")
	require.NoError(t, err)
	for _, s := range new(Config).settings() {
		assert.Contains(t, string(page), fmt.Sprintf("| `%s` | %s", s.name, s.does))
	}
}

func TestAnEmptyEnvironmentIsValid(t *testing.T) {
	c, err := Load(env(nil))
	require.NoError(t, err)
	assert.Equal(t, "/logs", c.Command)
	assert.Equal(t, 2, c.Connections)
	assert.InDelta(t, 5, c.Rate, 0)
	assert.Empty(t, c.Console, "the address of a console needs a region")
	assert.Empty(t, c.PagesFile())
	_, err = c.Credential()
	assert.ErrorContains(t, err, "no credential for CodeArts")
	_, err = c.Policy()
	assert.ErrorContains(t, err, "nobody may read anything yet")
}

func TestTheErrorNamesEveryWrongSettingAndTheRestIsRead(t *testing.T) {
	c, err := Load(env(map[string]string{
		"LOGBOT_RATE": "fast", "LOGBOT_COMPARE_WAIT": "0", "LOGBOT_SOCKETS": "99", "LOGBOT_OPEN": "maybe", "LOGBOT_PROJECTS": "shop, 48c66c6002964721be537cdc6ce0297b,x",
		"SLACK_BOT_TOKEN": "xoxb-1", "LOGBOT_LANG": "zh", "LOGBOT_CONFIG": "/nonexistent/file",
	}))
	for _, says := range []string{
		`LOGBOT_RATE: "fast" is not`, `LOGBOT_COMPARE_WAIT: "0" is not`, `LOGBOT_SOCKETS: "99" is not`, `LOGBOT_OPEN: "maybe"`,
		`LOGBOT_PROJECTS: not a project id: "shop", "x"`, "LOGBOT_CONFIG: open /nonexistent/file",
	} {
		assert.ErrorContains(t, err, says)
	}
	assert.Equal(t, texts.Chinese, c.Lang)
	assert.Equal(t, []string{"xoxb-1"}, c.secrets, "also while other settings are wrong")
}

func TestASecretMayComeFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte("  token-of-the-tests\n"), 0o600))
	c, err := Load(env(map[string]string{"LOGBOT_AUTH_TOKEN_FILE": path}))
	require.NoError(t, err)
	assert.Equal(t, []string{"token-of-the-tests"}, c.secrets)
	credential, err := c.Credential()
	require.NoError(t, err)
	assert.Equal(t, logsapi.Token("token-of-the-tests"), credential)
}

func TestPagesMayHaveARedisOfTheirOwn(t *testing.T) {
	for _, c := range []struct{ redis, cache, setting, address string }{
		{"", "", "", ""},
		{"redis://a", "", "REDIS_URL", "redis://a"},
		{"redis://a", "redis://b", "LOGBOT_CACHE_REDIS_URL", "redis://b"},
	} {
		loaded, err := Load(env(map[string]string{"REDIS_URL": c.redis, "LOGBOT_CACHE_REDIS_URL": c.cache}))
		require.NoError(t, err)
		setting, address := loaded.PagesRedis()
		assert.Equal(t, c.setting, setting)
		assert.Equal(t, c.address, address)
	}
}

func TestTheExampleOfAConfigurationStartsTheBot(t *testing.T) {
	c, err := Load(env(map[string]string{"LOGBOT_CONFIG": "../../../deploy/config.example.yaml"}))
	require.NoError(t, err)
	_, err = c.Policy()
	require.NoError(t, err)
}

func TestPlainHTTPToAnotherMachineIsAProblemUnlessItIsAllowed(t *testing.T) {
	for _, allowed := range []string{"", "true"} {
		c, err := Load(env(map[string]string{
			"LOGBOT_BUILD_URL": "http://10.0.0.7", "LOGBOT_CHECK_URL": "http://10.0.0.7", "HUAWEICLOUD_SDK_AK": "AKOFTHETESTS", "HUAWEICLOUD_SDK_SK": "SKOFTHETESTS",
			"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "LOGBOT_OPEN": "true", "LOGBOT_INSECURE_HTTP": allowed,
		}))
		wrong := err != nil
		for _, p := range c.Problems(nil) {
			wrong = wrong || !p.Warning && strings.Contains(p.Says, "plain HTTP")
		}
		assert.Equal(t, allowed == "", wrong)
	}
}

func TestARedisOnAnotherMachineWithoutTLSIsAWarning(t *testing.T) {
	for address, says := range map[string]string{
		"redis://127.0.0.1:6379":                     "",
		"redis://localhost,[::1]:7000":               "",
		"rediss://:pw-of-redis@redis.example.com":    "",
		"redis://redis.example.com":                  "redis:// to redis.example.com:6379 is not encrypted: pages of logs",
		"redis://:pw-of-redis@10.0.0.7":              "redis:// to 10.0.0.7:6379 is not encrypted: the password of Redis, pages of logs",
		"redis://127.0.0.1:7000,10.0.0.8:7000":       "redis:// to 10.0.0.8:7000 is not",
		"redis+sentinel://sentinel-0.example/master": "redis:// to sentinel-0.example:26379 is not",
	} {
		c, _ := Load(env(map[string]string{"REDIS_URL": address})) // other settings are missing
		var warned []string
		for _, p := range c.Problems(nil) {
			if p.Setting == "REDIS_URL" {
				assert.True(t, p.Warning, p.Says)
				warned = append(warned, p.Says)
			}
		}
		assert.Equal(t, says != "", len(warned) == 1, "%s: %q", address, warned)
		if says != "" {
			assert.Contains(t, warned[0], says)
			assert.NotContains(t, warned[0], "pw-of-redis")
		}
	}
}

// serve logs these warnings when it starts.
func TestARegionWithASlipIsAWarning(t *testing.T) {
	for region, says := range map[string]string{
		"cn-north-4": "", "cn-nord-4": "did you mean cn-north-4?", "mars-1": "known are ",
	} {
		c, _ := Load(env(map[string]string{"HUAWEICLOUD_REGION": region})) // other settings are missing
		var warned []string
		for _, p := range c.Problems(nil) {
			if p.Setting == "HUAWEICLOUD_REGION" {
				assert.True(t, p.Warning, "a region may be new")
				warned = append(warned, p.Error())
			}
		}
		if says == "" {
			assert.Empty(t, warned)
			continue
		}
		require.Len(t, warned, 1)
		assert.Contains(t, warned[0], `region "`+region+`" is not known to have CodeArts`)
		assert.Contains(t, warned[0], says)
	}
}
