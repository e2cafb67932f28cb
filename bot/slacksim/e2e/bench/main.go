// Command bench measures logbot at work in the local Slack, beside a bare
// slack-go bot that is built and measured in the same run. `make bench-slack`
// runs it.
//
// Slack's own rate limits are switched off, for they would be what is measured.
// The bots run as processes of their own; the local Slack is in this one, so the
// figures include what it takes on the same cores.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	seconds := flag.Int("seconds", 60, "how long the steady load lasts")
	flag.Parse()
	if err := run(ctx, time.Duration(*seconds)*time.Second); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// command is what is typed: a build of the demo, whose task has no short name here.
const command = "fail 48c66c6002964721be537cdc6ce0297b 128"

// run builds both bots, measures one after the other and prints a table.
func run(ctx context.Context, steady time.Duration) (err error) {
	folder, err := os.MkdirTemp("", "logbot-bench-*")
	if err != nil {
		return fmt.Errorf("make a folder for the programs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	logbot, err := build(ctx, folder, "logbot", "logbot/cmd/logbot")
	if err != nil {
		return err
	}
	echo, err := build(ctx, folder, "echo", "logbot/bot/slacksim/e2e/bench/echo")
	if err != nil {
		return err
	}
	codearts, environment, err := startCodeArts(ctx, logbot)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end(codearts)) }()

	contestants := []contestant{
		{name: "`/logs fail TASK 128`, warm", program: logbot, args: []string{"serve"}, text: command, env: append(environment,
			"LOGBOT_OPEN=true", "LOGBOT_LOG_LEVEL=error", "LOGBOT_RATE=1000", "LOGBOT_UNPACED=true", "LOGBOT_DATA="+filepath.Join(folder, "data"))},
		{name: "bare slack-go echo", program: echo, text: command},
	}
	var all []result
	for _, c := range contestants {
		r, err := c.measure(ctx, steady)
		if err != nil {
			return fmt.Errorf("measure %s: %w", c.name, err)
		}
		all = append(all, r)
	}
	fmt.Print(report(all))
	return nil
}

// build compiles a program as it would be released.
func build(ctx context.Context, folder, name, pkg string) (string, error) {
	path := filepath.Join(folder, name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// startCodeArts runs the local CodeArts with the builds of the demo and returns
// what a bot needs in its environment to find it.
func startCodeArts(ctx context.Context, logbot string) (*exec.Cmd, []string, error) {
	const token = "token-of-the-bench"
	cmd := exec.CommandContext(ctx, logbot, "sim", "codearts", "--token", token)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start CodeArts: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start CodeArts: %w", err)
	}
	// It prints one line: export LOGBOT_BUILD_URL=… LOGBOT_CHECK_URL=…
	line := make([]byte, 4096)
	n, err := out.Read(line)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start CodeArts: %w", err), end(cmd))
	}
	settings := strings.Fields(strings.TrimPrefix(string(line[:n]), "export "))
	return cmd, append(settings, "LOGBOT_AUTH_TOKEN="+token), nil
}

// end stops a process that this program started, and waits for it.
func end(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", cmd.Path, err)
	}
	_ = cmd.Wait() // a status of its own after SIGTERM says nothing
	return nil
}
