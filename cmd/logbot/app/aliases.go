package app

import (
	"context"

	"logbot/bot/jobs/storeerr"
	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands/find"
)

// aliasStore is the state's aliases as commands use them. Commands about aliases
// wait for the state as long as it takes; the lookup of an alias has a limit.
type aliasStore struct{ aliases state.Aliases }

// SetAlias implements commands.AliasStore.
func (s aliasStore) SetAlias(ctx context.Context, a find.Alias, replaces func(find.Alias) bool) error {
	set := state.Alias{Channel: a.Channel, Name: a.Name, Target: a.Target, Check: a.Check, By: a.By, At: a.At}
	return storeerr.ForCommands(s.aliases.SetAlias(patience.Without(ctx), set, choosing(replaces)))
}

// choosing is which for the aliases of the state.
func choosing(which func(find.Alias) bool) func(state.Alias) bool {
	return func(a state.Alias) bool { return which(commandsAlias(a)) }
}

// DeleteAlias implements commands.AliasStore.
func (s aliasStore) DeleteAlias(ctx context.Context, channel, name string, chosen func(find.Alias) bool) (bool, error) {
	found, err := s.aliases.DeleteAlias(patience.Without(ctx), channel, name, choosing(chosen))
	return found, storeerr.ForCommands(err)
}

// Named implements commands.AliasStore.
func (s aliasStore) Named(ctx context.Context, channel, name string) ([]find.Alias, error) {
	all, err := s.aliases.Named(ctx, channel, name)
	return commandsAliases(all), storeerr.ForCommands(err)
}

// ListAliases implements commands.AliasStore.
func (s aliasStore) ListAliases(ctx context.Context, channel string) ([]find.Alias, error) {
	all, err := s.aliases.ListAliases(patience.Without(ctx), channel)
	return commandsAliases(all), storeerr.ForCommands(err)
}

func commandsAliases(all []state.Alias) (out []find.Alias) {
	for _, a := range all {
		out = append(out, commandsAlias(a))
	}
	return out
}

func commandsAlias(a state.Alias) find.Alias {
	return find.Alias{Channel: a.Channel, Name: a.Name, Target: a.Target, Check: a.Check, By: a.By, At: a.At}
}
