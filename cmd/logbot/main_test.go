package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/slacksim"
	"logbot/cache/pagestore"
	"logbot/cache/redistest"
	"logbot/logsapi/codeartsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

// program runs the whole program with an environment and returns its exit
// status and what it printed.
func program(t *testing.T, env map[string]string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, func(name string) string { return env[name] }, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// codearts starts a CodeArts and returns the environment that leads to it.
func codearts(t *testing.T, faults ...codeartsim.Fault) (*codeartsim.Server, map[string]string) {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, AccessKey: "AKOFTHETESTS", SecretKey: "sk-of-the-tests-0123", Faults: faults})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return sim, map[string]string{
		"LOGBOT_BUILD_URL":   server.URL,
		"LOGBOT_CHECK_URL":   server.URL,
		"HUAWEICLOUD_SDK_AK": "AKOFTHETESTS",
		"HUAWEICLOUD_SDK_SK": "sk-of-the-tests-0123",
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

const webID = "48c66c6002964721be537cdc6ce0297b"

func TestTheDemoAnswersEveryCommandOnce(t *testing.T) {
	status, out, _ := program(t, nil, "demo",
		"--once", "/logs fail web 128", "--once", "/logs fail api 57", "--once", "/logs fail firmware 12",
		"--once", "/logs full web 128 stage3", "--once", "/logs fail nosuch 1", "--once", "/logs fail web 99999",
		"--once", "/logs fial web 128", "--once", "/logs")
	require.Equal(t, 0, status)
	parts := strings.Split(out, "> /logs")
	require.Len(t, parts, 9)
	for i, says := range []string{
		"total expected:<10> but was:<11>",
		"Round(10.125) = 10.125, want 10.13",
		"use of undeclared identifier 'retrun'",
		"file web-128-stage3-maven-test.log (63,236 bytes)",
		`No task is called "nosuch"`,
		"web has no build 99999",
		`There is no command "fial"`,
		"Why did the build fail?",
	} {
		assert.Contains(t, parts[i+1], says)
		assert.Equal(t, i >= 4, strings.Contains(parts[i+1], "only visible to you"), "errors and help are private: %s", parts[i+1])
	}
}

func TestTheDemoPressesButtons(t *testing.T) {
	status, out, errs := program(t, nil, "demo", "--once", "/logs fail web 128", "--once", "press full log")
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "The whole log of web #128")
	assert.Contains(t, out, "file web-128.log (")
	assert.Contains(t, out, "Full log · @ann")

	status, out, errs = program(t, nil, "demo", "--once", "/logs fail api 57",
		"--once", "press wrong lines", "--once", "press search", "--once", "press remove")
	require.Equal(t, 0, status, errs)
	parts := strings.Split(out, "> press ")
	require.Len(t, parts, 4)
	assert.Contains(t, parts[1], "Noted: these are the wrong lines")
	assert.Contains(t, parts[2], "A form cannot be filled in here; it can on the page: http://127.0.0.1:")
	assert.Contains(t, parts[3], "The message is gone.")

	status, out, errs = program(t, nil, "demo", "--once", "/logs fail web 128 --me", "--once", "press share")
	require.Equal(t, 0, status, errs)
	parts = strings.Split(out, "> press ")
	require.Len(t, parts, 2)
	assert.Contains(t, parts[1], "Shared with the channel.", "a button of a message that one person alone sees")
	assert.Contains(t, parts[1], "InvoiceTest.roundsHalfUp")

	status, _, errs = program(t, nil, "demo", "--once", "press full log")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, `no message has a button "full log"`)
}

func TestPeopleReadNamesOfTasksNotIDs(t *testing.T) {
	status, out, errs := program(t, nil, "demo", "--once", "/logs alias w web", "--once", "/logs aliases",
		"--once", "/logs watch web", "--once", "/logs watches", "--once", "/logs unwatch web")
	require.Equal(t, 0, status, errs)
	assert.NotContains(t, out, webID)
	assert.Contains(t, out, "w web this channel")
	assert.Contains(t, out, "/logs unwatch web")
	assert.Contains(t, out, "/logs watch web")
}

