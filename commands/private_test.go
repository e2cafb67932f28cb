package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/typed"
)

func TestMeMakesAnAnswerPrivate(t *testing.T) {
	assert.True(t, newHarness(t, nil).typed(t, "fail web 128 --me").Private)
	assert.True(t, newHarness(t, nil).typed(t, "web 128 —me").Private, "a phone made one long dash of two hyphens")
}

func TestAnAnswerForMeOffersNothingThatOthersWouldSee(t *testing.T) {
	h := newHarness(t, nil)
	for text, share := range map[string]string{
		"fail web 128 --me":                      "/logs fail web 128",
		"web --me":                               "/logs fail web 128", // the build that was meant
		"show web 128 --tail --me":               "/logs show web 128 --tail",
		"show web 128 --grep 'a b|e' --me":       `/logs show web 128 --grep "a b|e"`,
		"check style --me":                       "/logs check style",
		"check style --tail --lines 3 --me":      "/logs check style --tail --lines 3",
		"builds web --me":                        "/logs builds web",
		"fail " + webID + " 128 --lines 30 --me": "/logs fail web 128 --lines 30",
	} {
		r := h.typed(t, text)
		require.False(t, r.Refused, "%s: %s", text, r.Body)
		assert.True(t, r.Private)
		for _, e := range r.Try {
			switch {
			case e.Place == reply.InChannel:
				assert.Equal(t, share, e.Line)
				assert.Equal(t, "Share", e.Button)
			case e.Place == reply.AskFirst:
				assert.Regexp(t, `^/logs (show web 128|show web 129|check style) --me --grep$`, e.Line)
				line, err := typed.SearchLine(e.Line, typed.SearchForm{Expression: "error"})
				require.NoError(t, err)
				assert.True(t, h.typed(t, strings.TrimPrefix(line, "/logs ")).Private)
			default:
				assert.True(t, strings.HasSuffix(e.Line, " --me"), e.Line)
				answer := h.typed(t, strings.TrimPrefix(e.Line, "/logs "))
				assert.True(t, answer.Private && answer.File == nil || answer.Direct && answer.File != nil, e.Line)
			}
		}
		shared := pressed(r, "Share")
		require.NotEmpty(t, shared.Line, text)
		answer := h.typed(t, strings.TrimPrefix(shared.Line, "/logs "))
		assert.False(t, answer.Private)
		assert.Equal(t, r.Lines, answer.Lines, "what is shared is what was seen")
		assert.Equal(t, r.Heading, answer.Heading)
	}
	assert.Empty(t, pressed(h.typed(t, "help --me"), "Share").Line, "help is for the caller alone anyway")
	terminal := h.Run(t.Context(), commands.Request{Text: "fail web 128 --me"})
	assert.Empty(t, pressed(terminal, "Share").Line, "a terminal has no channel")
}

func TestAFileForMeIsSentAsADirectMessage(t *testing.T) {
	h := newHarness(t, nil)
	for _, text := range []string{"full web 128 --me", "full web --me", "full web 128 all --me"} {
		r := h.typed(t, text)
		require.False(t, r.Refused, r.Body)
		assert.True(t, r.Direct, text)
		assert.NotNil(t, r.File, text)
	}
	assert.False(t, h.typed(t, "full web 128").Direct)
	button := pressed(h.typed(t, "fail web 128 --me"), "Full log")
	assert.Equal(t, "/logs full web 128 all --me", button.Line, "also that of a button below an answer for me")
}

func TestFullAloneIsOfTheLastBuildThatEnded(t *testing.T) {
	h := newHarness(t, nil)
	assert.Equal(t, `Step "Maven test" of web #128`, h.typed(t, "full web").Heading, "the step that failed")
	assert.Equal(t, "The whole log of web #127", h.typed(t, "full web 127").Heading, "nothing failed")
	assert.Equal(t, "The whole log of web #128", h.typed(t, "full web all").Heading)
	assert.Equal(t, "The whole log of web #128", h.typed(t, "full web 全部").Heading)
	assert.Equal(t, `Step "Install dependencies" of web #128`, h.typed(t, "full web stage2").Heading)
}
