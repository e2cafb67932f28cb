package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs"
	"logbot/bot/jobs/post"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/logsapi"
)

// TellKind is the kind of the intents that tell a channel about a build.
const TellKind = "tell"

const (
	// turnEvery is the pause of a telling that waits for those of earlier builds; it
	// grows up to maxTurnEvery.
	turnEvery    = time.Second
	maxTurnEvery = 20 * time.Second
	// retryAfter is the pause after a telling that failed for two minutes: Slack is down.
	// It is given up after giveUpAfter.
	retryAfter  = 2 * time.Minute
	giveUpAfter = 24 * time.Hour
	// closedAfter is how long a channel must have refused messages until its watch ends,
	// so that a bot that was removed by mistake can be invited again.
	closedAfter = 2 * time.Minute
)

// tellState is the payload of a telling. It is stored as JSON.
type tellState struct {
	Channel string        `json:"channel"`
	Task    string        `json:"task"`
	Build   int64         `json:"build"`
	Turns   int           `json:"turns,omitempty"`  // how often it has waited for its turn
	Placed  post.Progress `json:"placed,omitzero"`  // of the runs before it was last rescheduled
	Closed  int           `json:"closed,omitempty"` // how often the channel refused it permanently
	Stuck   int           `json:"stuck,omitempty"`  // how often it was refused until somebody changes a setting
}

func (p tellState) id() string {
	return fmt.Sprintf("%s:%s:%s:%d", TellKind, p.Channel, p.Task, p.Build)
}

func (p tellState) payload() []byte {
	content, err := json.Marshal(p)
	if err != nil { // strings and numbers only
		panic(fmt.Sprintf("write the state of a telling: %v", err))
	}
	return content
}

func (p tellState) after(pause time.Duration) jobs.Next {
	return jobs.Again(time.Now().Add(pause), p.payload())
}

// teller handles the telling of builds.
type teller struct{ *Watcher }

// Run implements jobs.Handler.
func (t teller) Run(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	var p tellState
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return jobs.Next{}, fmt.Errorf("read the state of a telling: %w", err)
	}
	watch, err := t.Watches.Watch(ctx, p.Channel, p.Task)
	if errors.Is(err, state.ErrNotFound) {
		return jobs.Done(), nil // unwatched
	}
	if err != nil {
		return jobs.Next{}, err
	}
	none := post.Progress{}
	if post.ProgressOf(w.Progress) == none && p.Placed != none {
		if err := p.Placed.Store(ctx, w); err != nil {
			return jobs.Next{}, err
		}
	}
	pending := noteOf(watch.Seen).Pending
	i := slices.IndexFunc(pending, func(o outcome) bool { return o.Build == p.Build })
	switch {
	case i < 0:
		return jobs.Done(), nil // told already
	case i > 0 && post.ProgressOf(w.Progress) == none:
		p.Turns++
		return p.after(min(time.Duration(1+p.Turns/10)*turnEvery, maxTurnEvery)), nil
	}
	if p.Closed > 1 {
		return t.endWatch(ctx, w, watch, watch.Owner, t.Commands.WatchEnded(t.announcement(watch, pending[i]), commands.WatchClosed))
	}
	return t.tell(ctx, w, p, watch, pending[i])
}

// tell tells one build, or ends the watch.
func (t teller) tell(ctx context.Context, w *jobs.Work, p tellState, watch state.Watch, o outcome) (jobs.Next, error) {
	a := t.announcement(watch, o)
	if o.State == logsapi.Succeeded && watch.Seen.Failures == 0 {
		return jobs.Done(), t.recordTold(ctx, watch, o, "", false) // the failure before it was not told
	}
	if left, err := t.ownerLeft(ctx, watch.Owner); err != nil {
		t.Log.WithField("user", watch.Owner).Warnf("ask whether the owner of a watch has left: %v", err)
	} else if left {
		if errors.Is(t.Commands.Authorize(ctx, a), commands.ErrShared) { // nobody is left who may learn of it
			return t.endWatch(ctx, w, watch, "", t.Commands.WatchEnded(a, commands.WatchShared))
		}
		return t.endWatch(ctx, w, watch, watch.Channel, t.Commands.WatchEnded(a, commands.WatchOwnerLeft))
	}
	r, err := t.render(ctx, a)
	if errors.Is(err, commands.ErrShared) { // the channel must not learn of it
		return t.endWatch(ctx, w, watch, watch.Owner, t.Commands.WatchEnded(a, commands.WatchShared))
	}
	if errors.Is(err, commands.ErrNoRight) {
		return t.endWatch(ctx, w, watch, watch.Channel, t.Commands.WatchEnded(a, commands.WatchNoRight))
	}
	if err != nil {
		return jobs.Next{}, err
	}
	if r.Failure != nil { // the channel is told so
		t.Failed(ctx, r.Failure)
	}
	m := post.Message{Channel: watch.Channel, Thread: watch.Seen.Thread, Reply: r, Lang: t.Lang}
	if watch.Every || r.Apart {
		m.Thread = ""
	}
	ts, repeat, err := post.Once(ctx, w, t.Slack, m)
	if m.Thread != "" && err != nil && send.Explain(err).Cause == send.NoThread {
		m.Thread = ""
		ts, repeat, err = post.Once(ctx, w, t.Slack, m)
	}
	log := t.Log.WithField("channel", watch.Channel).WithContext(ctx)
	switch {
	case post.NeedsFix(err) && time.Since(w.Created) < giveUpAfter:
		if p.Stuck++; p.Stuck == 1 {
			t.Failed(ctx, err)
			log.Warnf("a watched failure cannot be told; it is tried again every %v for a day: %s", retryAfter, send.Details(err))
		}
		p.Placed = post.ProgressOf(w.Progress)
		return p.after(retryAfter), nil
	case post.IsPermanent(err), post.NeedsFix(err):
		t.Failed(ctx, err)
		log.Warnf("a watched failure cannot be told: %s", send.Details(err))
		if send.IsChannelClosed(err) {
			return p.afterRefusal(post.ProgressOf(w.Progress)), nil
		}
		if err := t.tellOwner(ctx, watch, a); err != nil {
			log.Warnf("tell the owner of a watch that a failure cannot be told: %v", err)
		}
	case err != nil:
		return jobs.Next{}, err
	}
	if repeat {
		t.Log.WithField("intent", w.ID).Warn("a watched build may have been told twice")
	}
	if err == nil && o.Ended > 0 {
		t.Told(time.Since(time.UnixMilli(o.Ended)))
	}
	if r.Settle != nil {
		if err := r.Settle(ctx); err != nil {
			return jobs.Next{}, fmt.Errorf("store what a watched build has counted: %w", err)
		}
	}
	recorded := t.recordTold(ctx, watch, o, ts, r.Apart)
	if err == nil && recorded == nil {
		t.Notify(ctx, watch.Owner, t.Lang, r.Notice)
	}
	return jobs.Done(), recorded
}