func TestTheDemoSpeaksChinese(t *testing.T) {
	status, out, errs := program(t, map[string]string{"LOGBOT_LANG": "zh"}, "demo", "--once", "/logs fail api 57", "--once", "press 没找对")
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "构建失败")
	assert.Contains(t, out, "感谢反馈")

	status, _, errs = program(t, map[string]string{"LOGBOT_LANG": "klingon"}, "demo", "--once", "/logs")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, `LOGBOT_LANG: "klingon" is none of en, zh`)
}

func TestTheDemoPlaysAConversationWithoutATerminal(t *testing.T) {
	status, out, _ := program(t, nil, "demo")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "both are simulators on this machine")
	assert.Contains(t, out, "> /logs fail web 128")
	assert.NotContains(t, out, "Now you.")
}

func TestRunAnswersInTheTerminal(t *testing.T) {
	_, env := codearts(t)
	for _, args := range [][]string{
		{"run", "/logs fail " + webID + " 128"},
		{"run", "fail", webID, "128"},
		{"run", "/logs " + webID + " #128"},
	} {
		status, out, errs := program(t, env, args...)
		assert.Equal(t, 0, status, errs)
		assert.Contains(t, out, `48c66c60 #128 failed in "Maven test"`)
		assert.Contains(t, out, "total expected:<10> but was:<11>")
	}
	status, out, errs := program(t, env, "run", "/logs fail "+webID+" 99999")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "has no build 99999")
	assert.Contains(t, errs, "could not be answered")
}

func TestRunSignsInAsAnIAMUser(t *testing.T) {
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, IAM: codeartsim.IAM{User: "ci", Password: "pass-of-the-tests", Domain: "acme", Project: "cn-north-4"}})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	defer server.Close()
	env := map[string]string{
		"LOGBOT_BUILD_URL": server.URL, "LOGBOT_IAM_URL": server.URL, "HUAWEICLOUD_SDK_PROJECT_ID": "cn-north-4",
		"LOGBOT_IAM_USER": "ci", "LOGBOT_IAM_PASSWORD": "pass-of-the-tests", "LOGBOT_IAM_DOMAIN": "acme",
	}
	status, out, errs := program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 0, status, errs)
	assert.Contains(t, out, "total expected:<10> but was:<11>")

	env["LOGBOT_IAM_PASSWORD"] = "wrong-password"
	status, out, errs = program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "CodeArts:")
	assert.NotContains(t, out+errs, "wrong-password")
}

func TestRunFindsATaskByItsName(t *testing.T) {
	sim, env := codearts(t)
	env["LOGBOT_PROJECTS"] = sim.Projects()["shop"]
	status, out, errs := program(t, env, "run", "/logs fail web")
	assert.Equal(t, 0, status, errs)
	assert.Contains(t, out, `web #128 failed in "Maven test"`)
}

