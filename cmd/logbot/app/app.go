// Package app connects logbot's parts as its settings say: the client of CodeArts,
// the stores, the commands and the bot. It also registers the checks on what these
// depend on, see package checks.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"

	"logbot/cache"
	"logbot/cache/pagestore"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/logsapi"
	"logbot/logsapi/dialect"
)

// sources is what commands read from, and what looks after it.
type sources struct {
	Checks  checks.Registry // on the stores that were opened
	config  *config.Config
	log     *logrus.Logger
	watched logsapi.Observer // of the client; may be nil
	client  *logsapi.Client
	stored  pagestore.Store // behind pages; may be nil
	pages   *cache.Pages
	builds  *cache.Builds
	closers []io.Closer
}

// Close releases everything in the reverse order of its making.
func (s *sources) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i].Close())
	}
	return errors.Join(errs...)
}

// closeLast has Close close c after everything that is added later.
func (s *sources) closeLast(c io.Closer) { s.closers = append(s.closers, c) }

// connect makes the client and what caches its answers. It takes over store, which
// may be nil. A right or an endpoint that is missing, and what CodeArts does otherwise
// than documented, is logged to missing, unless nil.
func (s *sources) connect(store pagestore.Store, shared logsapi.Shared, missing cache.Logger) error {
	if store != nil {
		s.closeLast(store)
	}
	client, err := newClient(s.config, shared, missing, s.watched)
	if err != nil {
		return err
	}
	s.client, s.stored = client, store
	s.pages = cache.New(client, cache.Options{Scope: client.Scope(), Log: s.log, Store: store})
	s.builds = cache.NewBuilds(client, s.config.Projects, missing)
	s.closeLast(closer(client.CloseIdleConnections))
	s.closeLast(closer(s.pages.Close))
	s.closeLast(closer(s.builds.Close))
	return nil
}

// options returns the options of commands without a store of their own.
func (s *sources) options(c *config.Config, policy *access.Policy) commands.Options {
	return commands.Options{
		Logs:    logs{Pages: s.pages, files: s.client},
		Builds:  s.builds,
		Gate:    c.Gate(),
		Access:  policy,
		Aliases: c.Aliases,
		People:  c.People,
		Name:    c.Command,
		Rules:   c.Rules,
		Console: c.Console,

		GreenLines: s.pages,
		GreenWait:  c.CompareWait,
		Hosts:      c.Hosts(),
		Region:     regionRead(c),
	}
}

// regionRead is the region whose builds are read; empty if the configuration names the
// addresses of the services, which may be anywhere.
func regionRead(c *config.Config) string {
	if c.BuildURL != "" || c.CheckURL != "" {
		return ""
	}
	return c.Region
}

// Commands answers commands without a bot.
type Commands struct {
	*commands.Commands
	sources
}

// Close ends the commands and releases what they use.
func (c *Commands) Close() error { return c.sources.Close() }

// Dialects are what was seen of the hosts of CodeArts.
func (c *Commands) Dialects() []dialect.Dialect { return c.client.Dialects() }

// OpenCommands makes commands for the holder of the credential, who may read
// everything. Answers say what CodeArts does not offer; the log need not.
func OpenCommands(ctx context.Context, c *config.Config, log *logrus.Logger) (*Commands, error) {
	out := &Commands{sources: sources{config: c, log: log}}
	store, err := openPages(ctx, c, log, &out.Checks)
	if err != nil {
		return nil, err
	}
	if err := out.connect(store, nil, nil); err != nil {
		return nil, errors.Join(err, out.sources.Close())
	}
	out.Commands = commands.New(out.options(c, access.Open()))
	out.closeLast(closer(out.Commands.Close))
	return out, nil
}

// ProjectOf is the id of the CodeArts project that lists a task, or a check task; empty if
// none of LOGBOT_PROJECTS does.
func (c *Commands) ProjectOf(ctx context.Context, id string, check bool) (string, error) {
	if check {
		tasks, err := c.builds.CheckTasks(ctx)
		i := slices.IndexFunc(tasks, func(t logsapi.CheckTask) bool { return strings.EqualFold(t.ID, id) })
		if i < 0 {
			return "", err
		}
		return tasks[i].ProjectID, nil
	}
	tasks, err := c.builds.Tasks(ctx)
	i := slices.IndexFunc(tasks, func(t logsapi.Task) bool { return strings.EqualFold(t.ID, id) })
	if i < 0 {
		return "", err
	}
	return tasks[i].ProjectID, nil
}

// newClient returns the client of CodeArts that the settings describe. What its hosts
// do differently is logged to log, unless nil.
func newClient(c *config.Config, shared logsapi.Shared, log cache.Logger, o logsapi.Observer) (*logsapi.Client, error) {
	credential, err := c.Credential()
	if err != nil {
		return nil, err
	}
	if c.Region == "" && c.BuildURL == "" && c.CheckURL == "" {
		return nil, errors.New("which CodeArts? Set HUAWEICLOUD_REGION to the region of the account, such as cn-north-4")
	}
	options := c.ClientOptions(credential)
	options.Shared, options.Observer = shared, o
	options.Dialect = func(d dialect.Dialect) {
		if log == nil {
			return
		}
		log.Warnf("%s differs from the documentation of CodeArts: %s", d.Host, d)
	}
	client, err := logsapi.NewClient(options)
	if err != nil {
		return nil, fmt.Errorf("set up the client of CodeArts: %w", err)
	}
	return client, nil
}

// closer is a Close that cannot fail.
type closer func()

func (c closer) Close() error {
	c()
	return nil
}

// logs reads pages through the cache and files straight from CodeArts.
type logs struct {
	*cache.Pages
	files *logsapi.Client
}

func (l logs) OpenStepFile(ctx context.Context, f logsapi.StepFile) (*logsapi.Download, error) {
	return l.files.OpenStepFile(ctx, f)
}

func (l logs) OpenBuildFile(ctx context.Context, recordID string) (*logsapi.Download, error) {
	return l.files.OpenBuildFile(ctx, recordID)
}
