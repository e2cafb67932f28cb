package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"

	"logbot/cache"
	"logbot/cache/pagestore"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/redact"
	"logbot/logsapi"
)

// parts is what serve and run are made of.
type parts struct {
	commands *commands.Commands
	keeping  *keeping // of a process that stays
	log      *logrus.Logger
	closers  []io.Closer
}

// Close releases the parts, last made first.
func (p *parts) Close() error {
	var errs []error
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i].Close())
	}
	return errors.Join(errs...)
}

// assemble builds the parts for an environment. What goes to logTo is not masked;
// that of the program is, see run.
func assemble(c config, policy *access.Policy, logTo io.Writer) (*parts, error) {
	gate := redact.New(c.secrets()...)
	p := &parts{log: newLog(c.level, logTo)}
	if c.stays {
		store, err := openLasting(context.Background(), c, p.log)
		if err != nil {
			return nil, err
		}
		p.closers = append(p.closers, store)
		p.keeping = newKeeping(store, c.lang, p.log)
	}
	client, err := newClient(c, p.keeping.shared(c))
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	store, err := openStore(c, p.log)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if store != nil {
		p.closers = append(p.closers, store)
	}
	p.join(c, policy, gate, client, store)
	return p, nil
}

// join makes the commands over a client and a page store, which may be nil.
func (p *parts) join(c config, policy *access.Policy, gate *redact.Gate, client *logsapi.Client, store pagestore.Store) {
	if p.keeping != nil {
		p.keeping.source = client
	}
	pages := cache.New(client, cache.Options{Scope: client.Scope(), Log: p.log, Store: store})
	p.closers = append(p.closers, closer(client.CloseIdleConnections), closer(pages.Close))
	var missing cache.Logger = p.log
	if c.terse {
		missing = nil
	}
	builds := cache.NewBuilds(client, c.projects, missing)
	p.closers = append(p.closers, closer(builds.Close))
	p.commands = commands.New(p.keeping.offer(commands.Options{
		Logs:    logs{Pages: pages, files: client},
		Builds:  builds,
		Gate:    gate,
		Access:  policy,
		Aliases: c.file.names(),
		Name:    c.values["LOGBOT_COMMAND"],
		Rules:   c.file.rules,
		Console: c.console,
	}))
}

// pagesFile is the page store's file in LOGBOT_DATA.
const pagesFile = "pages.db"

// openStore opens what keeps pages beyond this process: Redis, else a file in
// LOGBOT_DATA, else nothing. The file is for one process; a second one works
// without it. What is wrong with a Redis is said in the log, of a process that
// stays.
func openStore(c config, log *logrus.Logger) (pagestore.Store, error) {
	setting, address := c.pagesRedis()
	folder := c.values["LOGBOT_DATA"]
	switch {
	case address != "":
		store, err := pagestore.OpenRedis(context.Background(), address, log)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", setting, err)
		}
		if !c.terse {
			ctx, cancel := context.WithTimeout(context.Background(), storeCheckTime)
			defer cancel()
			for _, wrong := range store.Check(ctx) {
				log.Warnf("%s: %s", setting, wrong)
			}
		}
		return store, nil
	case folder == "":
		return nil, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("LOGBOT_DATA: %w", err)
	}
	store, err := pagestore.OpenFile(c.pagesFile(), 0, log)
	if errors.Is(err, pagestore.ErrLocked) {
		log.Warnf("pages are not kept: another process uses %s", folder)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("LOGBOT_DATA: %w", err)
	}
	return store, nil
}

// closer is a Close that cannot fail.
type closer func()

func (c closer) Close() error {
	c()
	return nil
}

// logs reads pages through the cache and files straight from the service.
type logs struct {
	*cache.Pages
	files *logsapi.Client
}

func (l logs) OpenStepFile(ctx context.Context, f logsapi.StepFile) (*logsapi.Download, error) {
	return l.files.OpenStepFile(ctx, f)
}

// newLog returns our own log. It masks nothing: run masks all of stderr.
func newLog(level logrus.Level, to io.Writer) *logrus.Logger {
	log := logrus.New()
	log.SetLevel(level)
	log.SetOutput(to)
	return log
}

// newClient returns the client of the API that the environment describes.
func newClient(c config, shared logsapi.Shared) (*logsapi.Client, error) {
	credential, err := c.credential()
	if err != nil {
		return nil, err
	}
	v := c.values
	if v["HUAWEICLOUD_REGION"] == "" && v["LOGBOT_BUILD_URL"] == "" && v["LOGBOT_CHECK_URL"] == "" {
		return nil, errors.New("which CodeArts? Set HUAWEICLOUD_REGION to the region of the account, such as cn-north-4")
	}
	client, err := logsapi.New(logsapi.Options{
		Region:     v["HUAWEICLOUD_REGION"],
		BuildURL:   v["LOGBOT_BUILD_URL"],
		CheckURL:   v["LOGBOT_CHECK_URL"],
		IAMURL:     v["LOGBOT_IAM_URL"],
		Credential: credential,
		Rate:       c.rate,
		Shared:     shared,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the client of CodeArts: %w", err)
	}
	return client, nil
}

// credential is the one way to authenticate that the environment names.
func (c config) credential() (logsapi.Credential, error) {
	v := c.values
	var found []logsapi.Credential
	if v["HUAWEICLOUD_SDK_AK"]+v["HUAWEICLOUD_SDK_SK"] != "" {
		found = append(found, logsapi.Keys{
			AK:            v["HUAWEICLOUD_SDK_AK"],
			SK:            v["HUAWEICLOUD_SDK_SK"],
			SecurityToken: v["HUAWEICLOUD_SDK_SECURITY_TOKEN"],
			ProjectID:     v["HUAWEICLOUD_SDK_PROJECT_ID"],
		})
	}
	if v["LOGBOT_AUTH_TOKEN"] != "" {
		found = append(found, logsapi.Token(v["LOGBOT_AUTH_TOKEN"]))
	}
	if v["LOGBOT_IAM_USER"]+v["LOGBOT_IAM_PASSWORD"] != "" {
		found = append(found, logsapi.User{
			Name:     v["LOGBOT_IAM_USER"],
			Password: v["LOGBOT_IAM_PASSWORD"],
			Domain:   v["LOGBOT_IAM_DOMAIN"],
			Project:  v["HUAWEICLOUD_SDK_PROJECT_ID"],
		})
	}
	const ways = "HUAWEICLOUD_SDK_AK and _SK, LOGBOT_AUTH_TOKEN, or LOGBOT_IAM_USER, _PASSWORD and _DOMAIN"
	switch len(found) {
	case 0:
		return nil, errors.New("no credential for CodeArts: set " + ways)
	case 1:
		return found[0], nil
	}
	return nil, errors.New("more than one credential for CodeArts is set; one of them is expected: " + ways)
}
