package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// Watch asks that a channel is told when a task breaks.
type Watch struct {
	Channel string
	Task    string // id, 32 hex digits
	Name    string
	Project string // id of its CodeArts project; empty where it is in none that is listed
	Every   bool   // each failure is a message of its own
	Owner   string // whose rights count
	Created time.Time

	// Newest are the newest builds when the watch was set, newest first: what ended
	// before is not told.
	Newest []logsapi.Build
	// Failures counts the builds that failed since it worked last, as far as they
	// were told.
	Failures int
}

// WatchStore keeps the watches. It returns ErrStoreAway and ErrStoreFull.
type WatchStore interface {
	// AddWatch begins a watch. Where the channel watches the task already, Every
	// and Owner become the given ones and what was told stays; added is false then.
	AddWatch(ctx context.Context, w Watch) (added bool, err error)
	// RemoveWatch ends one.
	RemoveWatch(ctx context.Context, channel, task string) (found bool, err error)
	// ListWatches returns those of a channel, by name of the task.
	ListWatches(ctx context.Context, channel string) ([]Watch, error)
}

// watchFrom is how many builds are looked at when a watch begins: those of them
// that still run are told when they fail.
const watchFrom = 20

var everyFlag = flag{name: "every", does: texts.FlagEvery.With()}

func watchVerb() *verb {
	return &verb{
		name:  "watch",
		usage: "TASK",
		does:  texts.WatchDoes,
		more:  texts.WatchMore,
		examples: []suggestion{
			{"watch web", texts.WatchExample.With()},
			{"watch web --every", texts.WatchExampleEvery.With()},
		},
		flags: []flag{everyFlag},
		min:   1, max: 1,
		run: runWatch,
	}
}

func unwatchVerb() *verb {
	return &verb{
		name:     "unwatch",
		beside:   "watch",
		usage:    "TASK",
		does:     texts.UnwatchDoes,
		examples: []suggestion{{"unwatch web", texts.UnwatchExample.With()}},
		min:      1, max: 1,
		run: runUnwatch,
	}
}

func watchesVerb() *verb {
	return &verb{
		name:     "watches",
		beside:   "watch",
		does:     texts.WatchesDoes,
		examples: []suggestion{{"watches", texts.WatchesExample.With()}},
		run:      runWatches,
	}
}

func runWatch(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if c.watches == nil || in.request.Channel == "" {
		return reply.Reply{}, wrong(texts.WatchNowhere.With())
	}
	t, err := c.task(ctx, in, in.words[0])
	if err != nil {
		return reply.Reply{}, err
	}
	newest, err := c.builds.Builds(ctx, t.id, watchFrom)
	switch {
	case logsapi.OutOfReach(err):
		return reply.Reply{}, wrong(texts.WatchBlind.With(t.name), typed("fail", t.word, "128"))
	case err != nil && !errors.Is(err, logsapi.ErrNotFound): // that is a task that was never built
		return reply.Reply{}, err
	}
	w := Watch{
		Channel: in.request.Channel, Task: t.id, Name: t.name, Project: c.projectWith(ctx, t.id),
		Every: in.has(everyFlag.name), Owner: in.request.User, Created: time.Now(), Newest: newest,
	}
	added, err := c.watches.AddWatch(ctx, w)
	if err != nil {
		return reply.Reply{}, unkept(in, err, texts.WatchAway, texts.WatchFull)
	}
	says := texts.WatchSet.With(t.name)
	if w.Every {
		says = texts.WatchSetEvery.With(t.name)
	}
	if added {
		says = texts.Both.With(says, texts.WatchBefore)
	} else {
		says = texts.Both.With(says, texts.WatchWas)
	}
	if w.Project == "" {
		says = texts.Both.With(says, texts.WatchAlone)
	}
	return reply.Reply{
		Body: says.In(in.request.Lang), About: reply.About{Task: t.id, Name: t.name},
		Try: []reply.Example{{Line: typed("unwatch", t.word), Does: in.say(texts.UnwatchDoes)}},
	}, nil
}

