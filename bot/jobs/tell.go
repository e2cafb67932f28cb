package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/logsapi"
)

const (
	// turnEvery is how often a build whose turn has not come looks again; the
	// longer it waits the less often, down to turnSeldom.
	turnEvery  = time.Second
	turnSeldom = 20 * time.Second
	// tellAgain is the pause after a telling that failed for two minutes: Slack is
	// down. tellFor is how long it is tried at all.
	tellAgain = 2 * time.Minute
	tellFor   = 24 * time.Hour
	// closedAfter is how long a channel must have refused what is told until its
	// watch ends: who removed the bot by mistake has time to invite it again.
	closedAfter = 2 * time.Minute
)

// tells handle the telling of builds that ended.
type tells struct{ *Watches }

// tellState is the payload of a telling.
type tellState struct {
	Channel string `json:"channel"`
	Task    string `json:"task"`
	Build   int64  `json:"build"`
	Turns   int    `json:"turns,omitempty"`  // how often it has waited for its turn
	Placed  placed `json:"placed,omitzero"`  // what was noted before it was given up for a while
	Closed  int    `json:"closed,omitempty"` // how often the channel refused it for good
}

func (p tellState) id() string { return fmt.Sprintf("%s:%s:%s:%d", Tell, p.Channel, p.Task, p.Build) }

func (p tellState) payload() []byte {
	content, err := json.Marshal(p)
	if err != nil { // it holds words and numbers
		panic(fmt.Sprintf("write the state of a telling: %v", err))
	}
	return content
}

// Run implements Handler.
func (t tells) Run(ctx context.Context, w *Work) (Next, error) {
	var p tellState
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return Next{}, fmt.Errorf("read the state of a telling: %w", err)
	}
	watch, err := t.Watches.Watches.Watch(ctx, p.Channel, p.Task)
	if errors.Is(err, state.ErrNotFound) {
		return Done(), nil // nobody wants to know any more
	}
	if err != nil {
		return Next{}, err
	}
	if placedOf(w) == (placed{}) && p.Placed != (placed{}) {
		if err := note(ctx, w, p.Placed); err != nil {
			return Next{}, err
		}
	}
	pending := seenOf(watch).Pending
	i := slices.IndexFunc(pending, func(e ended) bool { return e.Build == p.Build })
	switch {
	case i < 0:
		return Done(), nil // it was told
	case i > 0 && placedOf(w) == (placed{}):
		p.Turns++
		return Again(time.Now().Add(min(time.Duration(1+p.Turns/10)*turnEvery, turnSeldom)), p.payload()), nil
	}
	if p.Closed > 1 {
		return t.stop(ctx, w, watch, watch.Owner, t.Commands.WatchEnded(t.announcement(watch, pending[i]), commands.WatchClosed))
	}
	return t.tell(ctx, w, p, watch, pending[i])
}

// tell tells one build.
func (t tells) tell(ctx context.Context, w *Work, p tellState, watch state.Watch, e ended) (Next, error) {
	a := t.announcement(watch, e)
	if e.State == logsapi.Succeeded && watch.Seen.Failures == 0 {
		return Done(), t.told(ctx, watch, e, "") // what it would make up for was not told
	}
	if left, err := t.left(ctx, watch.Owner); err != nil {
		t.log.WithField("user", watch.Owner).Warnf("ask whether the owner of a watch is still there: %v", err)
	} else if left {
		return t.stop(ctx, w, watch, watch.Channel, t.Commands.WatchEnded(a, commands.WatchOwnerLeft))
	}
	var r reply.Reply
	var err error
	if e.State == logsapi.Succeeded {
		r, err = t.Commands.Works(a)
	} else {
		r, err = t.Commands.Broke(ctx, a)
	}
	if errors.Is(err, commands.ErrNoRight) {
		return t.stop(ctx, w, watch, watch.Channel, t.Commands.WatchEnded(a, commands.WatchNoRight))
	}
	if err != nil {
		return Next{}, err
	}
	thread := watch.Seen.Thread
	if watch.Every {
		thread = ""
	}
	ts, repeat, err := once(ctx, w, t.Slack, t.Lang, watch.Channel, thread, r)
	switch {
	case errors.Is(err, ErrClosed):
		t.log.WithField("channel", watch.Channel).Warnf("a watched failure cannot be told: %v", err)
		return p.refused(placedOf(w)), nil
	case errors.Is(err, ErrGone):
		t.log.WithField("channel", watch.Channel).Warnf("a watched failure cannot be told: %v", err)
	case err != nil:
		return Next{}, err
	}
	if repeat {
		t.jobs.counted.repeats.Add(1)
		t.log.WithField("intent", w.ID).Warn("a watched build may have been told twice")
	}
	return Done(), t.told(ctx, watch, e, ts)
}

