package main

import (
	"encoding/json"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot"
	"logbot/bot/slacksim"
)

// goodSetUp is an environment with nothing to mend.
func goodSetUp(t *testing.T) map[string]string {
	t.Helper()
	sim, env := codearts(t)
	slack := slacksim.New(slacksim.Config{Scopes: bot.ScopeNames()})
	require.NoError(t, slack.Start())
	t.Cleanup(func() { assert.NoError(t, slack.Close()) })
	maps.Copy(env, map[string]string{
		"SLACK_BOT_TOKEN": slack.BotToken(), "SLACK_APP_TOKEN": slack.AppToken(), "SLACK_API_URL": slack.APIURL(),
		"LOGBOT_RATE": "1000", "LOGBOT_OPEN": "true", "LOGBOT_DATA": t.TempDir(), "LOGBOT_PROJECTS": sim.Projects()["shop"],
	})
	return env
}

func TestDoctorFindsNothingWrongWithAGoodSetUp(t *testing.T) {
	env := goodSetUp(t)
	status, out, errs := program(t, env, "doctor", "--task", "web")
	assert.Equal(t, 0, status, out)
	assert.Empty(t, errs)
	for line := range strings.Lines(out) {
		assert.True(t, strings.HasPrefix(line, "ok  ") || line == "\n" || strings.Contains(line, "checks:"), line)
	}
	for _, says := range []string{
		"ok    Slack takes our messages (blocks.validate): all ", `task web, latest build read: web #128 failed · Maven test`,
		"task web, dialect of CodeArts: 127.0.0.1:", "0 to look at, 0 to mend",
	} {
		assert.Contains(t, out, says)
	}
	assert.NotContains(t, out, "\x1b", "no colour without a terminal")

	env["HUAWEICLOUD_SDK_SK"] = "wrong-key-of-the-tests"
	status, out, errs = program(t, env, "doctor", "--json")
	assert.Equal(t, 1, status)
	assert.Empty(t, errs)
	assert.NotContains(t, out, "wrong-key-of-the-tests")
	var all struct {
		Level  string
		Checks []struct {
			Part, Name, Level string
			Problems          []struct{ Says, Fix string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &all), out)
	assert.Equal(t, "red", all.Level)
	for _, c := range all.Checks {
		if c.Level == "red" {
			assert.Equal(t, "CodeArts credential (HUAWEICLOUD_SDK_AK)", c.Name)
			assert.Equal(t, "check the secret key", strings.Split(c.Problems[0].Fix, "; ")[0])
		}
	}
}

func TestDoctorNamesEverySettingThatIsMissing(t *testing.T) {
	status, out, _ := program(t, nil, "doctor")
	assert.Equal(t, 1, status)
	for _, name := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_REGION", "LOGBOT_CONFIG"} {
		assert.Contains(t, out, "FAIL  settings: "+name+": ")
	}
	status, _, errs := program(t, nil, "serve")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "5 settings are wrong:", "serve names all of them, too")
}

func TestServeStopsForARedisThatIsNotThereAndNotForWhatMayBeWrong(t *testing.T) {
	env := goodSetUp(t)
	env["REDIS_URL"], env["LOGBOT_LISTENS"] = "redis://"+freeAddress(t), ":9090"
	status, _, errs := program(t, env, "serve")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "REDIS_URL: Redis at 127.0.0.1:")
	assert.Contains(t, errs, "check host and port")
	assert.Contains(t, errs, "LOGBOT_LISTENS: logbot has no such setting (from the environment); did you mean LOGBOT_LISTEN?")
	assert.Equal(t, 2, strings.Count(errs, "\n"), "nothing of each try to connect: %s", errs)

	env["REDIS_URL"], env["HUAWEICLOUD_SDK_SK"] = "", "wrong-key-of-the-tests"
	read, says := io.Pipe()
	stop := startWith(t, env, io.Discard, says, "serve")
	said := lineWith(t, read, "CodeArts credential (HUAWEICLOUD_SDK_AK): the signature is not accepted")
	assert.Contains(t, said, "level=error")
	assert.Contains(t, said, "check the secret key")
	assert.Equal(t, 0, stop())
}
