package access

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"logbot/logsapi/lazyregexp"
)

// Rule allows some people, in some channels, to read some tasks by some commands. A
// list that is left out (nil) does not restrict, but for what may be read, which must be
// named. An empty list is an error: the last word taken out of a list must not open it.
type Rule struct {
	// Channels are Slack ids such as C024BE91L, or Every. Left out, the rule holds in
	// every channel, for answers to the caller alone: only a rule that names the channel
	// lets the bot post in it.
	Channels []string `yaml:"channels"`
	Users    []string `yaml:"users"`    // Slack ids such as U012A3CDE; without users and groups: any member of the workspace
	Groups   []string `yaml:"groups"`   // ids of user groups such as S0615G0KT; besides users
	Tasks    []string `yaml:"tasks"`    // task ids (32 hex digits), their aliases in the configuration, or Every, also for check runs
	Checks   []string `yaml:"checks"`   // ids of check runs or check tasks, their aliases in the configuration, or Every
	Projects []string `yaml:"projects"` // ids of CodeArts projects (32 hex digits), whose tasks and checks may be read; besides tasks and checks
	Verbs    []string `yaml:"verbs"`    // names of commands, such as fail; left out: all

	Guests    bool     `yaml:"guests"`    // also for guests of the workspace
	Strangers bool     `yaml:"strangers"` // also for people of other workspaces and organisations
	Bots      []string `yaml:"bots"`      // also for these apps, by bot_id such as B012A3CDE; without users and groups, for them alone
	Shared    bool     `yaml:"shared"`    // also if people of other organisations read the channels, which must be named

	Place string `yaml:"-"` // where it is written, such as "line 12"; may be empty
}

// Every stands for all channels, tasks or check runs in a rule.
const Every = "*"

// Slack documents no length of its ids, only their first letter: C (channel),
// G (private channel or group message) and D (direct message); U and W (users); S
// (user groups); B (bots).
var (
	channelID = lazyregexp.New(`^[CGD][A-Z0-9]{2,31}$`)
	userID    = lazyregexp.New(`^[UW][A-Z0-9]{2,31}$`)
	groupID   = lazyregexp.New(`^S[A-Z0-9]{2,31}$`)
	botID     = lazyregexp.New(`^B[A-Z0-9]{2,31}$`)
	taskID    = lazyregexp.New(`^[0-9a-fA-F]{32}$`)
	aliasName = lazyregexp.New(`^[^\s\pC*]+$`)
	verbName  = lazyregexp.New(`^[a-z]{1,32}$`)
)

func (r Rule) clone() Rule {
	for _, list := range r.lists() {
		*list.words = slices.Clone(*list.words)
	}
	return r
}

// list is a field of a rule that is a list of words.
type list struct {
	name  string
	words *[]string
	wrong func(word string) string // what a word is not, and what is expected; empty if it is right
}

func (r *Rule) lists() []list {
	form := func(is *lazyregexp.Regexp, what string) func(string) string {
		return func(word string) string {
			if is.MatchString(word) {
				return ""
			}
			return what
		}
	}
	named := func(what string) func(string) string {
		return func(word string) string {
			if word == Every || isAlias(word) {
				return ""
			}
			return what
		}
	}
	channel := form(channelID, `is not a Slack channel id, expected one such as C024BE91L (channel details in Slack end with it), or "*" alone for every channel`)
	return []list{
		{"channels", &r.Channels, func(word string) string {
			if word == Every {
				return ""
			}
			return channel(word)
		}},
		{"users", &r.Users, form(userID, "is not a Slack user id, expected one such as U012A3CDE (profile, More, Copy member ID); leave users out for every member")},
		{"groups", &r.Groups, form(groupID, "is not the id of a Slack user group, expected one such as S0615G0KT (People, User groups, the group, Copy group ID)")},
		{"tasks", &r.Tasks, named(`is neither a task id of 32 hex digits, nor an alias (one word, no *), nor "*" alone`)},
		{"checks", &r.Checks, named(`is neither an id of 32 hex digits, nor an alias of a check run (one word, no *), nor "*" alone`)},
		{"projects", &r.Projects, form(taskID, "is not the id of a CodeArts project, expected 32 hex digits")},
		{"verbs", &r.Verbs, form(verbName, "is not a command, expected one such as fail")},
		{"bots", &r.Bots, form(botID, "is not a Slack bot id, expected one such as B012A3CDE (the log names it when the bot is refused)")},
	}
}

// Validate reports what is wrong in the rule alone: every field, and what is expected
// in it. It does not know which aliases, commands and projects there are.
func (r Rule) Validate() error {
	var wrong []error
	for _, l := range r.lists() {
		words := *l.words
		switch {
		case words != nil && len(words) == 0:
			wrong = append(wrong, EmptyList(l.name))
		case len(words) > 1 && slices.Contains(words, Every):
			wrong = append(wrong, fmt.Errorf(`%s: "*" stands alone; leave the other words out, or the "*"`, l.name))
		}
		for _, word := range words {
			if says := l.wrong(word); says != "" {
				wrong = append(wrong, fmt.Errorf("%s: %q %s", l.name, word, says))
			}
		}
	}
	return errors.Join(append(wrong, r.contradictions()...)...)
}

// EmptyList is the error of a list in a rule that names nothing.
func EmptyList(name string) error {
	means := map[string]string{
		"channels": `name a channel, or write channels: ["*"] for every channel; without the line the rule is for private answers only`,
		"users":    "name a user, or take the line away for every member of the workspace",
		"groups":   "name a user group, or take the line away",
		"verbs":    "name a command, or take the line away for every command",
	}[name]
	if means == "" {
		means = "name one, or take the line away"
	}
	return fmt.Errorf("%s: the list is empty; %s. If nobody should have the right any more, take the rule away", name, means)
}