// tellOwner tells the owner of a watch about a build that could not be told in the channel.
func (t teller) tellOwner(ctx context.Context, watch state.Watch, a commands.Announcement) error {
	if watch.Owner == "" {
		return nil
	}
	_, err := t.Slack.Post(ctx, watch.Owner, "", t.Commands.Untold(a))
	return err
}

func (t teller) render(ctx context.Context, a commands.Announcement) (reply.Reply, error) {
	if a.State == logsapi.Succeeded {
		return t.Commands.Works(ctx, a)
	}
	return t.Commands.Broke(ctx, a)
}

// afterRefusal schedules a telling that the channel refused permanently. It is tried once
// more after closedAfter; after the second refusal the watch ends.
func (p tellState) afterRefusal(progress post.Progress) jobs.Next {
	p.Closed++
	if p.Closed > 1 {
		p.Placed = post.Progress{}
		return p.after(0)
	}
	p.Placed = progress
	return p.after(closedAfter)
}

func (w *Watcher) announcement(watch state.Watch, o outcome) commands.Announcement {
	a := commands.Announcement{
		Channel: watch.Channel, Rights: watch.Rights, Owner: watch.Owner, Task: watch.Task, Name: watch.TaskName,
		Build: o.Build, State: o.State, Failures: watch.Seen.Failures, Lang: w.Lang,
	}
	if o.State != logsapi.Succeeded {
		a.Failures++
	}
	return a
}

// recordTold records that a build was told. ts is that of the message; "" if there is
// none. What follows is told in its thread if it is the first, or apart.
func (t teller) recordTold(ctx context.Context, watch state.Watch, o outcome, ts string, apart bool) error {
	_, err := t.watches.advance(context.WithoutCancel(ctx), watch, func(s *state.WatchState) {
		n, found := noteOf(*s).withoutPending(o.Build)
		if !found {
			return // another replica has recorded it
		}
		s.Note, s.Outcome, s.At = n.encode(), string(o.State), time.Now()
		if o.State == logsapi.Succeeded {
			s.Thread, s.Failures = "", 0
			return
		}
		s.Failures++
		if s.Thread == "" || apart && ts != "" {
			s.Thread = ts
		}
	})
	if errors.Is(err, state.ErrNotFound) {
		return nil // unwatched in the meantime
	}
	if err != nil {
		return fmt.Errorf("record that build %d of %s was told in %s: %w", o.Build, watch.Task, watch.Channel, err)
	}
	return nil
}

func (t teller) ownerLeft(ctx context.Context, user string) (bool, error) {
	if t.People == nil || user == "" {
		return false, nil
	}
	return t.People.Left(ctx, user)
}

// endWatch ends a watch and says so to its channel or its owner; to no one if to is "".
func (t teller) endWatch(ctx context.Context, w *jobs.Work, watch state.Watch, to string, says reply.Reply) (jobs.Next, error) {
	if to != "" {
		_, _, err := post.Once(ctx, w, t.Slack, post.Message{Channel: to, Reply: says, Lang: t.Lang})
		if err != nil && !post.IsPermanent(err) {
			return jobs.Next{}, err
		}
	}
	t.Log.WithField("channel", watch.Channel).Warnf("a watch has ended: %s", says.Body)
	if _, err := t.Watches.RemoveWatch(context.WithoutCancel(ctx), watch.Channel, watch.Task); err != nil {
		return jobs.Next{}, err
	}
	return jobs.Done(), nil
}

// GiveUp implements jobs.Handler: the build is tried again later. After a day it is
// skipped, so that those after it are told.
func (t teller) GiveUp(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	var p tellState
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return jobs.Done(), fmt.Errorf("read the state of a telling: %w", err)
	}
	if time.Since(w.Created) < giveUpAfter {
		p.Placed = post.ProgressOf(w.Progress)
		return p.after(retryAfter), nil
	}
	watch, err := t.Watches.Watch(ctx, p.Channel, p.Task)
	if errors.Is(err, state.ErrNotFound) {
		return jobs.Done(), nil
	}
	if err != nil {
		return jobs.Done(), err
	}
	if p.Closed > 1 { // its owner cannot be told either
		_, err := t.Watches.RemoveWatch(ctx, watch.Channel, watch.Task)
		return jobs.Done(), err
	}
	_, err = t.watches.advance(ctx, watch, func(s *state.WatchState) {
		n, _ := noteOf(*s).withoutPending(p.Build)
		s.Note = n.encode()
	})
	return jobs.Done(), err
}
