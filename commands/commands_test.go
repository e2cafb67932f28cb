package commands_test

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
	"logbot/logsapi/lines"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token  = "token-of-the-account"
	webID  = "48c66c6002964721be537cdc6ce0297b"
	record = "f5d2de18-0fe5-221f-5215-6b9b8519e81e" // of web 128

	// fiveEndpoints leaves a CodeArts with the five documented log endpoints.
	fiveEndpoints codeartsim.Fault = "not-published=further"
)

// office is the commands over the demo builds, reached through a real client.
type office struct {
	*commands.Commands
	codearts *codeartsim.Server
	kept     *kept
	reads    *[]commands.Read // what the audit log heard
}

// open starts an office. The policy is open unless one is given.
func open(t *testing.T, policy *access.Policy, faults ...codeartsim.Fault) office {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token, Faults: faults})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client, err := logsapi.New(logsapi.Options{BuildURL: server.URL, CheckURL: server.URL, Credential: logsapi.Token(token), Rate: 1000})
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	if policy == nil {
		policy, err = access.Open().WithAdmins(admin)
		require.NoError(t, err)
	}
	kept, reads := newKept(), &[]commands.Read{}
	return office{codearts: sim, kept: kept, reads: reads, Commands: commands.New(commands.Options{
		Logs:    client,
		Builds:  builds{client},
		Gate:    redact.New(token),
		Access:  policy,
		Aliases: find.Aliases{Tasks: sim.Aliases(), Checks: sim.CheckRuns()},
		Audit:   func(_ context.Context, r commands.Read) { *reads = append(*reads, r) },

		AliasStore: kept,
		Watches:    kept,
		Follows:    kept,
	})}
}

func (o office) typed(t *testing.T, text string) reply.Reply {
	t.Helper()
	return o.Run(t.Context(), commands.Request{Text: text, Channel: "C0BUILDS01", User: "U0ANN00001"})
}

// midnight is when replies are read in tests.
var midnight = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// shown is everything a reply says.
func shown(r reply.Reply) string {
	return r.Text(midnight)
}

func contentOf(t *testing.T, f *reply.File) (string, int) {
	t.Helper()
	require.NotNil(t, f)
	body, err := f.Open(t.Context())
	require.NoError(t, err)
	defer body.Close()
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(content), body.Hidden()
}

func TestFailShowsWhatFailedAndNotTheTeardown(t *testing.T) {
	o := open(t, nil)
	for _, c := range []struct{ typed, heading, line, never string }{
		{"fail web 128", `web #128 failed in "Maven test" after 3 min 12 s`, "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>", "Clean workspace"},
		{"fail api 57", `api #57 failed in "Go test" after 1 min 44 s`, "Round(10.125) = 10.125, want 10.13", "cache"},
		{"fail frontend 301", `frontend #301 failed in "Npm test"`, "Expected:", "cache"},
		{"fail firmware 12", `firmware #12 failed in "编译固件"`, "use of undeclared identifier 'retrun'", "Notification sent"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			r := o.typed(t, c.typed)
			assert.False(t, r.Private)
			assert.Contains(t, r.Heading, c.heading)
			assert.Contains(t, r.Excerpt(), c.line)
			assert.NotContains(t, r.Excerpt(), c.never)
			assert.NotEmpty(t, r.Reason)
			assert.LessOrEqual(t, len(r.Lines), 20)
			assert.Contains(t, r.Source, "read 1 page")
		})
	}
}

func TestFailTellsTheContextOfTheBuild(t *testing.T) {
	r := open(t, nil).typed(t, "fail web 128")
	assert.Equal(t, []string{"main@1f0c2d9", "started by a push"}, r.Context)
	assert.Equal(t, "06:02:08", r.Started.UTC().Format(time.TimeOnly))
	assert.Contains(t, r.Text(r.Started.UTC()), "main@1f0c2d9 · started by a push, 06:02\n")
}

