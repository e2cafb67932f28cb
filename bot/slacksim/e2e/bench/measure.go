package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"logbot/bot/slacksim"
)

const (
	user     = "U0ANN00001"
	channels = 400 // at the steady rate each gets less than one message per second
	alone    = 500 // commands, one after the other
	atOnce   = 50  // commands per burst
	bursts   = 20
	rate     = 200 // commands per second of the steady load
	settle   = 2 * time.Second
	patience = 30 * time.Second
)

// contestant is a bot to measure.
type contestant struct {
	name    string
	program string
	args    []string
	env     []string
	text    string // typed after /logs
}

// result is the measurements of one bot.
type result struct {
	name      string
	binary    int64         // bytes
	connected time.Duration // from the start to the first socket
	idle      int64         // bytes of memory after connecting
	busy      int64         // bytes of memory after the load
	calls     float64       // Slack calls per command
	runs      []load
}

// load is the result of one kind of load.
type load struct {
	name        string
	ack, answer []time.Duration
	failed      int // commands that Slack reported as failed, or that got no answer
}

func (c contestant) measure(ctx context.Context, steady time.Duration) (r result, err error) {
	slack := slacksim.New(slacksim.Config{Channels: manyChannels(), Scopes: []string{
		"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read",
	}})
	if err := slack.Start(); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, slack.Close()) }()
	cmd := exec.CommandContext(ctx, c.program, c.args...)
	cmd.Env = append(append(os.Environ(), c.env...),
		"SLACK_API_URL="+slack.APIURL(), "SLACK_BOT_TOKEN="+slack.BotToken(), "SLACK_APP_TOKEN="+slack.AppToken())
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, end(cmd)) }()
	r.name = c.name
	if err := slack.Wait(ctx, func() bool { return slack.Connections() > 0 }); err != nil {
		return r, err
	}
	r.connected = time.Since(began)
	if r.binary, err = sizeOf(c.program); err != nil {
		return r, err
	}
	time.Sleep(settle)
	if r.idle, err = memoryOf(cmd.Process.Pid); err != nil {
		return r, err
	}
	asked := &field{Server: slack, text: c.text}
	if _, err := asked.ask(ctx, 1, one); err != nil { // fills the caches
		return r, err
	}
	before, warmUp := calls(slack), asked.asked
	for _, way := range []struct {
		name string
		n    int
		how  func(ctx context.Context, f *field, n int) error
	}{
		{"one at a time", alone, one},
		{fmt.Sprintf("%d at once", atOnce), atOnce * bursts, burst},
		{fmt.Sprintf("%d a second for %d s", rate, int(steady.Seconds())), rate * int(steady.Seconds()), steadily},
	} {
		l, err := asked.ask(ctx, way.n, way.how)
		if err != nil {
			return r, err
		}
		l.name = way.name
		r.runs = append(r.runs, l)
	}
	r.calls = float64(calls(slack)-before) / float64(asked.asked-warmUp)
	r.busy, err = memoryOf(cmd.Process.Pid)
	return r, err
}

func manyChannels() []slacksim.Channel {
	out := make([]slacksim.Channel, channels)
	for i := range out {
		out[i] = slacksim.Channel{ID: fmt.Sprintf("C0BENCH%03d", i), Name: fmt.Sprintf("bench-%d", i), Members: []string{user}, Bot: true}
	}
	return out
}

// field is where commands are typed and answers are read.
type field struct {
	*slacksim.Server
	text  string
	asked int

	mu    sync.Mutex
	typed []*slacksim.Invocation
}

