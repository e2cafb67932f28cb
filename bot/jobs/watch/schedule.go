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

// Nobody waits for the requests of looks, so all replicas together make less than one
// a second.
const (
	lookBucket = "watch"
	lookRate   = 0.88 // requests a second; with the burst less than 60 in any minute
	lookBurst  = 7    // after a rest, for the lists of builds after several changes
)

const (
	// busyEvery is the pause between looks at a project in which a build runs, and
	// quietEvery the longest pause at others. With the delay of the queue it stays below
	// the 30 s within which a failure is told.
	busyEvery  = 10 * time.Second
	quietEvery = 24 * time.Second
	// lookSpacing is added to the pause for each request of a round of looks: with many
	// projects the rate must have room left for the lists of builds.
	lookSpacing = 1300 * time.Millisecond
	// singleEvery is the shortest pause between two looks at a task without a known
	// project, and singleSpacing what each such task adds to it.
	singleEvery   = time.Minute
	singleSpacing = 4 * time.Second
	// failedEvery is the pause after a look that failed, and unreachableEvery after one
	// for which the account has no right.
	failedEvery      = 30 * time.Second
	unreachableEvery = 5 * time.Minute
	// surveyEvery is the pause between two checks that each project with watches is
	// looked at.
	surveyEvery = 30 * time.Second
)

// tasksPerRequest is how many tasks one request lists.
const tasksPerRequest = 100

// lookState is the payload of a look. It is stored as JSON.
type lookState struct {
	Project string `json:"project"` // "" is the tasks without a known project
	// Tasks is how many tasks the project had at the last look.
	Tasks int `json:"tasks,omitempty"`
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

// cost is how many requests a look takes.
func (l lookState) cost() int {
	return min(max((l.Tasks+tasksPerRequest-1)/tasksPerRequest, 1), lookBurst)
}

// pause is the time until the next look. It is longer if nothing runs in the project,
// and if many projects have watches.
func (l lookState) pause(projects int) time.Duration {
	pause := quietEvery
	if l.Quiet < 3 {
		pause = busyEvery
	}
	return max(pause, time.Duration(projects*l.cost())*lookSpacing)
}

// scheduleLook schedules a look at a project, unless one is scheduled.
func scheduleLook(ctx context.Context, j *jobs.Jobs, project string, due time.Time) error {
	_, err := j.Schedule(ctx, state.Intent{ID: lookID(project), Kind: lookKind, Due: due, Payload: lookState{Project: project}.payload()})
	return err
}

func lookID(project string) string { return lookKind + ":" + project }
