package commands_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

const noBuildFile, noBuildFileV1 codeartsim.Fault = "not-published=build-file", "not-published=build-file-v1"

func TestTheFileOfABuildAnswersAsItsPagesDo(t *testing.T) {
	pages := newHarness(t, nil, noBuildFile, noBuildFileV1)
	for _, line := range []string{
		"show web 128 --grep error", "show web 128 --grep error --context 3 --skip 1", "show web 128 --grep 密码|password",
		"show web 128 --grep absent-from-it", "show monorepo 2000 --from 3100 --lines 5",
	} {
		t.Run(line, func(t *testing.T) {
			file := newHarness(t, nil)
			byFile := ask(t, file.Commands, line)
			byPages := ask(t, pages.Commands, line)
			assert.Equal(t, byPages.Lines, byFile.Lines)
			assert.Equal(t, byPages.Heading, byFile.Heading)
			assert.Equal(t, byPages.Body, byFile.Body)
			assert.Equal(t, byPages.Source, byFile.Source)
			requests := file.codearts.Requests()
			assert.EqualValues(t, 1, file.codearts.Counts()["build-file"])
			assert.LessOrEqual(t, requests.Pages(), int64(1), "to compare the beginnings")
		})
	}
}

func TestTheBeginningsAreComparedOnce(t *testing.T) {
	h := newHarness(t, nil)
	assert.Equal(t, "nothing seen yet", h.Habits().String())
	ask(t, h.Commands, "show web 128 --grep error")
	assert.Equal(t, "the file of a build is its log", h.Habits().String())
	ask(t, h.Commands, "show web 127 --grep error")
	assert.EqualValues(t, 2, h.codearts.Counts()["build-file"])
	assert.EqualValues(t, 1, h.codearts.Requests().Pages())
}

func TestAFileThatIsNotTheLogOfThePagesIsNotUsed(t *testing.T) {
	h := newHarness(t, nil, codeartsim.OtherFile)
	want := ask(t, newHarness(t, nil, noBuildFile, noBuildFileV1).Commands, "show web 128 --grep error")
	for range 2 {
		got := ask(t, h.Commands, "show web 128 --grep error")
		assert.Equal(t, want.Lines, got.Lines)
		assert.Equal(t, want.Source, got.Source)
	}
	assert.EqualValues(t, 1, h.codearts.Counts()["build-file"], "that is remembered")
	assert.Equal(t, "the file of a build is not the log that its pages are", h.Habits().String())
}

func TestPagesGoOnBehindAFileThatBreaksOff(t *testing.T) {
	pages := newHarness(t, nil, noBuildFile, noBuildFileV1)
	for line, faults := range map[string][]codeartsim.Fault{
		"show web 128 --grep error":                {"body-cut=1@build-file"},
		"show monorepo 2000 --from 3100 --lines 3": {"file-timeout@build-file", "file-html@build-file"},
	} {
		want := ask(t, pages.Commands, line)
		said, _, _ := strings.Cut(want.Source, " · read ")
		for _, fault := range faults {
			got := ask(t, newHarness(t, nil, fault).Commands, line)
			assert.Equal(t, want.Lines, got.Lines, fault)
			assert.True(t, strings.HasPrefix(got.Source, said), "%s: %s\n%s", fault, got.Source, want.Source)
		}
	}
}

func TestTheWholeLogIsTheFileOfTheBuildOrItsPages(t *testing.T) {
	for _, faults := range [][]codeartsim.Fault{nil, {noBuildFile}, {noBuildFile, noBuildFileV1}, {codeartsim.OtherFile}, {codeartsim.FileTimeout}, {codeartsim.FileGzip}} {
		h := newHarness(t, nil, faults...)
		content, _ := contentOf(t, ask(t, h.Commands, "full web 128 all").File)
		log, err := io.ReadAll(h.codearts.BuildLog(webID, 128))
		require.NoError(t, err)
		assert.Equal(t, strings.Count(string(log), "\n"), strings.Count(content, "\n"), faults)
		assert.Contains(t, content, "Finished: FAILURE")
	}
}

// sent reads a file to its end.
func sent(t *testing.T, r reply.Reply) (string, reply.Delivery) {
	t.Helper()
	require.NotNil(t, r.File)
	body, err := r.File.Open(t.Context())
	require.NoError(t, err)
	defer body.Close()
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(content), body.Delivered(r.File)
}

