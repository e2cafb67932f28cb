package logsapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbot/logsapi/lenient"
	"logbot/logsapi/wire"
)

// Step is one step of a build.
//
// That the two numbers of a step are those that StepFile and StepLog want is
// nowhere documented: a log that is empty or not found may be that of a number
// which does not fit.
type Step struct {
	Position int    // from 1, in the order of the steps: StepFile.Step
	NodeID   int64  // StepLog.Step; 0 is not known
	Name     string // as people gave it
	State    State  // Unknown for a step that has not begun
	Started  time.Time
	Duration time.Duration
}

// Steps lists the steps of a build in their order (GET
// /v1/record/{record_id}/full-stages). A build that never reached an executor has
// none. The error may be OutOfReach; it is of kind ErrNotFound for a record that
// does not exist.
func (b *builds) Steps(ctx context.Context, recordID string) ([]Step, error) {
	if !IsRecordID(recordID) {
		return nil, wire.Invalid("list steps", badRecord(recordID))
	}
	op := "list steps of record " + recordID
	path := "/v1/record/" + recordID + "/full-stages"
	result, err := wire.Get[stagesResult](ctx, b.wire, wire.Request{Op: op, Path: path, Query: url.Values{"cascade": {"true"}}})
	if err != nil {
		return nil, err
	}
	if !result.Stages.set {
		return nil, wire.Senseless(op, errors.New("it holds no stages"))
	}
	return result.Stages.steps(), nil
}

// StepsOf lists the steps of a build in their order: Steps where the record id is
// known and full-stages can be had; else those that the build's page shows (GET
// /v3/jobs/{job_id}/{build_no}/history-details), which have no NodeID and no
// Started. An empty record id is one that is not known.
func (b *builds) StepsOf(ctx context.Context, taskID string, build int64, recordID string) ([]Step, error) {
	if err := checkBuild(taskID, build); err != nil {
		return nil, wire.Invalid("list steps", err)
	}
	if recordID != "" {
		steps, err := b.Steps(ctx, recordID)
		if !OutOfReach(err) {
			return steps, err
		}
	}
	op := fmt.Sprintf("list steps of build %d of task %s", build, taskID)
	path := fmt.Sprintf("/v3/jobs/%s/%d/history-details", taskID, build)
	got, err := getRows[stepRow](ctx, b.wire, op, wire.BuildService, path, nil)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for i, row := range got.All {
		steps = append(steps, Step{
			Position: i + 1,
			Name:     string(row.Name),
			State:    ParseState(string(row.Status)),
			Duration: lenient.Took(time.Time{}, time.Time{}, row.BuildTime),
		})
	}
	return steps, nil
}

// stepRow is a step in history-details.
type stepRow struct {
	Name      lenient.Text `json:"name"`
	Status    lenient.Text `json:"status"`
	BuildTime lenient.Text `json:"build_time"` // milliseconds
}

type stagesResult struct {
	Stages stages `json:"build_stages"`
}

// stages are the steps in full-stages: an object of them by name, maxRows at
// most.
type stages struct {
	all []stageRow
	set bool
}

func (s *stages) UnmarshalJSON(b []byte) error {
	*s = stages{set: b[0] == '{' || string(b) == "null"}
	if b[0] != '{' {
		return nil
	}
	return lenient.Members(b, func(name string, value json.RawMessage) error {
		if value[0] != '{' || len(s.all) == maxRows {
			return nil
		}
		row := stageRow{key: name}
		err := json.Unmarshal(value, &row)
		s.all = append(s.all, row)
		return err
	})
}

// stageRow is a step in full-stages.
type stageRow struct {
	key         string
	StageName   lenient.Text `json:"execution_stage_name"`
	DisplayName lenient.Text `json:"display_name"`
	Status      lenient.Text `json:"status"`
	NodeID      lenient.Text `json:"node_id"`
	Sequence    lenient.Text `json:"sequence"`
	Start       lenient.Text `json:"start_time"`
	Finish      lenient.Text `json:"finish_time"`
	Duration    lenient.Text `json:"duration"` // milliseconds
}

func (s *stages) steps() []Step {
	positions := s.positions()
	var steps []Step
	for i, row := range s.all {
		step := Step{
			Position: positions[i],
			NodeID:   row.NodeID.Number(),
			Name:     string(lenient.First(row.DisplayName, row.StageName, lenient.Text(row.key))),
			State:    ParseState(string(row.Status)),
			Started:  row.Start.Time(),
		}
		step.Duration = lenient.Took(step.Started, row.Finish.Time(), row.Duration)
		steps = append(steps, step)
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Compare(a.Position, b.Position) })
	return steps
}

// positions are the X of task_name=stageX: as the stages are named, if all are
// named stageX; else their sequence numbers, if these are good for it; else the
// order in which they come.
func (s *stages) positions() []int {
	for _, number := range []func(stageRow) int64{
		stageRow.stage,
		func(r stageRow) int64 { return r.Sequence.Number() },
	} {
		var positions []int
		for _, row := range s.all {
			n := number(row)
			if n < 1 || n > math.MaxInt32 || slices.Contains(positions, int(n)) {
				break
			}
			positions = append(positions, int(n))
		}
		if len(positions) == len(s.all) {
			return positions
		}
	}
	positions := make([]int, len(s.all))
	for i := range positions {
		positions[i] = i + 1
	}
	return positions
}

// stage is the X of a stage named stageX, or 0.
func (r stageRow) stage() int64 {
	for _, name := range []string{r.key, string(r.StageName)} {
		if digits, ok := strings.CutPrefix(name, "stage"); ok {
			if n, err := strconv.ParseUint(digits, 10, 31); err == nil {
				return int64(n)
			}
		}
	}
	return 0
}
