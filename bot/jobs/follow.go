package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
)

// Follow is the kind of the intents of messages that grow.
const Follow = "follow"

// stopGrace is how long the last update of a stopped follow waits for one that is
// on its way.
const stopGrace = time.Second

// followPatience is how long after its beginning a follow that can show nothing
// is tried again: longer than any lasts.
const followPatience = 4 * time.Hour

// Follower makes the steps of a follow; a *commands.Follower is one.
type Follower interface {
	Follow(ctx context.Context, s reply.FollowState) (r reply.Reply, next reply.FollowState, done bool, err error)
	Stopped(s reply.FollowState, by string) reply.Reply
	FollowBroke(s reply.FollowState) reply.Reply
	FollowClosed(s reply.FollowState) reply.Reply
	Followed(s reply.FollowState) reply.Reply
	Unfollowed(r reply.Reply, err error) reply.Reply
}

// Follows are the messages that grow. Each is one intent, which is run for a
// moment every few seconds and carries all it needs in its payload, so that any
// replica goes on with it.
type Follows struct {
	jobs     *Jobs
	commands Follower
	slack    Poster
	log      logrus.FieldLogger
}

// NewFollows makes j handle follows.
func NewFollows(j *Jobs, c Follower, slack Poster) *Follows {
	f := &Follows{jobs: j, commands: c, slack: slack, log: j.log}
	j.Handle(Follow, f)
	return f
}

// followed is the payload.
type followed struct {
	Channel string            `json:"channel"`
	Thread  string            `json:"thread,omitempty"`
	TS      string            `json:"ts,omitempty"`     // of the message, once it stands
	Repeat  bool              `json:"repeat,omitempty"` // another may stand there
	Shown   string            `json:"shown,omitempty"`
	Stopped bool              `json:"stopped,omitempty"`
	By      string            `json:"by,omitempty"` // who stopped it
	State   reply.FollowState `json:"state"`
}

// followID is one for a build in a channel, so that a build is followed there
// once.
func followID(channel, task string, build int64) string {
	return fmt.Sprintf("%s:%s:%s:%d", Follow, channel, task, build)
}

// Start begins to follow what the reply says, in the channel or under a message
// there. posted says that the message stands, or will come by itself where Slack
// did not take it; else the reply that comes back is to be posted instead.
func (f *Follows) Start(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool) {
	ctx = patience.Without(ctx) // the message does not grow without its intent
	s := *r.Follow
	s.Channel = channel
	i, err := followed{Channel: channel, Thread: thread, State: s}.intent()
	if err != nil {
		return f.commands.Unfollowed(r, err), false
	}
	added, err := f.jobs.RunNow(ctx, i)
	if err == nil && !added {
		if _, err = f.jobs.intents.Get(ctx, i.ID); err == nil {
			return f.commands.Followed(s), false
		}
		if errors.Is(err, state.ErrNotFound) { // it was followed, and has ended
			if _, err = f.jobs.intents.Cancel(ctx, time.Now(), i.ID); err == nil {
				added, err = f.jobs.RunNow(ctx, i)
			}
		}
	}
	switch {
	case err != nil:
		f.log.WithField("intent", i.ID).Warnf("follow: %v", err)
		return f.commands.Unfollowed(r, StoreError(err)), false
	case !added: // somebody was faster
		return f.commands.Followed(s), false
	}
	return reply.Reply{}, true
}

// FollowStop ends messages that grow. It is a commands.Follows.
type FollowStop struct{ Jobs *Jobs }

// Stop implements commands.Follows.
func (f FollowStop) Stop(ctx context.Context, channel, task string, build int64, user string) (found bool, err error) {
	ctx = patience.Without(ctx)
	id := followID(channel, task, build)
	was, err := f.Jobs.intents.Get(ctx, id)
	if errors.Is(err, state.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, StoreError(err)
	}
	var p followed
	if err := json.Unmarshal(was.Payload, &p); err != nil {
		return false, fmt.Errorf("read intent %s: %w", id, err)
	}
	if p.Stopped {
		return true, nil
	}
	if p.TS == "" {
		p.TS = placedOf(&Work{Intent: was}).TS
	}
	p.Stopped, p.By = true, user
	i, err := p.intent()
	if err != nil {
		return false, err
	}
	// Whoever makes a step now loses the intent, and what it still shows is
	// written over.
	if found, err = f.Jobs.intents.Cancel(ctx, time.Now(), id); err != nil || !found {
		return false, StoreError(err)
	}
	i.Due = time.Now().Add(stopGrace)
	if _, err := f.Jobs.Schedule(ctx, i); err != nil {
		return true, StoreError(err)
	}
	return true, nil
}

func (p followed) intent() (state.Intent, error) {
	payload, err := json.Marshal(p)
	if err != nil {
		return state.Intent{}, fmt.Errorf("write the state of a follow: %w", err)
	}
	return state.Intent{ID: followID(p.Channel, p.State.Task, p.State.Build), Kind: Follow, Payload: payload}, nil
}

