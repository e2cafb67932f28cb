package cache

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/logsapi"
)

func TestPagesOfAnEarlierRunAreServedByNoProcess(t *testing.T) {
	store := pagestore.NewMemory(1 << 20)
	defer store.Close()
	text := "first run"
	upstream := 0
	source := pagerFunc(func(context.Context, logsapi.PageRequest) (logsapi.Page, error) {
		upstream++
		return logsapi.Page{Text: text, Last: true}, nil
	})
	one, two := New(source, Options{Scope: "s", Store: store}), New(source, Options{Scope: "s", Store: store})
	defer two.Close()
	request := func(edition string) logsapi.PageRequest {
		return logsapi.PageRequest{Log: finishedLog, Order: logsapi.Descending, Finished: true, Edition: edition}
	}
	for range 2 {
		assert.Equal(t, "first run", ask(t, one, request("a")).Text)
	}
	assert.Equal(t, 1, upstream)

	text = "second run"
	assert.Equal(t, "second run", ask(t, one, request("b")).Text)
	one.Close() // the page is in the store
	assert.Equal(t, "second run", ask(t, two, request("b")).Text)
	assert.Equal(t, 2, upstream, "the other process finds it")
}

func TestABuildThatRunsAgainIsNotServedAMiddlePageOfItsEarlierRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := "first run"
		source := pagerFunc(func(context.Context, logsapi.PageRequest) (logsapi.Page, error) {
			return logsapi.Page{Text: text, Next: logsapi.Cursor{End: 9}}, nil
		})
		began := time.Now()
		ended := logsapi.Record{State: logsapi.Failed, Started: began, Finished: began.Add(time.Minute)}
		for name, c := range map[string]struct {
			before, now logsapi.Record
			known       bool // that the first run has ended
		}{
			"its record tells since when": {before: logsapi.Record{State: logsapi.Running, Started: began}, now: logsapi.Record{State: logsapi.Running, Started: began.Add(time.Hour)}},
			"after a known end":           {before: ended, now: logsapi.Record{State: logsapi.Running}, known: true},
			"after an end without a time": {before: logsapi.Record{State: logsapi.Failed}, now: logsapi.Record{State: logsapi.Running}, known: true},
		} {
			pages := New(source, Options{Scope: "s"})
			text = "first run"
			first := logsapi.PageRequest{Log: finishedLog, Finished: c.known, Edition: c.before.Edition()}
			require.Equal(t, "first run", ask(t, pages, first).Text, name)
			text = "second run"
			require.Equal(t, "first run", ask(t, pages, first).Text, name)
			assert.Equal(t, "second run", ask(t, pages, logsapi.PageRequest{Log: finishedLog, Edition: c.now.Edition()}).Text, name)
			pages.Close()
		}
	})
}

type pagerFunc func(context.Context, logsapi.PageRequest) (logsapi.Page, error)

func (f pagerFunc) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	return f(ctx, r)
}

// rerunSource is an oracle whose build can end another time.
type rerunSource struct {
	*oracle
	finished time.Time
}

func (s *rerunSource) Record(ctx context.Context, task string, build int64) (logsapi.Record, error) {
	r, err := s.oracle.Record(ctx, task, build)
	r.Finished = s.finished
	return r, err
}

func TestWhatIsKnownOfABuildIsAskedAgainWhenItsRecordSaysAnotherEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &rerunSource{newOracle(), time.Now()}
		b := NewBuilds(s, nil, nil)
		defer b.Close()
		look := func() {
			_, err := b.Record(t.Context(), "t", 7)
			require.NoError(t, err)
			_, err = b.Steps(t.Context(), "t", 7, "")
			require.NoError(t, err)
			_, err = b.Analysis(t.Context(), "t", 7)
			require.NoError(t, err)
		}
		look()
		time.Sleep(recordTTL + time.Second)
		look()
		assert.Equal(t, 2, s.count("record"))
		assert.Equal(t, 1, s.count("steps"))
		assert.Equal(t, 1, s.count("analysis"))

		s.finished = s.finished.Add(time.Hour)
		time.Sleep(recordTTL + time.Second)
		look()
		assert.Equal(t, 2, s.count("steps"))
		assert.Equal(t, 2, s.count("analysis"))
	})
}