func TestAFileIsDeliveredAsFarAsItCame(t *testing.T) {
	h := newHarness(t, nil, noBuildFile, noBuildFileV1, "fails-after=5@finished-log")
	content, got := sent(t, ask(t, h.Commands, "full monorepo 2000 all"))
	assert.Equal(t, "monorepo-2000-incomplete.log", got.Name)
	assert.True(t, got.Incomplete)
	assert.Equal(t, "incomplete, couldn't read the rest: the service had an internal error (HTTP 500 CB.00060101)", got.Note)
	assert.ErrorIs(t, got.Failure, logsapi.ErrUnavailable, "for the operator")
	log := h.codearts.BuildLog(h.codearts.Aliases()["monorepo"], 2000)
	beginning := make([]byte, 4096)
	_, err := io.ReadFull(log, beginning)
	require.NoError(t, err)
	assert.Equal(t, string(beginning), content[:len(beginning)])
	assert.Equal(t, 4000, strings.Count(content, "\n"))

	h = newHarness(t, nil, "body-cut=1@step-file")
	content, got = sent(t, ask(t, h.Commands, "full web 128 stage3"))
	assert.Equal(t, "web-128-stage3-maven-test-incomplete.log", got.Name)
	assert.NotEmpty(t, content)
	assert.Contains(t, got.Note, "incomplete, couldn't read the rest: the file broke off after ")
	assert.ErrorIs(t, got.Failure, logsapi.ErrIncomplete)

	_, got = sent(t, ask(t, newHarness(t, nil).Commands, "full web 128 stage3"))
	assert.Equal(t, reply.Delivery{Name: "web-128-stage3-maven-test.log"}, got)
}

func TestOnlyPagesForAFileAreAskedForUncut(t *testing.T) {
	for line, want := range map[string]bool{"full web 7 all": true, "fail web 7": false, "show web 7 --grep x": false} {
		var whole bool // of the last request
		c := newCommands(commands.Options{Logs: logs{page: func(r logsapi.PageRequest) (logsapi.Page, error) {
			whole = r.Whole
			return logsapi.Page{Text: "x\n", Last: true}, nil
		}}})
		if r := ask(t, c, line); r.File != nil {
			sent(t, r)
		}
		assert.Equal(t, want, whole, line)
	}
}

func TestAFileThatIsStoppedIsAnError(t *testing.T) {
	h := newHarness(t, nil, noBuildFile, noBuildFileV1)
	r := ask(t, h.Commands, "full monorepo 2000 all")
	ctx, cancel := context.WithCancel(t.Context())
	body, err := r.File.Open(ctx)
	require.NoError(t, err)
	defer body.Close()
	_, err = body.Read(make([]byte, 100))
	require.NoError(t, err)
	cancel()
	_, err = io.ReadAll(body)
	assert.Error(t, err)
}

func TestAStepThatCannotBeSentAsAFileIsReadInPages(t *testing.T) {
	h := newHarness(t, nil)
	want, _ := sent(t, ask(t, h.Commands, "full web 128 stage3"))
	require.NoError(t, h.codearts.SetFaults(codeartsim.FileTimeout))
	got, d := sent(t, ask(t, h.Commands, "full web 128 stage3"))
	assert.Equal(t, want, got)
	assert.Equal(t, reply.Delivery{Name: "web-128-stage3-maven-test.log"}, d)
}

func TestAMissingDebugFileIsReplacedByThatOfInfoAndSaysSo(t *testing.T) {
	h := newHarness(t, nil, codeartsim.NoDebug)
	_, d := sent(t, ask(t, h.Commands, "full web 128 stage3 --debug"))
	assert.Equal(t, reply.Delivery{Name: "web-128-stage3-maven-test.log", Note: "CodeArts has no DEBUG lines of this step; this is INFO"}, d)

	_, d = sent(t, ask(t, newHarness(t, nil).Commands, "full web 128 stage3 --debug"))
	assert.Equal(t, "web-128-stage3-maven-test-debug.log", d.Name)
	assert.Empty(t, d.Note)
}