func TestATaskIsAnAliasAnIDOrAnAddress(t *testing.T) {
	o := open(t, nil)
	want := o.typed(t, "fail web 128")
	for _, typed := range []string{
		"web 128",
		"WEB #128",
		"FAIL Web 128",
		"  fail\tweb  128 ",
		webID + " 128",
		strings.ToUpper(webID) + " 128",
		"fail https://devcloud.cn-north-4.huaweicloud.com/cicd/project/0123456789abcdef0123456789abcdef/build/detail/" + webID + " 128",
	} {
		got := o.typed(t, typed)
		got.Link = "" // of the pasted address
		assert.Equal(t, shown(want), shown(got), typed)
		assert.Equal(t, reply.About{Task: webID, Name: "web", Build: 128}, got.About)
	}
}

func TestABuildOf200000LinesIsExplainedFromItsEnd(t *testing.T) {
	for _, fault := range []codeartsim.Fault{codeartsim.OffsetsString, fiveEndpoints} {
		o := open(t, nil, fault)
		r := o.typed(t, "fail monorepo 2000")
		assert.Contains(t, r.Heading, `failed in "Test queue"`)
		assert.Contains(t, r.Excerpt(), "panic")
		assert.LessOrEqual(t, o.codearts.Requests().Pages(), int64(5), fault)
	}
}

func TestNothingIsInventedForABuildThatSucceeded(t *testing.T) {
	r := open(t, nil).typed(t, "fail web 127")
	assert.Contains(t, r.Heading, "web #127 succeeded")
	assert.Empty(t, r.Lines)
	assert.Empty(t, r.Reason)
}

func TestTheFiveEndpointsAreEnough(t *testing.T) {
	o := open(t, nil, fiveEndpoints)

	r := o.typed(t, "fail web 128")
	assert.Equal(t, `web #128 failed in "Maven test"`, r.Heading, "the log says how it ended")
	assert.Empty(t, r.Context)
	assert.Contains(t, r.Excerpt(), "total expected:<10> but was:<11>")

	r = o.typed(t, "full web 128 stage3")
	assert.True(t, r.Refused)
	assert.Contains(t, shown(r), "/logs full RECORD stage3")
	assert.Contains(t, shown(r), "/logs full web 128 all")

	r = o.typed(t, "full web 128")
	assert.Equal(t, "web-128.log", r.File.Name, "without the steps, the whole build")

	r = o.typed(t, "fail web")
	assert.Contains(t, r.Body, "Please add its number")

	_, hidden := contentOf(t, o.typed(t, "full "+record+" stage3").File)
	assert.Equal(t, 2, hidden)
}

func TestAnEmptyOrRefusedLogGivesWayToTheNext(t *testing.T) {
	refused := &logsapi.Error{Kind: logsapi.ErrNotPublished, Summary: "not there"}
	for name, first := range map[string]func() (logsapi.Page, error){
		"refused": func() (logsapi.Page, error) { return logsapi.Page{}, refused },
		"empty":   func() (logsapi.Page, error) { return logsapi.Page{Last: true}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := commands.New(commands.Options{
				Logs: logs{page: func(r logsapi.PageRequest) (logsapi.Page, error) {
					if _, finished := r.Log.(logsapi.FinishedLog); finished {
						return first()
					}
					return logsapi.Page{Text: "$ make\nmake: *** [all] Error 2\n", Last: true}, nil
				}},
				Builds: noBuilds{}, Gate: redact.New(), Access: access.Open(),
			})
			r := c.Run(t.Context(), commands.Request{Text: "fail " + webID + " 7"})
			assert.Contains(t, r.Excerpt(), "Error 2")
			assert.Equal(t, "", r.Body)
		})
	}
}

