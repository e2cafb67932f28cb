package commands

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// followLines is how many lines a message shows that grows.
	followLines = 12
	// followFor is how long a build is followed at most.
	followFor = 2 * time.Hour
	// followQuiet ends a follow that brings nothing.
	followQuiet = 30 * time.Minute
	// followAsk is how often the service is asked whether the build goes on.
	followAsk = 10 * time.Second
	// followGrace is how long nothing may come behind an end marker, and no record
	// say that the build runs, before the marker is believed.
	followGrace = 15 * time.Second
	// followMisses is how many steps on end may fail before it is given up.
	followMisses = 20
)

// Follows are the messages that grow.
type Follows interface {
	// Stop ends one; found is false where the build is not followed in the channel.
	// It returns ErrStoreAway.
	Stop(ctx context.Context, channel, task string, build int64, user string) (found bool, err error)
}

func followVerb() *verb {
	return &verb{
		name:  "follow",
		usage: "TASK [BUILD]",
		does:  texts.FollowDoes,
		more:  texts.FollowMore,
		examples: []suggestion{
			{"follow web", texts.FollowExample.With()},
			{"follow web 129 --stop", texts.FollowExampleStop.With()},
		},
		flags: []flag{{name: "stop", does: texts.FlagStop.With()}},
		min:   1, max: 2,
		run: runFollow,
	}
}

func runFollow(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if in.has("me") && !in.has("stop") && !strings.HasPrefix(in.request.Channel, "D") {
		return reply.Reply{}, wrong(texts.FollowNoMe.With(), in.without("me").line())
	}
	t, err := c.task(ctx, in, in.words[0])
	if err != nil {
		return reply.Reply{}, err
	}
	build, err := c.followed(ctx, in, t)
	if err != nil {
		return reply.Reply{}, err
	}
	in.audited.Build = build
	if in.has("stop") {
		return c.stopFollow(ctx, in, t, build)
	}
	now := time.Now()
	s := reply.FollowState{
		Task: t.id, Name: t.name, Word: t.word, Build: build,
		Channel: in.request.Channel, User: in.request.User, Lang: in.request.Lang,
		Began: now, News: now,
	}
	r, s, done, err := c.follow(ctx, s)
	if err != nil {
		return reply.Reply{}, err
	}
	if runs := s.State == logsapi.Running || s.State == logsapi.Queued; !done && !runs && s.Misses > 0 { // it has never been read: the reason is worth more than a message that waits
		return reply.Reply{}, buildFacts{in: in, task: t, build: build}.unreadable(s.Err)
	}
	if !done {
		r.Follow = &s
	}
	return r, nil
}

// followed is the build that is meant: the given one, else the one that runs.
func (c *Commands) followed(ctx context.Context, in *call, t task) (int64, error) {
	if len(in.words) > 1 {
		n, err := strconv.ParseInt(strings.TrimPrefix(narrow(in.words[1]), "#"), 10, 64)
		if err != nil || n < 1 {
			return 0, wrong(texts.FollowNumber.With(texts.Quote(in.words[1])), c.examples(in)...)
		}
		return n, nil
	}
	if t.build > 0 { // a pasted address names it
		return t.build, nil
	}
	builds, err := c.builds.Builds(ctx, t.id, recentBuilds)
	if logsapi.OutOfReach(err) {
		return 0, wrong(texts.FollowWhich.With(t.name), typed("follow", t.word, "128"))
	}
	if err != nil {
		return 0, err
	}
	for _, b := range builds {
		if !b.State.Finished() {
			return b.Number, nil
		}
	}
	try := []string{typed("watch", t.word)}
	if len(builds) > 0 {
		try = append([]string{typed("fail", t.word, itoa(builds[0].Number))}, try...)
	}
	return 0, wrong(texts.FollowNothing.With(t.name), try...)
}

func (c *Commands) stopFollow(ctx context.Context, in *call, t task, build int64) (reply.Reply, error) {
	if c.follows == nil {
		return reply.Reply{Private: true, Body: in.say(texts.FollowNotOn, t.name, build)}, nil
	}
	found, err := c.follows.Stop(ctx, in.request.Channel, t.id, build, in.request.User)
	switch {
	case err != nil:
		return reply.Reply{}, &problem{says: texts.FollowStopAway.With(), cause: err}
	case !found:
		return reply.Reply{Private: true, Body: in.say(texts.FollowNotOn, t.name, build), Try: []reply.Example{{Line: typed("follow", t.word, itoa(build))}}}, nil
	}
	return reply.Reply{Private: true, Body: in.say(texts.FollowDone, t.name, build)}, nil
}

// Follow makes one step: it reads what is new in the log and returns the message
// as it now is, and the state to go on from after s.Wait(). done says that nothing
// follows: the build has ended, or the follow has. The only error is that ctx
// ended.
func (c *Commands) Follow(ctx context.Context, s reply.FollowState) (r reply.Reply, next reply.FollowState, done bool, err error) {
	r, next, done, err = c.follow(ctx, s)
	return c.finish(r, Request{Lang: s.Lang}), next, done, err
}

