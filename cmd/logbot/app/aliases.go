package app

import (
	"context"
	"errors"

	"logbot/bot/jobs/storeerr"
	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands/find"
)

// aliasStore is the state's aliases as commands use them. Commands about aliases
// wait for the state as long as it takes; the lookup of an alias has a limit.
type aliasStore struct{ aliases state.Aliases }

// SetAlias implements commands.AliasStore.
func (s aliasStore) SetAlias(ctx context.Context, a find.Alias) error {
	return storeerr.ForCommands(s.aliases.SetAlias(patience.Without(ctx), state.Alias{Channel: a.Channel, Name: a.Name, Target: a.Target, Check: a.Check, By: a.By, At: a.At}))
}

// DeleteAlias implements commands.AliasStore.
func (s aliasStore) DeleteAlias(ctx context.Context, channel, name string) (bool, error) {
	found, err := s.aliases.DeleteAlias(patience.Without(ctx), channel, name)
	return found, storeerr.ForCommands(err)
}

// Alias implements commands.AliasStore.
func (s aliasStore) Alias(ctx context.Context, channel, name string) (find.Alias, bool, error) {
	a, err := s.aliases.Alias(ctx, channel, name)
	if errors.Is(err, state.ErrNotFound) {
		return find.Alias{}, false, nil
	}
	return commandsAlias(a), err == nil, storeerr.ForCommands(err)
}

// ListAliases implements commands.AliasStore.
func (s aliasStore) ListAliases(ctx context.Context, channel string) ([]find.Alias, error) {
	all, err := s.aliases.ListAliases(patience.Without(ctx), channel)
	var out []find.Alias
	for _, a := range all {
		out = append(out, commandsAlias(a))
	}
	return out, storeerr.ForCommands(err)
}

func commandsAlias(a state.Alias) find.Alias {
	return find.Alias{Channel: a.Channel, Name: a.Name, Target: a.Target, Check: a.Check, By: a.By, At: a.At}
}
