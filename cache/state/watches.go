package state

import (
	"context"
	"time"
)

// MaxWatches is how many watches there are at most, in all channels.
const MaxWatches = 2_000

// Watch asks that a channel is told when a task breaks.
type Watch struct {
	Channel  string `json:"channel"`
	Task     string `json:"task"` // id, 32 hex digits
	TaskName string `json:"name,omitempty"`
	// Project is the CodeArts project of the task; "" where it is unknown.
	Project string `json:"project,omitempty"`
	// Every asks for a message each time, not one that counts.
	Every   bool      `json:"every,omitempty"`
	Owner   string    `json:"owner,omitempty"` // user who set it
	Created time.Time `json:"created,omitzero"`

	Seen WatchState `json:"seen"`

	// Version changes whenever the watch does. Nothing is read from it.
	Version string `json:"-"`
}

// WatchState is what was seen and said of a watched task.
type WatchState struct {
	// Build is the newest build that was judged; 0 before the first.
	Build int64 `json:"build,omitempty"`
	// Outcome is how it ended, in the watcher's words.
	Outcome string `json:"outcome,omitempty"`
	// Thread is the ts of the message that the failure since the last success is
	// told in; "" where the task works.
	Thread string `json:"thread,omitempty"`
	// Failures counts the builds that failed since the last success.
	Failures int `json:"failures,omitempty"`
	// At is when this was seen.
	At time.Time `json:"at,omitzero"`
	// Note is the watcher's own, at most 4 KiB.
	Note string `json:"note,omitempty"`
}

// ID names a watch: there is one of a task in a channel.
func (w Watch) ID() string { return w.Channel + ":" + w.Task }

// Watches are the tasks that channels watch.
type Watches interface {
	// AddWatch adds a watch. Where the channel watches the task already, Every,
	// Owner and the names become the given ones and what was seen stays; added is
	// false then. It returns the watch as it is now, or ErrFull.
	AddWatch(ctx context.Context, watch Watch) (now Watch, added bool, err error)
	// RemoveWatch ends a watch.
	RemoveWatch(ctx context.Context, channel, task string) (found bool, err error)
	// Watch returns one, or ErrNotFound.
	Watch(ctx context.Context, channel, task string) (Watch, error)
	// ListWatches returns those of a channel, by name of the task.
	ListWatches(ctx context.Context, channel string) ([]Watch, error)
	// WatchesByProject returns all, by project; those of "" have none known.
	WatchesByProject(ctx context.Context) (map[string][]Watch, error)
	// Advance changes what was seen, if nobody else has changed the watch since it
	// was read: of two replicas that saw the same build one succeeds, and posts.
	// It returns the watch as it is now. The others get ErrChanged, or ErrNotFound
	// when the watch was removed.
	Advance(ctx context.Context, read Watch, to WatchState) (now Watch, err error)
	// Rename sets the names of the task and its project, under the same condition
	// as Advance: they become known later than the watch.
	Rename(ctx context.Context, read Watch, taskName, project string) (now Watch, err error)
}
