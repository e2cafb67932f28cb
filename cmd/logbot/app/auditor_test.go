package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/state"
	"logbot/commands"
)

// memoryAudit is an audit log in memory that can be away.
type memoryAudit struct {
	mu      sync.Mutex
	away    bool
	appends int
	events  []state.Event
	runs    map[string]state.AuditRun
	crashed []state.AuditRun
}

var errAwayNow = errors.New("away")

func (m *memoryAudit) do(change func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return errAwayNow
	}
	change()
	return nil
}

func (m *memoryAudit) Append(_ context.Context, events ...state.Event) error {
	return m.do(func() { m.events = append(m.events, events...); m.appends++ })
}

func (m *memoryAudit) Show(_ context.Context, r state.AuditRun) error {
	return m.do(func() {
		if m.runs == nil {
			m.runs = map[string]state.AuditRun{}
		}
		m.runs[r.Process] = r
	})
}

func (m *memoryAudit) End(_ context.Context, process string) error {
	return m.do(func() { delete(m.runs, process) })
}

func (m *memoryAudit) Crashed(context.Context, time.Time, string) (dead []state.AuditRun, err error) {
	return dead, m.do(func() { dead, m.crashed = m.crashed, nil })
}

func (m *memoryAudit) set(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

// auditing runs an auditor in a bubble; end ends it.
func auditing(t *testing.T, store auditStore, to *auditCopy) (a *auditor, logged *logtest.Hook, end func()) {
	log, logged := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	a = newAuditor(store, to, log)
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	working.Go(func() { a.run(ctx) })
	return a, logged, func() { cancel(); working.Wait() }
}

func warned(logged *logtest.Hook) (all []string) {
	for _, e := range logged.AllEntries() {
		if e.Level <= logrus.WarnLevel {
			all = append(all, e.Message)
		}
	}
	return all
}

func TestEventsAreStoredInGroupsAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memoryAudit{}
		a, logged, end := auditing(t, store, nil)
		began := time.Now()
		for range 100 {
			a.record(t.Context(), commands.AuditEvent{User: "U1", Verb: "fail", Result: commands.Answered, Bytes: 10, Hidden: 2})
		}
		assert.Zero(t, time.Since(began), "nobody waits for the state")
		assert.Len(t, logged.AllEntries(), 100, "the process's log has them at once")
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Len(t, store.events, 100)
		assert.Equal(t, 2, store.appends)
		for i, e := range store.events {
			assert.EqualValues(t, i+1, e.Number)
			assert.Equal(t, a.process, e.Process)
		}
		assert.Equal(t, uint64(100), store.runs[a.process].Stored)
		a.record(t.Context(), commands.AuditEvent{User: "U1", Verb: "show"})
		end()
		assert.Len(t, store.events, 101, "the drain stores what waits")
		assert.Empty(t, store.runs, "and says that nothing is missing")
		assert.Empty(t, warned(logged))
		assert.Equal(t, AuditStats{Recorded: 101, Stored: 101, Hidden: 200}, a.Stats())
	})
}

func TestEventsWaitForAStateThatIsAwayAndWhatIsTooMuchIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memoryAudit{away: true}
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		to, err := openAuditCopy(path)
		require.NoError(t, err)
		a, logged, end := auditing(t, store, to)
		for range maxEvents + 7 {
			a.record(t.Context(), commands.AuditEvent{User: "U1", Verb: "fail"})
		}
		time.Sleep(10 * time.Second)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, maxEvents, strings.Count(string(content), "\n"), "the copy does not wait for the state")
		store.set(false)
		time.Sleep(3 * time.Second)
		end()
		assert.Len(t, store.events, maxEvents+1)
		last := store.events[maxEvents]
		assert.Equal(t, []string{"audit", "lost", "7 events of this process were not stored"}, []string{last.Verb, last.Result, last.Reason})
		assert.EqualValues(t, maxEvents+7+1, last.Number, "the gap before it is as wide")
		assert.Len(t, warned(logged), 7, "each of them is logged")
		assert.EqualValues(t, 7, a.Stats().Lost)
	})
}

