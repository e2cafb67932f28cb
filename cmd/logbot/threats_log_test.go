package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	githubToken = "ghp_" + "q7Rt2LmX9vKb4NsW8yZcQ1aBq7Rt2LmX9vKb"
	plainSecret = "q7Rt2LmX9vKb4NsW8yZcQ1"
)

// readEveryWay reads web 128 in each way that shows its log.
func readEveryWay(t *testing.T, s *served) {
	t.Helper()
	var wait sync.WaitGroup
	for _, text := range []string{"fail web 128", "show web 128 --tail", "show web 128 --from 1 --lines 40", "show web 128 --grep ERROR", "full web 128 all", "follow web 128", "tests web 128", "builds web", "steps web 128", "fail " + githubToken} {
		wait.Go(func() { s.ask(t, ann, buildsChannel, text) })
	}
	wait.Wait()
	s.until(t, ann, buildsChannel, "Error 2")
}

// keepsSecret fails if a part of eight bytes of a secret has left.
func keepsSecret(t *testing.T, all, secret string) {
	t.Helper()
	for i := 0; i+8 <= len(secret); i++ {
		if strings.Contains(all, secret[i:i+8]) {
			at := strings.Index(all, secret[i:i+8])
			require.Fail(t, "a part of a secret has left", "%q: …%s…", secret, all[max(0, at-80):min(len(all), at+80)])
		}
	}
}

func TestNoCredentialOfALogLeavesTheWholeBot(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte("x" + ownKey))
	s := serveWith(t, oneBuild("Maven test", `"rotate `+githubToken+`"`,
		"ERROR: token "+githubToken+" rejected", "ERROR: X-Auth-Token: "+strings.Repeat(plainSecret, 4)+" refused",
		"ERROR: 登录失败，密码："+plainSecret, "ERROR: signing with "+ownKey, "ERROR: proxy said "+basic, "ERROR: docker login -u ci -p "+plainSecret+" swr.example.com",
	), nil)
	readEveryWay(t, s)
	all := s.everything(t)
	assert.Contains(t, all, "‹hidden›")
	assert.Len(t, s.Files(), 1)
	for _, secret := range []string{githubToken, plainSecret, ownKey, basic[4:40], s.BotToken(), s.AppToken()} {
		keepsSecret(t, strings.ReplaceAll(all, "xoxb-slacksim", ""), strings.TrimPrefix(secret, "xoxb-slacksim"))
	}
}

func TestOnePersonIsToldByTheWholeBotThatALogShowsACredential(t *testing.T) {
	t.Parallel()
	s := serveWith(t, oneBuild("Maven test", "fix", "ERROR: token "+githubToken+" rejected"), nil)
	s.ask(t, ann, buildsChannel, "fail web 128")
	const notice = "The log of web #128 shows a credential"
	told := s.until(t, ann, buildsChannel, notice)
	assert.Contains(t, told, "a token (github-token)", "its kind")
	s.ask(t, bob, buildsChannel, "fail web 128")
	s.ask(t, ann, buildsChannel, "show web 128 --tail")
	assert.Equal(t, 1, strings.Count(s.Render(buildsChannel, ann), notice), "once a day")
	assert.NotContains(t, s.Render(buildsChannel, bob), notice, "privately")
	keepsSecret(t, s.everything(t), githubToken)
}

func TestTheWholeBotStoresNoSecretWithAFailure(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	files := oneBuild("deploy "+githubToken, `"rotate `+githubToken+`"`, "ERROR: token "+githubToken+" rejected by "+ownKey)
	files["web/build.yaml"] = strings.Replace(files["web/build.yaml"], "branch: main", "branch: fix/"+githubToken, 1)
	s := serveWith(t, files, map[string]string{"LOGBOT_DATA": folder})
	s.ask(t, ann, buildsChannel, "fail web 128")
	s.ask(t, ann, buildsChannel, "claim web 128")
	for _, text := range []string{"seen web 128", "history web", "tests web 128"} {
		s.ask(t, bob, buildsChannel, text)
	}
	s.stop()
	stored, err := os.ReadFile(filepath.Join(folder, "state.db"))
	require.NoError(t, err)
	exported := filepath.Join(folder, "state.jsonl")
	var out strings.Builder
	require.Zero(t, run(t.Context(), []string{"state", "export", "-o", exported}, lines(map[string]string{"LOGBOT_DATA": folder}), nil, &out, &out), out.String())
	lines, err := os.ReadFile(exported)
	require.NoError(t, err)
	assert.Contains(t, string(lines), "token ‹hidden› rejected", "the failure is remembered")
	assert.Contains(t, string(lines), `"claim":`)
	for _, secret := range []string{githubToken, ownKey} {
		keepsSecret(t, string(stored), secret)
		keepsSecret(t, string(lines), secret)
	}
}