func TestTheEndpointWithTheLargerPagesIsPreferred(t *testing.T) {
	want := newHarness(t, nil, noBuildFile, noBuildFileV1)
	for _, line := range []string{"show monorepo 2000 --from 3500 --lines 5", "show monorepo 2000 --from -3500 --lines 5"} {
		h := newHarness(t, nil, noBuildFile, noBuildFileV1, "page-lines=100@finished-log")
		assert.Equal(t, ask(t, want.Commands, line).Lines, ask(t, h.Commands, line).Lines, "no line is lost or comes twice")
		requests := h.codearts.Requests()
		assert.EqualValues(t, 1, requests.FinishedLog, line)
		assert.EqualValues(t, 4, requests.LiveLog, line)
		ask(t, h.Commands, line)
		assert.EqualValues(t, 1, h.codearts.Requests().FinishedLog, "that is remembered")
		assert.Equal(t, "real-time-log has the larger pages", h.Habits().String())
	}
}

func TestSmallPagesStayWhereTheOtherEndpointHasNoLargerOnes(t *testing.T) {
	h := newHarness(t, nil, noBuildFile, noBuildFileV1, "page-lines=20")
	text, _ := sent(t, ask(t, h.Commands, "full web 128 all"))
	whole, _ := sent(t, ask(t, newHarness(t, nil).Commands, "full web 128 all"))
	assert.Equal(t, whole, text)
	assert.LessOrEqual(t, h.codearts.Requests().LiveLog, int64(1))
}

func TestAPageThatIsTooLargeIsShownWithItsLongLinesCut(t *testing.T) {
	h := newHarness(t, nil, "long-lines=40000@finished-log", noBuildFile, noBuildFileV1)
	r := ask(t, h.Commands, "show monorepo 2000 --tail")
	assert.Len(t, r.Lines, 20)
	assert.Equal(t, -1, r.Lines[19].Number)
}

func TestASignOnPageIsToldWithItsHost(t *testing.T) {
	h := newHarness(t, nil, codeartsim.SignOnPage)
	for _, line := range []string{"fail web 128", "show web 128", "full web 128 all"} {
		r := h.typed(t, line)
		assert.True(t, r.Refused)
		assert.Regexp(t, `^CodeArts: 127\.0\.0\.1:\d+ sent a web page in place of an answer\. Check the address of the service; this may be a sign-on page\.`, r.Body)
	}
	r := h.Run(t.Context(), commands.Request{Text: "fail web 128", Channel: here, User: ann, Lang: texts.Chinese})
	assert.Contains(t, r.Body, "返回了网页而不是接口结果")
}

func TestALogBrokenInTheMiddleIsAnsweredByTheRealClient(t *testing.T) {
	for _, fault := range []codeartsim.Fault{"fails-after=1", "sign-on-after=1", "expires-after=1"} {
		h := newHarness(t, nil, fault+"@finished-log", fiveEndpoints)
		r := ask(t, h.Commands, "show monorepo 2000 --grep .")
		assert.NotEmpty(t, r.Lines, fault)
		assert.Contains(t, r.Source, "couldn't read the rest: ", fault)
	}
}

func TestTheRecordOfAnotherBuildDecidesNothing(t *testing.T) {
	h := newHarness(t, nil, codeartsim.OtherRecord)
	r := ask(t, h.Commands, "fail web 128")
	assert.Contains(t, r.Reason, "total expected:<10> but was:<11>")
	assert.Equal(t, []string{"wang.lei", "main@1f0c2d9"}, r.Context, "of the list; nothing of the other build is told")
	assert.Zero(t, h.codearts.Counts()["full-stages"])

	const page = "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/6B1F0C7E94D24A3F8A5E2D907C3B41F8/build/detail/history/" + webID + "/128"
	h = newHarness(t, nil)
	assert.NotEmpty(t, ask(t, h.Commands, "fail "+page).Context)
	h = newHarness(t, nil, codeartsim.OtherRecord+"=project")
	assert.NotEmpty(t, ask(t, h.Commands, "fail web 128").Context, "who does not name a project cannot be given another's")
	r = ask(t, h.Commands, "fail "+page)
	assert.Contains(t, r.Reason, "total expected:<10> but was:<11>")
	assert.Equal(t, []string{"wang.lei", "main@1f0c2d9"}, r.Context, "of the list")
	assert.True(t, h.Commands.Run(t.Context(), commands.Request{Text: "full " + page + " stage3"}).Refused)
}
