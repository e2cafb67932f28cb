package checks

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const deadline = time.Second

// check returns a check that takes a while and finds r.
func check(name string, takes time.Duration, r Result) Check {
	return Check{Part: "Redis", Name: name, Run: func(context.Context) Result {
		time.Sleep(takes)
		return r
	}}
}

func TestChecksRunAtTheSameTimeAndReportInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Registry
		r.Add(check("slow", deadline/2, Found(Yellow, "full")))
		r.Add(check("quick", 0, Result{}))
		r.Add(check("broken", deadline/2, Found(Red, "away", "old")))
		began := time.Now()
		reports := r.Run(t.Context(), deadline, nil)
		assert.Equal(t, deadline/2, time.Since(began))
		require.Len(t, reports, 3)
		for i, want := range []struct {
			name  string
			level Level
		}{{"slow", Yellow}, {"quick", Green}, {"broken", Red}} {
			assert.Equal(t, want.name, reports[i].Name)
			assert.Equal(t, want.level, reports[i].Level())
		}
		assert.Equal(t, []string{"broken: away", "broken: old"}, reports[2].Lines())
		assert.Empty(t, reports[1].Lines())
	})
}

func TestACheckThatHangsIsYellowAndKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Registry
		r.Add(check("hangs", time.Hour, Result{}))
		r.Add(Check{Part: "Redis", Name: "ends with its context", Run: func(ctx context.Context) Result {
			<-ctx.Done()
			return Wrong(Red, "no answer", "start it")
		}})
		began := time.Now()
		reports := r.Run(t.Context(), deadline, nil)
		assert.Less(t, time.Since(began), 2*deadline)
		assert.Equal(t, []string{"hangs: no result within 1s"}, reports[0].Lines())
		assert.Equal(t, Yellow, reports[0].Level())
		assert.Equal(t, []string{"ends with its context: no answer; start it"}, reports[1].Lines())
		assert.Equal(t, Red, reports[1].Level())
		time.Sleep(time.Hour) // the check that hangs ends with the test
	})
}

func TestResultsWithoutProblemsAreGreen(t *testing.T) {
	var r Registry
	assert.Empty(t, r.Run(t.Context(), deadline, nil))
	assert.Equal(t, Green, Found(Yellow).Level())
	assert.Equal(t, Skipped, Worst([]Report{{Result: Good("there")}, {Result: Skip("no token")}}))
	assert.Equal(t, Red, Worst([]Report{{Result: Wrong(Red, "away", "")}, {Result: Found(Yellow, "old")}}))
}
