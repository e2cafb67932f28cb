package commands_test

import (
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
)

// asked are the commands that each dialect is tried with, by what they do.
var asked = []struct{ does, line string }{
	{"fail", "fail web 128"},
	{"head", "show web 128"},
	{"tail", "show web 128 --tail"},
	{"grep", "show web 128 --grep ERROR"},
	{"full", "full web 128 all"},
	{"file", "full web 128 3"},
	{"step", "show web 128 --step 3"},
	{"check", "check style"},
	{"builds", "builds web"},
	{"name", "fail web"},
}

// answersOf are the answers to some of asked, all unless they are named, files with
// their content.
func answersOf(t *testing.T, named []string, faults ...codeartsim.Fault) map[string]string {
	t.Helper()
	answers := map[string]string{}
	synctest.Test(t, func(t *testing.T) {
		h := newBubbleHarness(t, nil, nil, faults...)
		time.Sleep(20 * time.Second) // build 129 runs
		for _, a := range asked {
			if named != nil && !slices.Contains(named, a.does) {
				continue
			}
			began := time.Now()
			r := h.typed(t, a.line)
			answers[a.does] = shown(r)
			if r.File != nil {
				content, _ := contentOf(t, r.File)
				answers[a.does] += content
			}
			assert.Less(t, time.Since(began), 20*time.Second, a.line)
		}
	})
	return answers
}

// LOGBOT_DIALECTS=1 tries all dialects.
func TestEveryCommandAnswersInEveryDialectAsInTheDocumentedOne(t *testing.T) {
	const pages = codeartsim.PageLines + "=300" // so that logs take some
	want := answersOf(t, nil, pages)
	for _, a := range asked {
		require.NotEmpty(t, want[a.does], a.line)
	}
	require.Contains(t, want["fail"], "total expected:<10> but was:<11>")
	require.Contains(t, want["full"], "Finished: FAILURE")
	dialects := []codeartsim.Fault{codeartsim.LiteralBreak, codeartsim.SortRequired, codeartsim.EmptyEnd, codeartsim.RangeOffsets, codeartsim.NotReady}
	if os.Getenv("LOGBOT_DIALECTS") != "" {
		dialects = append(dialects, codeartsim.LiteralCRBreak, codeartsim.SortASC, codeartsim.DescByDefault, codeartsim.EmptyZeros, codeartsim.EmptyLog,
			codeartsim.ByteOrderMark, codeartsim.ResultString, codeartsim.Archiving, codeartsim.OffsetsNull, codeartsim.NewestFirst)
	}
	for _, fault := range dialects {
		t.Run(string(fault), func(t *testing.T) {
			got := answersOf(t, nil, pages, fault)
			for _, a := range asked {
				assert.Equal(t, want[a.does], got[a.does], a.line)
			}
		})
	}
}

func TestABuildInAnUnknownStateIsNotPassedOver(t *testing.T) {
	for _, word := range []codeartsim.Fault{"state=UNSTABLE", "state=构建失败", "state=SOMETHING_NEW"} {
		got := answersOf(t, []string{"name", "builds"}, word)
		assert.Contains(t, got["name"], "web #128", word)
		assert.Contains(t, got["name"], "total expected:<10> but was:<11>", word)
		assert.Contains(t, got["builds"], "#128", word)
	}
}
