package logsapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"logbot/logsapi/lenient"
	"logbot/logsapi/wire"
)

// How far back the history of a task is searched.
const (
	// MaxBuilds is how many builds Builds lists at most: a page of the service.
	MaxBuilds = listPage
	// historyWindow is what one request spans: 31 days are the most for the
	// history (CB.00031105), 30 for the older one (its documentation).
	historyWindow = 30 * 24 * time.Hour
	// historyWindows bounds the requests for a task that is built seldom; twelve
	// windows are about a year.
	historyWindows = 12
	// historyAhead is how far the newest window reaches beyond now. The service
	// takes wall-clock times and does not name the zone, and its clock is not
	// ours; a day covers every zone.
	historyAhead = 24 * time.Hour
)

// Build is one build of a task. Fields that the endpoint does not tell are zero.
type Build struct {
	Number   int64  // build_no, from 1
	RecordID string // record_id, 36 characters
	Daily    string // daily_build_number, such as 20261128.3
	State    State
	Word     string // for the state, as the service writes it, if State is Ended or Unknown
	Branch   string
	Commit   string
	Message  string // commit message
	Who      string // who started it, a name
	Trigger  string // trigger_type as the service writes it
	Started  time.Time
	Duration time.Duration // of a finished build
	// Repository is the web address of its repository.
	Repository string
}

// builds asks what the service knows of builds.
type builds struct{ wire *wire.Requester }

// Builds lists the last n builds of a task, newest first, n from 1 to MaxBuilds
// (GET /v1/record/{job_id}/list, and GET /v3/jobs/{job_id}/period-history where
// that is not published). Builds that are older than about a year are not found.
//
// A request spans 30 days at most, so a task that is built seldom takes several,
// 12 at most. The error may be OutOfReach; it is of kind ErrNotFound for a task
// that does not exist or was never built.
func (b *builds) Builds(ctx context.Context, taskID string, n int) ([]Build, error) {
	return b.list(ctx, taskID, n, historyWindows)
}

// NewestBuilds is Builds that makes one request: builds that were asked for more
// than 29 days ago are not found, and an empty list is not an error. It is for
// callers that ask often.
func (b *builds) NewestBuilds(ctx context.Context, taskID string, n int) ([]Build, error) {
	return b.list(ctx, taskID, n, 1)
}

func (b *builds) list(ctx context.Context, taskID string, n, windows int) ([]Build, error) {
	switch {
	case !IsTaskID(taskID):
		return nil, wire.Invalid("list builds", badID("task", taskID))
	case n < 1 || n > MaxBuilds:
		return nil, wire.Invalid("list builds", fmt.Errorf("%d builds: want 1 to %d", n, MaxBuilds))
	}
	op := "list builds of task " + taskID
	builds, err := b.history(ctx, op, "/v1/record/"+taskID+"/list", n, windows, func(from, to time.Time) url.Values {
		query := pageIndexQuery(0, n)
		query.Set("start_time", from.Format(time.DateTime))
		query.Set("end_time", to.Format(time.DateTime))
		return query
	})
	if errors.Is(err, ErrNotPublished) {
		return b.history(ctx, op, "/v3/jobs/"+taskID+"/period-history", n, windows, func(from, to time.Time) url.Values {
			query := offsetQuery(0, n)
			query.Set("start_time", from.Format(time.DateOnly))
			query.Set("end_time", to.Format(time.DateOnly))
			return query
		})
	}
	return builds, err
}

// history walks back window by window; query asks for the newest builds from one
// time to another. Neighbouring windows share a moment, or a
// day, so that nothing falls between them; what both hold is taken once.
func (b *builds) history(ctx context.Context, op, path string, n, windows int, query func(from, to time.Time) url.Values) ([]Build, error) {
	var builds []Build
	seen := map[int64]bool{}
	to := b.wire.Now().Add(historyAhead).In(lenient.Zone)
	for range windows {
		from := to.Add(-historyWindow)
		got, err := getRows[buildRow](ctx, b.wire, op, wire.BuildService, path, query(from, to))
		if errors.Is(err, ErrNotFound) && len(builds) > 0 {
			break // the history does not go back that far
		}
		if err != nil {
			return nil, err
		}
		before := len(builds)
		for _, row := range got.All {
			if b := row.build(); b.Number > 0 && !seen[b.Number] {
				seen[b.Number] = true
				builds = append(builds, b)
			}
		}
		if len(builds) == 0 && len(got.All) > 0 {
			return nil, wire.Senseless(op, fmt.Errorf("none of its %d rows has a build number", len(got.All)))
		}
		slices.SortFunc(builds[before:], func(a, b Build) int { return cmp.Compare(b.Number, a.Number) })
		if len(builds) >= n || seen[1] {
			break
		}
		to = from
	}
	return builds[:min(n, len(builds))], nil
}

