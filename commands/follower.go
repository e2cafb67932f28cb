package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
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
	// followMisses is how many steps in a row may fail before the follow ends.
	followMisses = 20
)

// Follower makes the steps of messages that grow. All that it must remember is in
// their states. It is safe for concurrent use.
type Follower struct {
	names   *find.Names
	reader  read.Reader
	builds  Builds
	callers Callers
	ask     func(ctx context.Context, r Request, about *find.Task) (reply.Reply, error)
	finish  func(reply.Reply, texts.Lang) reply.Reply
	record  func(ctx context.Context, r Request, e AuditEvent)
}

// Follow makes one step: it reads what is new in the log and returns the message
// as it now is, and the state to go on from after s.Wait(). done says that no step
// follows: the build has ended, or the follow has. The error is ErrShared, or that ctx
// ended.
func (f *Follower) Follow(ctx context.Context, s reply.FollowState) (r reply.Reply, next reply.FollowState, done bool, err error) {
	step := f.following(&s)
	r, done, err = step.take(ctx)
	step.audit(ctx, done)
	r.Asker = s.User
	if r.Notice == nil && !step.in.denied { // the outcome has its own, with the numbers of lines
		r.Notice = reply.NoticeOf(reply.About{Task: s.Task, Name: s.Name, Build: s.Build}, step.in.meter.Exposed)
	}
	return f.finish(r, s.Lang), s, done, err
}

// take makes the step; its reply is not finished yet.
func (f following) take(ctx context.Context) (reply.Reply, bool, error) {
	f.s.Fresh = nil
	r, done, err := f.advance(ctx)
	if err == nil {
		err = ctx.Err()
	}
	return r, done, err
}

// Stopped is the last message of a follow that somebody stopped; by may be empty.
func (f *Follower) Stopped(s reply.FollowState, by string) reply.Reply {
	r := f.following(&s).lastMessage(texts.FollowStopped)
	r.Asker, r.StoppedBy = s.User, by
	return f.finish(r, s.Lang)
}

// FollowBroke is the last message of a follow that failed too often.
func (f *Follower) FollowBroke(s reply.FollowState) reply.Reply {
	r := f.following(&s).lastMessage(texts.FollowBroke)
	r.Asker = s.User
	return f.finish(r, s.Lang)
}

// FollowClosed tells the caller of a follow that the bot can no longer post in its
// channel.
func (f *Follower) FollowClosed(s reply.FollowState) reply.Reply {
	return f.finish(reply.Reply{
		Channel: s.Channel, Body: texts.FollowClosed.With(s.Name, s.Build).In(s.Lang),
		Try: []reply.Example{{Line: typed.Line("follow", s.Word, itoa(s.Build))}},
	}, s.Lang)
}

// FollowShared tells the caller of a follow that it has ended because other
// organisations read its channel by now.
func (f *Follower) FollowShared(s reply.FollowState) reply.Reply {
	return f.finish(reply.Reply{Channel: s.Channel, Body: texts.FollowShared.With(s.Name, s.Build).In(s.Lang)}, s.Lang)
}

// Hidden replaces the message of such a follow. It says nothing of the task.
func (f *Follower) Hidden(s reply.FollowState) reply.Reply {
	return f.finish(reply.Reply{Body: texts.FollowHidden.In(s.Lang)}, s.Lang)
}

// Followed answers a caller who wants to follow a build that is followed in the
// channel already.
func (f *Follower) Followed(s reply.FollowState) reply.Reply {
	return f.finish(reply.Reply{
		Private: true, Refused: true, Body: texts.FollowAlready.With(s.Name, s.Build).In(s.Lang),
		Try: []reply.Example{{Line: typed.Line("follow", s.Word, itoa(s.Build), "--stop"), Does: texts.FollowStopDoes.In(s.Lang)}},
	}, s.Lang)
}

