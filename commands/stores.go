package commands

import (
	"context"
	"errors"
	"strings"
	"time"

	"logbot/commands/access"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// Errors of the stores.
var (
	// ErrStoreAway says that nothing can be stored or read now.
	ErrStoreAway = errors.New("the state store is away")
	// ErrStoreFull says that one more would be too many.
	ErrStoreFull = errors.New("the state store takes no more of these")
	// ErrGreenSince says that a failure cannot be claimed: the task has succeeded since.
	ErrGreenSince = errors.New("a later build has succeeded")
	// ErrNotSeen says that a failure cannot be claimed: the build is not one of its.
	ErrNotSeen = errors.New("the build did not fail in this way")
)

// AliasStore stores the aliases that people set. It returns ErrStoreAway and
// ErrStoreFull.
type AliasStore interface {
	find.Set
	// SetAlias stores an alias, in place of the first with this name in its channel that
	// replaces chooses, else beside those.
	SetAlias(ctx context.Context, a find.Alias, replaces func(find.Alias) bool) error
	// DeleteAlias removes the first alias of this name in exactly this channel that
	// chosen chooses; "" is the workspace's.
	DeleteAlias(ctx context.Context, channel, name string, chosen func(find.Alias) bool) (found bool, err error)
}

// Watch asks that a channel is told when a task breaks.
type Watch struct {
	Channel string // or the id of a user, whom the watch tells alone
	Task    string // id, 32 hex digits
	Name    string
	Project string // id of its CodeArts project; empty if it is in none that is listed
	Every   bool   // each failure is a message of its own
	Owner   string // whose rights count
	Rights  string // the channel whose access rules count, if that is not Channel
	Mine    bool   // builds that the owner did not start are left out
	Branch  string // those of other branches are left out; empty for all
	Created time.Time

	// Newest are the newest builds when the watch was set, newest first: what ended
	// before is not told.
	Newest []logsapi.Build
	// Failures counts the failed builds that were told since the last success.
	Failures int
	// Refused is the HTTP status, 401 or 403, with which CodeArts refuses to show the
	// builds for 20 seconds or more; 0 if it shows them.
	Refused int
}

// WatchStore stores the watches. It returns ErrStoreAway and ErrStoreFull.
type WatchStore interface {
	// AddWatch begins a watch. If the channel watches the task already, Every, Owner,
	// Rights, Mine and Branch become the given ones and what was told stays; added is false then.
	AddWatch(ctx context.Context, w Watch) (added bool, err error)
	// RemoveWatch ends one.
	RemoveWatch(ctx context.Context, channel, task string) (found bool, err error)
	// ListWatches returns those of a channel, by name of the task.
	ListWatches(ctx context.Context, channel string) ([]Watch, error)
	// ToldWithin is how long after its end a failure is told, about, at most; it depends on
	// how much is watched.
	ToldWithin(ctx context.Context) (time.Duration, error)
}

// Follows are the messages that grow.
type Follows interface {
	// Stop ends one; found is false if the build is not followed in the channel. It
	// returns ErrStoreAway.
	Stop(ctx context.Context, channel, task string, build int64, user string) (found bool, err error)
}

// FailureStore is the memory of failures. All replicas share it. It returns ErrStoreAway.
type FailureStore interface {
	// Saw records a failed build whose log was read, and returns what is known of its
	// failure with it. A build counts once however often it is read. If it was recorded
	// with another key, because its log had not ended then, the new key counts. A build
	// that started more than 90 days ago is not recorded. Without a key the result is
	// zero.
	Saw(ctx context.Context, s known.Sighting) (known.Failure, error)
	// SawGreen records builds that succeeded. It may be called with builds that are known.
	// It ends claims: see Claim.
	SawGreen(ctx context.Context, greens []known.Green) error
	// Failure returns what is known of a failure; found is false if it is not known.
	Failure(ctx context.Context, key string) (f known.Failure, found bool, err error)
	// OfTask returns the newest failed builds of a task that were read, highest number
	// first, n at most.
	OfTask(ctx context.Context, task string, n int) ([]known.Sighting, error)
	// OfBuild returns what was recorded of one build.
	OfBuild(ctx context.Context, task string, build int64) (s known.Sighting, found bool, err error)

	// Claim records who is on a failure, first come, and returns whose the claim is now.
	// Asked again by its holder it changes nothing. It covers the task and the branch of
	// the build at which the failure was claimed, and those in which builds that started
	// later fail in the same way. It ends when each of them had a green build after its
	// last failure, when it is released, or when the failure was not seen for 30 days. It
	// returns ErrGreenSince if a later build of that task and branch has succeeded, and
	// ErrNotSeen if the build is not one of this failure's.
	Claim(ctx context.Context, c known.NewClaim) (known.Claim, error)
	// Release ends the claim of a user; with an empty user that of anybody. It returns
	// whose claim it ended, or whose it is and stays; nil if there is none.
	Release(ctx context.Context, key, user string) (was *known.Claim, ended bool, err error)
}

// notStored is the problem of a store's error.
// The command is to be typed again when the store can be reached; list shows what fills it.
func notStored(in *command, err error, away, full texts.Text, list string) error {
	p := typed.Wrong(away.With(), in.Line())
	if errors.Is(err, ErrStoreFull) {
		p = typed.Wrong(full.With(), list)
	}
	p.Cause = err
	return p
}

// watchesHere refuses commands about watches where none can be stored.
func watchesHere(store WatchStore) func(*command) error {
	return func(in *command) error {
		if store == nil || in.Channel == "" {
			return typed.Wrong(texts.WatchNowhere.With(), typed.Help)
		}
		return nil
	}
}

// aliasPlaces are where a command sets or removes aliases.
type aliasPlaces struct {
	store  AliasStore
	access *access.Policy
}

// workspace is the flag for the aliases of all channels, which admins set.
const workspace = "workspace"

func workspaceFlag() typed.Flag {
	return typed.Flag{Name: workspace, Does: texts.FlagWorkspace.With()}
}

// of is the channel of the command's aliases; "" is the workspace.
func (p aliasPlaces) of(in *command) (channel string, err error) {
	switch {
	case p.store == nil, in.Channel == "":
		return "", typed.Wrong(texts.AliasNowhere.With(), "aliases")
	case !in.Has(workspace):
		return in.Channel, nil
	case !p.access.Admin(in.User):
		in.audited.Result, in.audited.Reason = Refused, notAdmin
		return "", typed.Wrong(texts.AliasAdminsOnly.With(), in.Without(workspace).Line())
	}
	return "", nil
}

// isDirect reports whether a channel is a conversation of two.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// watchesOf are the watches that a command may mean: those of its channel, and those
// that tell its caller alone.
func watchesOf(ctx context.Context, store WatchStore, in *command) (here, alone []Watch, err error) {
	if here, err = store.ListWatches(ctx, in.Channel); err == nil && in.User != "" {
		alone, err = store.ListWatches(ctx, in.User)
	}
	if err != nil {
		return nil, nil, notStored(in, err, texts.WatchReadAway, texts.WatchReadAway, "watches")
	}
	return here, alone, nil
}

// mayRemove reports whether the caller of a command may remove an alias.
func (p aliasPlaces) mayRemove(names *find.Names, in *command) func(find.Alias) bool {
	return func(a find.Alias) bool {
		seen := names.Visible(in.Caller, a.Target, a.Check)
		return seen || a.By != "" && a.By == in.User || p.access.Admin(in.User)
	}
}

// mayEnd reports whether the caller of a command may see and end a watch: who may read
// its task, who set it, and admins.
func mayEnd(names *find.Names, policy *access.Policy, in *command, w Watch) bool {
	seen := names.Visible(in.Caller, w.Task, false)
	return seen || w.Owner != "" && w.Owner == in.User || policy.Admin(in.User)
}