func TestWhatTheServiceRefusesIsToldWithAWayOut(t *testing.T) {
	c := commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
			return logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrThrottled, Status: 429, Code: "APIGW.0308", RequestID: "r-1", Message: "请求过于频繁",
				Summary: "too many requests", Hint: "try again in a minute"}
		}},
		Builds: noBuilds{}, Gate: redact.New(), Access: access.Open(),
	})
	r := c.Run(t.Context(), commands.Request{Text: "fail " + webID + " 7"})
	assert.True(t, r.Private)
	assert.True(t, r.Refused)
	assert.Equal(t, "CodeArts: too many requests. Try again in a minute. (HTTP 429 APIGW.0308, 请求过于频繁, request r-1)", r.Body)
}

func TestFullSendsTheStepsFile(t *testing.T) {
	o := open(t, nil)
	r := o.typed(t, "full web 128 stage3")
	assert.Equal(t, "web-128-stage3-maven-test.log", r.File.Name)
	content, hidden := contentOf(t, r.File)
	assert.Equal(t, 2, hidden)
	assert.Contains(t, content, "Authorization: Bearer "+redact.Mask)
	assert.Contains(t, content, "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>")

	byRecord := o.typed(t, "full "+record+" 3")
	assert.Equal(t, "f5d2de18-stage3.log", byRecord.File.Name)
	same, _ := contentOf(t, byRecord.File)
	assert.Equal(t, content, same)

	debug := o.typed(t, "full web 128 3 --debug")
	assert.Equal(t, "web-128-stage3-maven-test-debug.log", debug.File.Name)
	longer, _ := contentOf(t, debug.File)
	assert.Greater(t, len(longer), len(content))
}

func TestFullWithoutAStepSendsTheWholeBuildPageByPage(t *testing.T) {
	o := open(t, nil)
	r := o.typed(t, "full monorepo 2000 all")
	assert.Equal(t, "monorepo-2000.log", r.File.Name)
	content, _ := contentOf(t, r.File)
	assert.Equal(t, 200000, strings.Count(content, "\n"))
	assert.True(t, strings.HasSuffix(content, "Finished: FAILURE\n"), "the end is there")
}

