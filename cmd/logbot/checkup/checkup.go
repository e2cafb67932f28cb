// Package checkup makes the checks of package checks for a set of settings: what
// "logbot doctor" looks at, and what "logbot serve" looks at when it starts.
package checkup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"logbot/cache/pagestore"
	"logbot/cache/state"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
	"logbot/logsapi"
)

// Settings adds the checks of the settings themselves. environ are the lines
// NAME=VALUE of the whole environment.
func Settings(to *checks.Registry, c *config.Config, environ []string) {
	to.Add(checks.Check{Part: "settings", Name: "settings", Vital: true, Run: func(context.Context) checks.Result {
		var r checks.Result
		for _, p := range c.Problems(environ) {
			level := checks.Red
			if p.Warning {
				level = checks.Yellow
			}
			r.Problems = append(r.Problems, checks.Problem{Level: level, Says: p.Setting + ": " + p.What(), Fix: p.Fix})
		}
		r.Says = c.Summary()
		return r
	}})
}

// Doctor makes every check of a set of settings, for a process that does nothing else.
// Close releases what the checks use.
func Doctor(c *config.Config, environ []string) (*checks.Registry, io.Closer) {
	to := &checks.Registry{}
	opened := &closers{}
	Settings(to, c, environ)
	opened.add(Slack(to, c))
	client := NewClient(c)
	if client != nil {
		opened.add(func() error { client.CloseIdleConnections(); return nil })
	}
	CodeArts(to, c, client)
	State(to, c)
	Disk(to, c)
	return to, opened
}

// NewClient returns a client that looks at CodeArts; nil if the settings do not say
// where that is. Without a valid credential it can look only.
func NewClient(c *config.Config) *logsapi.Client {
	credential, err := c.Credential()
	if err != nil {
		credential = logsapi.Token("none")
	}
	client, err := logsapi.NewClient(c.ClientOptions(credential))
	if err != nil {
		return nil
	}
	return client
}

// State adds the checks of the stores, which are opened for them alone.
func State(to *checks.Registry, c *config.Config) {
	if c.RedisURL == "" && c.DataDir == "" {
		NoState(to)
	}
	if c.RedisURL != "" {
		Redis(to, "state", "REDIS_URL", true, opening(c.RedisURL, func(ctx context.Context) (redisStore, error) {
			return state.OpenRedis(ctx, c.RedisURL, state.Options{Scope: c.Scope})
		}))
	}
	if name, address := c.PagesRedis(); address != "" {
		Redis(to, "pages", name, false, opening(address, func(ctx context.Context) (redisStore, error) {
			return pagestore.OpenRedis(ctx, address, nil)
		}))
	}
}

// NewerState is what to do about a state.ErrNewer.
const NewerState = "start the newer version again, or bring back the backup from before the upgrade (deploy/README.md, \"Upgrade, rollback, backup\")"

// NoState adds the check that says that nothing is kept.
func NoState(to *checks.Registry) {
	to.Add(checks.Check{Part: "state", Name: "state", Run: func(context.Context) checks.Result {
		return checks.Wrong(checks.Yellow, "aliases and watches end with this process", "set LOGBOT_DATA to a folder, or REDIS_URL, to keep them")
	}})
}

// closers are closed in the reverse order of their making.
type closers struct{ all []func() error }

func (c *closers) add(f func() error) { c.all = append(c.all, f) }

// Close implements io.Closer.
func (c *closers) Close() error {
	var errs []error
	for i := len(c.all) - 1; i >= 0; i-- {
		errs = append(errs, c.all[i]())
	}
	return errors.Join(errs...)
}

// counted is a number and what it counts: "3 endpoints".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// firstLine is s up to its first line break.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
