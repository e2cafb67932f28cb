package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/sirupsen/logrus"

	"logbot/cache/pagestore"
	"logbot/cache/state"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/checkup"
	"logbot/cmd/logbot/config"
)

// openPages opens the store for log pages: Redis, else a file in LOGBOT_DATA, else
// none (nil). One process at a time can use the file; another one works without it.
func openPages(ctx context.Context, c *config.Config, log *logrus.Logger, registry *checks.Registry) (pagestore.Store, error) {
	if setting, address := c.PagesRedis(); address != "" {
		store, err := pagestore.OpenRedis(ctx, address, log)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", setting, err)
		}
		checkup.Redis(registry, "pages", setting, false, checkup.Keep(store))
		return store, nil
	}
	if c.DataDir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("LOGBOT_DATA: %w", err)
	}
	store, err := pagestore.OpenFile(c.PagesFile(), 0, log)
	if errors.Is(err, pagestore.ErrLocked) {
		log.Warnf("pages are not kept: another process uses %s", c.DataDir)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("LOGBOT_DATA: %w", err)
	}
	return store, nil
}

// errNoState says that the settings name no place for state.
var errNoState = errors.New("no place for state: set REDIS_URL, or LOGBOT_DATA to a folder")

// OpenState opens the state in Redis, else in a file in LOGBOT_DATA. The file must
// exist unless makeFile is set, which a caller does that is about to write.
func OpenState(ctx context.Context, c *config.Config, makeFile bool, o state.Options) (*state.Store, error) {
	o.Scope = c.Scope
	switch {
	case c.RedisURL != "":
		s, err := state.OpenRedis(ctx, c.RedisURL, o)
		if err == nil && makeFile {
			if err = s.Announce(ctx); err != nil {
				err = errors.Join(err, s.Close())
			}
		}
		if err != nil {
			return nil, fmt.Errorf("REDIS_URL: %w", afterRollback(err))
		}
		return s, nil
	case c.DataDir == "":
		return nil, errNoState
	}
	path := c.StateFile()
	if makeFile {
		if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("LOGBOT_DATA: %w", err)
		}
	} else if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("LOGBOT_DATA: there is no state in %s; expected the folder that \"logbot serve\" ran with", c.DataDir)
	}
	s, err := state.OpenFile(path, o)
	if errors.Is(err, state.ErrLocked) {
		return nil, fmt.Errorf("LOGBOT_DATA: the state in %s is in use; stop \"logbot serve\" there first: %w", c.DataDir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("LOGBOT_DATA: %w", afterRollback(err))
	}
	return s, nil
}

// afterRollback adds what to do to the error of a program that is older than its
// state.
func afterRollback(err error) error {
	if errors.Is(err, state.ErrNewer) {
		return fmt.Errorf("%w; %s", err, checkup.NewerState)
	}
	return err
}

// openBotState opens the state of a bot. If the settings name no place for it, it
// ends with the process.
func openBotState(ctx context.Context, c *config.Config, log *logrus.Logger, registry *checks.Registry) (*state.Store, error) {
	o := state.Options{Log: log}
	store, err := OpenState(ctx, c, true, o)
	if errors.Is(err, errNoState) {
		checkup.NoState(registry)
		return state.OpenTemporary(o)
	}
	if err != nil {
		return nil, err
	}
	if c.RedisURL != "" {
		checkup.Redis(registry, "state", "REDIS_URL", true, checkup.Keep(store))
	}
	return store, nil
}
