package excerpt

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/excerpt/trees"
)

func TestTheEmbeddedRankerIsWholeAndSmall(t *testing.T) {
	r, err := ParseRanker(learned[:])
	require.NoError(t, err)
	assert.NotEmpty(t, r.show)
	assert.NotEmpty(t, r.why)
	source, err := os.Stat("table.go")
	require.NoError(t, err)
	assert.LessOrEqual(t, source.Size(), int64(64<<10))
}

func TestADamagedRankerIsRefused(t *testing.T) {
	for n, says := range map[int]string{5: "end too early", Tenths: "lines to show", len(learned) - 1: "reason"} {
		_, err := ParseRanker(learned[:n])
		assert.ErrorContains(t, err, says)
	}
	_, err := ParseRanker(append(learned[:], 1))
	assert.ErrorContains(t, err, "1 numbers too many")
}

func TestChancesAreThoseOfTheLogarithm(t *testing.T) {
	for odds := -2500; odds <= 2500; odds += 7 {
		want := 1000 / (1 + math.Exp(-float64(odds)/trees.Unit))
		assert.InDelta(t, want, chance(odds), 2, odds)
	}
	assert.Equal(t, 0, chance(-1<<20))
	assert.Equal(t, unit, chance(1<<20))
}

func TestEveryFeatureHasAName(t *testing.T) {
	assert.Len(t, wordList, classCount)
	names := map[string]bool{}
	for f := range featCount {
		assert.NotEmpty(t, featureName(f), f)
		names[featureName(f)] = true
	}
	assert.Len(t, names, featCount)
}

const twoErrors = "$ make\nmain.c:3:12: error: expected ';' before '}' token\nmain.c:9:1: error: unknown type name 'total'\nmake: *** [main.o] Error 1\nScript exited with status 2\n"

func TestThereAreUpToThreeReasonsTheLikeliestFirst(t *testing.T) {
	e := excerptOf(t, healthy(50)+twoErrors, Options{})
	require.Len(t, e.Reasons, 3)
	assert.Equal(t, e.Reason, e.Reasons[0])
	assert.Contains(t, e.Reasons[1].Text, "main.c:9:1")
}

func TestTheReasonIsAmongTheLines(t *testing.T) {
	for _, n := range []int{1, 2, 8, 20} {
		e := excerptOf(t, healthy(50)+twoErrors+healthy(50), Options{Lines: n})
		assert.Contains(t, texts(e), e.Reason.Text, "%d lines", n)
	}
}

func TestABuildThatWasStoppedHasNoReason(t *testing.T) {
	e := excerptOf(t, healthy(50)+"error: interrupted\nFinished: ABORTED\n", Options{})
	assert.Equal(t, Aborted, e.Outcome)
	assert.Zero(t, e.Reason)
	assert.Empty(t, e.Reasons)
	assert.NotEmpty(t, e.Lines)
	assert.Zero(t, excerptOf(t, healthy(50)+twoErrors, Options{Known: Aborted}).Reason)
}

func TestWhatIsNotSureIsNotAsserted(t *testing.T) {
	sure := excerptOf(t, healthy(50)+"npm ERR! code E404\nfatal: Remote branch v9 not found in upstream origin\nScript exited with status 128\n", Options{})
	assert.True(t, sure.Sure(), sure.Confidence)
	var vague strings.Builder
	for i := range 12 {
		fmt.Fprintf(&vague, "part %c of the plan\nthe %c differs from what it was\n", 'a'+i, 'a'+i)
	}
	e := excerptOf(t, healthy(50)+vague.String(), Options{})
	assert.False(t, e.Sure(), e.Confidence)
	assert.Len(t, e.Reasons, maxReasons)
	for _, r := range e.Reasons {
		assert.Contains(t, texts(e), r.Text, "it can be marked")
	}
}

func TestExplainNamesTheFeaturesThatDecided(t *testing.T) {
	e := excerptOf(t, healthy(50)+twoErrors, Options{Explain: true})
	for _, l := range append(e.Lines, e.Reasons...) {
		assert.Regexp(t, `[a-z].* [+-]\d+\.\d, `, l.Because)
	}
	assert.Empty(t, excerptOf(t, healthy(50)+twoErrors, Options{}).Reason.Because)
}

// Where a line stands in its step is told by the entry; what is chosen has an order of its own.
func TestTheRankerSeesHowFarALineIsFromTheEndOfItsStep(t *testing.T) {
	f := New(Options{})
	f.Write([]byte("a.c:1:2: error: expected ';'\nmake: *** [all] Error 1\nlast\n"))
	f.finish()
	main := f.failing()
	s := f.newScene(f.candidates(main), main)
	got := map[string]int{}
	for i := range s.all {
		r := make(row, featCount)
		s.row(r, i)
		got[s.all[i].text] = int(r[featRank])
	}
	assert.Equal(t, map[string]int{"a.c:1:2: error: expected ';'": 3, "make: *** [all] Error 1": 2, "last": 1}, got)
}
