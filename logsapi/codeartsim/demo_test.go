package codeartsim

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim/folder"
)

func TestDemoHoldsWhatItPromises(t *testing.T) {
	s, err := New(Config{FS: Demo()})
	require.NoError(t, err)
	for _, c := range []struct {
		task       string
		number     int64
		state      string
		failing    int // position of the failing step
		step, says string
	}{
		{"web", 128, folder.Failure, 3, "Maven test", "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>"},
		{"web", 127, folder.Success, 0, "", ""},
		{"api", 57, folder.Failure, 3, "Go test", "--- FAIL: TestRounding"},
		{"frontend", 301, folder.Failure, 3, "Npm test", "cart › applies discount to total"},
		{"firmware", 12, folder.Failure, 3, "编译固件", "error: field designator 'z'"},
		{"monorepo", 2000, folder.Failure, 3, "Test queue", "panic: assignment to entry in nil map"},
	} {
		t.Run(fmt.Sprint(c.task, " ", c.number), func(t *testing.T) {
			b, _ := s.state.Load().folder.Build(s.Aliases()[c.task], c.number)
			require.NotNil(t, b)
			assert.Equal(t, c.state, b.State)
			assert.Len(t, b.Commit, 40)
			assert.NotEmpty(t, b.Branch)
			assert.NotEmpty(t, b.Trigger)
			for i, st := range b.Steps {
				assert.Equal(t, i == c.failing-1, st.State == folder.Failure, st.Name)
			}
			whole := b.Snapshot(time.Time{}).Log
			log := string(whole.Slice(max(whole.Size-200_000, 0), whole.Size))
			assert.True(t, strings.HasSuffix(log, " Finished: "+c.state+"\n"))
			for _, bait := range []string{"errors: 0", "no error cache found, skipping"} {
				assert.True(t, strings.Contains(log, bait), bait)
			}
			if c.failing == 0 {
				return
			}
			st := b.Steps[c.failing-1]
			failedLog := b.Snapshot(time.Time{}).Steps[c.failing-1].Log
			assert.Equal(t, c.step, st.Name)
			failed := string(failedLog.Slice(0, failedLog.Size))
			assert.True(t, strings.Contains(failed, c.says), c.says)
			_, teardown, _ := strings.Cut(log, failed)
			assert.Greater(t, strings.Count(teardown, "\n"), 90, "post actions")
		})
	}
	assert.Len(t, s.Aliases(), 5)
	assert.Len(t, s.CheckRuns(), 1)
	run := s.state.Load().folder.Check(s.CheckRuns()["style"])
	require.NotNil(t, run)
	assert.Contains(t, string(run.Log.Slice(0, run.Log.Size)), "Checkstyle ends with 9 errors.")
}

func TestDemoHoldsMadeUpSecretsToMask(t *testing.T) {
	s, err := New(Config{FS: Demo()})
	require.NoError(t, err)
	web, _ := s.state.Load().folder.Build(s.Aliases()["web"], 128)
	require.NotNil(t, web)
	steps := web.Snapshot(time.Time{}).Steps
	healthy, failing := steps[0].Log, steps[2].Log
	assert.Contains(t, string(healthy.Slice(0, healthy.Size)), "https://ci:s3cr3t-Pa55@git.example.com")
	assert.Contains(t, string(failing.Slice(0, failing.Size)), "Authorization: Bearer eyJ")
}

func TestLongDemoBuildHas200000LinesAnd200OfTeardown(t *testing.T) {
	s, err := New(Config{FS: Demo()})
	require.NoError(t, err)
	log := s.BuildLog(s.Aliases()["monorepo"], 2000)
	require.NotNil(t, log)
	lines, last, failed := 0, "", 0
	scan := bufio.NewScanner(log)
	for scan.Scan() {
		lines++
		last = scan.Text()
		if strings.Contains(last, "[Test queue:shell] : The status of the action is FAILED.") {
			failed = lines
		}
	}
	require.NoError(t, scan.Err())
	assert.Equal(t, 200_000, lines)
	assert.Equal(t, 200_000-200, failed)
	assert.True(t, strings.HasSuffix(last, "Finished: FAILURE"), last)
}