// contradictions are what makes a rule without effect, or wider than it looks.
func (r Rule) contradictions() (wrong []error) {
	if r.Shared && (len(r.Channels) == 0 || r.anyChannel()) {
		wrong = append(wrong, errors.New("shared: a rule for channels that other organisations read must name them under channels"))
	}
	if len(r.Bots) > 0 && len(r.Users)+len(r.Groups) == 0 && (r.Guests || r.Strangers) {
		wrong = append(wrong, errors.New("bots: a rule with bots and without users is for these bots alone; put guests and strangers into a rule of their own"))
	}
	if len(r.Bots) > 0 && r.Channels == nil {
		wrong = append(wrong, errors.New(`bots: an app cannot be answered privately, so its rule must name channels, or channels: ["*"]`))
	}
	if len(r.Tasks)+len(r.Checks)+len(r.Projects) == 0 && r.Tasks == nil && r.Checks == nil && r.Projects == nil {
		wrong = append(wrong, errors.New(`tasks: none given, expected task ids of 32 hex digits, aliases, or "*" for every task; or checks, or projects`))
	}
	if slices.Contains(r.Tasks, Every) && len(r.Checks)+len(r.Projects) > 0 {
		wrong = append(wrong, errors.New(`tasks: "*" is every task and check run of every project; take checks and projects away, or the "*"`))
	}
	return wrong
}

// isAlias keeps the length apart from the expression, which with a counted repetition
// is slow to compile.
func isAlias(name string) bool {
	return utf8.RuneCountInString(name) <= maxAlias && aliasName.MatchString(name)
}

const maxAlias = 128 // characters

// Condition is a part of a rule.
type Condition int

// The conditions, in the order in which they are asked.
const (
	OfChannel  Condition = iota // it names the channel, or every
	OfShared                    // it is for channels that other organisations read
	OfStanding                  // it is for members, guests, strangers or this app
	OfPeople                    // it names the user or a group of theirs
	OfVerb                      // it names the command
	OfTask                      // it names the task or its project
	OfPosting                   // it lets answers be posted in the channel
)

// allows reports whether the rule lets the caller read the task, at least privately.
func (r *Rule) allows(c Caller, t Task, verb string) bool {
	for range r.unmet(c, t, verb) {
		return false
	}
	return true
}

// unmet are the conditions of the rule that an attempt does not meet. Those that may ask
// others come last.
func (r *Rule) unmet(c Caller, t Task, verb string) iter.Seq[Condition] {
	return func(yield func(Condition) bool) {
		_ = (r.hasChannel(c) || yield(OfChannel)) &&
			(r.hasShared(c) || yield(OfShared)) &&
			(r.hasStanding(c) || yield(OfStanding)) &&
			(r.hasPeople(c) || yield(OfPeople)) &&
			(r.hasVerb(verb) || yield(OfVerb)) &&
			(r.hasTask(t) || yield(OfTask))
	}
}

// grant is what the rule gives where it applies.
func (r *Rule) grant() Grant {
	if len(r.Channels) == 0 {
		return Privately
	}
	return Posted
}

// isFor reports whether a rule is for the caller in the channel.
func (r *Rule) isFor(c Caller) bool {
	return r.hasChannel(c) && r.hasShared(c) && r.hasStanding(c) && r.hasPeople(c)
}

func (r *Rule) anyChannel() bool { return slices.Contains(r.Channels, Every) }

func (r *Rule) hasChannel(c Caller) bool {
	return len(r.Channels) == 0 || c.Channel != "" && (r.anyChannel() || slices.Contains(r.Channels, c.Channel))
}

func (r *Rule) hasShared(c Caller) bool {
	return !c.Shared || r.Shared && slices.Contains(r.Channels, c.Channel)
}

func (r *Rule) hasStanding(c Caller) bool {
	switch c.Standing {
	case App:
		return c.Bot != "" && slices.Contains(r.Bots, c.Bot)
	case Guest:
		return r.Guests
	case Stranger:
		return r.Strangers
	}
	return len(r.Bots) == 0 || r.namesPeople()
}

func (r *Rule) namesPeople() bool { return len(r.Users)+len(r.Groups) > 0 }

func (r *Rule) hasPeople(c Caller) bool {
	return c.Standing == App || !r.namesPeople() || slices.Contains(r.Users, c.User) ||
		slices.ContainsFunc(r.Groups, func(id string) bool { return slices.Contains(c.Groups, id) })
}

func (r *Rule) hasVerb(verb string) bool {
	return len(r.Verbs) == 0 || verb == AnyVerb || slices.Contains(r.Verbs, verb)
}

func (r *Rule) hasTask(t Task) bool {
	if slices.ContainsFunc(r.Tasks, func(name string) bool { return t.named(name, false) }) ||
		slices.ContainsFunc(r.Checks, func(name string) bool { return t.Check && t.named(name, true) }) {
		return true
	}
	if len(r.Projects) == 0 || t.Project == nil {
		return false
	}
	project := t.Project()
	return project != "" && slices.ContainsFunc(r.Projects, func(id string) bool { return strings.EqualFold(id, project) })
}

// named reports whether the name in a rule, among its checks or its tasks, means the
// task. A name with the form of an id is compared with the id alone, so no alias can pass
// for it. An alias of a check run is not one of a task, though it may read the same.
func (t Task) named(name string, amongChecks bool) bool {
	switch {
	case name == Every:
		return t.ID != "" || len(t.Aliases) > 0
	case taskID.MatchString(name):
		return strings.EqualFold(name, t.ID)
	default:
		return t.Check == amongChecks && slices.Contains(t.Aliases, name)
	}
}