func TestAFileThatIsGivenUpEndsItsRead(t *testing.T) {
	o := open(t, nil)
	body, err := o.typed(t, "full monorepo 2000 all").File.Open(t.Context())
	require.NoError(t, err)
	_, err = io.ReadFull(body, make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.Less(t, o.codearts.Requests().Pages(), int64(5))
}

func TestAFileIsNotPromisedToOnePersonInAChannel(t *testing.T) {
	r := open(t, nil).typed(t, "full web 128 3 --me")
	assert.Nil(t, r.File)
	assert.Contains(t, shown(r), "/logs full web 128 3")
}

func TestCheckExplainsShowsAndSendsARun(t *testing.T) {
	o := open(t, nil)
	r := o.typed(t, "check style")
	assert.Contains(t, r.Heading, "Check run style failed")
	assert.Contains(t, r.Excerpt(), "[ERROR]")

	r = o.typed(t, "check style --tail --lines 3")
	assert.Len(t, r.Lines, 3)
	assert.Equal(t, -1, r.Lines[2].Number)

	for part, line := range map[string]string{
		"--tail": "/logs check style --tail", "--from 3": "/logs check style --from 3",
		"--grep x": "/logs check style --grep x", "--lines 3": "/logs check style --lines 3",
	} {
		r = o.typed(t, "check style --full "+part)
		assert.True(t, r.Refused)
		assert.Contains(t, r.Body, "--full and --"+strings.Fields(part[2:])[0]+" do not go together")
		require.Len(t, r.Try, 1)
		assert.Equal(t, line, r.Try[0].Line)
	}
	r = o.typed(t, "check style --full")
	assert.Equal(t, "style.log", r.File.Name)
	content, _ := contentOf(t, r.File)
	assert.Contains(t, content, "[ERROR]")
}

func TestShowCountsLinesTruthfully(t *testing.T) {
	o := open(t, nil)
	whole, _ := contentOf(t, o.typed(t, "full web 128 all").File)
	shown := strings.Split(strings.TrimSuffix(whole, "\n"), "\n")

	head := o.typed(t, "show web 128 --lines 5")
	require.Len(t, head.Lines, 5)
	for i, l := range head.Lines {
		assert.Equal(t, i+1, l.Number)
		assert.Contains(t, shown[i], strings.TrimSpace(l.Text[strings.LastIndex(l.Text, "] ")+1:]))
	}

	tail := o.typed(t, "show web 128 --tail --lines 4")
	require.Len(t, tail.Lines, 4)
	assert.Equal(t, "Finished: FAILURE", tail.Lines[3].Text)
	assert.Equal(t, -4, tail.Lines[0].Number)

	step := o.typed(t, "show web 128 --step 3 --tail --lines 2")
	assert.Equal(t, `The end of "Maven test" of web #128`, step.Heading)
	assert.NotContains(t, step.Excerpt(), "Finished")
}

func TestShowSearchesTheWholeLog(t *testing.T) {
	o := open(t, nil)
	r := o.typed(t, "show monorepo 2000 --grep '^Finished: [A-Z]+$' --context 1")
	require.Len(t, r.Lines, 2)
	assert.Equal(t, lines.Line{Number: 200000, Text: "Finished: FAILURE", Match: true}, r.Lines[1])
	assert.Contains(t, r.Source, "1 match in 200,000 lines")

	r = o.typed(t, "show web 128 --grep no-such-text-anywhere")
	assert.Empty(t, r.Lines)
	assert.Contains(t, r.Body, "No line matches")
	assert.Contains(t, r.Source, "0 matches in")

	many := o.typed(t, "show web 128 --grep INFO --lines 7")
	assert.Len(t, many.Lines, 7)
	assert.Regexp(t, "^showing 1-7 of [1-9][0-9]+ matches in 1,026 lines", many.Source, "what is left out is said")
}

func TestMeMakesAnAnswerPrivate(t *testing.T) {
	assert.True(t, open(t, nil).typed(t, "fail web 128 --me").Private)
	assert.True(t, open(t, nil).typed(t, "web 128 —me").Private, "a phone made one long dash of two hyphens")
}

// badInput is what people mistype, what is said to it and what to type instead.
// Where nothing is said the answer is a file that cannot be opened.
func badInput() []struct{ typed, says, try string } {
	long := strings.Repeat("长", 10000)
	return []struct{ typed, says, try string }{
		{"fial web 128", `no command "fial"`, "/logs fail web 128"},
		{"shwo web 128 --tail", `no command "shwo"`, "/logs show web 128 --tail"},
		{"fail", "fail what? It takes TASK [BUILD].", "/logs fail web 128"},
		{"fail nosuch 1", `No task is called "nosuch". Known: api, firmware, frontend, monorepo, web.`, "/logs fail api 1"},
		{"fail wbe 128", "Did you mean", "/logs fail web 128"},
		{"fail web 99999", "web has no build 99999", "/logs fail web NUMBER"},
		{"fail web 0", `"0" is no build number`, "/logs fail web last"},
		{"fail web -1", `"-1" is no build number`, "/logs fail web last"},
		{"fail web 99999999999999999999", "is no build number", "/logs fail web last"},
		{"fail web 128 now", `"now" is one word too many`, "/logs fail web 128"},
		{"fail " + webID[:31] + " 7", "has 31 characters; the id of a task has 32 hex digits", "/logs fail web 128"},
		{"fail " + webID + "0 7", "has 33 characters", "/logs fail web 128"},
		{"fail 0123456789abcdef0123456789abcdef 7", "has no build 7", "/logs fail 0123456789abcdef0123456789abcdef NUMBER"},
		{"fail https://github.com/acme/web/actions/runs/1 7", "is not a page of a CodeArts task", "/logs fail web 128"},
		{"fail https://devcloud.cn-north-4.huaweicloud.com/projectman/scrum/" + webID + " 7", "is not a page of a CodeArts task", "/logs fail web 128"},
		{"fail https://[::1 7", "is not a whole web address", "/logs fail web 128"},
		{"fail web 128 --tail", `no flag "--tail"`, "/logs fail web 128"},
		{"fail web lsat", "Did you mean", "/logs fail web last"},
		{"fail web 128 --lines 101", "--lines takes a number from 1 to 100", "/logs fail web 128 --lines 20"},
		{"show web 128 --from 0", `--from takes the number of a line`, "/logs show web 128 --from 1"},
		{"show web 128 --from 99999", "The log has 1,026 lines; it has no line 99999.", "/logs show web 128 --tail"},
		{"show web 128 --from -99999", "The log has 1,026 lines", "/logs show web 128 --tail"},
		{"show web 128 --tail --from 3", "--tail and --from do not go together", "/logs show web 128 --tail"},
		{"show web 128 --grep x --tail", "--grep and --tail do not go together", "/logs show web 128 --grep x"},
		{"show web 128 --skip 2", "--skip goes with --grep", "--grep error --skip 2"},
		{"show web 128 --grep x --context 11", "--context takes a number from 0 to 10", "/logs show web 128 --grep x --context 10"},
		{"show web 128 --grep (a{100}){100}", "is no expression", "/logs show web 128 --grep"},
		{"show web 128 --grep (a{30}){30}", "too large", "/logs show web 128 --grep"},
		{"show web 128 --grep ''", "What shall be searched for?", "/logs show web 128 --grep error"},
		{"show web 128 --step mavne-test --tail", "Did you mean", "/logs show web 128 --step stage3 --tail   Maven test"},
		{"full web 128 'maven tset'", "Did you mean", "/logs full web 128 stage3   Maven test"},
		{"show web 128 --tial", "Did you mean --tail?", "/logs show web 128 --tail"},
		{"show web 128 --liens=3 --grep 'a b'", "Did you mean --lines?", `/logs show web 128 --lines=3 --grep "a b"`},
		{"show web 128 --lines", "--lines needs a value", "/logs show web 128 --tail"},
		{"show web 128 --lines many", "--lines takes a number from 1 to 100", "/logs show web 128 --lines 20"},
		{"show web 128 --lines=0", "--lines takes a number", "/logs show web 128 --lines 20"},
		{"show web 128 --tail=yes", "--tail takes no value", "/logs show web 128 --tail"},
		{"show web 128 --grep (", "is no expression", "/logs show web 128 --grep"},
		{"show web 128 --context 2", "--context goes with --grep", "--grep error --context 2"},
		{"show web 128 --step x", `No step is called "x". The steps are:`, "/logs show web 128 --step stage3   Maven test"},
		{"full web", "full needs more", "/logs full web 128"},
		{"full web 128 stage0", `No step is called "stage0"`, "/logs full web 128 stage3"},
		{"full web 128 stage99", `No step is called "stage99"`, "/logs full web 128 stage3   Maven test"},
		{"show web 128 --step 9", `No step is called "9"`, "/logs show web 128 --step stage3   Maven test"},
		{"fail web#128", "Did you mean", "/logs fail web 128"},
		{"web：128", "Did you mean", "/logs fail web 128"},
		{"show web/128 --tail", "Did you mean", "/logs show web 128 --tail"},
		{"builds web#128", "Did you mean", "/logs builds web"},
		{"fail 'web 128'", "Did you mean", "/logs fail web 128"},
		{"fail api 57 58", `"58" is one word too many`, "/logs fail api 57\n"},
		{"builds api 57", `"57" is one word too many`, "/logs builds api\n"},
		{"fail api x", "is no build number", "/logs builds api"},
		{"tail web", "Did you mean", "/logs show web --tail"},
		{"logs web 128", "Did you mean", "/logs show web 128"},
		{"grep web ERROR", "Did you mean", "/logs show web --grep ERROR"},
		{"search web 128 'a b'", "Did you mean", `/logs show web 128 --grep "a b"`},
		{"grep web", "Did you mean", "/logs show web --grep error"},
		{"unfollow web 129", "Did you mean", "/logs follow web 129 --stop"},
		{"stop web", "Did you mean", "/logs follow web --stop"},
		{"ls", "Did you mean", "/logs help builds"},
		{"为什么 web", "Did you mean", "/logs fail web"},
		{"rerun web", "No task is called \"rerun\". Did you mean:", "/logs fail web"},
		{"rerun it", "Known:", "/logs fail api"},
		{"show web 128 stage3", "is one word too many", "/logs show web 128 --step stage3"},
		{"fail web 128 -me", "Did you mean --me?", "/logs fail web 128 --me"},
		{"show web 128 －－tial", "Did you mean --tail?", "/logs show web 128 --tail"},
		{"show web 128 -x", `show has no flag "-x"`, "/logs show web 128 --tail"},
		{"alias shop nothere", "No task is called", "/logs alias shop api"},
		{"alias fail web", "is the name of a command", "/logs alias shop web"},
		{"full web 99999", "web has no build 99999", "/logs fail web NUMBER"},
		{"full web 128 all --debug", "--debug needs a step", "/logs full web 128 stage1 --debug"},
		{"full " + record, "full needs more", "/logs full web 128"},
		{"full " + record + " 1 2", "A record needs one step", "/logs full web 128 stage3"},
		{"check", "check what? It takes RUN.", "/logs check style"},
		{"check nosuch", `No check run is called "nosuch"`, "/logs check style"},
		{"check " + webID, "", ""},
		{"help fial", `Did you mean`, "/logs help fail"},
		{"help nothing-like-it", `no command "nothing-like-it"`, "/logs help"},
		{long, "has 10,000 characters", "/logs help"},
		{"fail we\ab 128", "control character (U+0007)", "/logs help"},
		{"fail web 128 \"x", "A quotation mark is missing", `/logs fail web 128 "x"`},
		{"fail web\xff 1", "not valid text", "/logs help"},
	}
}

func TestBadInputIsAnsweredWithWhatToType(t *testing.T) {
	o := open(t, nil)
	for _, c := range badInput() {
		t.Run(c.typed[:min(len(c.typed), 40)], func(t *testing.T) {
			r := o.typed(t, c.typed)
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

func TestHelpIsShortAndHasLinesToCopy(t *testing.T) {
	o := open(t, nil)
	for _, typed := range []string{"", "help", "HELP", "  "} {
		r := o.typed(t, typed)
		assert.True(t, r.Private)
		assert.False(t, r.Refused)
		assert.LessOrEqual(t, strings.Count(shown(r), "\n"), 12)
		for _, e := range r.Try {
			assert.True(t, strings.HasPrefix(e.Line, "/logs "), e.Line)
		}
	}
	for _, verb := range []string{"fail", "show", "full", "check", "help"} {
		assert.Contains(t, shown(o.typed(t, "help "+verb)), "/logs "+verb)
	}
}

func TestAGreetingIsAnsweredWithTheShortHelp(t *testing.T) {
	o := open(t, nil)
	help, chinese := o.typed(t, "help"), o.inChinese(t, "help")
	require.NotEqual(t, shown(help), shown(chinese))
	for typed, want := range map[string]reply.Reply{
		"hello": help, "Hi!": help, "hey :)": help, " hello  there, ": help, "HELLO…": help, "thanks": help, "Good morning!": help,
		"你好": chinese, "您好！": chinese, "在吗？": chinese, "谢谢": chinese,
	} {
		r := o.typed(t, typed)
		assert.Equal(t, shown(want), shown(r), typed)
		assert.Equal(t, want.Lang, r.Lang, typed)
		assert.True(t, r.Private, typed)
		assert.False(t, r.Refused, typed)
	}
	assert.Equal(t, shown(chinese), shown(o.inChinese(t, "hello")), "in the language of whoever asks")
	for _, typed := range []string{"hello 128", "hello web", "fail hello", "hellos", "sayhi"} {
		assert.NotEqual(t, shown(help), shown(o.typed(t, typed)), typed)
	}
}

func TestATaskWhoseNameGreetsIsATask(t *testing.T) {
	o := open(t, nil)
	require.False(t, o.typed(t, "alias hello web").Refused)
	assert.Contains(t, shown(o.typed(t, "hello")), "failed", "a short name that somebody set")
	assert.Equal(t, shown(o.typed(t, "help")), shown(o.typed(t, "hi")))

	s := shop()
	name := "Hey"
	s.tasks[0].Name = name
	c, _ := over(s, access.Open(), broken)
	says := func(text string) reply.Reply { return c.Run(t.Context(), commands.Request{Text: text}) }
	assert.Equal(t, shown(says("fail hey")), shown(says("hey")), "a name of the service")
	assert.NotEqual(t, shown(says("help")), shown(says("hey")))
	s.tasks[0].Name = "hey-you"
	assert.Equal(t, shown(says("help")), shown(says("hey")), "the beginning of a name is none")
}

func TestEveryLineThatHelpOffersWorks(t *testing.T) {
	o := open(t, nil)
	for _, verb := range []string{"", "fail", "show", "full", "check", "follow", "watch", "alias", "help"} {
		for _, e := range o.typed(t, "help "+verb).Try {
			r := o.says(t, here, admin, strings.TrimPrefix(e.Line, "/logs "))
			assert.False(t, r.Refused, "%s: %s", e.Line, r.Body)
		}
	}
}

func TestOnlyWhatThePolicyAllowsIsRead(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{"C0BUILDS01"}, Tasks: []string{"web"}}})
	require.NoError(t, err)
	o := open(t, policy)

	assert.False(t, o.typed(t, "fail web 128").Refused)
	assert.False(t, o.typed(t, "fail "+webID+" 128").Refused, "the same task by its id")

	before := o.codearts.Requests()
	elsewhere := o.Run(t.Context(), commands.Request{Text: "fail web 128", Channel: "C0GENERAL1", User: "U0ANN00001"})
	assert.True(t, elsewhere.Refused)
	var refusals []string
	for _, typed := range []string{"fail api 57", "show api 57", "full api 57", "full api 57 3", "check style", "full " + record + " 3",
		"fail 0123456789abcdef0123456789abcdef 7"} {
		r := o.typed(t, typed)
		assert.True(t, r.Refused, typed)
		assert.Nil(t, r.File, typed)
		refusals = append(refusals, r.Body)
	}
	for _, said := range refusals {
		assert.Equal(t, refusals[0], said, "a refusal does not tell whether the thing exists")
	}
	assert.Equal(t, before, o.codearts.Requests(), "nothing is read for somebody who may not see it")
	assert.NotContains(t, shown(o.typed(t, "fail nosuch 1")), "api", "names of other tasks are not told")
}

func TestNoSecretOfALogIsSaid(t *testing.T) {
	o := open(t, nil)
	for _, typed := range []string{
		"fail web 128", "show web 128", "show web 128 --lines 100", "show web 128 --grep git.example.com --context 3",
		"show web 128 --grep Bearer", "show web 128 --tail --lines 100", "show web 128 --step 23",
		"full web 128", "full web 128 all", "full web 128 1", "full web 128 2", "full web 128 3", "full web 128 3 --debug",
		"fail s3cr3t-Pa55 1", "fail https://ci:s3cr3t-Pa55@git.example.com/x 1", token,
	} {
		r := o.typed(t, typed)
		said := shown(r)
		if r.File != nil {
			content, _ := contentOf(t, r.File)
			said += content
		}
		if !strings.HasPrefix(typed, "fail s3cr3t") {
			assert.NotContains(t, said, "s3cr3t-Pa55", typed)
		}
		assert.NotContains(t, said, "eyJhbGciOiJIUzI1NiJ9", typed)
		assert.NotContains(t, said, token, typed)
	}
	r := o.typed(t, "show web 128 --grep git.example.com")
	assert.Contains(t, r.Excerpt(), redact.Mask)
	assert.Contains(t, r.Source, "hidden")
}

// Every text of a reply must pass the gate, also one that is added later: the
// test fills all of them by reflection.
func TestEveryTextOfAReplyPassesTheGate(t *testing.T) {
	const secret = "a-secret-of-ours-123"
	var r reply.Reply
	fill(reflect.ValueOf(&r).Elem(), "x "+secret+" y")
	sealed := reply.Mask(redact.New(secret), r)
	assert.NotContains(t, fmt.Sprintf("%+v %+v", sealed, sealed.File), secret)
	assert.Contains(t, sealed.Heading, redact.Mask)
}

func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	}
}

