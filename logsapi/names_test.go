package logsapi

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
)

// simulated is a client of the simulator with its demo folder, which goes wrong
// in the given ways.
func simulated(t *testing.T, faults ...codeartsim.Fault) *Client {
	t.Helper()
	clock := func() time.Time { return testTime.Add(time.Hour) }
	sim, err := codeartsim.New(codeartsim.Config{
		FS: codeartsim.Demo(), Recent: true, AccessKey: testKeys.AK, SecretKey: testKeys.SK, Clock: clock, Faults: faults,
	})
	require.NoError(t, err)
	return newClientAt(t, sim, clock)
}

// newestFinished is the first of builds, newest first, that is over.
func newestFinished(t *testing.T, builds []Build) Build {
	t.Helper()
	i := slices.IndexFunc(builds, func(b Build) bool { return b.State.Finished() })
	require.GreaterOrEqual(t, i, 0)
	return builds[i]
}

func TestNameLeadsToTheLogOfTheStepThatFailed(t *testing.T) {
	for name, faults := range map[string][]codeartsim.Fault{
		"as the service is":              nil,
		"other shapes":                   {codeartsim.OtherShape},
		"other names":                    {codeartsim.OtherNames},
		"other shapes and names":         {codeartsim.OtherShape, codeartsim.OtherNames},
		"an empty error in each success": {codeartsim.ErrorEmpty, codeartsim.ErrorNull},
		"busy":                           {"busy=4"},
		"lists of version 1 are missing": {"not-published=job-list", "not-published=record-list", "not-published=running-status"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, client := t.Context(), simulated(t, faults...)
			tasks, err := client.Tasks(ctx, projectID, "WE")
			require.NoError(t, err)
			require.Len(t, tasks, 1)
			web := tasks[0]
			assert.Equal(t, "web", web.Name)
			assert.True(t, web.Running)
			assert.False(t, web.LastBuilt.IsZero())

			same, err := client.Task(ctx, web.ID)
			require.NoError(t, err)
			assert.Equal(t, web.Name, same.Name)
			assert.Equal(t, projectID, same.ProjectID)

			builds, err := client.Builds(ctx, web.ID, 5)
			require.NoError(t, err)
			require.Len(t, builds, 5)
			latest, err := client.LatestBuild(ctx, web.ID)
			require.NoError(t, err)
			assert.Equal(t, builds[0].Number, latest.Number)
			assert.False(t, latest.State.Finished(), "build %d grows", latest.Number)

			failed := newestFinished(t, builds)
			assert.Equal(t, Failed, failed.State)
			assert.EqualValues(t, 128, failed.Number)
			assert.Equal(t, "main", failed.Branch)
			assert.Equal(t, "wang.lei", failed.Who)
			assert.InDelta(t, 192, failed.Duration.Seconds(), 5)

			record, err := client.Record(ctx, web.ID, failed.Number)
			require.NoError(t, err)
			assert.Equal(t, failed.State, record.State)

			steps, err := client.Steps(ctx, record.ID)
			require.NoError(t, err)
			require.Len(t, steps, 7)
			i := slices.IndexFunc(steps, func(s Step) bool { return s.State == Failed })
			step := steps[i]
			assert.Equal(t, "3 Maven test", fmt.Sprint(step.Position, " ", step.Name))

			visible, err := client.StepsOf(ctx, web.ID, failed.Number, "")
			require.NoError(t, err)
			require.Len(t, visible, 7)
			assert.Equal(t, step.Name, visible[i].Name)
			assert.Equal(t, step.State, visible[i].State)
			assert.Equal(t, step.Duration, visible[i].Duration)

			log := read(t, client, PageRequest{Log: StepLog{web.ID, failed.Number, step.NodeID}})
			assert.NotEmpty(t, log)
			file, err := client.OpenStepFile(ctx, StepFile{RecordID: record.ID, Step: step.Position})
			require.NoError(t, err)
			defer file.Close()
			text, err := io.ReadAll(file)
			require.NoError(t, err)
			assert.Equal(t, log, string(text), "both numbers of a step name the same log")

			analysis, err := client.Analysis(ctx, web.ID, failed.Number)
			require.NoError(t, err)
			assert.Equal(t, "DEV.CB.0210043", analysis.Code)
			assert.Contains(t, analysis.Message, "test failures")
			assert.Equal(t, []string{"Maven test"}, analysis.Steps)
		})
	}
}

