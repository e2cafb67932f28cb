package logsapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"logbot/logsapi/lenient"
	"logbot/logsapi/lines"
	"logbot/logsapi/wire"
)

// Limits of an analysis.
const (
	maxFindings  = 10   // asked for and kept
	maxDiagnosis = 2000 // of the message, in bytes
)

// Analysis is the service's own view of why a build failed. The zero Analysis is
// that there is none.
type Analysis struct {
	Code    string   // such as "DEV.CB.0220055"
	Message string   // often Chinese, at most 2,000 bytes
	Steps   []string // names of the steps that failed, at most 10
}

// Analysis asks why a build failed (GET /v1/log/{job_id}/{build_no}/analysis). A
// build that did not fail, that the service cannot explain or that it does not
// know has the zero Analysis. The error may be OutOfReach.
func (b *builds) Analysis(ctx context.Context, taskID string, build int64) (Analysis, error) {
	if err := checkBuild(taskID, build); err != nil {
		return Analysis{}, wire.Invalid("read analysis", err)
	}
	op := fmt.Sprintf("read analysis of build %d of task %s", build, taskID)
	path := fmt.Sprintf("/v1/log/%s/%d/analysis", taskID, build)
	result, err := wire.Get[analysisResult](ctx, b.wire, wire.Request{Op: op, Path: path, Query: offsetQuery(0, maxFindings)})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrNotReady) {
		return Analysis{}, nil
	}
	if err != nil {
		return Analysis{}, err
	}
	return result.analysis(), nil
}

// analysisResult is a list of the steps that failed. The diagnosis is in each of
// them; a public client's notes have one for all beside the list.
type analysisResult struct {
	Nodes lenient.Rows[errorNode] `json:"error_nodes"`
	Cause diagnosis               `json:"error_info"`
}

// Bare marks a result of null: there is no analysis.
func (*analysisResult) Bare() {}

func (r *analysisResult) analysis() Analysis {
	var steps []string
	cause := r.Cause
	for _, node := range r.Nodes.All[:min(maxFindings, len(r.Nodes.All))] {
		if cause == (diagnosis{}) {
			cause = node.Cause
		}
		if step := string(node.Step); step != "" && !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	return Analysis{Code: wire.Plain(string(cause.Code)), Message: lines.ShortenBytes(strings.TrimSpace(string(cause.Message)), maxDiagnosis), Steps: steps}
}

// errorNode is a step that failed: an object, or its name alone.
type errorNode struct {
	Step  lenient.Text `json:"step"`
	Cause diagnosis    `json:"error_info"`
}

func (n *errorNode) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return n.Step.UnmarshalJSON(b)
	}
	type plainNode errorNode
	return json.Unmarshal(b, (*plainNode)(n))
}

// diagnosis is what the service found; anything but an object is nothing.
type diagnosis struct {
	Code    lenient.Text `json:"error_code"`
	Message lenient.Text `json:"error_message"`
}

func (d *diagnosis) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	type plainDiagnosis diagnosis
	return json.Unmarshal(b, (*plainDiagnosis)(d))
}
