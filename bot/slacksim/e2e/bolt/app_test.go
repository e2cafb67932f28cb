package bolt

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/slacksim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	builds = "C0BUILDS01" // public, the app is a member
	ann    = "U0ANN00001"
	bob    = "U0BOB00001"
)

// longWait limits every wait for the app: Bolt takes 5 s to reconnect, and the
// machine may be busy.
const longWait = time.Minute

// requireBolt skips the test with go test -short or if node or the packages are
// missing. With LOGBOT_REQUIRE_TOOLS=1 what is missing fails the test.
func requireBolt(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Node.js, which -short leaves out")
	}
	missing := t.Skip
	if os.Getenv("LOGBOT_REQUIRE_TOOLS") == "1" {
		missing = t.Fatal
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing("this test runs an app on @slack/bolt: install Node.js 20 or later, then run `make node-packages`")
	}
	version := func(file string) (v struct {
		Version      string
		Dependencies map[string]string
	}) {
		raw, err := os.ReadFile(file)
		if err != nil {
			missing("this test runs an app on @slack/bolt, which is not installed: run `make node-packages`")
		}
		require.NoError(t, json.Unmarshal(raw, &v), file)
		return v
	}
	want := version("package.json").Dependencies["@slack/bolt"]
	got := version(filepath.Join("node_modules", "@slack", "bolt", "package.json")).Version
	if got != want {
		missing(fmt.Sprintf("@slack/bolt %s is installed, not %s: run `make node-packages`", got, want))
	}
}

// app is a process of the reference app.
type app struct {
	t   *testing.T
	s   *slacksim.Server
	cmd *exec.Cmd
	out sync.WaitGroup
	end sync.Once

	mu      sync.Mutex
	printed []string
	handled map[string]int // by trigger or event id
}

// run starts a workspace and the app, and waits until it is connected. Both end
// with the test, which fails if the app ends with an error.
func run(t *testing.T, cfg slacksim.Config, env ...string) *app {
	t.Helper()
	requireBolt(t)
	s := slacksim.New(cfg)
	require.NoError(t, s.Start())
	a := &app{t: t, s: s, handled: map[string]int{}}
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	a.cmd = exec.Command("node", "app.js")
	// The environment of the test, such as a proxy, must not reach the app.
	a.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "SLACK_API_URL=" + s.APIURL(),
		"SLACK_BOT_TOKEN=" + s.BotToken(), "SLACK_APP_TOKEN=" + s.AppToken(),
	}, env...)
	out, err := a.cmd.StdoutPipe()
	require.NoError(t, err)
	a.cmd.Stderr = a.cmd.Stdout
	require.NoError(t, a.cmd.Start())
	a.out.Go(func() { a.listen(out) })
	t.Cleanup(func() { a.end.Do(a.stop) })
	a.wait("the app to connect", func() bool { return s.Connections() == 1 })
	return a
}

// stop ends the app like a service manager.
func (a *app) stop() {
	_ = a.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(longWait, func() { _ = a.cmd.Process.Kill() })
	defer kill.Stop()
	a.out.Wait()
	if err := a.cmd.Wait(); err != nil {
		a.t.Errorf("the app ended with %v and said:\n%s", err, a.said())
	} else if a.t.Failed() {
		a.t.Logf("the app said:\n%s", a.said())
	}
}

func (a *app) listen(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		a.mu.Lock()
		if id, ok := strings.CutPrefix(lines.Text(), "handled "); ok {
			a.handled[id]++
		} else {
			a.printed = append(a.printed, lines.Text())
		}
		a.mu.Unlock()
	}
}

func (a *app) said() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.printed, "\n")
}

// got ends the app and returns how often it got each trigger or event id. After the
// end its output is complete.
func (a *app) got() map[string]int {
	a.end.Do(a.stop)
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.handled)
}

func (a *app) within() context.Context {
	ctx, cancel := context.WithTimeout(a.t.Context(), longWait)
	a.t.Cleanup(cancel)
	return ctx
}

// wait waits for a condition in the workspace.
func (a *app) wait(what string, done func() bool) {
	a.t.Helper()
	require.NoError(a.t, a.s.Wait(a.within(), done), "%s\nthe app said:\n%s", what, a.said())
}

// slash types a command as ann and waits for its acknowledgement.
func (a *app) slash(text string) *slacksim.Invocation {
	a.t.Helper()
	inv, err := a.s.Slash(a.within(), slacksim.SlashCommand{Channel: builds, User: ann, Command: "/logs", Text: text})
	require.NoError(a.t, err)
	a.settle(inv.Delivery)
	return inv
}

// did waits for the acknowledgement of what a person did.
func (a *app) did(i *slacksim.Interaction, err error) *slacksim.Interaction {
	a.t.Helper()
	require.NoError(a.t, err)
	a.settle(i.Delivery)
	return i
}

func (a *app) settle(d *slacksim.Delivery) {
	a.t.Helper()
	require.NoError(a.t, d.Settled(a.within()))
	require.Empty(a.t, d.Status().Failure)
	require.Empty(a.t, d.Status().AckRefused)
}

// shows waits until the viewer sees this text in the channel.
func (a *app) shows(viewer, want string) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), longWait)
	defer cancel()
	if err := a.s.Wait(ctx, func() bool { return strings.Contains(a.s.Render(builds, viewer), want) }); err != nil {
		require.Contains(a.t, a.s.Render(builds, viewer), want, "the app said:\n%s", a.said())
	}
}
