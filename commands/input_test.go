package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// badInput is what people mistype, what is said to it and what to type instead.
// Where nothing is said the answer is a file that cannot be opened.
func badInput() []struct{ typed, says, try string } {
	long := strings.Repeat("长", 10000)
	return []struct{ typed, says, try string }{
		{"fial web 128", `Unknown command "fial"`, "/logs fail web 128"},
		{"shwo web 128 --tail", `Unknown command "shwo"`, "/logs show web 128 --tail"},
		{"fail", "fail needs more: fail TASK [BUILD].", "/logs fail web\n"},
		{"fail nosuch 1", `No task is called "nosuch". Known: api, firmware, frontend, monorepo, web.`, "/logs fail api"},
		{"fail wbe 128", "Did you mean", "/logs fail web 128"},
		{"fail web 99999", "web #99999 doesn't exist", "/logs fail web NUMBER"},
		{"fail web 0", `"0" isn't a build number`, "/logs fail web last"},
		{"fail web -1", `"-1" isn't a build number`, "/logs fail web last"},
		{"fail web 99999999999999999999", "isn't a build number", "/logs fail web last"},
		{"fail web 128 now", `I don't know what "now" means here`, "/logs fail web 128"},
		{"fail " + webID[:31] + " 7", "has 31 characters; the ID of a task has 32 hex digits", "/logs fail web\n"},
		{"fail " + webID + "0 7", "has 33 characters", "/logs fail web\n"},
		{"fail 0123456789abcdef0123456789abcdef 7", "01234567 #7 doesn't exist", "/logs fail 0123456789abcdef0123456789abcdef NUMBER"},
		{"fail https://github.com/acme/web/actions/runs/1 7", "isn't the page of a CodeArts task", "/logs fail web\n"},
		{"fail https://devcloud.cn-north-4.huaweicloud.com/projectman/scrum/" + webID + " 7", "isn't the page of a CodeArts task", "/logs fail web\n"},
		{"fail https://[::1 7", "isn't a complete URL", "/logs fail web\n"},
		{"fail web 128 --tail", `no flag "--tail"`, "/logs fail web\n"},
		{"fail web lsat", "Did you mean", "/logs fail web last"},
		{"fail web 128 --lines 101", "--lines takes a number from 1 to 100", "/logs fail web 128 --lines 20"},
		{"show web 128 --from 0", `--from takes the number of a line`, "/logs show web 128 --from 1"},
		{"show web 128 --from 99999", "The log has 1,026 lines; there is no line 99999.", "/logs show web 128 --tail"},
		{"show web 128 --from -99999", "The log has 1,026 lines", "/logs show web 128 --tail"},
		{"show web 128 --tail --from 3", "--tail and --from can't be combined", "/logs show web 128 --tail"},
		{"show web 128 --grep x --tail", "--grep and --tail can't be combined", "/logs show web 128 --grep x"},
		{"show web 128 --skip 2", "--skip works only with --grep", "--grep error --skip 2"},
		{"show web 128 --grep x --context 11", "--context takes a number from 0 to 10", "/logs show web 128 --grep x --context 10"},
		{"show web 128 --grep (a{100}){100}", "Invalid regular expression", "/logs show web 128 --grep"},
		{"show web 128 --grep (a{30}){30}", "too large", "/logs show web 128 --grep"},
		{"show web 128 --grep ''", "Type a word or a regular expression", "/logs show web 128 --grep error"},
		{"show web 128 --step mavne-test --tail", "Did you mean", "/logs show web 128 --step stage3 --tail   Maven test"},
		{"full web 128 'maven tset'", "Did you mean", "/logs full web 128 stage3   Maven test"},
		{"show web 128 --tial", "Did you mean --tail?", "/logs show web 128 --tail"},
		{"show web 128 --liens=3 --grep 'a b'", "Did you mean --lines?", `/logs show web 128 --lines=3 --grep "a b"`},
		{"show web 128 --lines", "--lines needs a value", "/logs show web 128"},
		{"show web 128 --lines many", "--lines takes a number from 1 to 100", "/logs show web 128 --lines 20"},
		{"show web 128 --lines=0", "--lines takes a number", "/logs show web 128 --lines 20"},
		{"show web 128 --tail=yes", "--tail takes no value", "/logs show web 128 --tail"},
		{"show web 128 --grep (", "Invalid regular expression", "/logs show web 128 --grep"},
		{"show web 128 --context 2", "--context works only with --grep", "--grep error --context 2"},
		{"show web 128 --step x", `No step is called "x". Choose one:`, "/logs show web 128 --step stage3   Maven test"},
		{"full web 128 stage0", `No step is called "stage0"`, "/logs full web 128 stage3"},
		{"full web 128 stage99", `No step is called "stage99"`, "/logs full web 128 stage3   Maven test"},
		{"show web 128 --step 9", `No step is called "9"`, "/logs show web 128 --step stage3   Maven test"},
		{"web：128", "Did you mean", "/logs fail web 128"},
		{"show web/128 --tail", "Did you mean", "/logs show web 128 --tail"},
		{"builds web#128", "Did you mean", "/logs builds web"},
		{"fail 'web 128'", "Did you mean", "/logs fail web 128"},
		{"fail api 57 58", `I don't know what "58" means here`, "/logs fail api 57\n"},
		{"builds api 57", `"57" isn't a number of builds`, "/logs builds api 50\n"},
		{"fail api x", `"x" isn't a number, branch or commit`, "/logs builds api"},
		{"tail web", "Did you mean", "/logs show web --tail"},
		{"logs web 128", "Did you mean", "/logs show web 128"},
		{"grep web ERROR", "Did you mean", "/logs show web --grep ERROR"},
		{"search web 128 'a b'", "Did you mean", `/logs show web 128 --grep "a b"`},
		{"grep web", "Did you mean", "/logs show web --grep error"},
		{"unfollow web 129", "Did you mean", "/logs follow web 129 --stop"},
		{"stop web", "Did you mean", "/logs follow web --stop"},
		{"ls", "Did you mean", "/logs help builds"},
		{"rerun web", "can't start builds", "/logs fail web"},
		{"retry", "can't start builds", "/logs help"},
		{"rerun it", "can't start builds", "/logs help"},
		{"diff web 128", "can't compare builds", "/logs fail web"},
		{"frob web 128", `Unknown command "frob".`, "/logs fail web 128"},
		{"frob web", `Unknown command "frob".`, "/logs fail web\n"},
		{"frob", `No command or task is called "frob".`, "/logs fail api"},
		{"aliases extra", "aliases takes no arguments.", "/logs aliases"},
		{"watches extra", "watches takes no arguments.", "/logs watches"},
		{"grep error web 128", "Did you mean", "/logs show web 128 --grep error"},
		{"fail web mian", "Did you mean", "/logs fail web main"},
		{"show web 128 stage3", "I don't know what", "/logs show web 128 --step stage3"},
		{"fail web 128 -me", "Did you mean --me?", "/logs fail web 128 --me"},
		{"show web 128 －－tial", "Did you mean --tail?", "/logs show web 128 --tail"},
		{"show web 128 -x", `show has no flag "-x"`, "/logs show web --tail"},
		{"alias shop nothere", "No task is called", "/logs alias shop api"},
		{"alias fail web", "is the name of a command", "/logs alias shop web"},
		{"full web 99999", "web #99999 doesn't exist", "/logs fail web NUMBER"},
		{"full web 128 all --debug", "--debug needs a step", "/logs full web 128 stage1 --debug"},
		{"full " + record, "A record ID needs one step", "/logs full RECORD STEP"},
		{"full " + record + " 1 2", "A record ID needs one step", "/logs full RECORD STEP"},
		{"check", "check needs more: check RUN.", "/logs check style"},
		{"check nosuch", `No check run is called "nosuch"`, "/logs check style"},
		{"check " + webID, "", ""},
		{"help fial", `Did you mean`, "/logs help fail"},
		{"help nothing-like-it", `Unknown command "nothing-like-it"`, "/logs help"},
		{long, "has 10,000 characters", "/logs help"},
		{"fail we\ab 128", "control character (U+0007)", "/logs help"},
		{"fail web 128 \"x", "isn't closed", "/logs fail web 128"},
		{"fail web\xff 1", "isn't valid text", "/logs help"},
	}
}

