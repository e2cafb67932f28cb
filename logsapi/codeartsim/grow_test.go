package codeartsim

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim/folder"
	"logbot/logsapi/codeartsim/logtext"
)

var (
	growing     = paged{name: "live", path: "/v1/log/" + demoWeb + "/129/real-time-log"}
	growingStep = paged{name: "step", path: "/v1/log/task/step", ids: url.Values{"job_id": {demoWeb}, "build_no": {"129"}, "step_id": {"23"}}}
	growingDone = paged{name: "finished", path: "/v1/log/stage/page", ids: url.Values{"job_id": {demoWeb}, "build_no": {"129"}}}
)

const growingRecord = "7c02b3f4-51de-4f0b-9a36-cc1f80d7e2b5"

func startGrowing(t *testing.T, on ...Fault) (harness, *clock) {
	c := &clock{now: demoDay().now.UTC()} // stamps have the zone of the files all the same
	return newHarness(t, Config{FS: Demo(), Clock: c.Now, Faults: on}), c
}

func (h harness) whole(t *testing.T, number int64) string {
	log, err := io.ReadAll(h.BuildLog(demoWeb, number))
	require.NoError(t, err)
	return string(log)
}

func TestRunningBuildGrowsUntilItIsOver(t *testing.T) {
	h, c := startGrowing(t)
	status := func() string { return h.result("/v1/record/" + demoWeb + "/129/record-info")["status"].(string) }
	assert.Equal(t, "InQueue", status())
	assert.Equal(t, onePage{}, h.page(growing, 0, 0, "", "1000"))
	c.forward(5 * time.Second)
	end := c.Now().Add(192 * time.Second)

	var seen string
	grew := 0
	for c.Now().Before(end) {
		assert.Equal(t, "Running", status())
		assert.Equal(t, onePage{}, h.page(growingDone, 0, 0, "", ""))
		now := h.whole(t, 129)
		require.True(t, strings.HasPrefix(now, seen), "what was there stays")
		require.True(t, now == "" || strings.HasSuffix(now, "\n"), "whole lines only")
		if len(now) > len(seen) {
			grew++
		}
		for line := range strings.Lines(now[len(seen):]) {
			if at, ok := logtext.ParseStamp([]byte(line)); ok {
				require.False(t, at.After(c.Now()), "a line of the future: %s", line)
				require.False(t, at.Before(c.Now().Add(-10*time.Second)), "a line that is late: %s", line)
			}
		}
		require.True(t, strings.Contains(now, h.page(growingStep, 0, 0, "", "1000").log))
		seen = now
		c.forward(4 * time.Second)
	}
	assert.Greater(t, grew, 20)

	whole := h.whole(t, 129)
	assert.True(t, strings.HasPrefix(whole, seen))
	assert.True(t, strings.HasSuffix(whole, "[2026/11/21 11:03:17.000 GMT+08:00] Finished: FAILURE\n"), whole[len(whole)-80:])
	assert.Equal(t, "FAILURE", status())
	assert.True(t, whole == h.ascending(growingDone, ""), "FinishedLog has it now")
	assert.Equal(t, len(h.whole(t, 128)), len(whole), "but for the stamps it is the build it was made from")
}

func TestStepsOfARunningBuildBeginAndEnd(t *testing.T) {
	h, c := startGrowing(t)
	states := func() []any {
		return column(h.ask("/v3/jobs/" + demoWeb + "/129/history-details")["build_steps"], "status")
	}
	assert.Equal(t, []any{"", "", "", "", "", "", ""}, states())
	assert.Equal(t, onePage{}, h.page(growingStep, 0, 0, "", ""))
	seen := map[string]bool{}
	for range 60 {
		c.forward(4 * time.Second)
		running := 0
		for _, s := range states() {
			if s == "running" {
				running++
			}
		}
		assert.LessOrEqual(t, running, 1)
		seen[fmt.Sprint(states())] = true
		stages := h.result("/v1/record/" + growingRecord + "/full-stages?cascade=true")["build_stages"].(object)
		for _, s := range stages {
			st := s.(object)
			assert.Equal(t, st["status"] != "", st["start_time"] != nil, "%v", st)
			assert.Equal(t, st["status"] != "" && st["status"] != "Running", st["finish_time"] != nil, "%v", st)
		}
	}
	assert.GreaterOrEqual(t, len(seen), 4)
	assert.Equal(t, []any{"success", "success", "error", "success", "success", "success", "success"}, states())
	last := h.result("/v1/job/" + demoWeb + "/running-status")
	assert.Equal(t, "red", last["last_build_status"])
	assert.Equal(t, false, last["is_running"])
}

