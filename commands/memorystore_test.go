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
	refuses error // what every call returns
	aliases map[string]find.Alias
	watches map[string]commands.Watch
	stopped []string
	follows map[string]bool // "CHANNEL TASK"
}

func newMemoryStore() *memoryStore {
	return &memoryStore{aliases: map[string]find.Alias{}, watches: map[string]commands.Watch{}, follows: map[string]bool{}}
}

func aliasKey(channel, name string) string { return channel + " " + strings.ToLower(name) }

func (s *memoryStore) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = err
}

func (s *memoryStore) SetAlias(_ context.Context, a find.Alias) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses == nil {
		s.aliases[aliasKey(a.Channel, a.Name)] = a
	}
	return s.refuses
}

func (s *memoryStore) DeleteAlias(_ context.Context, channel, name string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.aliases[aliasKey(channel, name)]
	if s.refuses == nil {
		delete(s.aliases, aliasKey(channel, name))
	}
	return found && s.refuses == nil, s.refuses
}

func (s *memoryStore) Alias(_ context.Context, channel, name string) (find.Alias, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return find.Alias{}, false, s.refuses
	}
	a, found := s.aliases[aliasKey(channel, name)]
	if !found {
		a, found = s.aliases[aliasKey("", name)]
	}
	return a, found, nil
}

func (s *memoryStore) ListAliases(_ context.Context, channel string) ([]find.Alias, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []find.Alias
	for _, a := range s.aliases {
		_, own := s.aliases[aliasKey(channel, a.Name)]
		if a.Channel == channel || a.Channel == "" && !own {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b find.Alias) int { return cmp.Compare(a.Name, b.Name) })
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