// Unfollowed is a message that does not grow, and says why: it replaces the first
// one if there is no store, or if it is away.
func (f *Follower) Unfollowed(r reply.Reply, err error) reply.Reply {
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

// following is one step.
type following struct {
	*Follower
	s   *reply.FollowState
	in  *command
	now time.Time
}

func (f *Follower) following(s *reply.FollowState) following {
	r := Request{Channel: s.Channel, User: s.User, Bot: s.Bot, Lang: s.Lang, Via: ViaFollow, as: "follow"}
	if s.Bot != "" {
		r.Standing = access.App
	}
	in := newCommand(&typed.Command{}, r)
	in.build = s.Build
	return following{Follower: f, s: s, in: in, now: time.Now()}
}

func (f following) advance(ctx context.Context) (_ reply.Reply, done bool, err error) {
	request, err := now(ctx, f.callers, f.in.request)
	if err != nil { // as if a log could not be read: the next step may
		f.s.Misses, f.s.Err = f.s.Misses+1, err
		return f.message(), f.s.Misses >= followMisses, nil
	}
	f.in.request, f.in.Caller = request, request.caller()
	f.in.task, err = f.names.Resolved(ctx, f.in.Query, f.s.Task, find.Label{Name: f.s.Name, Word: f.s.Word})
	if err == nil && !f.in.mayPost() {
		err = typed.Wrong(texts.NotPostedHere.With("follow", f.s.Channel))
	}
	if err != nil && request.Shared {
		return reply.Reply{}, true, fmt.Errorf("follow of build %d of %s in %s by %s: %w", f.s.Build, f.s.Task, f.s.Channel, f.s.User, ErrShared)
	}
	if err != nil {
		r := f.lastMessage(texts.Nothing)
		r.Lines, r.Body = nil, typed.Sentence(err, f.s.Lang)
		return r, true, nil
	}
	if f.queued(ctx) {
		if f.now.Sub(f.s.Began) >= followFor {
			return f.lastMessage(texts.FollowLong), true, ctx.Err()
		}
		return f.message(), false, ctx.Err()
	}
	known := f.s.State.Finished()
	if f.s.State != logsapi.Unscheduled { // which has no log
		f.readNew(ctx, known)
	}
	if ctx.Err() != nil {
		return reply.Reply{}, false, ctx.Err()
	}
	ended := f.buildEnded(ctx)
	if ended && !known {
		f.readNew(ctx, f.s.State.Finished()) // what was written before the end and had not come yet
		ended = f.s.State.Finished() || !f.s.Ended.IsZero()
	}
	switch {
	case ctx.Err() != nil:
		return reply.Reply{}, false, ctx.Err()
	case ended:
		return f.outcome(ctx), true, nil
	case f.s.Misses >= followMisses:
		r := f.lastMessage(texts.FollowEnds, typed.ProblemOf(f.s.Err).Says)
		r.Failure = failureOf(f.s.Err)
		return r, true, nil
	case f.now.Sub(f.s.Began) >= followFor:
		return f.lastMessage(texts.FollowLong), true, nil
	case f.now.Sub(f.s.News) >= followQuiet:
		return f.lastMessage(texts.FollowQuiet), true, nil
	}
	r := f.message()
	if f.s.Misses > 2 {
		r.Body = f.in.say(texts.FollowTrouble, typed.ProblemOf(f.s.Err).Says)
		r.Failure = failureOf(f.s.Err)
	}
	return r, false, nil
}

// auditEvery is how often a follow is recorded that brings lines.
const auditEvery = time.Minute

// audit records what the steps have read since they were recorded last.
func (f following) audit(ctx context.Context, done bool) {
	e := AuditEvent{Verb: "follow", Task: f.s.Task, Build: f.s.Build, Result: Answered}
	for _, line := range f.s.Fresh {
		f.s.Unrecorded.Bytes += int64(len(line))
		f.s.Unrecorded.Hidden += redact.Masks(line)
	}
	if f.in.denied {
		e.Result, e.Reason = Refused, noRule
	} else if f.s.Unrecorded.Bytes == 0 || !done && f.now.Sub(f.s.Recorded) < auditEvery {
		return
	}
	e.Bytes, e.Hidden = f.s.Unrecorded.Bytes, f.s.Unrecorded.Hidden
	f.record(ctx, f.in.request, e)
	f.s.Recorded, f.s.Unrecorded = f.now, reply.Amount{}
}

// queued reports whether the build has not begun. Until the log has, that is asked
// first: a queued build has no log to ask for.
func (f following) queued(ctx context.Context) bool {
	if f.s.Log.Begun || f.s.State != logsapi.Unknown && f.s.State != logsapi.Queued {
		return false
	}
	if f.now.Sub(f.s.Asked) >= followAsk {
		f.askRecord(ctx)
	}
	if f.s.State == logsapi.Unknown {
		return false // the refusal of its log may tell
	}
	was := f.s.Waiting
	f.s.Waiting = f.s.State == logsapi.Queued
	if f.s.Waiting || was {
		f.s.News = f.now // how long nothing comes counts from its beginning
	}
	return f.s.Waiting
}

// askRecord asks for the record and keeps what it says. It reports false without an
// answer.
func (f following) askRecord(ctx context.Context) (logsapi.Record, bool) {
	f.s.Asked = f.now
	record, err := f.builds.Record(ctx, f.s.Task, f.s.Build)
	if err != nil {
		return logsapi.Record{}, false
	}
	b := buildFacts{in: f.in, Record: record}
	f.s.State, f.s.Context, f.s.Started = record.State, b.contextParts(), record.Started
	f.s.Log.Edition = record.Edition()
	return record, true
}

// readNew reads what is new. finished is what the record says: a page that is read
// as the end of a finished build is cached for days.
func (f following) readNew(ctx context.Context, finished bool) {
	log, before := logsapi.LiveLog{TaskID: f.s.Task, Build: f.s.Build}, f.s.Log.Text
	reader := f.reader
	if f.s.Waiting {
		reader.Logs = unwaited{reader.Logs}
	}
	fresh, err := f.s.Log.ReadOn(ctx, reader, log, f.now, finished, f.in.meter)
	f.s.Fresh = append(f.s.Fresh, fresh...)
	if len(fresh) > 0 {
		f.s.News = f.now
	}
	if f.s.Log.Text != before {
		f.s.Ended = time.Time{} // a marker with something behind it was a tool's
	}
	// Without a record, the refusal is all that tells of a build that has not begun.
	f.s.Waiting = notBegun(err) && f.s.State == logsapi.Unknown && !f.s.Log.Begun
	if f.s.Waiting {
		return
	}
	if err != nil {
		f.s.Misses++
		f.s.Err = err
		return
	}
	f.s.Misses, f.s.Err = 0, nil
}

// notBegun reports whether err may be that of a build that has not begun: its log is
// not there yet, and the build is not said not to exist.
func notBegun(err error) bool {
	return errors.Is(err, logsapi.ErrNotReady) && !errors.Is(err, logsapi.ErrNotFound)
}

// unwaited are logs that are asked for once.
type unwaited struct{ read.Logs }

// Page implements logsapi.Pager.
func (u unwaited) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	r.Once = true
	return u.Logs.Page(ctx, r)
}

