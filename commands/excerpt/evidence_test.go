package excerpt

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// openEnd is a long log that fails in its last page and has no closing line.
func openEnd() string {
	return healthy(100_000) + "main.go:3:2: undefined: x\nmake: *** [all] Error 2\n" + strings.Repeat("cleaning up\n", 200)
}

func TestOnePageIsEnoughIfTheBuildIsKnownToHaveFailed(t *testing.T) {
	b := fromEnd(openEnd(), 40<<10, Options{Known: Failed})
	assert.Equal(t, 1, b.Pages())
	assert.Equal(t, "main.go:3:2: undefined: x", b.Excerpt().Reason.Text)
}

func TestStrongEvidenceEndsTheReadAfterThreePages(t *testing.T) {
	b := fromEnd(openEnd(), 40<<10, Options{})
	assert.Equal(t, strongPages, b.Pages())
	assert.Equal(t, "main.go:3:2: undefined: x", b.Excerpt().Reason.Text)
}

func TestAKnownFailureReadsOnWhereNothingExplainsIt(t *testing.T) {
	b := fromEnd(strings.Repeat("nothing to see\n", 100_000), 60_000, Options{Known: Failed})
	assert.Equal(t, maxPages, b.Pages())
	assert.False(t, b.Strong())
}

func TestAStepThatPassedIsNoEvidence(t *testing.T) {
	end := "main.go:3:2: undefined: x\nThe command \"make test\" exited with 0.\n"
	assert.Greater(t, fromEnd(healthy(100_000)+end, 40<<10, Options{Known: Failed}).Pages(), 1)
}

func TestTheSuccessOfSomethingElseDoesNotEndTheReadOfAFailure(t *testing.T) {
	log := healthy(100_000) + "Finished: SUCCESS\n" // the console of another build
	assert.Equal(t, 1, fromEnd(log, 40<<10, Options{}).Pages())
	assert.Greater(t, fromEnd(log, 40<<10, Options{Known: Failed}).Pages(), 1)
}

func TestOnePageIsEnoughIfTheBuildIsKnownToHaveSucceeded(t *testing.T) {
	assert.Equal(t, 1, fromEnd(healthy(100_000), 40<<10, Options{Known: Succeeded}).Pages())
}
