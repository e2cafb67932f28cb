package logsapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"logbot/logsapi/lenient"
	"logbot/logsapi/wire"
)

// maxPipelineSteps bounds what is read of a pipeline's run.
const maxPipelineSteps = 1000

// PipelineStep is a step of a run of a pipeline of CodeArts Pipeline. Fields that
// the service left out are zero.
type PipelineStep struct {
	Name     string
	Plugin   string // what the step runs, such as official_devcloud_cloudBuild
	State    State
	Started  time.Time
	Finished time.Time

	// Of a step that starts a build. Only the number of the day is documented
	// (daily_build_number); the other is taken where a step happens to tell it.
	TaskID string // job_id, 32 hex digits
	Build  int64  // build_no; 0 is not known
	Daily  string // Build.Daily; empty is not known
}

// pipelines asks for runs of CodeArts Pipeline.
type pipelines struct{ wire *wire.Requester }

// PipelineSteps lists the steps of one run of a pipeline in their order (GET
// /v5/{project_id}/api/pipelines/{pipeline_id}/pipeline-runs/detail); an empty run id
// is the latest run. The error may be OutOfReach.
func (p *pipelines) PipelineSteps(ctx context.Context, projectID, pipelineID, runID string) ([]PipelineStep, error) {
	for of, id := range map[string]string{"project": projectID, "pipeline": pipelineID} {
		if !IsTaskID(id) {
			return nil, wire.Invalid("read pipeline run", badID(of, id))
		}
	}
	query := url.Values{}
	if runID != "" {
		if !IsTaskID(runID) {
			return nil, wire.Invalid("read pipeline run", badID("pipeline run", runID))
		}
		query.Set("pipeline_run_id", runID)
	}
	op := "read run of pipeline " + pipelineID
	run, err := wire.Get[pipelineRun](ctx, p.wire, wire.Request{
		Op: op, Service: wire.PipelineService, Path: "/v5/" + projectID + "/api/pipelines/" + pipelineID + "/pipeline-runs/detail", Query: query,
	})
	if err != nil {
		return nil, err
	}
	if run.Stages == nil {
		return nil, wire.Senseless(op, errors.New("it holds no stages"))
	}
	if id := string(lenient.First(run.ID, run.RunID)); runID != "" && id != "" && !strings.EqualFold(id, runID) {
		return nil, wire.Senseless(op, errors.New("it is another run"))
	}
	return run.steps(), nil
}

// pipelineRun is the answer, which has no envelope.
type pipelineRun struct {
	ID     lenient.Text `json:"id"`
	RunID  lenient.Text `json:"pipeline_run_id"`
	Stages []struct {
		Jobs []struct {
			Name  lenient.Text      `json:"name"`
			Steps []pipelineStepRow `json:"steps"`
			pipelineTimes
		} `json:"jobs"`
	} `json:"stages"`
}

// Bare marks a result without an envelope.
func (*pipelineRun) Bare() {}

// OwnStatus reports whether the status is that of the run.
func (r *pipelineRun) OwnStatus() bool { return r.Stages != nil }

type pipelineTimes struct {
	Start lenient.Text `json:"start_time"`
	End   lenient.Text `json:"end_time"`
}

type pipelineStepRow struct {
	Name    lenient.Text   `json:"name"`
	Task    lenient.Text   `json:"task"`
	Status  lenient.Text   `json:"status"`
	Inputs  pipelineValues `json:"inputs"`
	Outputs pipelineValues `json:"outputs"`
	Daily   lenient.Text   `json:"daily_build_number"`
	pipelineTimes
}

// pipelineValues are the values of a step by their plain names: an array of pairs
// of key and value, or an object.
type pipelineValues map[string]string

func (v *pipelineValues) UnmarshalJSON(b []byte) error {
	*v = pipelineValues{}
	add := func(key string, value lenient.Text) {
		(*v)[strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))] = string(value)
	}
	switch b[0] {
	case '[':
		var rows []struct {
			Key   lenient.Text `json:"key"`
			Value lenient.Text `json:"value"`
		}
		if json.Unmarshal(b, &rows) != nil {
			return nil // of another form: it tells nothing
		}
		for _, r := range rows {
			add(string(r.Key), r.Value)
		}
	case '{':
		return lenient.Members(b, func(name string, value json.RawMessage) error {
			var text lenient.Text
			if err := text.UnmarshalJSON(value); err != nil {
				return err
			}
			add(name, text)
			return nil
		})
	}
	return nil
}

func (r *pipelineRun) steps() []PipelineStep {
	steps := []PipelineStep{}
	for _, stage := range r.Stages {
		for _, job := range stage.Jobs {
			for _, row := range job.Steps {
				if len(steps) == maxPipelineSteps {
					return steps
				}
				steps = append(steps, row.step(string(job.Name), job.pipelineTimes))
			}
		}
	}
	return steps
}

func (r pipelineStepRow) step(job string, times pipelineTimes) PipelineStep {
	s := PipelineStep{
		Name: string(lenient.First(r.Name, lenient.Text(job))), Plugin: string(r.Task), State: pipelineState(string(r.Status)),
		Started: lenient.First(r.Start, times.Start).Time(), Finished: lenient.First(r.End, times.End).Time(),
	}
	plugin, _, _ := strings.Cut(s.Plugin, "@")
	if !slices.Contains([]string{"official_devcloud_cloudBuild", "official_devcloud_cloudBuild_template"}, plugin) {
		return s
	}
	if id := r.Inputs["jobid"]; IsTaskID(id) {
		s.TaskID = strings.ToLower(id)
	}
	s.Daily = string(r.Daily)
	for _, values := range []pipelineValues{r.Outputs, r.Inputs} {
		for _, name := range []string{"buildno", "buildnumber"} {
			if n := lenient.Text(values[name]).Number(); s.Build == 0 {
				s.Build = n
			}
		}
	}
	return s
}

// pipelineState reads a state as CodeArts Pipeline writes it.
func pipelineState(word string) State {
	switch strings.ToLower(word) {
	case "completed":
		return Succeeded
	case "suspend", "paused":
		return Running
	}
	return ParseState(word)
}
