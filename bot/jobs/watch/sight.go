package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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

// sightKind is the kind of the intents that tell a channel that watched tasks cannot be
// read any more, or can be again. There is one of a channel while it has to be told.
const sightKind = "sight"

const (
	// sureAfter is how long after the first refusal another one makes sure of it.
	sureAfter = 20 * time.Second
	// sightEvery is the pause until refused tasks are looked for again that may be told
	// together, and gatherFor how long they are waited for.
	sightEvery = 30 * time.Second
	gatherFor  = 4 * time.Minute
	// backAfter is how long tasks that can be read again are waited for that may be told
	// together: each is looked at within a minute, mostly.
	backAfter = 75 * time.Second
	// triedEvery is the pause between two tries to list the builds of a task whose list is
	// refused.
	triedEvery = 5 * time.Minute
)

// lost says that a watched task cannot be read. It is stored as JSON.
type lost struct {
	Since  int64 `json:"at"`              // Unix ms
	Status int   `json:"s"`               // HTTP: 401 or 403
	Sure   bool  `json:"sure,omitempty"`  // it was refused again
	Told   bool  `json:"told,omitempty"`  // the channel was told
	Over   bool  `json:"over,omitempty"`  // it can be read again, and the channel was not told so
	Tried  int64 `json:"tried,omitempty"` // when the list of its builds was refused, Unix ms; 0: that was not
}

// isTried reports whether the list of builds was refused so lately that it is not asked
// for.
func (l *lost) isTried(now time.Time) bool {
	return l != nil && !l.Over && l.Tried > 0 && now.Sub(time.UnixMilli(l.Tried)) < triedEvery
}

// toTell reports whether the channel must be told of it.
func (l *lost) toTell() bool { return l != nil && (l.Over || !l.Told) }

// refused is the HTTP status with which CodeArts refuses the task again and again; 0 if
// it does not.
func (l *lost) refused() int {
	if l == nil || l.Over || !l.Sure {
		return 0
	}
	return l.Status
}

// refusedBy is the status of an error that says that an account may not read something,
// or is not known: 403 or 401; 0 for any other.
func refusedBy(err error) int {
	switch {
	case errors.Is(err, logsapi.ErrUnauthorized):
		return http.StatusUnauthorized
	case errors.Is(err, logsapi.ErrForbidden):
		return http.StatusForbidden
	}
	return 0
}

// lose notes that a watched task cannot be read because of err, if that is a refusal.
// builds says that its builds were asked for, not what it is at.
func (k looker) lose(ctx context.Context, watch state.Watch, err error, builds bool) error {
	status := refusedBy(err)
	if status == 0 {
		return nil
	}
	now := time.Now()
	change := func(n *note) (changed bool) {
		before := n.Lost
		next := lost{Since: now.UnixMilli(), Status: status}
		if before != nil {
			next = *before
			next.Over = false
			next.Sure = next.Sure || now.Sub(time.UnixMilli(before.Since)) >= sureAfter
		}
		if builds {
			next.Tried = now.UnixMilli()
		}
		n.Lost = &next
		return before == nil || *before != next
	}
	return k.sight(ctx, watch, change)
}

// regain notes that a task can be read. builds says that its builds were listed. It
// returns no watch if that was removed.
func (k looker) regain(ctx context.Context, watch state.Watch, builds bool) (state.Watch, error) {
	changed := false
	err := k.sight(ctx, watch, func(n *note) bool {
		l := n.Lost
		if l == nil || l.Over || l.Tried > 0 && !builds {
			return false
		}
		changed = true
		if n.Lost = nil; l.Told {
			n.Lost = &lost{Since: l.Since, Status: l.Status, Told: true, Over: true}
		}
		return true
	})
	if err != nil || !changed {
		return watch, err
	}
	now, err := k.Watches.Watch(ctx, watch.Channel, watch.Task)
	if errors.Is(err, state.ErrNotFound) {
		return state.Watch{}, nil
	}
	return now, err
}

// sight changes whether a watched task can be read, and has the channel told.
func (k looker) sight(ctx context.Context, watch state.Watch, change func(*note) bool) error {
	n := noteOf(watch.Seen)
	if change(&n) {
		var err error
		watch, err = k.advanceIfThere(ctx, watch, func(s *state.WatchState) {
			n := noteOf(*s)
			change(&n)
			s.Note = n.encode()
		})
		if err != nil || watch.Task == "" {
			return err
		}
	}
	l := noteOf(watch.Seen).Lost
	if !l.toTell() || !l.Over && !l.Sure {
		return nil
	}
	p, due := sightState{Channel: watch.Channel}, time.Time{}
	if l.Over {
		due = time.Now().Add(backAfter)
	}
	_, err := k.Jobs.Schedule(ctx, state.Intent{ID: sightKind + ":" + watch.Channel, Kind: sightKind, Due: due, Payload: p.payload()})
	if err != nil {
		return fmt.Errorf("schedule that %s is told which tasks can be read: %w", watch.Channel, err)
	}
	return nil
}

// sightState is the payload of a telling of what can be read. It is stored as JSON.
type sightState struct {
	Channel string   `json:"channel"`
	Tasks   []string `json:"tasks,omitempty"`  // that are told now; none: they are to be found
	Status  int      `json:"status,omitempty"` // why they cannot be read; 0: they can be again
	Stuck   int      `json:"stuck,omitempty"`  // how often it was refused until somebody changes a setting
}

