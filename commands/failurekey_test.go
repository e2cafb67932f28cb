package commands_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/excerpt"
	"logbot/commands/failure"
	"logbot/commands/testlog"
)

// TestAFailureHasTheKeyThatItsWholeLogHas: "fail" reads pages from the end, and may read
// the log of one step; "logbot excerpt --key" reads all of a file.
func TestAFailureHasTheKeyThatItsWholeLogHas(t *testing.T) {
	h := remembering(t, nil)
	for _, c := range []struct {
		name  string
		task  string
		build int64
	}{{"web", webID, 128}, {"web", webID, 126}, {"api", apiID, 57}} {
		line := fmt.Sprint(c.name, " ", c.build)
		require.NotEmpty(t, h.typed(t, "fail "+line).Lines, line)
		s := h.remembers(t, c.task, c.build)
		log, _ := contentOf(t, h.typed(t, "full "+line).File)
		finder, tests := excerpt.New(excerpt.Options{Known: excerpt.Failed}), testlog.New(nil)
		_, _ = finder.Write([]byte(log))
		_, _ = tests.Write([]byte(log))
		found := finder.Excerpt()
		want := failure.Of(&found, tests.Report().Tests)
		assert.NotEmpty(t, want.Key, line)
		assert.Equal(t, want, failure.Failure{Key: s.Key, Text: s.Text}, line)
	}
}
