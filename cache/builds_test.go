package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
)

// oracle is a BuildSource that counts what it is asked.
type oracle struct {
	mu     sync.Mutex
	asked  map[string]int
	state  logsapi.State
	errs   map[string]error
	answer chan struct{} // answers wait for it where it is set
}

func (o *oracle) told(ctx context.Context, what string) error {
	o.mu.Lock()
	o.asked[what]++
	err := o.errs[what]
	o.mu.Unlock()
	if o.answer != nil {
		select {
		case <-o.answer:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (o *oracle) count(what string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked[what]
}

func (o *oracle) Record(ctx context.Context, task string, build int64) (logsapi.Record, error) {
	return logsapi.Record{ID: fmt.Sprint(task, build), State: o.state}, o.told(ctx, "record")
}

func (o *oracle) Tasks(ctx context.Context, project, _ string) ([]logsapi.Task, error) {
	return []logsapi.Task{{Name: "of " + project}}, o.told(ctx, "tasks "+project)
}

func (o *oracle) Task(ctx context.Context, id string) (logsapi.Task, error) {
	return logsapi.Task{ID: id}, o.told(ctx, "task")
}

func (o *oracle) Builds(ctx context.Context, _ string, n int) ([]logsapi.Build, error) {
	return make([]logsapi.Build, n), o.told(ctx, "builds")
}

func (o *oracle) NewestBuilds(ctx context.Context, _ string, n int) ([]logsapi.Build, error) {
	return make([]logsapi.Build, n), o.told(ctx, "newest builds")
}

func (o *oracle) StepsOf(ctx context.Context, _ string, _ int64, _ string) ([]logsapi.Step, error) {
	return []logsapi.Step{{State: o.state}}, o.told(ctx, "steps")
}

func (o *oracle) Analysis(ctx context.Context, _ string, _ int64) (logsapi.Analysis, error) {
	return logsapi.Analysis{Code: "x"}, o.told(ctx, "analysis")
}

func (o *oracle) CheckTasks(ctx context.Context, project string) ([]logsapi.CheckTask, error) {
	return []logsapi.CheckTask{{Name: "of " + project}}, o.told(ctx, "checks")
}

func (o *oracle) CheckRuns(ctx context.Context, _ string) ([]logsapi.CheckRun, error) {
	return []logsapi.CheckRun{{ID: "r"}}, o.told(ctx, "runs")
}

func (o *oracle) RecordBuild(ctx context.Context, _ string) (int64, error) {
	return 7, o.told(ctx, "the record's build")
}

func (o *oracle) PipelineSteps(ctx context.Context, _, _, _ string) ([]logsapi.PipelineStep, error) {
	return []logsapi.PipelineStep{{State: o.state}}, o.told(ctx, "pipeline")
}

func newOracle() *oracle {
	return &oracle{asked: map[string]int{}, errs: map[string]error{}, state: logsapi.Failed}
}

func TestListsAreBelievedForMinutesAndStatesForSeconds(t *testing.T) {
	o := newOracle()
	b := NewBuilds(o, []string{"p1", "p2"}, nil)
	defer b.Close()
	for range 3 {
		tasks, err := b.Tasks(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []logsapi.Task{{Name: "of p1"}, {Name: "of p2"}}, tasks)
		_, err = b.Builds(t.Context(), "t", 10)
		require.NoError(t, err)
		_, err = b.Record(t.Context(), "t", 1)
		require.NoError(t, err)
	}
	for _, what := range []string{"tasks p1", "tasks p2", "builds", "record"} {
		assert.Equal(t, 1, o.count(what), what)
	}
	assert.Equal(t, finishedTTL, ttlOf(logsapi.Failed), "what has ended does not change")
	assert.Equal(t, stateTTL, ttlOf(logsapi.Running))
	assert.Equal(t, stateTTL, ttlOf(logsapi.Unknown))
}

func TestAnEndpointThatIsNotToBeHadIsLeftAloneAndSaidOnce(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		others int // requests for another build meanwhile
	}{
		"not published": {&logsapi.Error{Kind: logsapi.ErrNotPublished}, 0},
		"forbidden":     {&logsapi.Error{Kind: logsapi.ErrForbidden}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOracle()
			o.errs["record"] = c.err
			log := &testLog{}
			b := NewBuilds(o, nil, log)
			defer b.Close()
			for range 3 {
				_, err := b.Record(t.Context(), "t", 1)
				assert.ErrorIs(t, err, c.err)
			}
			assert.Equal(t, 1, o.count("record"))
			_, err := b.Record(t.Context(), "t", 2)
			assert.ErrorIs(t, err, c.err)
			assert.Equal(t, 1+c.others, o.count("record"))
			assert.Len(t, log.lines, 1)

			_, err = b.Steps(t.Context(), "t", 1, "")
			assert.NoError(t, err, "the others are asked as before")
		})
	}
}

func TestAPassingErrorIsNotRemembered(t *testing.T) {
	o := newOracle()
	o.errs["builds"] = errors.New("broken")
	b := NewBuilds(o, nil, nil)
	defer b.Close()
	_, err := b.Builds(t.Context(), "t", 10)
	require.Error(t, err)
	delete(o.errs, "builds")
	_, err = b.Builds(t.Context(), "t", 10)
	assert.NoError(t, err)
}

func TestOneProjectThatCannotBeReadDoesNotHideTheOthers(t *testing.T) {
	o := newOracle()
	o.errs["tasks p1"] = &logsapi.Error{Kind: logsapi.ErrForbidden}
	b := NewBuilds(o, []string{"p1", "p2"}, nil)
	defer b.Close()
	tasks, err := b.Tasks(t.Context())
	require.NoError(t, err)
	assert.Len(t, tasks, 1)

	none := NewBuilds(o, []string{"p1"}, nil)
	defer none.Close()
	_, err = none.Tasks(t.Context())
	assert.ErrorIs(t, err, logsapi.ErrForbidden)
}

func TestAPanicOfTheSourceIsItsCallersAlone(t *testing.T) {
	o := newOracle()
	log := &testLog{}
	b := NewBuilds(struct{ BuildSource }{}, nil, log)
	defer b.Close()
	assert.Panics(t, func() { _, _ = b.Record(t.Context(), "t", 9) })
	assert.Contains(t, log.text(), "panic while asking upstream")
	b.source = o
	_, err := b.Record(t.Context(), "t", 9)
	assert.NoError(t, err, "nothing was kept of it")
}

func TestEqualQuestionsAreAskedOnceAndOutliveTheirCaller(t *testing.T) {
	o := newOracle()
	o.answer = make(chan struct{})
	b := NewBuilds(o, nil, nil)
	defer b.Close()
	synctest.Test(t, func(t *testing.T) {
		o.answer = make(chan struct{})
		gone, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := b.Record(gone, "t", 9)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		for range 20 {
			wg.Go(func() {
				_, err := b.Record(t.Context(), "t", 9)
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(o.answer)
		wg.Wait()
		time.Sleep(time.Second)
	})
	assert.Equal(t, 1, o.count("record"))
}