// LatestBuild is the newest build of a task, its number and state alone (GET
// /v1/job/{job_id}/running-status); where that is not published, the newest of
// Builds. The error may be OutOfReach; it is of kind ErrNotFound for a task that
// does not exist or was never built.
func (b *builds) LatestBuild(ctx context.Context, taskID string) (Build, error) {
	if !IsTaskID(taskID) {
		return Build{}, wire.Invalid("find latest build", badID("task", taskID))
	}
	op := "find latest build of task " + taskID
	row, err := wire.Get[latestRow](ctx, b.wire, wire.Request{Op: op, Path: "/v1/job/" + taskID + "/running-status"})
	if errors.Is(err, ErrNotPublished) {
		builds, err := b.Builds(ctx, taskID, 1)
		switch {
		case err != nil:
			return Build{}, err
		case len(builds) == 0:
			return Build{}, neverBuilt(op)
		}
		return builds[0], nil
	}
	if err != nil {
		return Build{}, err
	}
	if row.Number == "" && row.Status == "" && row.Running == nil {
		return Build{}, wire.Senseless(op, errors.New("it holds no build"))
	}
	build := Build{Number: row.Number.Number()}
	build.State, build.Word = standing(row.Status != "" && row.Running != nil && !bool(*row.Running), row.Status)
	if build.Number == 0 {
		return Build{}, neverBuilt(op)
	}
	if row.Running != nil && bool(*row.Running) && build.State != Queued {
		build.State, build.Word = Running, "" // the status may still be that of the build before
	}
	return build, nil
}

func neverBuilt(op string) *Error {
	return &Error{Op: op, Kind: ErrNotFound, Summary: "the task was never built, or not for about a year"}
}

// latestRow is the result of running-status.
type latestRow struct {
	Number  lenient.Text  `json:"last_build_no"`
	Status  lenient.Text  `json:"last_build_status"`
	Running *lenient.Flag `json:"is_running"`
}

// buildRow is a build as the two histories and record-info have it.
type buildRow struct {
	Number        lenient.Text `json:"number"`
	BuildNo       lenient.Text `json:"build_no"`
	BuildNumber   lenient.Text `json:"build_number"`
	Daily         lenient.Text `json:"daily_build_number"`
	TaskID        lenient.Text `json:"codeci_job_id"`
	ProjectID     lenient.Text `json:"devcloud_project_id"`
	RecordID      lenient.Text `json:"record_id"`
	BuildRecordID lenient.Text `json:"build_record_id"`

	State   lenient.Text `json:"state"`
	Status  lenient.Text `json:"status"`
	Result  lenient.Text `json:"result"`
	Running lenient.Text `json:"job_running_status"`

	Branch     lenient.Text `json:"branch"`
	CodeBranch lenient.Text `json:"code_branch"`
	Commit     lenient.Text `json:"commit"`
	CommitID   lenient.Text `json:"commit_id"`
	Revision   lenient.Text `json:"revision"`
	Repository lenient.Text `json:"scm_web_url"`
	Message    lenient.Text `json:"commit_message"`

	Nickname    lenient.Text `json:"nickname"`
	Executor    lenient.Text `json:"executor"`
	TriggerName lenient.Text `json:"trigger_name"`
	Trigger     lenient.Text `json:"trigger_type"`

	Created  lenient.Text `json:"create_time"`
	Queued   lenient.Text `json:"queued_time"`
	Start    lenient.Text `json:"start_time"`
	End      lenient.Text `json:"end_time"`
	Finish   lenient.Text `json:"finish_time"`
	Cost     lenient.Text `json:"cost_time"` // milliseconds, like the others
	Duration lenient.Text `json:"duration"`

	ErrMsg     lenient.Text `json:"err_msg"`
	StatusCode lenient.Text `json:"status_code"`
}

func (r *buildRow) build() Build {
	b := Build{
		Number:   lenient.First(r.Number, r.BuildNo, r.BuildNumber).Number(),
		RecordID: string(lenient.First(r.BuildRecordID, r.RecordID)),
		Daily:    string(r.Daily),
		Branch:   string(lenient.First(r.Branch, r.CodeBranch)),
		Commit:   string(lenient.First(r.Commit, r.CommitID, r.Revision)),
		Message:  string(r.Message),
		Who:      string(lenient.First(r.Nickname, r.Executor, r.TriggerName)),
		Trigger:  string(r.Trigger),
		Started:  r.Start.Time(),

		Repository: string(r.Repository),
	}
	b.State, b.Word = standing(r.ended(), r.State, r.Status, r.Result, r.Running)
	b.Duration = lenient.Took(b.Started, r.finished(), lenient.First(r.Duration, r.Cost))
	return b
}

// ended reports whether the build has: it has a time at which it finished, or, in a
// history, one that it took.
func (r *buildRow) ended() bool { return !r.finished().IsZero() || r.Cost.Number() > 0 }

func (r *buildRow) finished() time.Time { return lenient.First(r.Finish, r.End).Time() }