func TestWhatTheDrainCannotStoreIsLoggedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memoryAudit{}
		a, logged, end := auditing(t, store, nil)
		time.Sleep(time.Second)
		store.set(true)
		for range 20 {
			a.record(t.Context(), commands.AuditEvent{User: "U1", Verb: "fail"})
		}
		began := time.Now()
		end()
		assert.Equal(t, recordsWithin, time.Since(began), "a process that stops has not longer")
		a.record(t.Context(), commands.AuditEvent{User: "U2"}) // after all
		assert.Len(t, warned(logged), 21)
		assert.Contains(t, store.runs, a.process, "so that the next process reports it")
	})
}

func TestAProcessThatCrashedIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memoryAudit{crashed: []state.AuditRun{{Process: "older", Issued: 12, Stored: 9}, {Process: "idle", Issued: 3, Stored: 3}}}
		a, logged, end := auditing(t, store, nil)
		time.Sleep(time.Second)
		end()
		assert.Equal(t, []string{
			"process older ended before it closed the audit log: what it recorded after its event 9 is lost, at least 3 events",
			"process idle ended before it closed the audit log: what it recorded after its event 3 is lost, if it recorded any",
		}, warned(logged))
		require.Len(t, store.events, 2, "readers of the audit log see it, too")
		assert.Equal(t, "lost", store.events[0].Result)
		assert.EqualValues(t, 2, a.Stats().Crashes)
	})
}

// A real crash: the first process never closes its state properly.
func TestAfterACrashTheNextProcessSaysWhatMayBeMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := state.OpenFile(path, state.Options{Budget: patientBudget})
	require.NoError(t, err)
	log, _ := logtest.NewNullLogger()
	dead := newAuditor(s.Audit, nil, log)
	dead.record(t.Context(), commands.AuditEvent{At: time.Now(), User: "U1", Verb: "fail"})
	require.NoError(t, dead.flush(t.Context()))
	dead.record(t.Context(), commands.AuditEvent{At: time.Now(), User: "U1", Verb: "show"})
	require.NoError(t, dead.show(t.Context()))
	require.NoError(t, s.Close()) // it dies with an event in memory

	s, err = state.OpenFile(path, state.Options{Budget: patientBudget})
	require.NoError(t, err)
	defer s.Close()
	log, logged := logtest.NewNullLogger()
	next := newAuditor(s.Audit, nil, log)
	next.beat(t.Context())
	require.NoError(t, next.flush(t.Context()))
	require.Len(t, warned(logged), 1)
	assert.Contains(t, warned(logged)[0], "after its event 1 is lost, at least 1 events")
	events, err := s.Audit.Events(t.Context(), state.EventFilter{Result: "lost"})
	require.NoError(t, err)
	assert.Len(t, events, 1)
}

func TestTheCopyOfTheAuditLogSurvivesRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	c, err := openAuditCopy(path)
	require.NoError(t, err)
	write := func(user string) { require.NoError(t, c.write([]state.Event{{User: user, Verb: "fail"}})) }
	users := func(path string) (all []string) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		for line := range strings.Lines(string(content)) {
			var e state.Event
			require.NoError(t, json.Unmarshal([]byte(line), &e))
			all = append(all, e.User)
		}
		return all
	}
	write("U1")
	require.NoError(t, os.Rename(path, path+".1"))
	write("U2")
	require.NoError(t, os.Remove(path))
	write("U3")
	require.NoError(t, c.close())
	assert.Equal(t, []string{"U1"}, users(path+".1"))
	assert.Equal(t, []string{"U3"}, users(path))
	is, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), is.Mode().Perm())

	c, err = openAuditCopy(path)
	require.NoError(t, err)
	write("U4")
	require.NoError(t, c.close())
	assert.Equal(t, []string{"U3", "U4"}, users(path), "it is appended to")
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = openAuditCopy(path)
	assert.ErrorContains(t, err, "chmod 600")
}
