package commands

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// maxAliasName bounds a short name that is set in Slack, in characters.
const maxAliasName = 40

// Alias is a short name that somebody set. It gives no right to read: whoever
// uses it needs the right to read its target.
type Alias struct {
	Channel string // where it holds; empty is the whole workspace
	Name    string
	Target  string // id of a task, check task or check run, 32 hex digits
	Check   bool   // it is a check run's
	By      string // user who set it
	At      time.Time
}

// AliasStore keeps the short names that people set. Names are found whatever
// their letter case. It returns ErrStoreAway and ErrStoreFull.
type AliasStore interface {
	// SetAlias keeps an alias, in place of one with this name in its channel.
	SetAlias(ctx context.Context, a Alias) error
	// DeleteAlias removes the alias of this channel alone; "" is the workspace's.
	DeleteAlias(ctx context.Context, channel, name string) (found bool, err error)
	// Alias returns the channel's own, else the workspace's.
	Alias(ctx context.Context, channel, name string) (a Alias, found bool, err error)
	// ListAliases returns those that hold in the channel, by name.
	ListAliases(ctx context.Context, channel string) ([]Alias, error)
}

var (
	workspaceFlag  = flag{name: "workspace", does: texts.FlagWorkspace.With()}
	aliasCheckFlag = flag{name: "check", does: texts.FlagAliasCheck.With()}
)

func aliasVerb() *verb {
	return &verb{
		name:  "alias",
		usage: "NAME TASK",
		does:  texts.AliasDoes,
		more:  texts.AliasMore,
		examples: []suggestion{
			{"alias shop web", texts.AliasExample.With()},
			{"alias shop web --workspace", texts.AliasExampleWorkspace.With()},
		},
		flags: []flag{workspaceFlag, aliasCheckFlag},
		min:   2, max: 2, task: 1,
		run: runAlias,
	}
}

func unaliasVerb() *verb {
	return &verb{
		name:     "unalias",
		beside:   "alias",
		usage:    "NAME",
		does:     texts.UnaliasDoes,
		examples: []suggestion{{"unalias shop", texts.UnaliasExample.With()}},
		flags:    []flag{workspaceFlag},
		min:      1, max: 1,
		run: runUnalias,
	}
}

func aliasesVerb() *verb {
	return &verb{
		name:     "aliases",
		beside:   "alias",
		does:     texts.AliasesDoes,
		examples: []suggestion{{"aliases", texts.AliasesExample.With()}},
		run:      runAliases,
	}
}

func runAlias(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	name := in.words[0]
	if err := c.checkAliasName(in, name); err != nil {
		return reply.Reply{}, err
	}
	channel, err := c.aliasPlace(in)
	if err != nil {
		return reply.Reply{}, err
	}
	k := c.tasks()
	if in.has("check") {
		k = c.checkRuns()
	}
	t, err := c.resolve(ctx, in, in.words[1], k)
	if err != nil {
		return reply.Reply{}, err
	}
	listed, _ := k.list(ctx) // where there is no list there are no names to take
	if slices.ContainsFunc(listed, func(n named) bool {
		return strings.EqualFold(n.name, name) && !strings.EqualFold(n.id, cmp.Or(t.of, t.id))
	}) {
		return reply.Reply{}, wrong(texts.AliasIsTask.With(name), in.otherAlias())
	}
	err = c.aliasStore.SetAlias(ctx, Alias{Channel: channel, Name: name, Target: cmp.Or(t.of, t.id), Check: k.check, By: in.request.User, At: time.Now()})
	if err != nil {
		return reply.Reply{}, unkept(in, err, texts.AliasAway, texts.AliasFull)
	}
	says := texts.AliasSet
	if channel == "" {
		says = texts.AliasSetWorkspace
	}
	line := typed("fail", name)
	if k.check {
		line = typed("check", name)
	}
	return reply.Reply{Body: in.say(says, name, t.name), Try: []reply.Example{{Line: line}}}, nil
}

func runUnalias(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	name := in.words[0]
	if configured, ok := c.aliases.named(name); ok {
		return reply.Reply{}, wrong(texts.AliasTaken.With(configured), "aliases")
	}
	channel, err := c.aliasPlace(in)
	if err != nil {
		return reply.Reply{}, err
	}
	found, err := c.aliasStore.DeleteAlias(ctx, channel, name)
	if err != nil {
		return reply.Reply{}, unkept(in, err, texts.AliasAway, texts.AliasFull)
	}
	other, still, _ := c.aliasStore.Alias(ctx, channel, name) // to tell what holds now; not needed
	switch {
	case found && channel == "":
		return reply.Reply{Body: in.say(texts.AliasRemovedAll, name)}, nil
	case found && still:
		return reply.Reply{Body: in.say(texts.Both, texts.AliasRemoved.With(name), texts.AliasStill.With(other.Name))}, nil
	case found:
		return reply.Reply{Body: in.say(texts.AliasRemoved, name)}, nil
	case channel == "":
		return reply.Reply{Private: true, Body: in.say(texts.AliasUnknownAll, name), Try: []reply.Example{{Line: "aliases"}}}, nil
	case still:
		return reply.Reply{}, wrong(texts.AliasOfWorkspace.With(other.Name), typed("unalias", other.Name, "--workspace"))
	}
	return reply.Reply{Private: true, Body: in.say(texts.AliasUnknown, name), Try: []reply.Example{{Line: "aliases"}}}, nil
}