func (c *Commands) follow(ctx context.Context, s reply.FollowState) (reply.Reply, reply.FollowState, bool, error) {
	f := following{c: c, s: &s, now: time.Now()}
	f.in = &call{verb: followVerb(), words: []string{s.Word, strconv.FormatInt(s.Build, 10)}, request: f.request()}
	f.t = task{name: s.Name, word: s.Word, id: s.Task}
	s.Fresh = nil
	r, done, err := f.step(ctx)
	if err == nil {
		err = ctx.Err()
	}
	return r, s, done, err
}

// following is one step.
type following struct {
	c   *Commands
	s   *reply.FollowState
	in  *call
	t   task
	now time.Time
}

func (f following) request() Request {
	return Request{Channel: f.s.Channel, User: f.s.User, Lang: f.s.Lang}
}

func (f following) step(ctx context.Context) (reply.Reply, bool, error) {
	if !f.c.mayRead(f.in, f.s.Task, f.c.tasks()) {
		r := f.message()
		r.Lines, r.Body = nil, Sentence(denied(f.in), f.s.Lang)
		return f.over(r), true, nil
	}
	known := f.s.State.Finished()
	f.read(ctx, known)
	if ctx.Err() != nil {
		return reply.Reply{}, false, ctx.Err()
	}
	ended := f.ended(ctx)
	if ended && !known {
		f.read(ctx, f.s.State.Finished()) // what came before it had ended, and was not there yet
		ended = f.s.State.Finished() || !f.s.Ended.IsZero()
	}
	switch {
	case ctx.Err() != nil:
		return reply.Reply{}, false, ctx.Err()
	case ended:
		return f.outcome(ctx), true, nil
	case f.s.Misses >= followMisses:
		r := f.message()
		r.Body = f.in.say(texts.FollowEnds, f.c.problem(f.s.Err).says)
		return f.over(r), true, nil
	case f.now.Sub(f.s.Began) >= followFor:
		r := f.message()
		r.Body = f.in.say(texts.FollowLong)
		return f.over(r), true, nil
	case f.now.Sub(f.s.News) >= followQuiet:
		r := f.message()
		r.Body = f.in.say(texts.FollowQuiet)
		return f.over(r), true, nil
	}
	r := f.message()
	if f.s.Misses > 2 {
		r.Body = f.in.say(texts.FollowTrouble, f.c.problem(f.s.Err).says)
	}
	return r, false, nil
}

// read reads what is new. finished is what the record says: a page that is read
// as the end of a finished build is kept for days.
func (f following) read(ctx context.Context, finished bool) {
	log, before := logsapi.LiveLog{TaskID: f.s.Task, Build: f.s.Build}, f.s.Log.Text
	fresh, err := f.s.Log.ReadOn(ctx, f.c.reader, log, f.now, finished)
	f.s.Fresh = append(f.s.Fresh, fresh...)
	if len(fresh) > 0 {
		f.s.News = f.now
	}
	if f.s.Log.Text != before {
		f.s.Ended = time.Time{} // a marker with something behind it was a tool's
	}
	if err != nil {
		f.s.Misses++
		f.s.Err = err
		return
	}
	f.s.Misses, f.s.Err = 0, nil
}

// ended reports whether the build has. Its record decides. Where the service
// does not tell the state, an end marker does after followGrace.
func (f following) ended(ctx context.Context) bool {
	_, marked := f.s.Log.Outcome()
	if marked && f.s.Ended.IsZero() {
		f.s.Ended = f.now
	}
	if !f.s.State.Finished() && (marked || f.now.Sub(f.s.Asked) >= followAsk) {
		f.s.Asked = f.now
		record, err := f.c.builds.Record(ctx, f.s.Task, f.s.Build)
		if err == nil {
			b := buildFacts{in: f.in, task: f.t, build: f.s.Build, Record: record}
			f.s.State, f.s.Context, f.s.Started = record.State, b.context(), record.Started
		}
		if marked && err == nil && record.State != logsapi.Unknown {
			f.s.Ended = f.now // unless it has finished, the marker was a tool's
		}
	}
	return f.s.State.Finished() || marked && f.now.Sub(f.s.Ended) >= followGrace
}

// message is the message of a build that runs.
func (f following) message() reply.Reply {
	r := reply.Reply{Context: f.s.Context, Started: f.s.Started, About: reply.About{Task: f.s.Task, Name: f.s.Name, Build: f.s.Build}}
	switch {
	case f.s.State == logsapi.Queued && !f.s.Log.Begun:
		r.Heading = f.in.say(texts.FollowWaits, f.s.Name, f.s.Build)
	case f.s.Log.Step != "":
		r.Heading = f.in.say(texts.FollowRunsIn, f.s.Name, f.s.Build, f.s.Log.Step)
	default:
		r.Heading = f.in.say(texts.FollowRuns, f.s.Name, f.s.Build)
	}
	if r.Lines = f.lastLines(); len(r.Lines) == 0 {
		r.Body = f.in.say(texts.FollowNoLines)
	} else {
		r.Source = f.source()
	}
	r.Try = []reply.Example{{
		Line: typed("follow", f.s.Word, itoa(f.s.Build), "--stop"),
		Does: f.in.say(texts.FollowStopDoes), Button: f.in.say(texts.FollowStop),
	}}
	return r
}