// buildEnded reports whether the build has ended. Its record decides. If the
// service does not tell the state, an end marker does after followGrace.
func (f following) buildEnded(ctx context.Context) bool {
	_, marked := f.s.Log.Outcome()
	if marked && f.s.Ended.IsZero() {
		f.s.Ended = f.now
	}
	if !f.s.State.Finished() && (marked || f.now.Sub(f.s.Asked) >= followAsk) {
		record, answered := f.askRecord(ctx)
		if marked && answered && record.State != logsapi.Unknown {
			f.s.Ended = f.now // unless it has finished, the marker was a tool's
		}
	}
	return f.s.State.Finished() || marked && f.now.Sub(f.s.Ended) >= followGrace
}

// message is the message of a build that runs.
func (f following) message() reply.Reply {
	r := reply.Reply{Context: f.s.Context, Started: f.s.Started, About: reply.About{Task: f.s.Task, Name: f.s.Name, Build: f.s.Build}}
	state, step := logsapi.Running, f.s.Log.Step
	if f.s.Waiting || f.s.State == logsapi.Queued && !f.s.Log.Begun {
		state, step = logsapi.Queued, ""
	}
	b := buildFacts{in: f.in}
	r.Sign, r.Heading = textsOf(state).sign, b.title(f.s.Name+" #"+itoa(f.s.Build), state, step)
	if r.Lines = f.lastLines(); len(r.Lines) == 0 {
		r.Body = f.in.say(texts.FollowNoLines)
	} else {
		r.Source = f.in.say(texts.FollowLastLines)
		if f.s.Log.Gap {
			r.Source += " · " + f.in.say(texts.FollowGap)
		}
	}
	r.Try = []reply.Example{{
		Line: typed.Line("follow", f.s.Word, itoa(f.s.Build), "--stop"),
		Does: f.in.say(texts.FollowStopDoes), Button: f.in.say(texts.FollowStop),
	}}
	return r
}

func (f following) lastLines() []lines.Line {
	all := f.s.Log.Shown(f.reader, f.s.State.Finished())
	w := read.Window{Most: followLines}
	for _, text := range slices.Backward(all) {
		if !w.Add(lines.Line{Text: text}) {
			break
		}
	}
	slices.Reverse(w.Lines)
	return w.Lines
}

// lastMessage is a message that changes no more, says why, and has the line to go on.
func (f following) lastMessage(why texts.Text, args ...any) reply.Reply {
	r := f.message()
	r.Body, r.Source = f.in.say(why, args...), ""
	r.Try = []reply.Example{{
		Line: typed.Line("follow", f.s.Word, itoa(f.s.Build)), Does: f.in.say(texts.FollowAgain),
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
	ask := f.in.request
	ask.Text = typed.Line(typed.Fail, f.s.Word, itoa(f.s.Build))
	r, err := f.ask(ctx, ask, &f.in.task)
	if err != nil {
		r = buildFacts{in: f.in}.stands(state)
		r.Context, r.Started, r.Lines = f.s.Context, f.s.Started, f.lastLines()
		r.Body = typed.Sentence(err, f.s.Lang)
		return r
	}
	if state == logsapi.Succeeded {
		r.Lines = f.lastLines()
	}
	return r
}
