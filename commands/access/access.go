// Package access says who may read which task's logs, by which command, and whether
// the answer may be posted: what no rule allows is refused.
package access

import (
	"errors"
	"fmt"
	"slices"
)

// Task is what somebody wants to read. Any field but Check may be empty if unknown.
type Task struct {
	ID    string // job_id of the task or check run, 32 hex digits
	Check bool   // a check run or check task, not a build task
	// Aliases are all names that the configuration gives to the task of this ID, as a
	// task or as a check run; a rule may use any of them. One that people can set in
	// Slack does not belong here: by setting it they could read any task.
	Aliases []string
	// Project returns the id of the task's CodeArts project, empty if it is not known. It
	// is called only if that decides; nil is a project that is not known.
	Project func() string
}

// Grant is how much of a task a caller may get. A larger one includes the smaller.
type Grant int

// The grants.
const (
	Refused   Grant = iota
	Privately       // answers that the caller alone sees
	Posted          // also messages and files that everybody in the channel sees
)

// AnyVerb stands for the commands when it only matters whether the caller may read a
// task by one of them.
const AnyVerb = ""

// Policy decides who may read what. It is an immutable value and safe for concurrent
// use; nil and the zero Policy refuse everything.
type Policy struct {
	open   bool
	rules  []Rule
	admins []string // user ids
}

// Open returns the policy under which every member may read everything outside of
// shared channels (LOGBOT_OPEN).
func Open() *Policy { return &Policy{open: true} }

// New returns the policy that allows what at least one of the rules allows. The error
// names each wrong rule, counted from 1, its field, and what is expected there.
func New(rules []Rule) (*Policy, error) {
	if len(rules) == 0 {
		return nil, errors.New("access: at least one rule is expected, or LOGBOT_OPEN=true to let everyone read everything")
	}
	p := &Policy{}
	var wrong []error
	for i, r := range rules {
		if err := r.Validate(); err != nil {
			wrong = append(wrong, fmt.Errorf("access rule %d: %w", i+1, err))
		}
		p.rules = append(p.rules, r.clone())
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return p, nil
}

// Grant is what the rules give the caller for a task by a command (fail, show), or by
// AnyVerb. Where the channel or the user is not known ("") only rules for any user
// apply, and none that names channels. A task of which nothing is known is refused
// unless everything is open.
func (p *Policy) Grant(c Caller, t Task, verb string) Grant {
	if p == nil {
		return Refused
	}
	if p.opens(c) {
		return Posted
	}
	best := Refused
	for i := range p.rules {
		if r := &p.rules[i]; r.grant() > best && r.allows(c, t, verb) {
			best = r.grant()
		}
	}
	return best
}

// AllowsSome reports whether there is any task at all whose logs the caller may read,
// for what is shown before a task is named.
func (p *Policy) AllowsSome(c Caller) bool { return p.AllowsVerb(c, AnyVerb) }

// AllowsVerb reports whether there is any task at all that the caller may read by a
// command.
func (p *Policy) AllowsVerb(c Caller, verb string) bool {
	return p != nil && (p.opens(c) || slices.ContainsFunc(p.rules, func(r Rule) bool { return r.isFor(c) && r.hasVerb(verb) }))
}

// AllowsAll reports whether the caller may read every task by some command, so that
// nothing needs to be hidden from them.
func (p *Policy) AllowsAll(c Caller) bool {
	return p != nil && (p.opens(c) || slices.ContainsFunc(p.rules, func(r Rule) bool { return r.isFor(c) && slices.Contains(r.Tasks, Every) }))
}

// NamesProjects reports whether a rule names projects, so that it matters which one a
// task belongs to.
func (p *Policy) NamesProjects() bool {
	return p != nil && slices.ContainsFunc(p.rules, func(r Rule) bool { return len(r.Projects) > 0 })
}

// Groups are the ids of the user groups that the rules name, each once.
func (p *Policy) Groups() []string {
	return p.named(func(r Rule) []string { return r.Groups })
}

// Users are the ids of the users that the rules name, each once.
func (p *Policy) Users() []string {
	return p.named(func(r Rule) []string { return r.Users })
}

// Channels are the ids of the channels that the rules name, each once.
func (p *Policy) Channels() []string {
	return slices.DeleteFunc(p.named(func(r Rule) []string { return r.Channels }), func(id string) bool { return id == Every })
}

func (p *Policy) named(field func(Rule) []string) []string {
	if p == nil {
		return nil
	}
	var all []string
	for _, r := range p.rules {
		all = append(all, field(r)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// IsOpen reports whether every member may read everything (LOGBOT_OPEN).
func (p *Policy) IsOpen() bool { return p != nil && p.open }

// WithAdmins returns the policy with administrators: people who may take away what
// the bot said to others, and what others set up, wherever they are. They may read no
// more than the rules allow. An error names the first id that is none, counted from 1.
func (p *Policy) WithAdmins(users ...string) (*Policy, error) {
	for i, id := range users {
		if !userID.MatchString(id) {
			return nil, fmt.Errorf("admin %d: %q is not a Slack user id, expected one such as U012A3CDE (profile, More, Copy member ID)", i+1, id)
		}
	}
	with := *p
	with.admins = slices.Clone(users)
	return &with, nil
}

// Admin reports whether the user is an administrator. Nobody is one unless named,
// also where everyone may read everything.
func (p *Policy) Admin(user string) bool {
	return p != nil && user != "" && slices.Contains(p.admins, user)
}