// Run implements Handler: one step.
func (f *Follows) Run(ctx context.Context, w *Work) (Next, error) {
	var p followed
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return Next{}, fmt.Errorf("read the state of a follow: %w", err)
	}
	if p.TS == "" {
		p.TS = placedOf(w).TS
	}
	if p.Stopped {
		return f.last(ctx, p, f.commands.Stopped(p.State, p.By))
	}
	r, next, done, err := f.commands.Follow(ctx, p.State)
	if err != nil {
		return Next{}, err
	}
	p.State = next
	if done {
		return f.end(ctx, w, p, r)
	}
	fresh := p.TS == ""
	if err := f.show(ctx, w, &p, r); err != nil {
		if errors.Is(err, state.ErrLeaseLost) && fresh && p.TS != "" {
			f.orphan(ctx, p)
		}
		if errors.Is(err, ErrGone) {
			f.log.WithField("intent", w.ID).Infof("a follow ends: %v", err)
			return f.gone(ctx, w, p, err)
		}
		if p.TS == "" || errors.Is(err, state.ErrLeaseLost) {
			return Next{}, err
		}
		f.log.WithField("intent", w.ID).Warnf("update a follow: %v", err) // the next update shows it
	}
	i, err := p.intent()
	if err != nil {
		return Next{}, err
	}
	return Again(time.Now().Add(next.Wait()), i.Payload), nil
}

// orphan ends a message that was posted when the follow was no longer ours: it was
// stopped in that moment, or another replica posts its own.
func (f *Follows) orphan(ctx context.Context, p followed) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	if _, err := f.last(ctx, p, f.commands.Stopped(p.State, "")); err != nil {
		f.log.Warnf("end the message of a follow that was lost: %v", err)
	}
}

// show posts the message, or updates it where it would change.
func (f *Follows) show(ctx context.Context, w *Work, p *followed, r reply.Reply) (err error) {
	if p.Repeat {
		r = r.MaybeRepeat(p.State.Lang)
	}
	look := fingerprint(r)
	switch {
	case p.TS == "":
		if p.TS, p.Repeat, err = once(ctx, w, f.slack, p.State.Lang, p.Channel, p.Thread, r); p.Repeat {
			f.jobs.counted.repeats.Add(1)
		}
	case p.Shown == look:
		return nil
	default:
		err = f.slack.Update(ctx, p.Channel, p.TS, r)
	}
	if err == nil {
		p.Shown, p.State.Caller = look, nil
	}
	return err
}

// end shows the outcome. An error leaves the intent, to be tried again.
func (f *Follows) end(ctx context.Context, w *Work, p followed, r reply.Reply) (Next, error) {
	err := f.show(ctx, w, &p, r)
	switch {
	case errors.Is(err, ErrGone):
		return f.gone(ctx, w, p, err)
	case err != nil:
		return Next{}, err
	}
	return Forget(), nil
}

// gone ends a follow whose message cannot be written any more. Where it never stood,
// or its channel takes nothing of the bot any more, whoever asked is told.
func (f *Follows) gone(ctx context.Context, w *Work, p followed, why error) (Next, error) {
	if p.TS == "" {
		f.tell(ctx, w, p, Teller.Uninvited)
		return Forget(), nil
	}
	if !errors.Is(why, ErrClosed) || p.State.User == "" {
		return Forget(), nil
	}
	_, _, err := once(ctx, w, f.slack, p.State.Lang, p.State.User, "", f.commands.FollowClosed(p.State))
	if err != nil && !errors.Is(err, ErrGone) {
		return Next{}, err
	}
	return Forget(), nil
}

// tell tells whoever asked what became of a message that never stood; nobody where
// it did.
func (f *Follows) tell(ctx context.Context, w *Work, p followed, how func(Teller, context.Context, []byte) error) {
	t, ok := f.slack.(Teller)
	if !ok || p.TS != "" || len(p.State.Caller) == 0 {
		return
	}
	if err := how(t, ctx, p.State.Caller); err != nil {
		f.log.WithField("intent", w.ID).Warnf("tell who asked for a follow that it does not come: %v", err)
	}
}

// last shows the last message of a follow that did not come to its outcome.
func (f *Follows) last(ctx context.Context, p followed, r reply.Reply) (Next, error) {
	if p.TS == "" {
		return Forget(), nil // it was stopped before it stood
	}
	if err := f.slack.Update(ctx, p.Channel, p.TS, r); err != nil && !errors.Is(err, ErrGone) {
		return Next{}, err
	}
	return Forget(), nil
}

// GiveUp implements Handler.
func (f *Follows) GiveUp(ctx context.Context, w *Work) (Next, error) {
	var p followed
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return Done(), fmt.Errorf("read the state of a follow: %w", err)
	}
	if p.TS == "" {
		p.TS = placedOf(w).TS
	}
	f.tell(ctx, w, p, Teller.Apologise)
	next, err := f.last(ctx, p, f.commands.FollowBroke(p.State))
	if err != nil && time.Since(w.Created) < followPatience {
		f.log.WithField("intent", w.ID).Warnf("end a follow: %v", err)
		return Again(time.Now().Add(time.Minute), w.Payload), nil // then it goes on
	}
	return next, err
}

// fingerprint is equal for replies that look the same.
func fingerprint(r reply.Reply) string {
	r.Follow, r.File = nil, nil
	content, err := json.Marshal(r)
	if err != nil {
		return "" // is no other's
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// StoreError is err in the words of package commands: where the state is away or
// full it wraps their error, too. Nil stays nil.
func StoreError(err error) error {
	switch {
	case errors.Is(err, state.ErrAway):
		return fmt.Errorf("%w: %w", commands.ErrStoreAway, err)
	case errors.Is(err, state.ErrFull):
		return fmt.Errorf("%w: %w", commands.ErrStoreFull, err)
	}
	return err
}
