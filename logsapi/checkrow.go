package logsapi

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"logbot/logsapi/lenient"
	"logbot/logsapi/lines"
)

// executions are the runs of a check task. The documentation of the answer ends
// before its fields, so names that neighbouring endpoints use are looked for first,
// and what has other names is found by its structure: the runs are the only array of
// objects with ids.
type executions struct {
	all     []checkRow
	set     bool   // a list was there
	guessed bool   // found by its structure
	shape   string // names and types of what was sent, without values
}

// Bare marks a list that comes without an envelope.
func (*executions) Bare() {}

// Names that are known from neighbouring endpoints.
var (
	listNames = []string{"data", "jobs", "result", "list", "items", "records"}
	partNames = []string{"sub_jobs", "subJobs"}
	idNames   = []string{"id", "job_id", "jobId", "execute_id", "executeId", "execution_id", "executionId"}
)

// UnmarshalJSON implements json.Unmarshaler.
func (e *executions) UnmarshalJSON(b []byte) error {
	*e = executions{}
	var sent any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&sent); err != nil {
		return err
	}
	e.shape = lines.ShortenBytes(shapeOf(sent, maxShapeDepth), maxShape)
	list, name, ok := listOf(sent)
	if !ok {
		return nil
	}
	e.set = true
	e.guessed = name != "" && !slices.Contains(listNames, name)
	for _, row := range list {
		if object, ok := row.(map[string]any); ok && len(e.all) < maxRows {
			execution := checkRow{object: object}
			e.guessed = e.guessed || execution.id() != "" && !slices.Contains(idNames, execution.idName())
			e.all = append(e.all, execution)
		}
	}
	return nil
}

// listOf is the only array of objects with ids in an answer, and its name; an empty
// array if there is no other.
func listOf(sent any) (list []any, name string, ok bool) {
	if list, ok := sent.([]any); ok {
		return list, "", len(list) == 0 || hasIDs(list)
	}
	type named struct {
		name string
		list []any
	}
	var full, empty []named
	var look func(value any, depth int)
	look = func(value any, depth int) {
		object, _ := value.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			list, isList := object[name].([]any)
			switch {
			case isList && len(list) == 0:
				empty = append(empty, named{name, list})
			case isList && hasIDs(list):
				full = append(full, named{name, list})
			case !isList && depth > 0:
				look(object[name], depth-1)
			}
		}
	}
	look(sent, 2)
	for _, some := range [][]named{full, empty} {
		if len(some) == 1 {
			return some[0].list, some[0].name, true
		}
		known := slices.DeleteFunc(some, func(n named) bool { return !slices.Contains(listNames, n.name) })
		if len(known) == 1 {
			return known[0].list, known[0].name, true
		}
		if len(full) > 0 {
			break // several, and none is better than the others
		}
	}
	return nil, "", false
}

// hasIDs reports whether an object of a list has an id.
func hasIDs(list []any) bool {
	return slices.ContainsFunc(list, func(v any) bool {
		object, ok := v.(map[string]any)
		return ok && checkRow{object: object}.id() != ""
	})
}

// checkRow is an execution of a check task, or a part of one.
type checkRow struct{ object map[string]any }

// id is the id of the row; empty if it has none, or several and none is called one.
func (r checkRow) id() string { return textAt(r.object, r.idName()) }

func (r checkRow) idName() string {
	for _, name := range idNames {
		if IsCheckID(textAt(r.object, name)) {
			return name
		}
	}
	found := ""
	for name := range r.object {
		if !IsCheckID(textAt(r.object, name)) || ofAnother(name) {
			continue
		}
		if found != "" {
			return ""
		}
		found = name
	}
	return found
}

// ofAnother reports whether a name is that of the id of something else.
func ofAnother(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"task", "project", "user", "creator", "executor", "domain", "tenant", "repo", "rule", "parent"},
		func(other string) bool { return strings.Contains(name, other) })
}

// runs are the parts of an execution, or itself if it names none.
func (r checkRow) runs() []CheckRun {
	execution := r.run()
	execution.Execution = execution.ID
	var runs []CheckRun
	for _, part := range r.parts() {
		run := part.run()
		run.Execution = execution.ID
		if run.State == Unknown {
			run.State = execution.State
		}
		if run.Started.IsZero() {
			run.Started = execution.Started
		}
		runs = append(runs, run)
	}
	if len(runs) == 0 && IsCheckID(execution.ID) {
		runs = append(runs, execution)
	}
	return runs
}

// parts are the rows with ids in a nested array: one of a known name, else the only
// one. An element may be the id alone.
func (r checkRow) parts() []checkRow {
	var found [][]checkRow
	for _, name := range slices.Sorted(maps.Keys(r.object)) {
		list, _ := r.object[name].([]any)
		var parts []checkRow
		for _, v := range list {
			part := checkRow{}
			switch v := v.(type) {
			case map[string]any:
				part.object = v
			case string:
				part.object = map[string]any{"id": v}
			}
			if part.id() != "" {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 && slices.Contains(partNames, name) {
			return parts
		}
		if len(parts) > 0 {
			found = append(found, parts)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return nil
}

func (r checkRow) run() CheckRun {
	var words []lenient.Text
	for _, name := range []string{"status", "state", "job_status", "jobStatus", "result"} {
		words = append(words, lenient.Text(textAt(r.object, name)))
	}
	var started time.Time
	for _, name := range []string{"start_time", "startTime", "started_at", "startedAt", "create_time", "createTime", "created_at", "createdAt"} {
		if at := lenient.Text(textAt(r.object, name)).Time(); started.IsZero() {
			started = at
		}
	}
	return CheckRun{ID: r.id(), State: firstState(words...), Started: started}
}

// textAt is a member of an object that is a string or a number; empty for others.
func textAt(object map[string]any, name string) string {
	switch v := object[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// Bounds of a shape: levels, members of an object, and bytes.
const (
	maxShapeDepth   = 4
	maxShapeMembers = 30
	maxShape        = 400
)

// shapeOf names the members and types of a value, and tells none of its values. A
// member whose name is an id is not named.
func shapeOf(value any, depth int) string {
	switch v := value.(type) {
	case map[string]any:
		if depth == 0 {
			return "{…}"
		}
		var members []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if len(members) == maxShapeMembers {
				members = append(members, "…")
				break
			}
			shown := name
			if len(name) > 30 || strings.ContainsFunc(name, func(r rune) bool { return r > 'z' || r < '-' }) {
				shown = "?"
			}
			members = append(members, shown+":"+shapeOf(v[name], depth-1))
		}
		return "{" + strings.Join(members, ",") + "}"
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		return "[" + shapeOf(v[0], depth) + "]"
	case string:
		return "text"
	case json.Number:
		return "number"
	case bool:
		return "flag"
	}
	return "null"
}