// projectWith is the project whose list has the task; empty where it cannot be
// told.
func (c *Commands) projectWith(ctx context.Context, taskID string) string {
	tasks, _ := c.builds.Tasks(ctx) // without a list the task itself may tell
	if i := slices.IndexFunc(tasks, func(t logsapi.Task) bool { return strings.EqualFold(t.ID, taskID) }); i >= 0 {
		return tasks[i].ProjectID
	}
	t, err := c.builds.Task(ctx, taskID)
	if err != nil || !logsapi.IsTaskID(t.ProjectID) {
		return ""
	}
	return strings.ToLower(t.ProjectID)
}

func runUnwatch(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if c.watches == nil || in.request.Channel == "" {
		return reply.Reply{}, wrong(texts.WatchNowhere.With())
	}
	t, err := c.watchedTask(ctx, in)
	if err != nil {
		return reply.Reply{}, err
	}
	found, err := c.watches.RemoveWatch(ctx, in.request.Channel, t.id)
	switch {
	case err != nil:
		return reply.Reply{}, unkept(in, err, texts.WatchAway, texts.WatchFull)
	case !found:
		return reply.Reply{Private: true, Body: in.say(texts.UnwatchUnknown, t.name), Try: []reply.Example{{Line: "watches"}}}, nil
	}
	word := t.word
	if now, err := c.task(ctx, in, in.words[0]); err == nil && now.id == t.id {
		word = now.word // what was typed still means this task
	}
	return reply.Reply{Body: in.say(texts.UnwatchDone, t.name), Try: []reply.Example{{Line: typed("watch", word), Does: in.say(texts.WatchDoes)}}}, nil
}

// watchedTask is the task that the first word names: one that is watched here by
// its name or id, whoever may read it and whether it still exists; else as ever.
func (c *Commands) watchedTask(ctx context.Context, in *call) (task, error) {
	word := in.words[0]
	watches, err := c.watches.ListWatches(ctx, in.request.Channel)
	if err != nil {
		return task{}, unkept(in, err, texts.WatchReadAway, texts.WatchReadAway)
	}
	if _, configured := find(c.aliases.Tasks, word); !configured {
		for _, w := range watches {
			if strings.EqualFold(w.Name, word) || strings.EqualFold(w.Task, word) {
				return c.watchTask(w.Task, w.Name), nil
			}
		}
	}
	return c.task(ctx, in, word)
}

// watchTask is the task of a watch. Its word is its configured name, else its
// id: other names may come to mean another task.
func (c *Commands) watchTask(id, name string) task {
	t := byID(id, c.tasks())
	if aliasOf(c.aliases.Tasks, id) == "" && name != "" {
		t.name = name
	}
	return t
}

func runWatches(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if c.watches == nil || in.request.Channel == "" {
		return reply.Reply{}, wrong(texts.WatchNowhere.With())
	}
	watches, err := c.watches.ListWatches(ctx, in.request.Channel)
	if err != nil {
		return reply.Reply{}, unkept(in, err, texts.WatchReadAway, texts.WatchReadAway)
	}
	r := reply.Reply{Private: true, Heading: in.say(texts.WatchesHere)}
	if len(watches) == 0 {
		r.Body = in.say(texts.WatchesNone)
		r.Try = []reply.Example{{Line: c.owned(in, "watch "+exampleTask), Does: in.say(texts.WatchDoes)}}
		return r, nil
	}
	var rows [][]string
	for _, w := range watches {
		row := []string{w.Name, in.say(texts.WatchesWorks)}
		if w.Failures > 0 {
			row[1] = in.say(texts.WatchesFails, w.Failures)
		}
		if w.Every {
			row = append(row, in.say(texts.WatchesEvery))
		}
		rows = append(rows, row)
	}
	win := read.Window{Most: read.MaxLines}
	for _, row := range aligned(rows) {
		win.Add(lines.Line{Text: row})
	}
	r.Lines = win.Lines
	r.Try = []reply.Example{{Line: typed("unwatch", c.unwatchWord(watches)), Does: in.say(texts.UnwatchDoes)}}
	return r, nil
}

