package main

import (
	"bufio"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/texts"
)

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
		"file web-128-stage3-maven-test.log (63,2",
		`No task is called "nosuch"`,
		"web #99999 doesn't exist",
		`Unknown command "fial"`,
		"Why did the build fail?",
	} {
		assert.Contains(t, parts[i+1], says)
		answer, notice, noticed := strings.Cut(parts[i+1], "  only visible to you\n  The log of web #128 shows credentials: ")
		assert.Equal(t, i == 0, noticed, "once: %s", parts[i+1])
		assert.Equal(t, i == 0, strings.Contains(notice, "line 568 of the log of step"))
		assert.Equal(t, i >= 4, strings.Contains(answer, "only visible to you"), "errors and help are private: %s", answer)
	}
}

func TestTheDemoPressesButtons(t *testing.T) {
	status, out, errs := program(t, nil, "demo", "--once", "/logs fail web 128", "--once", "press full log")
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "The whole log of web #128")
	assert.Contains(t, out, "file web-128.log (")
	assert.Contains(t, out, "Full log · @ann")

	status, out, errs = program(t, nil, "demo", "--once", "/logs fail api 57",
		"--once", "press these lines don't show why", "--once", "press search", "--once", "press remove")
	require.Equal(t, 0, status, errs)
	parts := strings.Split(out, "> press ")
	require.Len(t, parts, 4)
	assert.Contains(t, parts[1], "noted: the wrong lines")
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
	status, out, errs := program(t, map[string]string{"LOGBOT_LANG": "zh"}, "demo", "--once", "/logs fail api 57", "--once", "press 这些日志没用")
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "api #57 失败")
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

func TestTheDemoKeepsNamesAndWatchesAndFollowsABuild(t *testing.T) {
	status, out, _ := program(t, nil, "demo",
		"--once", "/logs alias shop web", "--once", "/logs shop 128", "--once", "/logs aliases",
		"--once", "/logs watch shop", "--once", "/logs watches", "--once", "/logs unwatch web",
		"--once", "/logs follow web 129", "--once", "/logs follow web 129", "--once", "press Stop")
	require.Equal(t, 0, status, out)
	parts := strings.Split(out, "\n> ")
	require.Len(t, parts, 9)
	for i, says := range []string{
		"shop now means web in this channel",
		"shop #128 failed",
		"this channel",
		"Watching shop.",
		"no new failure",
		"Stopped watching web",
		"web #129 queued",
		"web #129 is already followed in this channel",
		"Stopped following",
	} {
		assert.Contains(t, parts[i], says)
	}
	assert.Contains(t, parts[4], "/logs unwatch shop]", "by its name, not by its id")
	assert.Contains(t, parts[6], "Stop")
}

func TestTheDemoServesItsPageUntilToldToStop(t *testing.T) {
	at := freeAddress(t)
	status := whilePrinting(t, func(lines *bufio.Scanner) {
		require.True(t, lines.Scan())
		assert.Equal(t, "The demo is at http://"+at+"/ until you stop it.", lines.Text())
		address := httpAddress.FindString(lines.Text())
		assert.Contains(t, fetched(t, address), "<!doctype html>")
		news := fetched(t, address+"page/stream")
		assert.Contains(t, news, "web #128 failed", "the opening was played")
		assert.Contains(t, news, `"connections":`)
		console := regexp.MustCompile(`http://[\d.:]+/cicd/project/[0-9a-f]{32}/build/detail/48c66c6002964721be537cdc6ce0297b`).FindString(news)
		require.NotEmpty(t, console, "Open in CodeArts leads somewhere")
		assert.Contains(t, fetched(t, console), "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/")
		for _, u := range commands.New(commands.Options{}).Usages(texts.English) {
			assert.Contains(t, news, `{"name":"`+u.Verb+`"`, "the page completes every verb")
		}
	}, "demo", "--page", "--listen", at)
	assert.Equal(t, 0, status)
}

func TestTheDemoSaysWhatIsWrongWithItsFlags(t *testing.T) {
	status, _, errs := program(t, nil, "demo", "--page", "--once", "/logs help")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "[once page]")

	status, _, errs = program(t, nil, "demo", "--page", "--listen", "nowhere")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "listen for Slack: listen tcp: address nowhere: missing port in address")
}
