package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDoctorFindsNothingWrongWithAGoodSetUp(t *testing.T) {
	sim, env := codearts(t)
	startSlack(t, env)
	env["LOGBOT_RATE"] = "1000"
	env["LOGBOT_OPEN"], env["LOGBOT_DATA"], env["LOGBOT_PROJECTS"] = "true", t.TempDir(), sim.Projects()["shop"]
	status, out, errs := program(t, env, "doctor")
	assert.Equal(t, 1, status, "the simulator lacks scopes")
	assert.Empty(t, errs)
	for line := range strings.Lines(out) {
		if !strings.Contains(line, "Slack scopes") && !strings.HasPrefix(line, "\n") && !strings.Contains(line, "checks:") {
			assert.True(t, strings.HasPrefix(line, "ok  "), line)
		}
	}
}

func TestDoctorNamesEverySettingThatIsMissing(t *testing.T) {
	status, out, _ := program(t, nil, "doctor")
	assert.Equal(t, 1, status)
	for _, name := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_REGION", "LOGBOT_CONFIG"} {
		assert.Contains(t, out, "FAIL  settings: "+name+": ")
	}
	assert.NotContains(t, out, "\x1b", "no colour without a terminal")
}