func TestBadInputIsAnsweredWithWhatToType(t *testing.T) {
	h := newHarness(t, nil)
	for _, c := range badInput() {
		t.Run(c.typed[:min(len(c.typed), 40)], func(t *testing.T) {
			r := h.typed(t, c.typed)
			if r.File != nil {
				// A file that cannot be read is found out when it is opened.
				_, err := r.File.Open(t.Context())
				require.Error(t, err)
				return
			}
			assert.True(t, r.Private, "for the caller alone")
			assert.True(t, r.Refused)
			assert.Contains(t, r.Body, c.says)
			assert.Contains(t, shown(r), c.try)
			assert.Less(t, len(shown(r)), 900, "short enough to read")
		})
	}
}

// FuzzRun types anything: there is always an answer, an error is for the caller
// alone and has a sentence, and every line that is offered can be read.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		"fail web 128", "web 构建 --tail", "show web 1 --grep '失败|错误' --context 2", "“fail” web", "—me", "full \u202e 1", "\"'", "--=", "help --me=1",
		"show web 1 --from -3 --me", "show web 1 --grep \"a\"\"b\" --skip 1", "fail \u200b\u200d👩‍👩‍👧 #1", "fail \u0627\u0644\u0628\u0646\u0627\u0621 1", "show web 1 --grep (((",
		"full " + record + " \x01", "check web\x00", "builds 固件 构建", "show web 1 --step \"\"\"\"", "fail web 1 --lines 99 --me", "shwo \"a b\" --x=\"",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	c := commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
			return logsapi.Page{Text: "失败\n", Last: true}, nil
		}},
		Builds: shop(), Gate: redact.New(), Access: access.Open(),
		Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
	})
	f.Fuzz(func(t *testing.T, text string, chinese bool) {
		r := commands.Request{Text: text, Channel: "C1"}
		if chinese {
			r.Lang = texts.Chinese
		}
		answer := c.Run(context.Background(), r)
		if answer.Refused && (!answer.Private || strings.TrimSpace(answer.Body) == "") {
			t.Fatalf("%q: an error for everybody or without words: %+v", text, answer)
		}
		if shown(answer) == "" {
			t.Fatalf("%q: no answer", text)
		}
		if strings.Contains(shown(answer), "%!") && !strings.Contains(text, "%") { // else it may be quoted
			t.Fatalf("%q: a sentence that is not filled: %s", text, shown(answer))
		}
		for _, e := range answer.Try {
			if _, err := typed.Split(strings.TrimPrefix(e.Line, "/logs ")); err != nil {
				t.Fatalf("%q: offers %q, which cannot be read: %v", text, e.Line, err)
			}
		}
	})
}