func (f following) source() string {
	says := f.in.say(texts.FollowLastLines)
	if f.s.Log.Gap {
		says += " · " + f.in.say(texts.FollowGap)
	}
	return says
}

func (f following) lastLines() []lines.Line {
	all := f.s.Log.Shown(f.c.reader, f.s.State.Finished())
	w := read.Window{Most: followLines}
	for _, text := range slices.Backward(all) {
		if !w.Add(lines.Line{Text: text}) {
			break
		}
	}
	slices.Reverse(w.Lines)
	return w.Lines
}

// over is a message that changes no more, with the line to go on.
func (f following) over(r reply.Reply) reply.Reply {
	r.Source = ""
	r.Try = []reply.Example{{
		Line: typed("follow", f.s.Word, itoa(f.s.Build)), Does: f.in.say(texts.FollowAgain),
	}}
	return r
}

// outcome is the last message: how the build ended, with the excerpt of a
// failure, else with the last lines.
func (f following) outcome(ctx context.Context) reply.Reply {
	state := f.s.State
	if !state.Finished() {
		state, _ = f.s.Log.Outcome()
	}
	r, err := f.c.ask(ctx, f.request(), f.t, "fail", strconv.FormatInt(f.s.Build, 10))
	if err != nil {
		b := buildFacts{in: f.in, task: f.t, build: f.s.Build}
		return reply.Reply{
			Heading: f.in.say(texts.BuildStands, b.name(), stateWords(state)), Context: f.s.Context, Started: f.s.Started,
			About: b.about(), Lines: f.lastLines(), Body: f.c.problem(err).says.In(f.s.Lang),
		}
	}
	if state == logsapi.Succeeded {
		r.Body, r.Lines, r.Source = "", f.lastLines(), ""
	}
	return r
}

// Stopped is the last message of a follow that somebody stopped; by may be empty.
func (c *Commands) Stopped(s reply.FollowState, by string) reply.Reply {
	return c.endFollow(s, texts.FollowStopped.With(), by)
}

// FollowBroke is the last message of a follow that failed too often.
func (c *Commands) FollowBroke(s reply.FollowState) reply.Reply {
	return c.endFollow(s, texts.FollowBroke.With(), "")
}

// FollowClosed tells whoever asked for a follow that its channel takes nothing of
// the bot any more.
func (c *Commands) FollowClosed(s reply.FollowState) reply.Reply {
	return c.finish(reply.Reply{
		Channel: s.Channel, Body: texts.FollowClosed.With(s.Name, s.Build).In(s.Lang),
		Try: []reply.Example{{Line: typed("follow", s.Word, itoa(s.Build))}},
	}, Request{Channel: s.Channel, User: s.User, Lang: s.Lang})
}

func (c *Commands) endFollow(s reply.FollowState, says texts.Phrase, by string) reply.Reply {
	f := following{c: c, s: &s, now: time.Now(), t: task{name: s.Name, word: s.Word, id: s.Task}}
	f.in = &call{verb: followVerb(), request: f.request()}
	r := f.message()
	r.Body, r.StoppedBy = says.In(s.Lang), by
	return c.finish(f.over(r), f.request())
}

// Followed answers whoever wants to follow a build that is followed in the
// channel already.
func (c *Commands) Followed(s reply.FollowState) reply.Reply {
	in := &call{verb: followVerb(), request: Request{Lang: s.Lang}}
	return c.finish(reply.Reply{
		Private: true, Refused: true, Body: in.say(texts.FollowAlready, s.Name, s.Build),
		Try: []reply.Example{{Line: typed("follow", s.Word, itoa(s.Build), "--stop"), Does: in.say(texts.FollowStopDoes)}},
	}, in.request)
}

// Unfollowed is a message that does not grow, and says why: it stands for the
// first one where there is no store, or it is away.
func (c *Commands) Unfollowed(r reply.Reply, err error) reply.Reply {
	lang := texts.English
	if r.Follow != nil {
		lang = r.Follow.Lang
	}
	says := texts.FollowNowhere
	if errors.Is(err, ErrStoreAway) {
		says = texts.FollowAway
	}
	if r.Body == "" {
		r.Body = says.In(lang)
	} else {
		r.Body = texts.Both.With(r.Body, says).In(lang)
	}
	r.Try, r.Follow, r.Source = nil, nil, ""
	return r
}

// ask answers a command about a task that was resolved before, with the rights of
// r. The words are its verb and what follows the task.
func (c *Commands) ask(ctx context.Context, r Request, t task, verb string, words ...string) (reply.Reply, error) {
	in, err := c.parse(append([]string{verb, t.word}, words...), r)
	if err != nil {
		return reply.Reply{}, err
	}
	in.about = &t
	return c.perform(ctx, in)
}
