package commands_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"logbot/logsapi"
)

// logs is a CodeArts that answers pages by a function and has no files.
type logs struct {
	page func(logsapi.PageRequest) (logsapi.Page, error)
}

func (l logs) Page(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) { return l.page(r) }

func (l logs) OpenStepFile(context.Context, logsapi.StepFile) (*logsapi.Download, error) {
	return nil, &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "no file"}
}

func (l logs) OpenBuildFile(context.Context, string) (*logsapi.Download, error) {
	return nil, &logsapi.Error{Kind: logsapi.ErrNotPublished, Summary: "no file"}
}

// builds asks the service without remembering.
type builds struct{ *logsapi.Client }

const project = "6b1f0c7e94d24a3f8a5e2d907c3b41f8" // of the demo builds

func (b builds) Tasks(ctx context.Context) ([]logsapi.Task, error) {
	return b.Client.Tasks(ctx, project, "")
}

func (b builds) CheckTasks(ctx context.Context) ([]logsapi.CheckTask, error) {
	return b.Client.CheckTasks(ctx, project)
}

func (b builds) Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error) {
	return b.Client.StepsOf(ctx, taskID, build, recordID)
}

// noBuilds is a service that publishes the five log endpoints only.
type noBuilds = service

// service is a CodeArts that knows what its fields say; a nil list is an
// endpoint that is not published.
type service struct {
	record   *logsapi.Record
	tasks    []logsapi.Task
	builds   []logsapi.Build
	steps    []logsapi.Step
	analysis *logsapi.Analysis
	checks   []logsapi.CheckTask
	runs     []logsapi.CheckRun
	records  map[string]int64 // build by record
	pipeline []logsapi.PipelineStep
}

func (s service) RecordBuild(_ context.Context, recordID string) (int64, error) {
	if number := s.records[recordID]; number > 0 {
		return number, nil
	}
	return 0, notPublished
}

func (s service) PipelineSteps(context.Context, string, string, string) ([]logsapi.PipelineStep, error) {
	return told(s.pipeline)
}

var notPublished = &logsapi.Error{Kind: logsapi.ErrNotPublished, Summary: "not published"}

func told[T any](list []T) ([]T, error) {
	if list == nil {
		return nil, notPublished
	}
	return list, nil
}

func (s service) Record(context.Context, string, int64) (logsapi.Record, error) {
	if s.record == nil {
		return logsapi.Record{}, notPublished
	}
	return *s.record, nil
}

func (s service) Analysis(context.Context, string, int64) (logsapi.Analysis, error) {
	if s.analysis == nil {
		return logsapi.Analysis{}, notPublished
	}
	return *s.analysis, nil
}

func (s service) Builds(context.Context, string, int) ([]logsapi.Build, error) { return told(s.builds) }

func (s service) NewestBuilds(context.Context, string, int) ([]logsapi.Build, error) {
	return told(s.builds)
}

func (s service) Steps(context.Context, string, int64, string) ([]logsapi.Step, error) {
	return told(s.steps)
}

func (s service) Task(_ context.Context, id string) (logsapi.Task, error) {
	for _, t := range s.tasks {
		if t.ID == id {
			return t, nil
		}
	}
	return logsapi.Task{}, notPublished
}

func (s service) Tasks(context.Context) ([]logsapi.Task, error) { return told(s.tasks) }

func (s service) CheckTasks(context.Context) ([]logsapi.CheckTask, error) { return told(s.checks) }

func (s service) CheckRuns(context.Context, string) ([]logsapi.CheckRun, error) {
	return told(s.runs)
}

// shop is a service with a few tasks, builds and steps.
func shop() service {
	return service{
		tasks: []logsapi.Task{
			{ID: id("1"), Name: "shop-web"}, {ID: id("2"), Name: "shop-api"}, {ID: id("3"), Name: "Payment"},
			{ID: id("4"), Name: "固件 构建"}, {ID: id("5"), Name: "twin"}, {ID: id("6"), Name: "Twin"},
		},
		builds: []logsapi.Build{
			{Number: 12, State: logsapi.Running, Branch: "main", Commit: "1f0c2d9a4be1", Who: "ann"},
			{Number: 11, State: logsapi.Failed, Branch: "feature/discounts", Commit: "c07b1e2", Who: "bob", Duration: 95 * time.Second,
				Started: time.Date(2026, 11, 20, 6, 2, 0, 0, time.UTC)},
			{Number: 10, State: logsapi.Succeeded, Branch: "main", Who: "ann", Duration: 3 * time.Minute},
			{Number: 9, State: logsapi.Aborted},
		},
		record: &logsapi.Record{ID: record, State: logsapi.Failed, Branch: "main"},
		steps: []logsapi.Step{
			{Position: 1, NodeID: 11, Name: "Checkout", State: logsapi.Succeeded},
			{Position: 2, NodeID: 17, Name: "Maven test", State: logsapi.Failed},
			{Position: 3, NodeID: 23, Name: "Maven deploy"},
		},
		analysis: &logsapi.Analysis{Code: "DEV.CB.0220055", Message: "Maven构建失败"},
		checks:   []logsapi.CheckTask{{ID: id("c1"), Name: "style"}},
		runs:     []logsapi.CheckRun{{ID: id("d2")}, {ID: id("d1")}},
	}
}

// reader answers pages and remembers which logs were asked for.
type reader struct {
	logs
	asked []string
}

func broken(logsapi.Log) string { return "$ make\nmake: *** [all] Error 2\n" }

// paged is a log of that many lines in pages of a few, which end anywhere. It
// counts what was asked for.
type paged struct {
	logs
	text  string
	page  int // bytes of a page
	asked int
}

func (p *paged) Page(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	p.asked++
	at := int(r.At.End)
	if r.Order == logsapi.Ascending {
		end := min(at+p.page, len(p.text))
		return logsapi.Page{Text: p.text[at:end], Next: logsapi.Cursor{Start: int64(at), End: int64(end)}, Last: end == len(p.text)}, nil
	}
	at = int(r.At.Start)
	if r.At == (logsapi.Cursor{}) {
		at = len(p.text)
	}
	start := max(0, at-p.page)
	return logsapi.Page{Text: p.text[start:at], Next: logsapi.Cursor{Start: int64(start), End: int64(at)}, Last: start == 0}, nil
}

func numbered(shown, page int) *paged {
	var b strings.Builder
	for i := range shown {
		fmt.Fprintf(&b, "line %d\n", i+1)
	}
	return &paged{text: b.String(), page: page}
}