func TestRunKnowsTheAliasesOfTheConfiguration(t *testing.T) {
	_, env := codearts(t)
	env["LOGBOT_CONFIG"] = write(t, "config.yaml", "aliases: {shop: "+webID+"}\n")
	status, out, _ := program(t, env, "run", "/logs fail shop 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "shop #128 failed")
}

func TestRunSpeaksTheLanguageOfItsSettings(t *testing.T) {
	sim, env := codearts(t)
	env["LOGBOT_LANG"] = "zh_CN"
	env["LOGBOT_PROJECTS"] = sim.Projects()["shop"]
	env["HUAWEICLOUD_REGION"] = "cn-north-4"
	status, out, _ := program(t, env, "run", "/logs fail web 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "web #128 构建失败，步骤“Maven test”，耗时 3 分 12 秒")
	assert.Contains(t, out, "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/"+sim.Projects()["shop"]+"/build/detail/"+webID+"   在 CodeArts 中打开")

	env["LOGBOT_CONSOLE_URL"] = "none"
	_, out, _ = program(t, env, "run", "/logs fail web 128")
	assert.NotContains(t, out, "devcloud")
}

func TestRunSavesAFileAndWritesOverNone(t *testing.T) {
	_, env := codearts(t)
	t.Chdir(t.TempDir())
	const typed = "/logs full f5d2de18-0fe5-221f-5215-6b9b8519e81e stage1"
	status, out, errs := program(t, env, "run", typed)
	require.Equal(t, 0, status, errs)
	content, err := os.ReadFile("f5d2de18-stage1.log")
	require.NoError(t, err)
	assert.Contains(t, out, fmt.Sprintf("saved f5d2de18-stage1.log, %d bytes", len(content)))
	assert.NotContains(t, string(content), "s3cr3t-Pa55")

	status, _, errs = program(t, env, "run", typed)
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "--output")

	status, out, _ = program(t, env, "run", typed, "-o", "-")
	assert.Equal(t, 0, status)
	assert.Equal(t, string(content), out)
}

func TestASecondLookMakesNoLogRequestAlsoAfterARestart(t *testing.T) {
	sim, env := codearts(t)
	env["REDIS_URL"] = redistest.Start(t).URL()
	status, first, errs := program(t, env, "run", "/logs fail "+webID+" 128")
	require.Equal(t, 0, status, errs)
	before := sim.Requests().Pages()
	require.Positive(t, before)

	status, second, _ := program(t, env, "run", "/logs fail "+webID+" 128") // a new process
	assert.Equal(t, 0, status)
	assert.Equal(t, first, second)
	assert.Equal(t, before, sim.Requests().Pages())
}

func TestASecondLookIsFreeWithAFolderToo(t *testing.T) {
	sim, env := codearts(t)
	env["LOGBOT_DATA"] = filepath.Join(t.TempDir(), "made", "when needed")
	for range 2 {
		status, _, errs := program(t, env, "run", "/logs fail "+webID+" 128")
		require.Equal(t, 0, status, errs)
	}
	assert.EqualValues(t, 1, sim.Requests().Pages())
}

func TestASecretInALineOfTheLogIsMasked(t *testing.T) {
	_, env := codearts(t)
	secret := env["HUAWEICLOUD_SDK_SK"]
	env["LOGBOT_DATA"] = filepath.Join(t.TempDir(), secret)
	require.NoError(t, os.Mkdir(env["LOGBOT_DATA"], 0o700))
	other, err := pagestore.OpenFile(filepath.Join(env["LOGBOT_DATA"], pagesFile), 0, nil)
	require.NoError(t, err)
	defer other.Close()
	status, _, errs := program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, errs, "another process uses", "the line that names the folder")
	assert.NotContains(t, errs, secret)

	env["LOGBOT_DATA"] = filepath.Join(secret, "\x00")
	status, _, errs = program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 1, status, "an error that is no line of the log")
	assert.NotContains(t, errs, secret)
}

func TestRunBesideServeWorksWithoutTheFolder(t *testing.T) {
	sim, env := codearts(t)
	env["LOGBOT_DATA"] = t.TempDir()
	other, err := pagestore.OpenFile(filepath.Join(env["LOGBOT_DATA"], pagesFile), 0, nil)
	require.NoError(t, err)
	defer other.Close()
	status, out, errs := program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "total expected:<10> but was:<11>")
	assert.Contains(t, errs, "another process uses")
	assert.Positive(t, sim.Requests().Pages())
}

func TestRunNeedsTheFiveEndpointsOnlyAndIsQuietAboutIt(t *testing.T) {
	_, env := codearts(t, "not-published=further")
	status, out, errs := program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, `48c66c60 #128 failed in "Maven test"`)
	assert.Empty(t, errs)
}

func TestRunAnswersWithoutItsRedis(t *testing.T) {
	_, env := codearts(t)
	env["REDIS_URL"] = "redis://" + freeAddress(t)
	status, out, _ := program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "total expected:<10> but was:<11>")
}

