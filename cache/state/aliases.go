package state

import (
	"context"
	"time"
)

// MaxAliases is how many aliases there are at most, in all channels.
const MaxAliases = 5_000

// Alias is a short name of a task or a check run.
type Alias struct {
	// Channel is where it holds; "" is the whole workspace.
	Channel string `json:"channel,omitempty"`
	// Name is as it was typed. It is found whatever its letter case.
	Name string `json:"name"`
	// Target is what it stands for: the id of a task, 32 hex digits, or of a check
	// run.
	Target string `json:"target"`
	// Check says that Target is a check run.
	Check bool `json:"check,omitempty"`
	// By is the user who set it, At when.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at,omitzero"`
}

// Aliases are the short names that people set. Whether a name is a good one is
// for the caller to check.
type Aliases interface {
	// SetAlias keeps an alias, in place of one with this name in its channel. It
	// returns ErrFull where that would be one too many.
	SetAlias(ctx context.Context, alias Alias) error
	// DeleteAlias removes the alias of this channel alone; "" is the workspace's.
	DeleteAlias(ctx context.Context, channel, name string) (found bool, err error)
	// Alias returns the alias that a name means in a channel: its own, else the
	// workspace's, else ErrNotFound.
	Alias(ctx context.Context, channel, name string) (Alias, error)
	// ListAliases returns the channel's and the workspace's by name; a workspace's
	// alias that the channel's hides is left out.
	ListAliases(ctx context.Context, channel string) ([]Alias, error)
	// AllAliases returns every alias, by channel and name.
	AllAliases(ctx context.Context) ([]Alias, error)
}
