package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// breaking is a log whose pages can be read up to a number of requests.
type breaking struct {
	*paged
	after int
	err   error
}

func (b breaking) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	if b.asked >= b.after {
		return logsapi.Page{}, b.err
	}
	return b.paged.Page(ctx, r)
}

var busy = &logsapi.Error{Kind: logsapi.ErrUnavailable, Status: 500, Code: "CB.00060101", Summary: "the service had an internal error"}

// breaks is a long log that fails in its last page, read in pages of 40 KiB.
func breaks(after int, err error, end string) *commands.Commands {
	log := numbered(20_000, 40<<10)
	log.text += end
	return newCommands(commands.Options{Logs: breaking{log, after, err}})
}

const undefined = "main.go:3:2: undefined: total\nmake: *** [all] Error 2\ncleaning up\n"

func TestAFailureIsExplainedFromThePagesThatWereRead(t *testing.T) {
	for name, err := range map[string]error{
		"fault":             busy,
		"expired token":     &logsapi.Error{Kind: logsapi.ErrUnauthorized, Status: 401, Summary: "the token has expired"},
		"throttled":         &logsapi.Error{Kind: logsapi.ErrThrottled, Status: 429, Summary: "the service asks for fewer requests"},
		"sign-on page":      &logsapi.Error{Kind: logsapi.ErrProtocol, Status: 200, Summary: "the answer of h is not understood"},
		"offsets stay":      &logsapi.Error{Kind: logsapi.ErrStalled, Summary: "the service promises more of the log but does not send it"},
		"purged":            &logsapi.Error{Kind: logsapi.ErrNotFound, Status: 404, Summary: "the service does not find it"},
		"page is too large": &logsapi.Error{Kind: logsapi.ErrProtocol, Status: 200, Summary: "the answer is larger than 16 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			r := ask(t, breaks(1, err, undefined), "fail web 7")
			assert.Equal(t, "main.go:3:2: undefined: total", r.Reason)
			assert.Contains(t, r.Source, "couldn't read the beginning: "+err.(*logsapi.Error).Summary)
		})
	}
}

func TestNoReasonIsGivenIfTheRestOfTheLogCouldHoldABetterOne(t *testing.T) {
	r := ask(t, breaks(1, busy, "cleaning up\n"), "fail web 7")
	assert.Empty(t, r.Reason)
	assert.NotEmpty(t, r.Lines)
	assert.Contains(t, r.Source, "couldn't read")
}

func TestNothingIsShownOfALogThatTheAccountMayNoLongerRead(t *testing.T) {
	forbidden := &logsapi.Error{Kind: logsapi.ErrForbidden, Status: 403, Summary: "this account may not read it"}
	r := breaks(1, forbidden, undefined).Run(t.Context(), commands.Request{Text: "fail web 7"})
	assert.True(t, r.Refused)
	assert.Empty(t, r.Lines)
}

func TestLinesAreShownAsFarAsTheLogCouldBeRead(t *testing.T) {
	r := ask(t, breaks(2, busy, ""), "show web 7 --tail --lines 100")
	assert.NotContains(t, r.Source, "couldn't read", "what was asked for came")

	few := newCommands(commands.Options{Logs: breaking{numbered(300, 800), 1, busy}})
	r = ask(t, few, "show web 7 --tail --lines 100")
	assert.Equal(t, "line 300", r.Lines[len(r.Lines)-1].Text)
	assert.Equal(t, "line 213", r.Lines[0].Text, "a line that may be cut is left out")
	assert.Contains(t, r.Source, "couldn't read the beginning: the service had an internal error (HTTP 500 CB.00060101)")

	few = newCommands(commands.Options{Logs: breaking{numbered(300, 1000), 1, busy}})
	r = ask(t, few, "show web 7 --lines 100 --from 90")
	assert.Equal(t, "line 90", r.Lines[0].Text)
	assert.Equal(t, "line 123", r.Lines[len(r.Lines)-1].Text)
	assert.Contains(t, r.Source, "couldn't read what follows: ")
	assert.Equal(t, "/logs show web 7 --from 124 --lines 100", pressed(r, "Newer").Line)
}

func TestASearchSaysHowFarItCame(t *testing.T) {
	few := func() *commands.Commands {
		return newCommands(commands.Options{Logs: breaking{numbered(300, 1000), 1, busy}})
	}
	r := ask(t, few(), "show web 7 --grep 7$")
	assert.Contains(t, r.Source, "12 matches in 123 lines · the search ended here, couldn't read the rest: the service had")

	r = ask(t, few(), "show web 7 --grep absent")
	assert.Equal(t, "No match in the part that was read.", r.Body)
}

func TestAReadThatNeverBeganIsAnError(t *testing.T) {
	r := breaks(0, busy, undefined).Run(t.Context(), commands.Request{Text: "fail web 7"})
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "the service had an internal error")
}

func TestAPartialAnswerIsInTheLanguageOfTheCaller(t *testing.T) {
	r := breaks(1, busy, undefined).Run(t.Context(), commands.Request{Text: "fail web 7", Lang: texts.Chinese})
	assert.Contains(t, r.Source, "开头部分未能读取：服务内部错误（HTTP 500 CB.00060101）")
}

func TestARecordThatSaysFailedSavesPages(t *testing.T) {
	for state, want := range map[logsapi.State]int{logsapi.Failed: 1, logsapi.Unknown: 3} {
		log := numbered(20_000, 40<<10)
		log.text += undefined + strings.Repeat("cleaning up\n", 300)
		s := service{record: &logsapi.Record{State: state}}
		c := newCommands(commands.Options{Logs: log, Builds: s, Access: access.Open()})
		r := ask(t, c, "fail web 7")
		assert.Equal(t, "main.go:3:2: undefined: total", r.Reason)
		assert.Equal(t, want, log.asked, state)
	}
}