// unwatchWord is what to type to end the first of the watches: its name, for
// unwatch knows the names of what is watched here, or its id where the name means
// another task, too.
func (c *Commands) unwatchWord(watches []Watch) string {
	first := watches[0]
	shared := slices.ContainsFunc(watches[1:], func(w Watch) bool { return strings.EqualFold(w.Name, first.Name) })
	configured, ok := find(c.aliases.Tasks, first.Name)
	if first.Name == "" || shared || ok && !strings.EqualFold(c.aliases.Tasks[configured], first.Task) {
		return first.Task
	}
	return first.Name
}

// ErrNoRight says that the owner of a watch may not read the task any more.
var ErrNoRight = errors.New("no right to read the task in this channel")

// Announcement is what a watch has to tell.
type Announcement struct {
	Channel string
	Owner   string // whose rights count
	Task    string // id
	Name    string
	Build   int64
	State   logsapi.State
	// Failures counts the failures since it worked last: with this one, or before
	// this success.
	Failures int
	Lang     texts.Lang
}

func (a Announcement) request() Request {
	return Request{Channel: a.Channel, User: a.Owner, Lang: a.Lang}
}

// Broke tells that a watched build failed, with its excerpt. Where its log cannot
// be read it says why. The error is ErrNoRight, or that ctx ended.
func (c *Commands) Broke(ctx context.Context, a Announcement) (reply.Reply, error) {
	t, in, err := c.announce(a)
	if err != nil {
		return reply.Reply{}, err
	}
	r, err := c.ask(ctx, a.request(), t, "fail", itoa(a.Build))
	if ctx.Err() != nil {
		return reply.Reply{}, ctx.Err()
	}
	if err != nil {
		b := buildFacts{in: in, task: t, build: a.Build}
		r = reply.Reply{
			Heading: in.say(texts.BuildStands, b.name(), stateWords(a.State)), Body: in.say(texts.WatchNoLog, c.problem(err).says),
			Try: []reply.Example{{Line: b.line("fail")}}, About: b.about(),
		}
	}
	if a.Failures > 1 {
		r.Source = joined(r.Source, in.say(texts.WatchCount, a.Failures))
	}
	return c.finish(r, a.request()), nil
}

// Works tells that a watched task works again. The error is ErrNoRight.
func (c *Commands) Works(a Announcement) (reply.Reply, error) {
	t, in, err := c.announce(a)
	if err != nil {
		return reply.Reply{}, err
	}
	says := in.say(texts.WatchWorks, t.name, a.Build)
	if a.Failures > 1 {
		says = in.say(texts.WatchWorksTook, t.name, a.Build, a.Failures)
	}
	return c.finish(reply.Reply{Heading: says, About: reply.About{Task: t.id, Name: t.name, Build: a.Build}}, a.request()), nil
}

func (c *Commands) announce(a Announcement) (task, *call, error) {
	in := &call{verb: watchVerb(), request: a.request()}
	if !c.mayRead(in, a.Task, c.tasks()) {
		return task{}, nil, fmt.Errorf("watch of %s in %s by %s: %w", a.Task, a.Channel, a.Owner, ErrNoRight)
	}
	return c.watchTask(a.Task, a.Name), in, nil
}

// WatchEnd is why a watch ended by itself.
type WatchEnd int

// The ends of a watch. WatchClosed is told to its owner, the others to the channel.
const (
	WatchOwnerLeft WatchEnd = iota // the workspace
	WatchNoRight                   // its owner may not read the task there any more
	WatchClosed                    // the channel takes nothing of the bot any more
)

// WatchEnded tells that a watch has ended by itself, and what to type to begin anew.
func (c *Commands) WatchEnded(a Announcement, why WatchEnd) reply.Reply {
	t := c.watchTask(a.Task, a.Name)
	r := reply.Reply{Try: []reply.Example{{Line: typed("watch", t.word)}}}
	switch why {
	case WatchOwnerLeft:
		r.Body = texts.WatchOwnerLeft.With(t.name).In(a.Lang)
	case WatchNoRight:
		r.Body = texts.WatchNoRight.With(t.name).In(a.Lang)
	case WatchClosed:
		r.Channel, r.Body = a.Channel, texts.WatchClosed.With(t.name).In(a.Lang)
	}
	return c.finish(r, a.request())
}

// joined puts two parts of a source together.
func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + " · " + b
}