func TestCheckTaskLeadsToTheLogOfItsLastRun(t *testing.T) {
	ctx, client := t.Context(), simulated(t)
	tasks, err := client.CheckTasks(ctx, projectID)
	require.NoError(t, err)
	require.Len(t, tasks, 1)
	assert.Equal(t, "style", tasks[0].Name)
	runs, err := client.CheckRuns(ctx, tasks[0].ID)
	require.NoError(t, err)
	require.Len(t, runs, 2)
	assert.Equal(t, []State{Failed, Succeeded}, []State{runs[0].State, runs[1].State})
	assert.NotEmpty(t, read(t, client, PageRequest{Log: CheckLog{runs[0].ID}}))

	for name, faults := range map[string][]codeartsim.Fault{
		"executions without parts": {codeartsim.OtherShape},
		"only the last ones":       {"not-published=check-jobs"},
	} {
		runs, err := simulated(t, faults...).CheckRuns(ctx, checkTask)
		require.NoError(t, err, name)
		require.Len(t, runs, 2, name)
		assert.Equal(t, execution, runs[0].ID, name)
		assert.Equal(t, Succeeded, runs[1].State, name)
	}
}

func TestFurtherEndpointsThatAreMissingAreOutOfReach(t *testing.T) {
	for _, fault := range []codeartsim.Fault{codeartsim.NotPublished, codeartsim.Forbidden} {
		client := simulated(t, fault)
		for name, call := range calls(client) {
			_, err := call(t.Context())
			assert.True(t, OutOfReach(err), "%s: %s: %v", fault, name, err)
		}
	}
}

func TestRefusalsOfFurtherEndpointsAreTypedInEveryForm(t *testing.T) {
	const nobody = "00000000000000000000000000000000"
	for _, form := range []codeartsim.Fault{
		codeartsim.ErrorObject, codeartsim.ErrorString, codeartsim.ErrorOlder, codeartsim.ErrorStringified, codeartsim.Error200, codeartsim.Chinese,
	} {
		ctx, client := t.Context(), simulated(t, form)
		_, err := client.Tasks(ctx, nobody, "")
		assert.ErrorIs(t, err, ErrNotFound, form)
		_, err = client.Builds(ctx, nobody, 1)
		assert.ErrorIs(t, err, ErrNotFound, form)
		_, err = client.LatestBuild(ctx, nobody)
		assert.ErrorIs(t, err, ErrNotFound, form)
		_, err = client.Steps(ctx, "00000000-0000-0000-0000-000000000000")
		assert.ErrorIs(t, err, ErrNotFound, form)
		none, err := client.Analysis(ctx, nobody, 1)
		assert.NoError(t, err, form)
		assert.Zero(t, none, form)
	}
}

func TestBuildThatNeverRanHasNoStepsAndNoAnalysis(t *testing.T) {
	ctx, client := t.Context(), simulated(t)
	builds, err := client.Builds(ctx, vectorTask, 100)
	require.NoError(t, err)
	i := slices.IndexFunc(builds, func(b Build) bool { return b.State == Unscheduled })
	require.GreaterOrEqual(t, i, 0)
	record, err := client.Record(ctx, vectorTask, builds[i].Number)
	require.NoError(t, err)
	steps, err := client.StepsOf(ctx, vectorTask, builds[i].Number, record.ID)
	require.NoError(t, err)
	assert.Empty(t, steps)
	analysis, err := client.Analysis(ctx, vectorTask, builds[i].Number)
	require.NoError(t, err)
	assert.Zero(t, analysis)
}