func TestACallerWhoGoesAwayEndsTheWork(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
			cancel()
			return logsapi.Page{}, ctx.Err()
		}},
		Builds: noBuilds{}, Gate: redact.New(), Access: access.Open(),
	})
	r := c.Run(ctx, commands.Request{Text: "fail " + webID + " 7"})
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "took too long")
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

// logs is a CodeArts that answers pages by a function and has no files.
type logs struct {
	page func(logsapi.PageRequest) (logsapi.Page, error)
}

func (l logs) Page(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) { return l.page(r) }

func (l logs) OpenStepFile(context.Context, logsapi.StepFile) (*logsapi.Download, error) {
	return nil, &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "no file"}
}

// builds asks the service without remembering.
type builds struct{ *logsapi.Client }

const project = "6b1f0c7e94d24a3f8a5e2d907c3b41f8" // of the demo builds

func (b builds) Tasks(ctx context.Context) ([]logsapi.Task, error) {
	return b.Client.Tasks(ctx, project, "")
}

func (b builds) CheckTasks(ctx context.Context) ([]logsapi.CheckTask, error) {
	return b.Client.CheckTasks(ctx, project)
}

func (b builds) Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error) {
	return b.Client.StepsOf(ctx, taskID, build, recordID)
}

// noBuilds is a service that publishes the five log endpoints only.
type noBuilds = service