func TestGrowingLogCanBeFollowedWithItsOffsets(t *testing.T) {
	for _, on := range [][]Fault{nil, {MoreWhileRunning}} {
		h, c := startGrowing(t, on...)
		c.forward(6 * time.Second)
		var got strings.Builder
		at := onePage{}
		for over := false; !over || at.more; {
			over = h.result("/v1/record/" + demoWeb + "/129/record-info")["status"] == "FAILURE"
			at = h.page(growing, at.start, at.end, "", "50")
			got.WriteString(at.log)
			toCome := at.end < h.BuildLog(demoWeb, 129).Size()
			assert.Equal(t, toCome || !over && on != nil, at.more)
			c.forward(time.Second)
		}
		assert.True(t, h.whole(t, 129) == got.String())
	}
}

func TestGrowingLogIsReadBackwardsFromWhereItEndsNow(t *testing.T) {
	h, c := startGrowing(t)
	c.forward(100 * time.Second)
	then := h.whole(t, 129)
	at := h.page(growing, 0, 0, "DESC", "40")
	got := at.log
	for at.start > 0 {
		c.forward(time.Second) // what comes meanwhile is behind
		at = h.page(growing, at.start, at.end, "DESC", "40")
		got = at.log + got
	}
	assert.True(t, then == got)
}

func TestStepFileOfARunningStepIsWhatItHasWritten(t *testing.T) {
	h, c := startGrowing(t)
	const target = "/v4/" + growingRecord + "/task-log?log_level=DEBUG&task_name=stage3"
	assert.Empty(t, h.get(target).body)
	var partial []byte
	for range 60 {
		c.forward(4 * time.Second)
		if body := h.get(target).body; len(body) > 0 && partial == nil {
			partial = body
			assert.NotContains(t, string(body), "[DEBUG]", "the file of that level comes in the end")
		}
	}
	whole := h.get(target).body
	assert.NotEmpty(t, partial)
	assert.Less(t, len(partial), len(whole))
	assert.Contains(t, string(whole), "[DEBUG]")
}

func TestRecentMovesTheFolderByWholeDays(t *testing.T) {
	for _, now := range []time.Time{
		time.Date(2027, 3, 1, 11, 0, 0, 0, folder.ChinaTime),
		time.Date(2027, 3, 1, 1, 0, 0, 0, folder.ChinaTime),
		time.Date(2025, 1, 1, 1, 0, 0, 0, folder.ChinaTime),
	} {
		h := newHarness(t, Config{FS: Demo(), Recent: true, Clock: func() time.Time { return now }})
		frontend, _ := h.state.Load().folder.Build(h.Aliases()["frontend"], 301) // the newest
		assert.Less(t, now.Sub(frontend.Finished()), 24*time.Hour)
		assert.GreaterOrEqual(t, now.Sub(frontend.Finished()), time.Duration(0))
		assert.Equal(t, "10:15:40.871", frontend.Started.In(folder.ChinaTime).Format("15:04:05.000"))
		log, err := io.ReadAll(h.BuildLog(frontend.Task.ID, 301))
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(log), frontend.Started.In(folder.ChinaTime).Format("[2006/01/02 15:04:")), string(log[:80]))
		assert.Equal(t, http.StatusOK, h.get("/v1/job/"+demoWeb+"/status?build_no=128").status)
	}
}

func TestABuildIsHiddenUntilItIsRequested(t *testing.T) {
	folder := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(Demo(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(Demo(), name)
		if name == "demo/web-129/build.yaml" {
			content = append(content, "asked: 10m\n"...)
		}
		folder[name] = &fstest.MapFile{Data: content}
		return err
	}))
	c := &clock{now: demoDay().now.UTC()}
	h := newHarness(t, Config{FS: folder, Clock: c.Now})
	newest := func() any { return h.result("/v1/job/" + demoWeb + "/running-status")["last_build_no"] }
	assert.Equal(t, "128", newest())
	c.forward(10*time.Minute - time.Second)
	assert.Equal(t, "128", newest())
	c.forward(2 * time.Second)
	assert.Equal(t, "129", newest())
	c.forward(5 * time.Second)
	assert.Equal(t, "Running", h.result("/v1/record/" + demoWeb + "/129/record-info")["status"])
	c.forward(192 * time.Second)
	assert.Equal(t, "FAILURE", h.result("/v1/record/" + demoWeb + "/129/record-info")["status"])
	assert.True(t, strings.HasSuffix(h.whole(t, 129), "Finished: FAILURE\n"))
}
