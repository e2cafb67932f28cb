package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// task is one of the local CodeArts, with a build that fails; reason is what the
	// answer says of it.
	task   = "48c66c6002964721be537cdc6ce0297b"
	reason = "total expected:<10> but was:<11>"
	// answerWithin is how long the start and the answer may take on a busy machine.
	answerWithin = time.Minute
)

// local is a Slack and a CodeArts of this program on this machine.
type local struct {
	program string
	env     []string
	keys    io.WriteCloser // what is typed in Slack
	screen  *screen        // what Slack shows
	ends    []func()
}

func (l *local) stop() {
	for i := len(l.ends) - 1; i >= 0; i-- {
		l.ends[i]()
	}
}

// screen collects what a program prints.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	first chan string // its first line
}

func (s *screen) read(from io.Reader) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		s.mu.Lock()
		s.text.WriteString(lines.Text() + "\n")
		s.mu.Unlock()
		select {
		case s.first <- lines.Text():
		default:
		}
	}
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// wait waits until the text contains words.
func (s *screen) wait(ctx context.Context, words string) error {
	for !strings.Contains(s.String(), words) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited for %q; it said:\n%s", words, s)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// startLocal starts "logbot sim codearts" and "logbot sim slack". Their first lines are
// the environment that leads to them.
func (d deployment) startLocal(ctx context.Context) (*local, error) {
	l := &local{program: d.program, env: []string{"HUAWEICLOUD_SDK_AK=ak", "HUAWEICLOUD_SDK_SK=sk-of-the-check", "LOGBOT_OPEN=true"}}
	for _, args := range [][]string{{"sim", "codearts", "--ak", "ak", "--sk", "sk-of-the-check"}, {"sim", "slack"}} {
		if err := l.simulate(ctx, args); err != nil {
			l.stop()
			return nil, err
		}
	}
	return l, nil
}

func (l *local) simulate(ctx context.Context, args []string) error {
	cmd := exec.CommandContext(ctx, l.program, args...)
	keys, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s := &screen{first: make(chan string, 1)}
	read := make(chan struct{})
	go func() { s.read(out); close(read) }()
	l.ends = append(l.ends, func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-read
		_ = cmd.Wait()
	})
	select {
	case line := <-s.first:
		l.env = append(l.env, strings.Fields(strings.TrimPrefix(line, "export "))...)
	case <-read:
		return fmt.Errorf("logbot %s ended at once", strings.Join(args, " "))
	case <-time.After(answerWithin):
		return fmt.Errorf("logbot %s says nothing", strings.Join(args, " "))
	}
	l.keys, l.screen = keys, s
	return nil
}

// serveIn runs "logbot serve" in the root file system at path and returns how long the
// first answer took.
func (l *local) serveIn(ctx context.Context, path string) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	env := append(l.env, "LOGBOT_DATA=/var/lib/logbot", "LOGBOT_LISTEN=127.0.0.1:"+port)
	began := time.Now()
	serve := inRoot(path, env, "serve")
	said := &screen{first: make(chan string, 1)}
	out, in := io.Pipe()
	serve.Stdout, serve.Stderr = in, in
	go said.read(out)
	if err := serve.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait(); in.Close() }()
	defer func() {
		_ = serve.Process.Signal(syscall.SIGTERM)
		select {
		case stopped := <-ended:
			err = errors.Join(err, stopped)
		case <-time.After(drain + 5*time.Second):
			_ = serve.Process.Kill()
			err = errors.Join(err, errors.New("it does not stop"))
		}
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, said)
		}
	}()
	if err := said.wait(ctx, "connected to Slack"); err != nil {
		return 0, err
	}
	for {
		health := inRoot(path, env, "healthcheck")
		text, err := health.CombinedOutput()
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return 0, fmt.Errorf("logbot healthcheck: %w: %s", err, text)
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Fprintf(l.keys, "/logs fail %s 128\n", task)
	if err := l.screen.wait(ctx, reason); err != nil {
		return 0, err
	}
	return time.Since(began).Round(time.Millisecond), nil
}

// inRoot is a command of the program in another root file system: mounted read-only,
// except the folder that the image declares for data, as the user of the image, without
// capabilities, and alone with its environment.
func inRoot(path string, env []string, args ...string) *exec.Cmd {
	const script = `
set -e
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount -t tmpfs -o mode=0700,uid=65532,gid=65532 none "$0/var/lib/logbot"
exec chroot --userspec="$1" "$0" /logbot "$2"
`
	cmd := exec.Command("unshare", append([]string{"--mount", "sh", "-c", script, path, user}, args...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
