package state

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"logbot/cache/store"
)

// MaxAliases is the most aliases, in all channels.
const MaxAliases = 5_000

// Alias is a name that users gave to a task or a check run.
type Alias struct {
	// Channel is where it is valid; "" is the whole workspace.
	Channel string `json:"channel,omitempty"`
	// Name is as it was typed. Lookups ignore its case.
	Name string `json:"name"`
	// Target is the id of a task, 32 hex digits, or of a check run.
	Target string `json:"target"`
	// Check says that Target is a check run.
	Check bool `json:"check,omitempty"`
	// By is the user who set it, At when.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at,omitzero"`
}

// key is the key of an alias in both backends.
func (a Alias) key() string { return aliasKey(a.Channel, a.Name) }

func aliasKey(channel, name string) string { return channel + "\x00" + strings.ToLower(name) }

// check refuses an alias that cannot be stored.
func (a Alias) check() error {
	switch {
	case a.Name == "" || a.Target == "":
		return fmt.Errorf("keep alias %q for %q: it needs a name and something to stand for", a.Name, a.Target)
	case len(a.Name) > MaxID || len(a.Target) > MaxID || len(a.Channel) > MaxID:
		return fmt.Errorf("keep alias %.40q…: %w: at most %d bytes a part", a.Name, ErrTooLarge, MaxID)
	case strings.Contains(a.Name+a.Channel, "\x00"):
		return fmt.Errorf("keep alias %q: a name must not contain a zero byte", a.Name)
	}
	return nil
}

func aliasTable() store.Spec {
	return store.Spec{Name: "aliases", Noun: "aliases", Max: MaxAliases, Valid: func(key string, value []byte) bool {
		var a Alias
		return json.Unmarshal(value, &a) == nil && a.key() == key && a.check() == nil
	}}
}

// Aliases are the aliases that users set. Whether a name is a good one is for the
// caller to check.
type Aliases struct{ values[Alias] }

// SetAlias writes an alias, in place of the one with its name in its channel. It
// returns ErrFull if there are [MaxAliases].
func (s Aliases) SetAlias(ctx context.Context, a Alias) error {
	if err := a.check(); err != nil {
		return err
	}
	return during(s.put(ctx, a.key(), a), "set alias %s", a.Name)
}

// DeleteAlias removes the alias of one channel; "" is the workspace's.
func (s Aliases) DeleteAlias(ctx context.Context, channel, name string) (found bool, err error) {
	found, err = s.table.Delete(ctx, aliasKey(channel, name))
	return found, during(err, "delete alias %s", name)
}

// Alias returns the alias of a name in a channel: its own, else the workspace's,
// else ErrNotFound.
func (s Aliases) Alias(ctx context.Context, channel, name string) (a Alias, err error) {
	a, err = s.get(ctx, aliasKey(channel, name), aliasKey("", name))
	return a, during(err, "look up alias %s", name)
}

// ListAliases returns the aliases of the channel and of the workspace by name;
// one of the workspace that the channel overrides is left out.
func (s Aliases) ListAliases(ctx context.Context, channel string) ([]Alias, error) {
	all, err := s.AllAliases(ctx)
	own := map[string]bool{}
	for _, a := range all {
		if a.Channel == channel {
			own[strings.ToLower(a.Name)] = true
		}
	}
	all = slices.DeleteFunc(all, func(a Alias) bool {
		return a.Channel != channel && (a.Channel != "" || own[strings.ToLower(a.Name)])
	})
	slices.SortFunc(all, func(a, b Alias) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all, err
}

// AllAliases returns every alias, by channel and name.
func (s Aliases) AllAliases(ctx context.Context) ([]Alias, error) {
	all, err := s.all(ctx, store.Range{})
	return all, during(err, "list aliases")
}
