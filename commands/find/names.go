// Package find resolves what a word names for a caller: a task, a check run, a
// build, a step, the address of a page, or a build in the text of a message. It
// neither returns nor offers what the caller may not read.
package find

import (
	"context"
	"time"

	"logbot/commands/access"
)

// Options are the parts of Names.
type Options struct {
	Lists   Lists
	Access  *access.Policy
	Aliases Aliases // of the configuration
	Set     Set     // aliases that people set; may be nil
	// Hosts are where pages of CodeArts are, in lower case, besides the hosts of the
	// public cloud.
	Hosts []string
	// Console is the template of the addresses of builds, see commands.Options. A pasted
	// address is linked only if it is on the same host; empty for no links.
	Console string
	// Region is the region that Lists is of. The address of a page in another one is
	// refused; empty if that is not known.
	Region string
}

// Alias is a name of a task or check run that somebody set in Slack. It gives no
// right to read: its user needs the right to read its target.
type Alias struct {
	Channel string // where it applies; empty is the whole workspace
	Name    string
	Target  string // id of a task, check task or check run, 32 hex digits
	Check   bool   // a check run's
	By      string // user who set it
	At      time.Time
}

// Set are the aliases that people set. Names are found whatever their letter case.
type Set interface {
	// Named returns those of a name: the channel's own, oldest first, then the
	// workspace's. For each person the first counts that they may see.
	Named(ctx context.Context, channel, name string) ([]Alias, error)
	// ListAliases returns those of the channel and the workspace by name; of the same
	// name in the order of Named.
	ListAliases(ctx context.Context, channel string) ([]Alias, error)
}

// Names resolves names. It is safe for concurrent use.
type Names struct {
	lists         Lists
	access        *access.Policy
	aliases       Aliases
	set           Set // may be nil
	tasks, checks *kind
}

// New returns the names of o.
func New(o Options) *Names {
	return &Names{
		lists: o.Lists, access: o.Access, aliases: o.Aliases, set: o.Set,
		tasks: newTasks(o), checks: newChecks(o),
	}
}

// kind returns the kind of check runs or that of tasks.
func (n *Names) kind(check bool) *kind {
	if check {
		return n.checks
	}
	return n.tasks
}

// kinds are both kinds.
func (n *Names) kinds() []*kind { return []*kind{n.tasks, n.checks} }