func TestRulesOfTheConfigurationChooseLines(t *testing.T) {
	log := write(t, "build.log", "starting\nthe flux capacitor says hello\n"+strings.Repeat("all is well\n", 40)+"Script exited with status 1\n")
	reason := func(env map[string]string) string {
		status, out, errs := program(t, env, "excerpt", "--reason", log)
		require.Equal(t, 0, status, errs)
		return out
	}
	assert.NotContains(t, reason(nil), "capacitor")
	assert.Contains(t, reason(map[string]string{"LOGBOT_CONFIG": write(t, "config.yaml",
		"excerpt: |\n  [ours]\n  capacitor cause 10\n    has flux capacitor\n    yes the flux capacitor says no\n")}), "capacitor")
}

func TestServeAnswersInSlackAndStopsWhenTold(t *testing.T) {
	_, env := codearts(t)
	slack := slacksim.New(slacksim.Config{})
	require.NoError(t, slack.Start())
	defer slack.Close()
	env["SLACK_BOT_TOKEN_FILE"] = write(t, "token", slack.BotToken()+"\n")
	env["SLACK_APP_TOKEN"] = slack.AppToken()
	env["SLACK_API_URL"] = slack.APIURL()
	env["LOGBOT_SOCKETS"] = "3"
	env["LOGBOT_CONFIG"] = write(t, "config.yaml", "aliases: {web: "+webID+"}\naccess: [{channels: [C0BUILDS01], tasks: [web]}]\n")

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve"}, func(name string) string { return env[name] }, strings.NewReader(""), &out, &errs)
	}()
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() == 3 }))
	_, err := slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	_, err = slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0GENERAL1", User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, slack.Wait(soon, func() bool {
		return strings.Contains(slack.Render("C0BUILDS01", "U0BOB00001"), "total expected:<10> but was:<11>")
	}))
	require.NoError(t, slack.Wait(soon, func() bool { return len(slack.Ephemerals("C0GENERAL1", "U0ANN00001")) > 0 }))
	assert.Contains(t, slack.Render("C0GENERAL1", "U0ANN00001"), "No access rule lets you read that here")
	stop()
	assert.Equal(t, 0, <-ended, errs.String())
	for _, secret := range []string{"sk-of-the-tests-0123", "s3cr3t-Pa55", slack.BotToken()} {
		assert.NotContains(t, out.String()+errs.String(), secret)
	}
	seen, err := slack.Search("s3cr3t-Pa55")
	require.NoError(t, err)
	assert.Empty(t, seen, "no secret reached Slack")
}

