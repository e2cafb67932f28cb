package state

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// redisWatches are the Watches of a Redis. A value is the version, a space and
// the JSON of the watch.
type redisWatches struct{ *redisStore }

func (w redisWatches) key() string { return w.keys([]string{"all"}, "watches")[0] }

// ARGV: id, version that must be there ("" for no watch), new version, JSON,
// most watches. Answers 1 for done, 0 for another version, -1 for no such watch,
// -2 for too many.
var replaceScript = redis.NewScript(`
local is = redis.call('HGET', KEYS[1], ARGV[1])
local version = is and string.match(is, '^(%S*) ') or ''
if version == ARGV[3] then return 1 end
if not is and ARGV[2] ~= '' then return -1 end
if version ~= ARGV[2] then return 0 end
if not is and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return -2 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ' ' .. ARGV[4])
return 1`)

// swap puts a watch in the place of the one with a version.
func (w redisWatches) swap(ctx context.Context, doing, version string, next Watch) (Watch, error) {
	next.Version = newToken()
	encoded, err := encode(next)
	if err != nil {
		return Watch{}, err
	}
	return ask(ctx, w.redisStore, doing+" watch "+next.ID(), w.key(), func(ctx context.Context) (Watch, error) {
		done, err := run(ctx, w.redisStore, replaceScript, []string{w.key()}, next.ID(), version, next.Version, encoded, MaxWatches).Int()
		switch {
		case err != nil:
		case done == 0:
			err = ErrChanged
		case done == -1:
			err = ErrNotFound
		case done == -2:
			err = tooManyWatches()
		}
		return next, err
	})
}

// changeTries is how often AddWatch begins anew when somebody else was faster.
const changeTries = 10

// AddWatch implements Watches.
func (w redisWatches) AddWatch(ctx context.Context, watch Watch) (now Watch, added bool, err error) {
	if err := watch.check(); err != nil {
		return Watch{}, false, err
	}
	for range changeTries {
		was, err := w.Watch(ctx, watch.Channel, watch.Task)
		added = errors.Is(err, ErrNotFound)
		switch {
		case added:
			now, err = w.swap(ctx, "add", "", watch)
		case err == nil:
			now, err = w.swap(ctx, "add", was.Version, watch.onto(was))
		}
		if err == nil || !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNotFound) {
			return now, added && err == nil, err
		}
	}
	return Watch{}, false, fmt.Errorf("add watch %s: %w, again and again", watch.ID(), ErrChanged)
}

// RemoveWatch implements Watches.
func (w redisWatches) RemoveWatch(ctx context.Context, channel, task string) (bool, error) {
	id := watchID(channel, task)
	return ask(ctx, w.redisStore, "remove watch "+id, w.key(), func(ctx context.Context) (bool, error) {
		n, err := w.client.HDel(ctx, w.key(), id).Result()
		return n > 0, err
	})
}

// Watch implements Watches.
func (w redisWatches) Watch(ctx context.Context, channel, task string) (Watch, error) {
	id := watchID(channel, task)
	return ask(ctx, w.redisStore, "read watch "+id, w.key(), func(ctx context.Context) (Watch, error) {
		value, err := w.client.HGet(ctx, w.key(), id).Result()
		if err != nil {
			return Watch{}, found(err)
		}
		return watchOf(value)
	})
}

func watchOf(value string) (watch Watch, err error) {
	version, encoded, _ := strings.Cut(value, " ")
	err = decode(encoded, &watch)
	watch.Version = version
	return watch, err
}

func (w redisWatches) all(ctx context.Context) ([]Watch, error) {
	return ask(ctx, w.redisStore, "list watches", w.key(), func(ctx context.Context) ([]Watch, error) {
		values, err := w.client.HVals(ctx, w.key()).Result()
		if err != nil {
			return nil, err
		}
		var all []Watch
		for _, value := range values {
			watch, err := watchOf(value)
			if err != nil {
				return nil, err
			}
			all = append(all, watch)
		}
		return all, nil
	})
}

// ListWatches implements Watches.
func (w redisWatches) ListWatches(ctx context.Context, channel string) ([]Watch, error) {
	all, err := w.all(ctx)
	return watchesOf(channel, all), err
}

// WatchesByProject implements Watches.
func (w redisWatches) WatchesByProject(ctx context.Context) (map[string][]Watch, error) {
	all, err := w.all(ctx)
	return byProject(all), err
}

// Advance implements Watches.
func (w redisWatches) Advance(ctx context.Context, read Watch, to WatchState) (Watch, error) {
	next := read
	next.Seen = to
	return w.replace(ctx, read, next)
}

// Rename implements Watches.
func (w redisWatches) Rename(ctx context.Context, read Watch, taskName, project string) (Watch, error) {
	next := read
	next.TaskName, next.Project = taskName, project
	return w.replace(ctx, read, next)
}

func (w redisWatches) replace(ctx context.Context, read, next Watch) (Watch, error) {
	if err := next.check(); err != nil {
		return Watch{}, err
	}
	if read.Version == "" { // was never read, and means "no watch" to swap
		return Watch{}, fmt.Errorf("advance watch %s: %w", read.ID(), ErrChanged)
	}
	return w.swap(ctx, "advance", read.Version, next)
}
