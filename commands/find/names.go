// Package find resolves what a word names for a caller: a task, a check run, a
// build, a step, the address of a page, or a build in the text of a message. It
// neither returns nor offers what the caller may not read.
package find

import "logbot/commands/access"

// Options are the parts of Names.
type Options struct {
	Lists   Lists
	Access  *access.Policy
	Aliases Aliases // of the configuration
	Set     Set     // aliases that people set; may be nil
}

// Names resolves names. It is safe for concurrent use.
type Names struct {
	lists         Lists
	access        *access.Policy
	aliases       Aliases
	set           setAliases
	tasks, checks *kind
}

// New returns the names of o.
func New(o Options) *Names {
	return &Names{
		lists: o.Lists, access: o.Access, aliases: o.Aliases, set: setAliases{o.Set},
		tasks: newTasks(o.Lists, o.Aliases, o.Access), checks: newChecks(o.Lists, o.Aliases, o.Access),
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
