package slacksim

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"logbot/bot/slacksim/blockkit"
)

// workspace is what every part of the server shares: configuration, lock, clock and
// the notification of changes.
type workspace struct {
	cfg    Config
	schema blockkit.Schema
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup // handlers and what they started

	mu      sync.Mutex // guards what follows and the state of every part
	closed  bool
	url     string        // scheme and host, after Start
	changed chan struct{} // closed and replaced at every change
	rev     int64         // counts changes of messages and modals
	lastTS  int64         // microseconds
}

func newWorkspace(cfg Config) *workspace {
	ctx, cancel := context.WithCancel(context.Background())
	schema := blockkit.NewSchema()
	if cfg.StrictContainers {
		schema = schema.WithStrictContainers()
	}
	return &workspace{
		cfg: cfg, schema: schema, ctx: ctx, cancel: cancel, changed: make(chan struct{}),
	}
}

// BotToken returns the token for the methods of the Web API.
func (ws *workspace) BotToken() string { return ws.cfg.BotToken }

// AppToken returns the token for apps.connections.open.
func (ws *workspace) AppToken() string { return ws.cfg.AppToken }

// begin adds to work, for which Close waits. It reports false after Close.
func (ws *workspace) begin() bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.closed {
		return false
	}
	ws.work.Add(1)
	return true
}

// Changed returns a channel that is closed at the next change of a message,
// acknowledgement, connection or the traffic record.
func (ws *workspace) Changed() <-chan struct{} {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.changed
}

// Wait calls done now and after every change until it returns true or ctx ends.
// done may call any method of the server.
func (ws *workspace) Wait(ctx context.Context, done func() bool) error {
	for {
		changed := ws.Changed()
		if done() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("slacksim: wait: %w", ctx.Err())
		}
	}
}

// touch closes the channel of Changed; mu is held.
func (ws *workspace) touch() {
	close(ws.changed)
	ws.changed = make(chan struct{})
}

// newSecret returns a random word of upper-case letters and digits.
func newSecret() string { return rand.Text() }

// newID returns a random id in Slack's form, such as F0ABCDEFGHI.
func newID(kind string) string { return kind + "0" + strings.ToUpper(newSecret()[:9]) }

func (ws *workspace) scoped(scope string) bool { return slices.Contains(ws.cfg.Scopes, scope) }

func (ws *workspace) isUser(id string) bool {
	return slices.ContainsFunc(ws.cfg.Users, func(u User) bool { return u.ID == id })
}

// domain returns the subdomain of the workspace.
func (ws *workspace) domain() string { return strings.ToLower(ws.cfg.TeamName) }

// Users returns the people of the workspace.
func (ws *workspace) Users() []User { return slices.Clone(ws.cfg.Users) }

// nameOf returns the display name of a user.
func (ws *workspace) nameOf(id string) string {
	if id == slackbot {
		return "Slackbot"
	}
	if id == ws.cfg.BotUser.ID {
		return ws.cfg.BotUser.Name
	}
	for _, u := range ws.cfg.Users {
		if u.ID == id {
			return u.Name
		}
	}
	return id
}

// uuid returns a random id in the form of envelope ids.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// actionTS returns the current time in the form of a ts.
func (ws *workspace) actionTS() string {
	now := ws.cfg.Clock.Now().UnixMicro()
	return strconv.FormatInt(now/1e6, 10) + "." + fmt.Sprintf("%06d", now%1e6)
}

// nextTS returns a ts that no other message of the workspace has.
func (ws *workspace) nextTS() string {
	ws.lastTS = max(ws.lastTS+1, ws.cfg.Clock.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", ws.lastTS/1e6, ws.lastTS%1e6)
}

// sleep waits d by the clock, or until canceled or the end of the server.
func (ws *workspace) sleep(d time.Duration, canceled <-chan struct{}) {
	over := make(chan struct{})
	defer ws.cfg.Clock.AfterFunc(d, func() { close(over) })()
	select {
	case <-over:
	case <-canceled:
	case <-ws.ctx.Done():
	}
}

// ticks sends to the returned channel every d until ctx ends. It drops a tick that
// was not received in time.
func (ws *workspace) ticks(ctx context.Context, d time.Duration) <-chan struct{} {
	due := make(chan struct{}, 1)
	var tick func()
	tick = func() {
		if ctx.Err() != nil {
			return
		}
		ws.cfg.Clock.AfterFunc(d, tick)
		select {
		case due <- struct{}{}:
		default:
		}
	}
	ws.cfg.Clock.AfterFunc(d, tick)
	return due
}

// lacks refuses a call that lacks a scope.
func (ws *workspace) lacks(needed string) *refusal {
	return &refusal{code: "missing_scope", status: http.StatusOK, fields: map[string]any{
		"needed": needed, "provided": strings.Join(ws.cfg.Scopes, ","),
	}}
}

// knowsCommand reports whether the app has such a command.
func (ws *workspace) knowsCommand(name string) bool {
	return len(ws.cfg.Commands) == 0 || slices.ContainsFunc(ws.cfg.Commands, func(c Command) bool { return c.Name == name })
}

// Shortcuts returns the message shortcuts of the app.
func (ws *workspace) Shortcuts() []Shortcut { return slices.Clone(ws.cfg.Shortcuts) }