func TestASecretOverPagesIsMaskedByTheWholeBot(t *testing.T) {
	t.Parallel()
	var key []string
	for i := range 40 {
		key = append(key, fmt.Sprintf("%02dMIIEpAIBAAKCAQEAq7Rt2LmX9vKb4NsW8yZcQ1aBq7Rt2LmX9vKb4NsW8yZcQ", i))
	}
	log := append([]string{"ERROR: token " + githubToken + " rejected", "-----BEGIN RSA PRIVATE KEY-----"}, key...)
	log = append(log, "-----END RSA PRIVATE KEY-----", "ERROR: X-Auth-Token: "+strings.Repeat(plainSecret, 4)+" refused")
	s := serveWith(t, oneBuild("Maven test", "fix", log...), nil, "cut-line", "page-lines=7")
	readEveryWay(t, s)
	all := s.everything(t)
	for _, secret := range append(key, githubToken, plainSecret) {
		keepsSecret(t, all, secret[2:])
	}
}

func TestWhatIsNotSeenHidesNoSecretFromTheWholeBot(t *testing.T) {
	t.Parallel()
	unseen := []string{"\u200b", "\u00ad", "\u2060", "\u202e", "\x1b[01;31m\x1b[K", "\x1b]8;;http://x\x07", "\u009b0m"}
	var log []string
	for _, u := range unseen {
		log = append(log, "ERROR: token "+githubToken[:9]+u+githubToken[9:]+" rejected", "ERROR: signing with "+ownKey[:9]+u+ownKey[9:])
	}
	s := serveWith(t, oneBuild("Maven test", "fix", log...), nil)
	readEveryWay(t, s)
	all := s.everything(t)
	for _, u := range unseen {
		all = strings.ReplaceAll(all, u, "")
	}
	keepsSecret(t, all, githubToken)
	keepsSecret(t, all, ownKey)
}

func TestALogSpeaksForNobodyInTheWholeBot(t *testing.T) {
	t.Parallel()
	const forged = "<!channel> <@U0BOB00001> <https://evil.example/|Open in CodeArts> ``` *bold* &lt;!here&gt; \u202egnp.exe"
	s := serveWith(t, oneBuild(`"<!here> *x*"`, `"<!channel> <https://evil.example/|see>"`, "ERROR: "+forged), nil)
	readEveryWay(t, s)
	for _, m := range append(s.Messages(buildsChannel), s.Ephemerals(buildsChannel, ann)...) {
		var blocks any
		if m.Blocks != nil {
			require.NoError(t, json.Unmarshal(m.Blocks, &blocks))
		}
		for _, read := range append(markupOf(blocks), m.Text) { // what Slack reads as markup
			for _, markup := range []string{"<!", "<@U0BOB", "<https://evil"} {
				assert.NotContains(t, read, markup)
			}
		}
		assert.NotContains(t, string(m.Blocks), `"url":"https://evil`)
		assert.NotContains(t, m.Text+string(m.Blocks), "\u202e")
	}
	s.stop()
}

// markupOf are the texts of blocks that Slack reads as markup: those of type mrkdwn.
func markupOf(v any) (all []string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			all = append(all, markupOf(e)...)
		}
	case map[string]any:
		if text, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
			all = append(all, text)
		}
		for _, e := range v {
			all = append(all, markupOf(e)...)
		}
	}
	return all
}

func TestAFileOfTheWholeBotHasAShortAndCleanName(t *testing.T) {
	t.Parallel()
	s := serveWith(t, oneBuild(`"../../../etc/`+strings.Repeat("长", 800)+`\n<!channel>"`, "fix", "ERROR: x"), nil)
	s.ask(t, ann, buildsChannel, "full web 128 stage1")
	require.Len(t, s.Files(), 1)
	name := s.Files()[0].Name
	assert.Regexp(t, `^web-128-stage1[\pL\pN._-]*\.log$`, name)
	assert.LessOrEqual(t, len(name), 255)
	s.stop()
}

// What a file is short of is told to its reader and, under the same id, to the operator.
func TestAFileThatBreaksOffIsInTheLogOfTheOperator(t *testing.T) {
	t.Parallel()
	s := serveWith(t, nil, nil, "body-cut=1@step-file")
	shown := s.ask(t, ann, buildsChannel, "full "+webID+" 128 stage3")
	require.Contains(t, shown, "incomplete, couldn't read the rest")
	failures := having(logged(t, s.log.String()), "level", "error", "kind", "codearts_incomplete")
	require.Len(t, failures, 1)
	id, _ := failures[0]["request"].(string)
	require.NotEmpty(t, id)
	assert.Contains(t, shown, "request "+id+" in logbot's log")
	assert.Len(t, having(logged(t, s.log.String()), "msg", "answered", "request", id, "outcome", "failed"), 1)
	s.stop()
}
