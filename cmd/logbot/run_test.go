package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/cache/redistest"
	"logbot/logsapi/codeartsim"
)

func TestRunAnswersInTheTerminal(t *testing.T) {
	_, env := codearts(t)
	for _, args := range [][]string{
		{"run", "/logs fail " + webID + " 128"},
		{"run", "fail", webID, "128"},
		{"run", "/logs " + webID + " #128"},
	} {
		status, out, errs := program(t, env, args...)
		assert.Equal(t, 0, status, errs)
		assert.Contains(t, out, `48c66c60 #128 failed · Maven test`)
		assert.Contains(t, out, "total expected:<10> but was:<11>")
		assert.Regexp(t, `^The log of 48c66c60 #128 shows credentials: .*, line \d+ of the log of step "Maven test"[^\n]*\n$`, errs, "a line for who asked, beside the answer")
		assert.NotContains(t, out, "credential")
	}
	status, out, errs := program(t, env, "run", "/logs fail "+webID+" 99999")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "48c66c60 #99999 doesn't exist")
	assert.Empty(t, errs, "the answer says enough")
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
	assert.Contains(t, out, `web #128 failed · Maven test`)
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
	assert.Contains(t, out, "✗  web #128 失败 · Maven test · 3 分 12 秒")
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
	status, _, errs := program(t, env, "run", "/logs fail "+webID+" 128")
	require.Equal(t, 0, status, errs)
	before := sim.Requests().Pages()
	require.Positive(t, before)

	status, second, _ := program(t, env, "run", "/logs fail "+webID+" 128") // a new process
	assert.Equal(t, 0, status)
	assert.Contains(t, second, "total expected:<10> but was:<11>")
	assert.Equal(t, before, sim.Requests().Pages())
}

func TestASecondLookIsFreeWithAFolderToo(t *testing.T) {
	sim, env := codearts(t)
	env["LOGBOT_DATA"] = filepath.Join(t.TempDir(), "made", "when needed")
	for range 2 {
		status, _, errs := program(t, env, "run", "/logs fail "+webID+" 128")
		require.Equal(t, 0, status, errs)
	}
	assert.EqualValues(t, 2, sim.Requests().Pages(), "the log, and that of the last success, to compare with")
}

func TestASecretInALineOfTheLogIsMasked(t *testing.T) {
	_, env := codearts(t)
	secret := env["HUAWEICLOUD_SDK_SK"]
	env["LOGBOT_DATA"] = filepath.Join(t.TempDir(), secret)
	require.NoError(t, os.Mkdir(env["LOGBOT_DATA"], 0o700))
	other, err := pagestore.OpenFile(filepath.Join(env["LOGBOT_DATA"], "pages.db"), 0, nil)
	require.NoError(t, err)
	defer other.Close()
	status, _, errs := program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, errs, "another process uses", "the line that names the folder")
	assert.NotContains(t, errs, secret)

	env["LOGBOT_DATA"] = filepath.Join(t.TempDir(), secret, "\x00")
	status, _, errs = program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 1, status, "also in an error that is not logged")
	assert.NotContains(t, errs, secret)
}

func TestRunBesideServeWorksWithoutTheFolder(t *testing.T) {
	sim, env := codearts(t)
	env["LOGBOT_DATA"] = t.TempDir()
	other, err := pagestore.OpenFile(filepath.Join(env["LOGBOT_DATA"], "pages.db"), 0, nil)
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
	assert.Contains(t, out, `48c66c60 #128 failed · Maven test`)
	assert.Regexp(t, `^The log of [^\n]+ shows credentials: [^\n]+\n$`, errs, "and of nothing else")
}

func TestRunAnswersWithoutItsRedis(t *testing.T) {
	_, env := codearts(t)
	env["REDIS_URL"] = "redis://" + freeAddress(t)
	status, out, _ := program(t, env, "run", "/logs fail "+webID+" 128")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "total expected:<10> but was:<11>")
}