// refused is what becomes of a telling that the channel refused for good. It is
// tried once more, later; after that, at once, the watch ends.
func (p tellState) refused(was placed) Next {
	p.Closed++
	due := time.Now()
	if p.Placed = (placed{}); p.Closed == 1 {
		due, p.Placed = due.Add(closedAfter), was
	}
	return Again(due, p.payload())
}

func (t tells) announcement(watch state.Watch, e ended) commands.Announcement {
	a := commands.Announcement{
		Channel: watch.Channel, Owner: watch.Owner, Task: watch.Task, Name: watch.TaskName,
		Build: e.Build, State: e.State, Failures: watch.Seen.Failures, Lang: t.Lang,
	}
	if e.State != logsapi.Succeeded {
		a.Failures++
	}
	return a
}

// told notes that a build was told, in the message of that ts where it is known.
func (t tells) told(ctx context.Context, watch state.Watch, e ended, ts string) error {
	_, err := t.advance(context.WithoutCancel(ctx), watch, func(s *state.WatchState) {
		note := seenWith(s.Note)
		was := len(note.Pending)
		note.Pending = slices.DeleteFunc(note.Pending, func(p ended) bool { return p.Build == e.Build })
		if len(note.Pending) == was {
			return // by somebody else
		}
		s.Note, s.Outcome, s.At = note.note(), string(e.State), time.Now()
		if e.State == logsapi.Succeeded {
			s.Thread, s.Failures = "", 0
			return
		}
		s.Failures++
		if s.Thread == "" {
			s.Thread = ts
		}
	})
	if errors.Is(err, state.ErrNotFound) {
		return nil // it was ended meanwhile
	}
	if err != nil {
		return fmt.Errorf("note that build %d of %s was told in %s: %w", e.Build, watch.Task, watch.Channel, err)
	}
	return nil
}

func (t tells) left(ctx context.Context, user string) (bool, error) {
	if t.People == nil || user == "" {
		return false, nil
	}
	return t.People.Left(ctx, user)
}

// stop ends a watch and says so: in its channel, or to its owner.
func (t tells) stop(ctx context.Context, w *Work, watch state.Watch, to string, says reply.Reply) (Next, error) {
	if to != "" {
		_, _, err := once(ctx, w, t.Slack, t.Lang, to, "", says)
		if err != nil && !errors.Is(err, ErrGone) {
			return Next{}, err
		}
	}
	t.log.WithField("channel", watch.Channel).Warnf("a watch has ended: %s", says.Body)
	if _, err := t.Watches.Watches.RemoveWatch(context.WithoutCancel(ctx), watch.Channel, watch.Task); err != nil {
		return Next{}, err
	}
	return Done(), nil
}

// GiveUp implements Handler: it is tried again later. After a day the build is
// passed over, so that those behind it are told.
func (t tells) GiveUp(ctx context.Context, w *Work) (Next, error) {
	var p tellState
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return Done(), fmt.Errorf("read the state of a telling: %w", err)
	}
	if time.Since(w.Created) < tellFor {
		p.Placed = placedOf(w)
		return Again(time.Now().Add(tellAgain), p.payload()), nil
	}
	watch, err := t.Watches.Watches.Watch(ctx, p.Channel, p.Task)
	if errors.Is(err, state.ErrNotFound) {
		return Done(), nil
	}
	if err != nil {
		return Done(), err
	}
	if p.Closed > 1 { // its owner cannot be told
		_, err := t.Watches.Watches.RemoveWatch(ctx, watch.Channel, watch.Task)
		return Done(), err
	}
	_, err = t.advance(ctx, watch, func(s *state.WatchState) {
		note := seenWith(s.Note)
		note.Pending = slices.DeleteFunc(note.Pending, func(e ended) bool { return e.Build == p.Build })
		s.Note = note.note()
	})
	return Done(), err
}
