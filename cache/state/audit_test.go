package state

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/store"
)

func testTheAuditLogIsReadNewestFirst(t *testing.T, s *Store) {
	a, ctx := s.Audit, t.Context()
	var all []Event // oldest first
	for i := range 300 {
		e := Event{
			At: at(time.Duration(i) * time.Minute), User: "U" + strconv.Itoa(i%3), Channel: "C" + strconv.Itoa(i%5),
			Verb: []string{"fail", "show"}[i%2], Task: "t" + strconv.Itoa(i%7), Build: int64(i), Result: []string{"refused", "answered"}[min(i%10, 1)], Reason: "详情",
			Bytes: int64(i), Hidden: i % 4, Request: "r" + strconv.Itoa(i), Process: "p", Number: uint64(i),
		}
		if i%100 == 0 {
			e.Task, e.Name = "", "T3"
		}
		all = append(all, e)
	}
	for some := range slices.Chunk(all, MaxAppend) {
		require.NoError(t, a.Append(ctx, some...))
		require.NoError(t, a.Append(ctx, some...), "again, after an answer that was lost")
	}
	for name, f := range map[string]EventFilter{
		"all":             {Limit: 1000},
		"the last":        {},
		"one user":        {User: "U1", Limit: 50},
		"the next page":   {User: "U1", Skip: 50, Limit: 50},
		"several":         {User: "U1", Channel: "C2", Verb: "show", Limit: 500},
		"one task":        {Task: "t3", Limit: 1000},
		"a name":          {Name: "t3", Task: "t5", Limit: 1000},
		"refused":         {Result: "refused", Limit: 1000},
		"since":           {Since: at(200 * time.Minute), Limit: 1000},
		"until":           {Until: at(100 * time.Minute), Limit: 1000},
		"between":         {Since: at(100 * time.Minute), Until: at(110 * time.Minute), Limit: 1000},
		"after the last":  {Since: at(24 * time.Hour)},
		"until later":     {Until: at(24 * time.Hour), Limit: 5},
		"nobody":          {User: "U9"},
		"before anything": {Until: at(0)},
	} {
		var want, chosen []Event
		for _, e := range slices.Backward(all) {
			if f.Chooses(e) {
				chosen = append([]Event{e}, chosen...)
				if len(chosen) > f.Skip && len(want) < f.limit() {
					want = append(want, e)
				}
			}
		}
		assert.Equal(t, want, must[[]Event](t)(a.Events(ctx, f)), name)
		var each []Event
		require.NoError(t, a.Each(ctx, f, func(e Event) bool { each = append(each, e); return true }))
		assert.Equal(t, chosen, each, name)
	}
	assert.Len(t, must[[]Event](t)(a.Events(ctx, EventFilter{Name: "t3", Limit: 1000})), 46, "a task, or what was typed for it")
	for i := range 10 {
		require.NoError(t, a.Append(ctx, Event{At: at(23 * time.Hour), Process: "p", Number: uint64(i)}))
	}
	for i, e := range must[[]Event](t)(a.Events(ctx, EventFilter{Limit: 10})) {
		assert.EqualValues(t, 9-i, e.Number, "at the same time, in the order of recording")
	}
	require.NoError(t, a.Append(ctx, Event{At: at(24 * time.Hour), Name: strings.Repeat("失败", 400)}))
	got := must[[]Event](t)(a.Events(ctx, EventFilter{Limit: 1}))[0]
	assert.Equal(t, strings.Repeat("失败", 33), got.Name, "cut between characters")
	assert.ErrorIs(t, a.Append(ctx, make([]Event, MaxAppend+1)...), ErrTooLarge)

	assert.Zero(t, must[store.Cut](t)(a.Cut(ctx)))
	require.NoError(t, a.Append(ctx, Event{At: at(AuditAge + 2*time.Hour)}))
	assert.Positive(t, must[store.Cut](t)(a.Cut(ctx)).Old, "what is too old goes, and is counted")
}

func testTheAuditLogFindsWhoCrashed(t *testing.T, s *Store) {
	a, ctx := s.Audit, t.Context()
	record := func(process string, numbers ...uint64) {
		for _, n := range numbers {
			require.NoError(t, a.Append(ctx, Event{At: at(time.Minute), Process: process, Number: n}))
		}
	}
	for _, process := range []string{"ended", "crashed", "self"} {
		require.NoError(t, a.Show(ctx, AuditRun{Process: process, Began: at(0), Seen: at(time.Minute), Issued: 5, Stored: 2}))
	}
	record("crashed", 1, 2, 3)
	record("ended", 1, 2, 3, 4, 5)
	require.NoError(t, a.End(ctx, "ended"))
	if !a.alone {
		assert.Empty(t, must[[]AuditRun](t)(a.Crashed(ctx, at(2*time.Minute), "self")), "it may be alive")
	}
	dead := must[[]AuditRun](t)(a.Crashed(ctx, at(10*time.Minute), "self"))
	assert.Equal(t, []AuditRun{{Process: "crashed", Began: at(0), Seen: at(time.Minute), Issued: 5, Stored: 3}}, dead, "the third was stored after it showed itself")
	assert.Empty(t, must[[]AuditRun](t)(a.Crashed(ctx, at(10*time.Minute), "self")), "told once")
}
