package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/logsapi"
)

// A build that timed out is remembered by what hung in it.
func TestABuildThatHangsAgainIsTheSameFailure(t *testing.T) {
	o := outcomes()["hung"]
	hung := o.log
	for n := int64(8); n > 6; n-- {
		o.s.builds = append(o.s.builds, logsapi.Build{Number: n, State: logsapi.TimedOut, Branch: "main"})
	}
	for name, c := range map[string]struct {
		second string
		says   string
	}{
		"in the same place":   {hung, "Same as #7"},
		"in another place":    {strings.ReplaceAll(hung, "PoolTest", "OrderTest"), "Not the same as #7"},
		"where it was slow":   {strings.ReplaceAll(hung, "14:02:20", "14:05:19"), ""},
		"where nothing tells": {strings.ReplaceAll(hung, "[INFO] Running com.acme.PoolTest", "..."), ""},
	} {
		t.Run(name, func(t *testing.T) {
			logs, failures := map[int64]string{7: hung, 8: c.second}, newMemoryFailures()
			options := optionsOf(o.s, func(q logsapi.PageRequest) (logsapi.Page, error) {
				var build int64
				switch of := q.Log.(type) {
				case logsapi.FinishedLog:
					build = of.Build
				case logsapi.StepLog:
					build = of.Build
				}
				return logsapi.Page{Text: logs[build], Last: true}, nil
			})
			options.Failures = failures
			h := newCommands(options)
			t.Cleanup(h.Close)
			first := ask(t, h, "/logs fail web 7")
			s, found, err := failures.OfBuild(t.Context(), webID, 7)
			require.NoError(t, err)
			require.True(t, found)
			assert.Equal(t, [...]string{"timeout", "mvn -B test: [INFO] Running com.acme.PoolTest", "Maven test"}, [...]string{s.Kind, s.Text, s.Step})
			assert.NotEmpty(t, pressed(first, "Claim").Line)
			second := h.Run(t.Context(), commands.Request{Text: "fail web 8", Channel: here, User: ann})
			assert.True(t, strings.HasPrefix(second.Verdict, c.says), second.Verdict)
			if c.says == "" {
				assert.Empty(t, second.Verdict)
				s, found, err := failures.OfBuild(t.Context(), webID, 8)
				require.NoError(t, err)
				assert.True(t, found)
				assert.Empty(t, s.Key)
				assert.Contains(t, h.Run(t.Context(), commands.Request{Text: "claim web 8", Channel: here, User: ann}).Body, "it isn't clear what failed")
			}
		})
	}
}
