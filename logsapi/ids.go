package logsapi

import (
	"fmt"
	"strings"
)

func checkBuild(taskID string, build int64) error {
	switch {
	case !IsTaskID(taskID):
		return badID("task", taskID)
	case build < 1:
		return fmt.Errorf("build %d: builds are counted from 1", build)
	}
	return nil
}

func badID(of, id string) error {
	return fmt.Errorf("%s id %.64q is not 32 hexadecimal digits", of, id)
}

func badRecord(id string) error {
	return fmt.Errorf("record id %.64q is not 36 digits, lower-case letters and hyphens", id)
}

// IsTaskID reports whether s has the form of a task id or of a check run id: 32
// hexadecimal digits (job_id in the documentation of all log endpoints).
func IsTaskID(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// IsCheckID reports whether s has the form of an id of CodeArts Check: that of a
// task id, or 36 hexadecimal digits and hyphens.
func IsCheckID(s string) bool {
	return IsTaskID(s) || len(s) == 36 && strings.Count(s, "-") == 4 && IsTaskID(strings.ReplaceAll(s, "-", ""))
}

// IsRecordID reports whether s has the form of a record id: 36 digits,
// lower-case letters and hyphens (record_id in the documentation of task-log).
func IsRecordID(s string) bool {
	return len(s) == 36 && strings.Trim(s, "0123456789-abcdefghijklmnopqrstuvwxyz") == ""
}
