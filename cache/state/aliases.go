package state

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"logbot/cache/store"
)

const (
	// MaxAliases is the most aliases, in all channels.
	MaxAliases = 5_000
	// MaxBeside is the most aliases of one name in one channel.
	MaxBeside = 8
)

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
	// Beside are others of this name and channel, oldest first: of people who may not
	// know of those before. A version that does not know them removes them when it sets
	// this one.
	Beside []Alias `json:"beside,omitempty"`
}

// flat are the aliases of a row, oldest first.
func (a Alias) flat() []Alias {
	all := append([]Alias{a}, a.Beside...)
	all[0].Beside = nil
	return all
}

// rowOf is the row of some aliases, which are of one name and channel.
func rowOf(all []Alias) Alias {
	row := all[0]
	row.Beside = all[1:]
	if len(row.Beside) == 0 {
		row.Beside = nil
	}
	return row
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
	for _, b := range a.Beside {
		if b.key() != a.key() || len(b.Beside) > 0 {
			return fmt.Errorf("keep alias %q beside %q: it needs the same name and channel", b.Name, a.Name)
		}
		if err := b.check(); err != nil {
			return err
		}
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

// SetAlias writes an alias, in place of the first with its name in its channel that
// replaces chooses, else beside those; nil chooses any. It returns ErrFull if there are
// [MaxAliases], or [MaxBeside] of that name.
func (s Aliases) SetAlias(ctx context.Context, a Alias, replaces func(Alias) bool) error {
	if err := a.check(); err != nil {
		return err
	}
	_, err := s.update(ctx, a.key(), func(row *Alias) (Alias, error) {
		if row == nil || replaces == nil {
			return a, nil
		}
		all := row.flat()
		i := slices.IndexFunc(all, replaces)
		switch {
		case i >= 0:
			all[i] = a
		case len(all) >= MaxBeside:
			return Alias{}, ErrFull
		default:
			all = append(all, a)
		}
		return rowOf(all), nil
	})
	return during(err, "set alias %s", a.Name)
}

// DeleteAlias removes the first alias of a name in one channel that chosen chooses; ""
// is the workspace's. If it is the only one, another that is set at the same moment goes
// with it.
func (s Aliases) DeleteAlias(ctx context.Context, channel, name string, chosen func(Alias) bool) (found bool, err error) {
	key := aliasKey(channel, name)
	row, err := s.get(ctx, key)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err == nil && len(row.Beside) == 0 && chosen(row):
		found, err = s.table.Delete(ctx, key)
	case err == nil && slices.ContainsFunc(row.flat(), chosen):
		_, err = s.update(ctx, key, func(row *Alias) (Alias, error) {
			if row == nil || len(row.Beside) == 0 {
				return Alias{}, ErrChanged
			}
			all := row.flat()
			i := slices.IndexFunc(all, chosen)
			if found = i >= 0; found {
				all = slices.Delete(all, i, i+1)
			}
			return rowOf(all), nil
		})
	}
	return found, during(err, "delete alias %s", name)
}

// Named returns the aliases of a name in a channel, those that come first count: its
// own, oldest first, then the workspace's.
func (s Aliases) Named(ctx context.Context, channel, name string) (all []Alias, err error) {
	keys := []string{aliasKey(channel, name), aliasKey("", name)}
	for _, key := range slices.Compact(keys) {
		row, err := s.get(ctx, key)
		switch {
		case err == nil:
			all = append(all, row.flat()...)
		case !errors.Is(err, ErrNotFound):
			return nil, during(err, "look up alias %s", name)
		}
	}
	return all, nil
}

// ListAliases returns the aliases of the channel and of the workspace by name; of the
// same name the one that counts first.
func (s Aliases) ListAliases(ctx context.Context, channel string) ([]Alias, error) {
	rows, err := s.AllAliases(ctx)
	var all []Alias
	for _, row := range rows {
		if row.Channel == channel || row.Channel == "" {
			all = append(all, row.flat()...)
		}
	}
	slices.SortStableFunc(all, func(a, b Alias) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(b.Channel, a.Channel))
	})
	return all, err
}

// AllAliases returns every alias, by channel and name, with those that are beside it.
func (s Aliases) AllAliases(ctx context.Context) ([]Alias, error) {
	all, err := s.all(ctx, store.Range{})
	return all, during(err, "list aliases")
}