// runAliases lists the names that hold here, of what may be read here.
func runAliases(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	var rows [][]string
	names := map[bool]taskNames{}
	for _, k := range []kind{c.tasks(), c.checkRuns()} {
		names[k.check] = namesOf(ctx, k)
	}
	for _, k := range []kind{c.tasks(), c.checkRuns()} {
		for _, name := range slices.Sorted(maps.Keys(k.aliases)) {
			if c.mayRead(in, k.aliases[name], k) {
				rows = append(rows, aliasRow(in, name, names[k.check].of(k.aliases[name]), texts.AliasConfigured, k.check))
			}
		}
	}
	var away error
	if c.aliasStore != nil {
		var set []Alias
		set, away = c.aliasStore.ListAliases(ctx, in.request.Channel)
		for _, a := range set {
			k := c.tasks()
			if a.Check {
				k = c.checkRuns()
			}
			if _, hidden := c.aliases.named(a.Name); hidden || !c.mayRead(in, a.Target, k) {
				continue
			}
			where := texts.AliasChannel
			if a.Channel == "" {
				where = texts.AliasWorkspace
			}
			rows = append(rows, aliasRow(in, a.Name, names[a.Check].of(a.Target), where, a.Check))
		}
	}
	r := reply.Reply{Private: true, Heading: in.say(texts.AliasesHere)}
	for _, row := range aligned(rows) {
		r.Lines = append(r.Lines, lines.Line{Text: row})
	}
	switch {
	case away != nil:
		r.Body = in.say(texts.AliasesAway)
	case len(rows) == 0:
		r.Body = in.say(texts.AliasesNone)
		r.Try = []reply.Example{{Line: "help alias"}}
	}
	return r, nil
}

// taskNames are the names of what is listed, by their ids in lower
// case; empty for a name that several have.
type taskNames map[string]string

// namesOf asks for the list of a kind; where there is none, ids do.
func namesOf(ctx context.Context, k kind) taskNames {
	listed, err := k.list(ctx)
	if err != nil {
		return nil
	}
	names, ids := taskNames{}, map[string]string{}
	for _, n := range listed {
		id := strings.ToLower(n.id)
		if other, taken := ids[n.name]; taken && other != id {
			names[other] = ""
			continue
		}
		names[id], ids[n.name] = n.name, id
	}
	return names
}

// of is how a target is shown: by its name, else its id.
func (n taskNames) of(target string) string {
	target = strings.ToLower(target)
	return cmp.Or(n[target], target)
}

func aliasRow(in *call, name, target string, where texts.Text, check bool) []string {
	row := []string{name, target, in.say(where)}
	if check {
		row = append(row, in.say(texts.AliasIsCheck))
	}
	return row
}

// aliasPlace is the channel that the command sets or removes names of; "" is the
// workspace, which is the admins'.
func (c *Commands) aliasPlace(in *call) (channel string, err error) {
	switch {
	case c.aliasStore == nil, in.request.Channel == "":
		return "", wrong(texts.AliasNowhere.With())
	case !in.has(workspaceFlag.name):
		return in.request.Channel, nil
	case !c.access.Admin(in.request.User):
		return "", wrong(texts.AliasAdminsOnly.With(), in.without(workspaceFlag.name).line())
	}
	return "", nil
}

// aliasWord is what a short name may look like: letters, digits and what stands
// between them. Signs that Slack or a shell would read are left out.
var aliasWord = regexp.MustCompile(`^[\pL\pN][\pL\pM\pN._/+-]*$`)

// buildWord is a word that `build` reads.
var buildWord = regexp.MustCompile(`^(?i:#?[0-9]+|last(-[0-9]+)?|stage[0-9]+|all)$`)

// otherAlias is the command with a short name that may be set.
func (in *call) otherAlias() string { return typed(in.verb.name, exampleAlias, in.words[1]) }

// checkAliasName refuses a name that could not be typed, or would be read as
// something else.
func (c *Commands) checkAliasName(in *call, name string) error {
	switch {
	case !aliasWord.MatchString(name) || utf8.RuneCountInString(name) > maxAliasName || strings.ContainsFunc(name, unicode.IsControl):
		return wrong(texts.AliasNotOneWord.With(texts.Quote(name), maxAliasName), c.examples(in)...)
	case verbNamed(name) != nil:
		return wrong(texts.AliasIsVerb.With(name), in.otherAlias())
	case hexWord.MatchString(name), logsapi.IsTaskID(name), logsapi.IsRecordID(strings.ToLower(name)), buildWord.MatchString(name):
		return wrong(texts.AliasLikeID.With(name), in.otherAlias())
	}
	if configured, ok := c.aliases.named(name); ok {
		return wrong(texts.AliasTaken.With(configured), in.otherAlias())
	}
	return nil
}

// setAlias finds what a word means that somebody set as a short name here. Where
// the store is away there is none, and the error says so.
func (c *Commands) setAlias(ctx context.Context, in *call, word string, k kind) (task, bool, error) {
	if c.aliasStore == nil {
		return task{}, false, nil
	}
	a, found, err := c.aliasStore.Alias(ctx, in.request.Channel, word)
	if err != nil || !found || a.Check != k.check {
		return task{}, false, err
	}
	return task{name: a.Name, word: a.Name, id: a.Target}, true, nil
}

// meant puts the verb that may be left out before a short name that somebody set
// and that looks like a mistyped verb.
func (c *Commands) meant(ctx context.Context, words []string, r Request) []string {
	if c.aliasStore == nil || len(words) == 0 || verbNamed(words[0]) != nil || nearVerb(words[0]) == "" {
		return words
	}
	if _, found, err := c.aliasStore.Alias(ctx, r.Channel, words[0]); err != nil || !found {
		return words
	}
	return append([]string{failVerb().name}, words...)
}

// unkept is the problem of what could not be kept.
func unkept(in *call, err error, away, full texts.Text) error {
	says := away
	if errors.Is(err, ErrStoreFull) {
		says = full
	}
	return &problem{says: says.With(), cause: err}
}