func (p sightState) payload() []byte {
	content, err := json.Marshal(p)
	if err != nil { // strings and numbers only
		panic(fmt.Sprintf("write the state of a telling: %v", err))
	}
	return content
}

func (p sightState) after(pause time.Duration) jobs.Next {
	return jobs.Again(time.Now().Add(pause), p.payload())
}

// has reports whether a watch is one of those that are told now.
func (p sightState) has(watch state.Watch) bool {
	l := noteOf(watch.Seen).Lost
	return l.toTell() && (p.Status == 0) == l.Over && slices.Contains(p.Tasks, watch.Task)
}

// sighter handles the telling of what can be read.
type sighter struct{ *Watcher }

// Run implements jobs.Handler. It first finds the tasks to tell of and stores them, so
// that the run that posts, and one that repeats it, are about the same.
func (s sighter) Run(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	var p sightState
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return jobs.Next{}, fmt.Errorf("read the state of a telling: %w", err)
	}
	watches, err := s.Watches.ListWatches(ctx, p.Channel)
	if err != nil {
		return jobs.Next{}, err
	}
	if len(p.Tasks) == 0 {
		return p.find(watches, time.Now()), nil
	}
	watches = slices.DeleteFunc(watches, func(watch state.Watch) bool { return !p.has(watch) })
	if err := s.tell(ctx, w, p, watches); post.NeedsFix(err) && time.Since(w.Created) < giveUpAfter {
		p.Stuck++
		return p.after(retryAfter), nil
	} else if err != nil && !post.IsPermanent(err) && !post.NeedsFix(err) {
		return jobs.Next{}, err
	}
	for _, watch := range watches {
		if err := s.record(ctx, watch, p.Status == 0); err != nil {
			return jobs.Next{}, err
		}
	}
	return sightState{Channel: p.Channel}.after(0), nil // there may be more
}

// find chooses what is told next.
func (p sightState) find(watches []state.Watch, now time.Time) jobs.Next {
	oldest, waits := now, false
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, 0} {
		for _, watch := range watches {
			l := noteOf(watch.Seen).Lost
			if !l.toTell() || l.Over != (status == 0) || !l.Over && l.Status != status {
				continue
			}
			if !l.Over && !l.Sure {
				waits = true
				continue
			}
			if at := time.UnixMilli(l.Since); at.Before(oldest) && !l.Over {
				oldest = at
			}
			p.Tasks = append(p.Tasks, watch.Task)
		}
		if len(p.Tasks) > 0 {
			p.Status = status
			break
		}
	}
	switch {
	case len(p.Tasks) == 0:
		return jobs.Forget() // the next look schedules it anew
	case waits && now.Sub(oldest) < gatherFor:
		return sightState{Channel: p.Channel}.after(sightEvery)
	}
	return p.after(0)
}

// tell posts what can be read and what not. Tasks that the channel may not learn of are
// left out.
func (s sighter) tell(ctx context.Context, w *jobs.Work, p sightState, watches []state.Watch) error {
	var about []commands.Announcement
	for _, watch := range watches {
		a := teller(s).announcement(watch, outcome{})
		switch err := s.Commands.Authorize(ctx, a); {
		case errors.Is(err, commands.ErrNoRight):
		case err != nil:
			return err
		default:
			about = append(about, a)
		}
	}
	if len(about) == 0 {
		return nil
	}
	log := s.Log.WithField("channel", p.Channel).WithContext(ctx)
	if p.Stuck == 0 && p.Status != 0 {
		log.WithField("status", p.Status).Errorf("CodeArts refuses to show %d watched tasks, and the channel is told that their failures are not: %s", len(about), remedies[p.Status])
	} else if p.Stuck == 0 {
		log.Warnf("%d watched tasks can be read again", len(about))
	}
	var says reply.Reply
	if p.Status == 0 {
		says = s.Commands.Readable(about)
	} else {
		says = s.Commands.Unreadable(about, p.Status)
	}
	_, _, err := post.Once(ctx, w, s.Slack, post.Message{Channel: p.Channel, Reply: says, Lang: s.Lang})
	if err != nil {
		s.Failed(ctx, err)
		log.Warnf("tell a channel what can be read: %s", send.Details(err))
	}
	return err
}

// remedies are for the operator's log.
var remedies = map[int]string{
	http.StatusUnauthorized: "renew the credential of CodeArts",
	http.StatusForbidden:    "give its account the right to view the tasks or their project",
}

// record notes that the channel was told.
func (s sighter) record(ctx context.Context, watch state.Watch, back bool) error {
	_, err := s.advanceIfThere(context.WithoutCancel(ctx), watch, func(st *state.WatchState) {
		n := noteOf(*st)
		switch {
		case n.Lost == nil:
		case !back:
			told := *n.Lost
			told.Told = true
			n.Lost = &told
		case n.Lost.Over:
			n.Lost = nil
		default: // it was lost again meanwhile, which the channel must be told
			again := *n.Lost
			again.Told = false
			n.Lost = &again
		}
		st.Note = n.encode()
	})
	return err
}

// GiveUp implements jobs.Handler: it is tried again later.
func (s sighter) GiveUp(_ context.Context, w *jobs.Work) (jobs.Next, error) {
	return jobs.Again(time.Now().Add(retryAfter), w.Payload), nil
}
