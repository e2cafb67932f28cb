package codeartsim

import "maps"

// CheckNames is about the list of the runs of a check task, whose fields are
// documented nowhere.
const CheckNames Fault = "check-names"

func checkFaults() []Switch {
	return []Switch{
		{Fault: CheckNames, Does: "the list of check runs, the parts of a run and their ids have names that no source has",
			hooks: hooks{reply: otherCheckNames}},
	}
}

func otherCheckNames(_ *setting, body any) any {
	answer, _ := body.(map[string]any)
	jobs, ok := answer["data"].([]map[string]any)
	if !ok {
		return body
	}
	rows := []map[string]any{}
	for _, job := range jobs {
		row := maps.Clone(job)
		row["run_uuid"], row["task_id"] = job["id"], "00000000000000000000000000000000"
		if parts, ok := job["sub_jobs"].([]map[string]string); ok {
			units := []map[string]string{}
			for _, part := range parts {
				units = append(units, map[string]string{"uuid": part["id"], "name": part["name"]})
			}
			row["units"] = units
		}
		delete(row, "id")
		delete(row, "sub_jobs")
		rows = append(rows, row)
	}
	return map[string]any{"page": map[string]any{"executions": rows}, "total": answer["total"]}
}