// ask types n commands with a load and returns the time of each. The n-th answer in
// a channel belongs to the n-th command there.
func (f *field) ask(ctx context.Context, n int, how func(context.Context, *field, int) error) (load, error) {
	var l load
	seen := map[string]int{}
	for _, c := range f.Channels() {
		seen[c.ID] = len(f.answers(c.ID))
	}
	f.typed = nil
	if err := how(ctx, f, n); err != nil {
		return l, err
	}
	if err := f.settled(ctx, seen); err != nil {
		return l, err
	}
	answers := map[string][]time.Time{}
	for _, c := range f.Channels() {
		answers[c.ID] = f.answers(c.ID)[seen[c.ID]:]
	}
	slices.SortFunc(f.typed, func(a, b *slacksim.Invocation) int { return a.At.Compare(b.At) })
	for _, i := range f.typed {
		s := i.Status()
		of := answers[i.Channel]
		if s.Failure != "" || len(of) == 0 {
			l.failed++
			continue
		}
		l.ack = append(l.ack, s.AckedAt.Sub(i.At))
		l.answer = append(l.answer, of[0].Sub(i.At))
		answers[i.Channel] = of[1:]
	}
	f.asked += len(f.typed)
	return l, nil
}

// settled waits until every command has its answer, or the time limit.
func (f *field) settled(ctx context.Context, seen map[string]int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	due := map[string]int{}
	for _, i := range f.typed {
		due[i.Channel]++
	}
	err := f.Wait(ctx, func() bool {
		for channel, n := range due {
			if len(f.answers(channel)) < seen[channel]+n {
				return false
			}
			delete(due, channel)
		}
		return true
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // missing answers count as failed
	}
	return err
}

// answers returns the times at which a bot posted in a channel: the ts of its
// messages.
func (f *field) answers(channel string) []time.Time {
	var out []time.Time
	for _, m := range f.Messages(channel) {
		if m.Via != "command" {
			out = append(out, timeOf(m.TS))
		}
	}
	return out
}

// timeOf reads a ts: seconds with six decimals.
func timeOf(ts string) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	u, _ := strconv.ParseInt(micros, 10, 64)
	return time.Unix(s, u*1000)
}

func (f *field) typeOne(ctx context.Context, nth int) error {
	i, err := f.Slash(ctx, slacksim.SlashCommand{Channel: f.Channels()[nth%channels].ID, User: user, Command: "/logs", Text: f.text})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.typed = append(f.typed, i)
	return nil
}

// await waits for a condition, up to the time limit. Its error shows the channel.
func (f *field) await(ctx context.Context, channel string, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := f.Wait(ctx, done); err != nil {
		return fmt.Errorf("%w; the channel shows:\n%s", err, f.Render(channel, user))
	}
	return nil
}

// one types each command after the answer to the one before.
func one(ctx context.Context, f *field, n int) error {
	for nth := range n {
		channel := f.Channels()[nth%channels].ID
		had := len(f.answers(channel))
		if err := f.typeOne(ctx, nth); err != nil {
			return err
		}
		if err := f.await(ctx, channel, func() bool { return len(f.answers(channel)) > had }); err != nil {
			return err
		}
	}
	return nil
}

// burst types atOnce commands at the same time, and again after their answers.
func burst(ctx context.Context, f *field, n int) error {
	for first := 0; first < n; first += atOnce {
		had := map[string]int{}
		for nth := first; nth < first+atOnce; nth++ {
			channel := f.Channels()[nth%channels].ID
			had[channel] = len(f.answers(channel))
		}
		var typing sync.WaitGroup
		errs := make(chan error, atOnce)
		for nth := first; nth < first+atOnce; nth++ {
			typing.Go(func() { errs <- f.typeOne(ctx, nth) })
		}
		typing.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				return err
			}
		}
		err := f.await(ctx, f.Channels()[first%channels].ID, func() bool {
			for channel, n := range had {
				if len(f.answers(channel)) <= n {
					return false
				}
				delete(had, channel)
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// steadily types at the rate, without waiting for answers.
func steadily(ctx context.Context, f *field, n int) error {
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for nth := range n {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if err := f.typeOne(ctx, nth); err != nil {
			return err
		}
	}
	return nil
}

// calls returns the number of calls to Slack, without apps.connections.open and
// acknowledgements.
func calls(s *slacksim.Server) int {
	n := 0
	for method, count := range s.Counts() {
		if method != "ack" && method != "apps.connections.open" {
			n += count
		}
	}
	return n
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// memoryOf returns the resident memory of a process, from /proc of Linux.
func memoryOf(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process (Linux only): %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("/proc tells no VmRSS")
}