func TestWhatIsMissingOrWrongIsSaidAtStart(t *testing.T) {
	_, good := codearts(t)
	good["SLACK_BOT_TOKEN"], good["SLACK_APP_TOKEN"], good["LOGBOT_OPEN"] = "xoxb-1", "xapp-1", "true"
	for _, c := range []struct{ name, value, says string }{
		{"LOGBOT_OPEN", "", "nobody may read anything yet"},
		{"LOGBOT_OPEN", "yes", `LOGBOT_OPEN: "yes" is neither true nor false`},
		{"SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN: expected a bot token"},
		{"SLACK_APP_TOKEN", "xoxb-1", "SLACK_APP_TOKEN: expected an app-level token"},
		{"HUAWEICLOUD_SDK_SK", "", "access key and secret key are wanted both"},
		{"LOGBOT_IAM_USER", "ci", "more than one credential"},
		{"LOGBOT_PROJECTS", "shop", "LOGBOT_PROJECTS"},
		{"LOGBOT_RATE", "fast", "LOGBOT_RATE"},
		{"LOGBOT_AUTH_TOKEN", "both-a-key-and-a-token", "one of them is expected"},
		{"LOGBOT_BUILD_URL", "ftp://x", "build"},
		{"LOGBOT_UNPACED", "yes", `LOGBOT_UNPACED: "yes" is neither`},
		{"LOGBOT_UNPACED", "true", "wants its limits kept"},
		{"LOGBOT_SOCKETS", "11", `LOGBOT_SOCKETS: "11" is no number of connections; expected 1 to 10`},
		{"LOGBOT_SOCKETS", "0", "LOGBOT_SOCKETS"},
		{"LOGBOT_COMMAND", "logs", "LOGBOT_COMMAND"},
		{"LOGBOT_LOG_LEVEL", "loud", "LOGBOT_LOG_LEVEL"},
		{"LOGBOT_LANG", "klingon", `LOGBOT_LANG: "klingon" is none of en, zh`},
		{"LOGBOT_CONSOLE_URL", "https://x/{job}", "LOGBOT_CONSOLE_URL"},
		{"LOGBOT_CONSOLE_URL", "https://x/all", "{task} is missing"},
		{"LOGBOT_CONFIG", write(t, "g.yaml", "admins: [ann]\n"), `admin 1: "ann"`},
		{"REDIS_URL", "http://x", "REDIS_URL"},
		{"SLACK_BOT_TOKEN_FILE", "/nonexistent", "both set"},
		{"LOGBOT_CONFIG", "/nonexistent/file", "LOGBOT_CONFIG"},
		{"LOGBOT_CONFIG", write(t, "a.yaml", "aliases: {web: 123}\n"), "expected an id of 32 hex digits"},
		{"LOGBOT_CONFIG", write(t, "b.yaml", "aliasses: {}\n"), "line 1"},
		{"LOGBOT_CONFIG", write(t, "c.yaml", "aliases: {fail: "+webID+"}\n"), "is the name of a command"},
		{"LOGBOT_CONFIG", write(t, "e.yaml", "checks: {}\nexcerpt: |\n  [ours]\n  bad cause 9\n    has abc\n    yes abc\n"), "line 5"},
		{"LOGBOT_CONFIG", write(t, "f.yaml", "excerpt: [a]\n"), "expected the rules as a text"},
		{"LOGBOT_CONFIG", write(t, "h.yaml", "aliases: {web: "+webID+"}\naccess: [{tasks: [wbe]}]\n"), `access rule 1: tasks: "wbe" is not an alias of this file; did you mean "web"?`},
		{"LOGBOT_CONFIG", write(t, "i.yaml", "aliases: {web: "+webID+"}\naccess: [{tasks: [WEB]}]\n"), `"WEB" is not an alias of this file; did you mean "web"?`}, // also where everyone may read everything
		{"LOGBOT_CONFIG", write(t, "j.yaml", "aliases: {web: "+webID+", Web: "+webID+"}\n"), `"Web" and "web" differ only in capitals`},
		{"LOGBOT_CONFIG", write(t, "d.yaml", "access: [{channels: [builds], tasks: [web]}]\n"), "access rule 1: channels"},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			env := map[string]string{}
			for k, v := range good {
				env[k] = v
			}
			env[c.name] = c.value
			if strings.Contains(c.says, "access rule") {
				env["LOGBOT_OPEN"] = ""
			}
			status, _, errs := program(t, env, "serve")
			assert.Equal(t, 1, status)
			assert.Contains(t, errs, c.says)
			assert.NotContains(t, errs, "sk-of-the-tests-0123")
		})
	}
}

func TestTheExampleOfAConfigurationStartsTheBot(t *testing.T) {
	_, env := codearts(t)
	env["LOGBOT_CONFIG"] = "../../deploy/config.example.yaml"
	c, err := loadConfig(func(name string) string { return env[name] })
	require.NoError(t, err)
	_, err = c.policy()
	require.NoError(t, err)
}

func TestHelpListsEverySetting(t *testing.T) {
	status, out, _ := program(t, nil, "serve", "--help")
	assert.Equal(t, 0, status)
	for _, s := range settings() {
		assert.Contains(t, out, s.name)
	}
}

func TestVersionNamesTheProgram(t *testing.T) {
	status, out, _ := program(t, nil, "version")
	assert.Equal(t, 0, status)
	assert.True(t, strings.HasPrefix(out, "logbot "))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
