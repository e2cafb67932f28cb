package codeartsim

import (
	"bufio"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
		{"web", 128, failure, 3, "Maven test", "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>"},
		{"web", 127, success, 0, "", ""},
		{"api", 57, failure, 3, "Go test", "--- FAIL: TestRounding"},
		{"frontend", 301, failure, 3, "Npm test", "cart › applies discount to total"},
		{"firmware", 12, failure, 3, "编译固件", "error: field designator 'z'"},
		{"monorepo", 2000, failure, 3, "Test queue", "panic: assignment to entry in nil map"},
	} {
		t.Run(fmt.Sprint(c.task, " ", c.number), func(t *testing.T) {
			b, _ := s.state.Load().folder.find(s.Aliases()[c.task], c.number)
			require.NotNil(t, b)
			assert.Equal(t, c.state, b.State)
			assert.Len(t, b.Commit, 40)
			assert.NotEmpty(t, b.Branch)
			assert.NotEmpty(t, b.Trigger)
			for i, st := range b.Steps {
				assert.Equal(t, i == c.failing-1, st.State == failure, st.Name)
			}
			log := string(b.whole.slice(max(b.whole.size-200_000, 0), b.whole.size))
			assert.True(t, strings.HasSuffix(log, " Finished: "+c.state+"\n"))
			for _, bait := range []string{"errors: 0", "no error cache found, skipping"} {
				assert.True(t, strings.Contains(log, bait), bait)
			}
			if c.failing == 0 {
				return
			}
			st := b.Steps[c.failing-1]
			assert.Equal(t, c.step, st.Name)
			failed := string(st.log.slice(0, st.log.size))
			assert.True(t, strings.Contains(failed, c.says), c.says)
			_, teardown, _ := strings.Cut(log, failed)
			assert.Greater(t, strings.Count(teardown, "\n"), 90, "post actions")
		})
	}
	assert.Len(t, s.Aliases(), 5)
	assert.Len(t, s.CheckRuns(), 1)
	run := s.state.Load().folder.check(s.CheckRuns()["style"])
	require.NotNil(t, run)
	assert.Contains(t, string(run.log.slice(0, run.log.size)), "Checkstyle ends with 9 errors.")
}

func TestDemoHoldsMadeUpSecretsToMask(t *testing.T) {
	s, err := New(Config{FS: Demo()})
	require.NoError(t, err)
	web, _ := s.state.Load().folder.find(s.Aliases()["web"], 128)
	require.NotNil(t, web)
	healthy, failing := web.Steps[0].log, web.Steps[2].log
	assert.Contains(t, string(healthy.slice(0, healthy.size)), "https://ci:s3cr3t-Pa55@git.example.com")
	assert.Contains(t, string(failing.slice(0, failing.size)), "Authorization: Bearer eyJ")
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
