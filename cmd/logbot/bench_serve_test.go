package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// The budgets of make bench-serve.
const (
	binaryBudget  = 25e6 // bytes
	memoryBudget  = 30e6 // bytes resident
	connectBudget = 100 * time.Millisecond
	stopBudget    = time.Second
	scrapeBudget  = 5 * time.Millisecond
)

// TestBenchServe measures a released program from outside, and shows its metrics after
// 1,000 commands. It runs only for make bench-serve.
func TestBenchServe(t *testing.T) {
	if os.Getenv("LOGBOT_BENCH_SERVE") == "" {
		t.Skip("make bench-serve runs it")
	}
	program := filepath.Join(t.TempDir(), "logbot")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	binary, err := os.Stat(program)
	require.NoError(t, err)

	var connected, stopped []time.Duration
	for range 10 {
		s := startServing(t, program)
		connected = append(connected, s.connected)
		time.Sleep(300 * time.Millisecond)
		stopped = append(stopped, s.stop(t))
	}
	s := startServing(t, program)
	time.Sleep(5 * time.Second)
	idle := s.memory(t)
	var scrapes []time.Duration
	for range 200 {
		began := time.Now()
		s.metrics(t)
		scrapes = append(scrapes, time.Since(began))
	}
	s.type1000(t)
	after, busy := s.metrics(t), s.memory(t)
	s.stop(t)

	half := func(all []time.Duration) time.Duration { slices.Sort(all); return all[len(all)/2] }
	t.Logf("\n| measured | is | budget |\n|---|---|---|\n"+
		"| binary, stripped | %.1f MB | < 25 MB |\n| idle memory (resident) | %.1f MB | < 30 MB |\n"+
		"| start to connected, median of 10 (slowest) | %v (%v) | < 100 ms |\n| idle stop, median of 10 (slowest) | %v (%v) | < 1 s |\n"+
		"| a scrape, median of 200 (slowest) | %v (%v) | < 5 ms |\n| memory after 1,000 commands | %.1f MB | |",
		float64(binary.Size())/1e6, float64(idle)/1e6, half(connected), slices.Max(connected), half(stopped), slices.Max(stopped), half(scrapes), slices.Max(scrapes), float64(busy)/1e6)
	t.Logf("/metrics after 1,000 commands, without zeros, buckets, and metrics of Go:\n%s", shortened(after))
	assert.Less(t, binary.Size(), int64(binaryBudget))
	assert.Less(t, idle, int64(memoryBudget))
	assert.Less(t, half(connected), connectBudget)
	assert.Less(t, half(stopped), stopBudget)
	assert.Less(t, half(scrapes), scrapeBudget)
}

// serving is a program that serves a local Slack.
type serving struct {
	slack     *slacksim.Server
	cmd       *exec.Cmd
	log       bytes.Buffer
	connected time.Duration // from the start
	listens   string
}

func startServing(t *testing.T, program string) *serving {
	t.Helper()
	_, env := codearts(t)
	var channels []slacksim.Channel
	for i := range 50 {
		channels = append(channels, slacksim.Channel{ID: fmt.Sprintf("C0BENCH%03d", i), Name: fmt.Sprintf("bench-%d", i), Members: []string{"U0ANN00001"}, Bot: true})
	}
	s := &serving{slack: slacksim.New(slacksim.Config{Channels: channels}), listens: freeAddress(t)}
	require.NoError(t, s.slack.Start())
	t.Cleanup(func() { s.slack.Close() })
	env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"], env["SLACK_API_URL"] = s.slack.BotToken(), s.slack.AppToken(), s.slack.APIURL()
	env["LOGBOT_OPEN"], env["LOGBOT_UNPACED"], env["LOGBOT_DATA"], env["LOGBOT_LISTEN"] = "true", "true", t.TempDir(), s.listens
	env["LOGBOT_CONFIG"] = write(t, "config.yaml", "aliases: {web: "+webID+"}\n")
	s.cmd = exec.CommandContext(t.Context(), program, "serve")
	s.cmd.Env = os.Environ()
	for name, value := range env {
		s.cmd.Env = append(s.cmd.Env, name+"="+value)
	}
	s.cmd.Stderr = &s.log
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	began := time.Now()
	require.NoError(t, s.cmd.Start())
	require.NoError(t, s.slack.Wait(ctx, func() bool { return s.slack.Connections() > 0 }))
	s.connected = time.Since(began)
	return s
}

// stop returns how long the program takes to end.
func (s *serving) stop(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, s.cmd.Wait(), s.log.String())
	return time.Since(began)
}

// memory is what is resident, in bytes.
func (s *serving) memory(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	require.NoError(t, err)
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(t, found)
	kib, err := strconv.ParseInt(string(found[1]), 10, 64)
	require.NoError(t, err)
	return kib << 10
}

func (s *serving) metrics(t *testing.T) string {
	t.Helper()
	a, err := http.Get("http://" + s.listens + "/metrics")
	require.NoError(t, err)
	defer a.Body.Close()
	content, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return string(content)
}

// type1000 types 1,000 commands of several kinds, 20 at a time, and waits until all are
// answered.
func (s *serving) type1000(t *testing.T) {
	t.Helper()
	texts := []string{"fail web 128", "fail web 128", "show web 128", "builds web", "help", "fail nope", "fail web 9999", "frobnicate"}
	for i := range 1000 {
		_, err := s.slack.Slash(t.Context(), slacksim.SlashCommand{
			Channel: fmt.Sprintf("C0BENCH%03d", i%50), User: "U0ANN00001", Command: "/logs", Text: texts[i%len(texts)],
		})
		require.NoError(t, err)
		if i%20 == 19 {
			time.Sleep(50 * time.Millisecond)
		}
	}
	require.Eventually(t, func() bool {
		ended := 0.0
		for _, m := range regexp.MustCompile(`(?m)^logbot_commands_total\{.*\} (\d+)$`).FindAllStringSubmatch(s.metrics(t), -1) {
			n, _ := strconv.ParseFloat(m[1], 64)
			ended += n
		}
		return ended == 1000
	}, time.Minute, 50*time.Millisecond, "all commands end, and each is counted")
}

// shortened is what is not 0 of a scrape.
func shortened(scrape string) string {
	var kept []string
	for line := range strings.Lines(scrape) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasSuffix(line, " 0") || strings.Contains(line, "_bucket{") || strings.HasPrefix(line, "logbot_go_") {
			continue
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}
