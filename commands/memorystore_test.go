package commands_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"logbot/commands"
	"logbot/commands/find"
)

// admin may change what holds in all channels.
const admin = "U0ROOT0001"

// memoryStore stores aliases and watches in memory, and knows what is followed.
type memoryStore struct {
	within  time.Duration // in which failures are told
	mu      sync.Mutex
	refuses error                   // what every call returns
	aliases map[string][]find.Alias // of a name in a channel, oldest first
	watches map[string]commands.Watch
	stopped []string
	follows map[string]bool // "CHANNEL TASK"
}

func newMemoryStore() *memoryStore {
	return &memoryStore{aliases: map[string][]find.Alias{}, watches: map[string]commands.Watch{}, follows: map[string]bool{}}
}

func aliasKey(channel, name string) string { return channel + " " + strings.ToLower(name) }

func (s *memoryStore) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = err
}

func (s *memoryStore) SetAlias(_ context.Context, a find.Alias, replaces func(find.Alias) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return s.refuses
	}
	key := aliasKey(a.Channel, a.Name)
	if i := slices.IndexFunc(s.aliases[key], replaces); i >= 0 {
		s.aliases[key][i] = a
	} else {
		s.aliases[key] = append(s.aliases[key], a)
	}
	return nil
}

// put stores an alias, as somebody did before.
func (s *memoryStore) put(a find.Alias) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aliases[aliasKey(a.Channel, a.Name)] = []find.Alias{a}
}

func (s *memoryStore) DeleteAlias(_ context.Context, channel, name string, chosen func(find.Alias) bool) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := aliasKey(channel, name)
	i := slices.IndexFunc(s.aliases[key], chosen)
	if s.refuses == nil && i >= 0 {
		s.aliases[key] = slices.Delete(s.aliases[key], i, i+1)
	}
	return i >= 0 && s.refuses == nil, s.refuses
}

func (s *memoryStore) Named(_ context.Context, channel, name string) (all []find.Alias, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return nil, s.refuses
	}
	all = slices.Clone(s.aliases[aliasKey(channel, name)])
	if channel != "" {
		all = append(all, s.aliases[aliasKey("", name)]...)
	}
	return all, nil
}

func (s *memoryStore) ListAliases(_ context.Context, channel string) ([]find.Alias, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []find.Alias
	for _, of := range s.aliases {
		for _, a := range of {
			if a.Channel == channel || a.Channel == "" {
				all = append(all, a)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b find.Alias) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(b.Channel, a.Channel))
	})
	return all, s.refuses
}

func (s *memoryStore) AddWatch(_ context.Context, w commands.Watch) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.watches[w.Channel+w.Task]
	if s.refuses == nil {
		s.watches[w.Channel+w.Task] = w
	}
	return !found, s.refuses
}

func (s *memoryStore) RemoveWatch(_ context.Context, channel, task string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.watches[channel+task]
	delete(s.watches, channel+task)
	return found, s.refuses
}

func (s *memoryStore) ListWatches(_ context.Context, channel string) ([]commands.Watch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []commands.Watch
	for _, w := range s.watches {
		if w.Channel == channel {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b commands.Watch) int { return cmp.Compare(a.Name, b.Name) })
	return all, s.refuses
}

func (s *memoryStore) ToldWithin(context.Context) (time.Duration, error) {
	return s.within, s.refuses
}

func (s *memoryStore) Stop(_ context.Context, channel, task string, _ int64, user string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.follows[channel+" "+task] {
		s.stopped = append(s.stopped, user)
		return true, s.refuses
	}
	return false, s.refuses
}
