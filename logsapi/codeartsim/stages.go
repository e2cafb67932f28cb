package codeartsim

import (
	"fmt"
	"net/http"

	"logbot/logsapi/codeartsim/folder"
)

// stage is a step in full-stages. Names and types are those of the vendor's SDK. It
// is a guess that sequence is the X of task_name=stageX and node_id the step_id of
// StepLog; OtherIDs makes it wrong.
type stage struct {
	ID                 string `json:"id"`
	Status             string `json:"status"`
	StatusCode         int    `json:"status_code"`
	LogStatus          string `json:"log_status"`
	StartTime          string `json:"start_time,omitempty"`
	FinishTime         string `json:"finish_time,omitempty"`
	Duration           int64  `json:"duration"` // milliseconds
	BuildRecordID      string `json:"build_record_id"`
	ExecutionID        string `json:"execution_id"`
	ExecutionStageName string `json:"execution_stage_name"`
	DisplayName        string `json:"display_name"`
	NodeID             int64  `json:"node_id"`
	Sequence           int    `json:"sequence"`
}

// idOffset is what OtherIDs adds to the ids of stages.
const idOffset = 1000

// serveFullStages serves GET /v1/record/{record_id}/full-stages. A build that never ran
// has no stages.
func serveFullStages(c *exchange) error {
	b, err := c.record()
	if err != nil {
		return err
	}
	stages := map[string]stage{}
	for _, s := range b.Steps {
		name := fmt.Sprintf("stage%d", s.Number)
		if c.faults.has(OtherNames) {
			name = s.Name
		}
		stages[name] = stageOf(c, b, s)
	}
	c.writeBuild(map[string]any{"build_stages": stages})
	return nil
}

func stageOf(c *exchange, b folder.Snapshot, s folder.StepSnapshot) stage {
	st := stage{
		ID: fmt.Sprintf("%s-%d", b.Record, s.Number), Status: s.State, LogStatus: "SUCCESS",
		Duration: s.Duration().Milliseconds(), BuildRecordID: b.Record, ExecutionID: b.ExecutionID(),
		ExecutionStageName: fmt.Sprintf("stage%d", s.Number), DisplayName: s.Name, NodeID: s.ID, Sequence: s.Number,
	}
	if c.faults.has(OtherIDs) {
		st.NodeID, st.Sequence = st.NodeID+idOffset, st.Sequence+idOffset
	}
	if s.State == folder.Failure {
		st.StatusCode = 1
	}
	if !s.Started.IsZero() {
		st.StartTime = s.Started.Format(recordTime)
	}
	if !s.Finished.IsZero() {
		st.FinishTime = s.Finished.Format(recordTime)
	}
	return st
}

// buildStep is a step in history-details.
type buildStep struct {
	Name      string `json:"name"`
	Status    string `json:"status"`
	BuildTime int64  `json:"build_time"` // milliseconds
}

// serveHistoryDetails serves GET /v3/jobs/{job_id}/{build_no}/history-details.
func serveHistoryDetails(c *exchange) error {
	b, err := c.build()
	if err != nil {
		return err
	}
	if b.NeverRan() {
		return knownRefusal(codeNeverBuilt)
	}
	steps := []buildStep{}
	for _, s := range b.Steps {
		steps = append(steps, buildStep{Name: s.Name, Status: stepStatus(s.State), BuildTime: s.Duration().Milliseconds()})
	}
	c.writeJSON(http.StatusOK, map[string]any{
		"job_name": b.Task.Name, "build_number": b.Number,
		"project_id": b.Task.Project.ID, "project_name": b.Task.Project.Name,
		"parameters": map[string]string{}, "build_steps": steps,
	})
	return nil
}

// stepStatus returns the state of a step in the words of history-details.
func stepStatus(state string) string {
	switch state {
	case folder.Success:
		return "success"
	case folder.Running:
		return "running"
	case folder.Failure, folder.Aborted:
		return "error"
	}
	return ""
}

// serveAnalysis serves GET /v1/log/{job_id}/{build_no}/analysis, where limit and offset
// count findings.
func serveAnalysis(c *exchange) error {
	offset, limit, err := c.paging("offset", 0, "limit", maxListSize, defaultListSize)
	if err != nil {
		return err
	}
	b, err := withLog(c.build())
	if err != nil {
		return err
	}
	var findings []folder.Finding
	if folder.Final(b.State) {
		findings = window(b.Analysis, offset, limit)
	}
	nodes := []map[string]any{}
	for _, f := range findings {
		nodes = append(nodes, map[string]any{
			"node_id": fmt.Sprint(b.Steps[f.Step-1].ID), "step": b.Steps[f.Step-1].Name, "analyzed_success": true,
			"error_info": findingJSON(f),
		})
	}
	result := map[string]any{"jobName": b.Task.Name, "error_nodes": nodes}
	if c.faults.has(OtherNames) {
		result = map[string]any{"job_name": b.Task.Name, "error_nodes": nodes}
	}
	if c.faults.has(OtherShape) && len(nodes) > 0 {
		result["error_info"] = nodes[0]["error_info"]
		for _, node := range nodes {
			delete(node, "error_info")
		}
	}
	c.writeBuild(result)
	return nil
}

func findingJSON(f folder.Finding) map[string]string {
	return map[string]string{"error_code": f.Code, "error_message": f.Message, "faq": f.FAQ}
}
