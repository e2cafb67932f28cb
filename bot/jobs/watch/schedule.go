package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"logbot/bot/jobs"
	"logbot/cache/state"
)

// lookKind is the kind of the intents that look at the tasks of a project.
const lookKind = "look"

// The requests of looks are paid from a bucket that all replicas share. A look reserves
// those of the next one when it ends, so that projects queue for the rate, each once a
// round, and a large one does not keep the others waiting for more than its requests.
const (
	lookBucket = "looks"
	// lookShare is their part of the rate of requests to CodeArts. The rest, and what
	// looks leave, is for people and for telling.
	lookShare = 0.8
	// lookBurst is how many requests looks may be ahead after a rest.
	lookBurst = 10
)

const (
	// busyEvery is the pause between looks at a project in which a build runs, and
	// quietEvery that at others. With the delay of the queue and what telling takes, the
	// latter stays below usualPromise. Both grow if the requests of all looks need more
	// than their share of the rate.
	busyEvery  = 10 * time.Second
	quietEvery = 24 * time.Second
	// singleEvery is the shortest pause between two looks at a task without a known
	// project, and singleSpacing that between two such tasks.
	singleEvery   = time.Minute
	singleSpacing = 250 * time.Millisecond
	// failedEvery is the pause after a look that failed, and unreachableEvery after one
	// for which the account has no right.
	failedEvery      = 30 * time.Second
	unreachableEvery = 5 * time.Minute
)

const (
	// usualPromise is the time after its end within which a failure is told.
	usualPromise = 30 * time.Second
	// tellTakes is what is left of it for the queue, the list of builds and the message.
	tellTakes = usualPromise - quietEvery
	// promiseStep is what a longer time is rounded up to.
	promiseStep = 10 * time.Second
)

// promise is the time after its end within which a failure is told, about, if the next
// look would have to wait so long for its turn.
func promise(wait time.Duration) time.Duration {
	if wait <= quietEvery {
		return usualPromise
	}
	return (wait + tellTakes + promiseStep - 1).Truncate(promiseStep)
}

// looks are the requests of all looks. Rate is how many requests a second CodeArts takes
// from all replicas; 0 is 5.
type looks struct {
	limits Limiter
	rate   float64
}

// perSecond is how many requests looks make a second at most.
func (l looks) perSecond() float64 {
	if l.rate <= 0 {
		return 5 * lookShare
	}
	return l.rate * lookShare
}

// reserve pays for requests, and returns how long to wait before they are made.
func (l looks) reserve(ctx context.Context, requests int) (time.Duration, error) {
	return l.limits.Reserve(ctx, lookBucket, l.perSecond(), lookBurst, requests)
}

// spare pays for a request that can wait, if no look waits for its turn.
func (l looks) spare(ctx context.Context) (bool, error) {
	wait, err := l.limits.Take(ctx, lookBucket, l.perSecond(), lookBurst, 1)
	return err == nil && wait <= 0, err
}

// within is the time after its end within which a failure is told, about.
func (l looks) within(ctx context.Context) (time.Duration, error) {
	wait, err := l.reserve(ctx, 0)
	return promise(wait), err
}

// lookState is the payload of a look. It is stored as JSON.
type lookState struct {
	Project string `json:"project"` // "" is the tasks without a known project
	// Pages are where in the list the watched tasks were at the last look.
	Pages []int `json:"pages,omitempty"`
	// Missing counts the last looks in a row at which a watched task was not in the list.
	Missing map[string]int `json:"missing,omitempty"`
	// Paid is how many requests were reserved for this look.
	Paid int `json:"paid,omitempty"`
	// At is when the list was read last, Unix ms.
	At int64 `json:"at,omitempty"`
	// Quiet counts the last looks in a row at which nothing ran.
	Quiet int `json:"quiet,omitempty"`
	// Next is the next task without a known project.
	Next string `json:"next,omitempty"`
}

func (l lookState) payload() []byte {
	content, err := json.Marshal(l)
	if err != nil { // strings and numbers only
		panic(fmt.Sprintf("write the state of a look: %v", err))
	}
	return content
}

// after schedules the next look.
func (l lookState) after(pause time.Duration) (jobs.Next, error) {
	return jobs.Again(time.Now().Add(pause), l.payload()), nil
}

// cost is how many requests the next look takes, if nothing has changed.
func (l lookState) cost() int { return max(len(l.Pages), 1) }

// pause is the time until the next look, if the rate allows.
func (l lookState) pause() time.Duration {
	if l.Quiet < 3 {
		return busyEvery
	}
	return quietEvery
}

// scheduleLook schedules a look at a project, unless one is scheduled.
func scheduleLook(ctx context.Context, j *jobs.Jobs, project string, due time.Time) error {
	_, err := j.Schedule(ctx, state.Intent{ID: lookID(project), Kind: lookKind, Due: due, Payload: lookState{Project: project}.payload()})
	return err
}

func lookID(project string) string { return lookKind + ":" + project }
