package commands_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"logbot/commands"
	"logbot/commands/find"
)

// admin may change what holds in all channels.
const admin = "U0ROOT0001"

// kept is what outlives a request, in memory.
type kept struct {
	mu      sync.Mutex
	refuses error // what every call returns
	aliases map[string]find.Alias
	watches map[string]commands.Watch
	stopped []string
	follows map[string]bool // "CHANNEL TASK"
}

func newKept() *kept {
	return &kept{aliases: map[string]find.Alias{}, watches: map[string]commands.Watch{}, follows: map[string]bool{}}
}

func aliasKey(channel, name string) string { return channel + " " + strings.ToLower(name) }

func (k *kept) refuse(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refuses = err
}

func (k *kept) SetAlias(_ context.Context, a find.Alias) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuses == nil {
		k.aliases[aliasKey(a.Channel, a.Name)] = a
	}
	return k.refuses
}

func (k *kept) DeleteAlias(_ context.Context, channel, name string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, found := k.aliases[aliasKey(channel, name)]
	if k.refuses == nil {
		delete(k.aliases, aliasKey(channel, name))
	}
	return found && k.refuses == nil, k.refuses
}

func (k *kept) Alias(_ context.Context, channel, name string) (find.Alias, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuses != nil {
		return find.Alias{}, false, k.refuses
	}
	a, found := k.aliases[aliasKey(channel, name)]
	if !found {
		a, found = k.aliases[aliasKey("", name)]
	}
	return a, found, nil
}

func (k *kept) ListAliases(_ context.Context, channel string) ([]find.Alias, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []find.Alias
	for _, a := range k.aliases {
		_, own := k.aliases[aliasKey(channel, a.Name)]
		if a.Channel == channel || a.Channel == "" && !own {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b find.Alias) int { return cmp.Compare(a.Name, b.Name) })
	return all, k.refuses
}

func (k *kept) AddWatch(_ context.Context, w commands.Watch) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, found := k.watches[w.Channel+w.Task]
	if k.refuses == nil {
		k.watches[w.Channel+w.Task] = w
	}
	return !found, k.refuses
}

func (k *kept) RemoveWatch(_ context.Context, channel, task string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, found := k.watches[channel+task]
	delete(k.watches, channel+task)
	return found, k.refuses
}

func (k *kept) ListWatches(_ context.Context, channel string) ([]commands.Watch, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []commands.Watch
	for _, w := range k.watches {
		if w.Channel == channel {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b commands.Watch) int { return cmp.Compare(a.Name, b.Name) })
	return all, k.refuses
}

func (k *kept) Stop(_ context.Context, channel, task string, _ int64, user string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.follows[channel+" "+task] {
		k.stopped = append(k.stopped, user)
		return true, k.refuses
	}
	return false, k.refuses
}
