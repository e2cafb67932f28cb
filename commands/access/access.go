// Package access says who may read which task's logs: what no rule allows is
// refused.
package access

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rule allows everyone in one of the channels, being one of the users, to read the
// tasks.
type Rule struct {
	Channels []string `yaml:"channels"` // Slack ids such as C024BE91L; empty: in any channel
	Users    []string `yaml:"users"`    // Slack ids such as U012A3CDE; empty: any member of the workspace
	Tasks    []string `yaml:"tasks"`    // task or check run ids (32 hex digits), aliases of the configuration, or EveryTask

	Guests    bool     `yaml:"guests"`    // also for guests of the workspace
	Strangers bool     `yaml:"strangers"` // also for people of other workspaces and organisations
	Bots      []string `yaml:"bots"`      // also for these apps, by bot_id such as B012A3CDE; without users, for them alone
	Shared    bool     `yaml:"shared"`    // also if people of other organisations read the channels, which must be named
}

// Task is what somebody wants to read. ID or Aliases may be empty if unknown.
type Task struct {
	ID string // job_id of the task or check run, 32 hex digits

	// Aliases are all names that the configuration gives to the task of this ID; a
	// rule may use any of them. One that people can set in Slack does not belong
	// here: by setting it they could read any task.
	Aliases []string
}

// Policy decides who may read what. It is immutable and safe for concurrent use;
// nil and the zero Policy refuse everything.
type Policy struct {
	open   bool
	rules  []Rule
	admins []string // user ids
}

// Open returns the policy under which every member may read everything outside of
// shared channels (LOGBOT_OPEN).
func Open() *Policy { return &Policy{open: true} }

// New returns the policy that allows what at least one of the rules allows. An
// error names the first wrong rule, counted from 1, its field, and what is expected
// there.
func New(rules []Rule) (*Policy, error) {
	if len(rules) == 0 {
		return nil, errors.New("access: at least one rule is expected, or LOGBOT_OPEN=true to let everyone read everything")
	}
	p := &Policy{}
	for i, r := range rules {
		if err := r.validate(); err != nil {
			return nil, fmt.Errorf("access rule %d: %w", i+1, err)
		}
		r.Channels, r.Users, r.Tasks, r.Bots = slices.Clone(r.Channels), slices.Clone(r.Users), slices.Clone(r.Tasks), slices.Clone(r.Bots)
		p.rules = append(p.rules, r)
	}
	return p, nil
}

// Slack documents no length of its ids, only their first letter: C (channel),
// G (private channel or group message) and D (direct message); U and W (users); B
// (bots).
var (
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,31}$`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{2,31}$`)
	botID     = regexp.MustCompile(`^B[A-Z0-9]{2,31}$`)
	taskID    = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)
	aliasName = regexp.MustCompile(`^[^\s\pC*]+$`)
)

// EveryTask stands for all tasks in a rule.
const EveryTask = "*"

func (r Rule) validate() error {
	for _, id := range r.Channels {
		if !channelID.MatchString(id) {
			return fmt.Errorf("channels: %q is not a Slack channel id, expected one such as C024BE91L (channel details in Slack end with it)", id)
		}
	}
	for _, id := range r.Users {
		if !userID.MatchString(id) {
			return fmt.Errorf("users: %q is not a Slack user id, expected one such as U012A3CDE (profile, More, Copy member ID)", id)
		}
	}
	for _, id := range r.Bots {
		if !botID.MatchString(id) {
			return fmt.Errorf("bots: %q is not a Slack bot id, expected one such as B012A3CDE (the log names it when the bot is refused)", id)
		}
	}
	switch {
	case r.Shared && len(r.Channels) == 0:
		return errors.New("shared: a rule for channels that other organisations read must name them under channels")
	case len(r.Bots) > 0 && len(r.Users) == 0 && (r.Guests || r.Strangers):
		return errors.New("bots: a rule with bots and without users is for these bots alone; put guests and strangers into a rule of their own")
	}
	if len(r.Tasks) == 0 {
		return errors.New(`tasks: none given, expected task ids of 32 hex digits, aliases, or "*" for every task`)
	}
	for _, name := range r.Tasks {
		if name != EveryTask && !isAlias(name) {
			return fmt.Errorf(`tasks: %q is neither a task id of 32 hex digits, nor an alias (one word, no *), nor "*" alone`, name)
		}
	}
	return nil
}

// isAlias keeps the length apart from the expression, which with a counted repetition
// is slow to compile.
func isAlias(name string) bool {
	return utf8.RuneCountInString(name) <= maxAlias && aliasName.MatchString(name)
}

const maxAlias = 128 // characters

// Allows reports whether the caller may read the task's logs. Where the channel or the
// user is not known ("") only rules for any channel or any user apply. A task without
// id and aliases is never allowed by a rule.
func (p *Policy) Allows(c Caller, task Task) bool {
	if p == nil {
		return false
	}
	return p.opens(c) || slices.ContainsFunc(p.rules, func(r Rule) bool {
		return r.isFor(c) && slices.ContainsFunc(r.Tasks, task.named)
	})
}

// named reports whether the name in a rule means the task. A name with the form of
// an id is compared with the id alone, so no alias can pass for it.
func (t Task) named(name string) bool {
	switch {
	case name == EveryTask:
		return t.ID != "" || len(t.Aliases) > 0
	case taskID.MatchString(name):
		return strings.EqualFold(name, t.ID)
	default:
		return slices.Contains(t.Aliases, name)
	}
}

func anyOr(ids []string, id string) bool { return len(ids) == 0 || slices.Contains(ids, id) }

// AllowsSome reports whether there is any task at all whose logs the caller may read,
// for what is shown before a task is named.
func (p *Policy) AllowsSome(c Caller) bool {
	if p == nil {
		return false
	}
	return p.opens(c) || slices.ContainsFunc(p.rules, func(r Rule) bool { return r.isFor(c) })
}

// Opened returns the policy under which every member may read everything outside of
// shared channels (LOGBOT_OPEN). Its rules stay for all others.
func (p *Policy) Opened() *Policy {
	opened := *p
	opened.open = true
	return &opened
}

// WithAdmins returns the policy with administrators: people who may take away what
// the bot said to others, wherever they are. They may read no more than the rules
// allow. An error names the first id that is none, counted from 1.
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