func TestCommandsAreReadHoweverTheyAreTyped(t *testing.T) {
	h := newHarness(t, nil)
	for typed, heading := range map[string]string{
		"--me fail web 128":      "web #128 failed",
		"--ME web 128":           "web #128 failed",
		"fail web １２８":           "web #128 failed",
		"fail web ＃128":          "web #128 failed",
		"fail web 128.":          "web #128 failed",
		"fail web 128 －－me":      "web #128 failed",
		"fail web 128 ——me":      "web #128 failed",
		"/logs fail web 128":     "web #128 failed",
		"logs fail web 128":      "web #128 failed",
		"show web --lines １":     "The start of web #128",
		"show web 128 --step ３":  `The start of "Maven test" of web #128`,
		"--help":                 "Why did the build fail?",
		"-h":                     "Why did the build fail?",
		"/logs":                  "Why did the build fail?",
		"show --help":            "show: lines of the log",
		"fail web 128 -h":        "fail: why the build failed",
		"show web --grep -error": `"-error" in web #128`,
	} {
		r := h.typed(t, typed)
		assert.False(t, r.Refused, "%s: %s", typed, r.Body)
		assert.Contains(t, r.Heading, heading, typed)
	}
	assert.True(t, h.typed(t, "--me fail web 128").Private)
}