// service is a CodeArts that knows what its fields say; a nil list is an
// endpoint that is not published.
type service struct {
	record   *logsapi.Record
	tasks    []logsapi.Task
	builds   []logsapi.Build
	steps    []logsapi.Step
	analysis *logsapi.Analysis
	checks   []logsapi.CheckTask
	runs     []logsapi.CheckRun
}

var notPublished = &logsapi.Error{Kind: logsapi.ErrNotPublished, Summary: "not published"}

func told[T any](list []T) ([]T, error) {
	if list == nil {
		return nil, notPublished
	}
	return list, nil
}

func (s service) Record(context.Context, string, int64) (logsapi.Record, error) {
	if s.record == nil {
		return logsapi.Record{}, notPublished
	}
	return *s.record, nil
}

func (s service) Analysis(context.Context, string, int64) (logsapi.Analysis, error) {
	if s.analysis == nil {
		return logsapi.Analysis{}, notPublished
	}
	return *s.analysis, nil
}

func (s service) Builds(context.Context, string, int) ([]logsapi.Build, error) { return told(s.builds) }
func (s service) Steps(context.Context, string, int64, string) ([]logsapi.Step, error) {
	return told(s.steps)
}
func (s service) Task(_ context.Context, id string) (logsapi.Task, error) {
	for _, t := range s.tasks {
		if t.ID == id {
			return t, nil
		}
	}
	return logsapi.Task{}, notPublished
}

func (s service) Tasks(context.Context) ([]logsapi.Task, error)           { return told(s.tasks) }
func (s service) CheckTasks(context.Context) ([]logsapi.CheckTask, error) { return told(s.checks) }
func (s service) CheckRuns(context.Context, string) ([]logsapi.CheckRun, error) {
	return told(s.runs)
}
