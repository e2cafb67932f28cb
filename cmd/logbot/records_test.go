package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
)

func TestReadsAndVotesAreKept(t *testing.T) {
	log, logged := logtest.NewNullLogger()
	store, err := state.OpenTemporary(state.Options{Budget: patientBudget})
	require.NoError(t, err)
	defer store.Close()
	r := newRecords(store, log)
	at := time.Now().Truncate(time.Millisecond).UTC()
	r.read(t.Context(), commands.Read{At: at, User: "U1", Channel: "C1", Verb: "fail", Task: webID, Build: 128, Allowed: true})
	r.read(t.Context(), commands.Read{At: at, User: "U2", Channel: "C1", Verb: "full", Task: webID, Build: 128})
	reads, err := store.Audit.Reads(t.Context(), state.ReadFilter{})
	require.NoError(t, err)
	require.Len(t, reads, 2)
	assert.Equal(t, "U2", reads[0].User, "the newest first")
	assert.False(t, reads[0].Allowed)
	assert.True(t, reads[1].Allowed)
	assert.Len(t, logged.AllEntries(), 2, "they stand in the process's log, too")

	about := reply.About{Task: webID, Name: "web", Build: 128}
	r.rated(about, "U1", true)
	r.rated(about, "U2", false)
	r.rated(about, "U1", false) // on second thoughts
	ended, end := context.WithCancel(t.Context())
	end()
	r.work(ended) // what waits is counted before it ends
	builds, err := store.History.Builds(t.Context(), webID, 0)
	require.NoError(t, err)
	require.Len(t, builds, 1)
	rights, wrongs := builds[0].Counts()
	assert.Equal(t, [2]int{0, 2}, [2]int{rights, wrongs})
}

func TestAVoteTooManyWaitsForNobody(t *testing.T) {
	log, logged := logtest.NewNullLogger()
	r := &records{log: log, votes: make(chan vote, 1)}
	r.rated(reply.About{}, "U1", true)
	r.rated(reply.About{}, "U2", true)
	assert.Contains(t, logged.LastEntry().Message, "too many votes")
}

// slowAudit takes nothing from a command any more.
type slowAudit struct{ kept []state.Read }

func (s *slowAudit) Append(ctx context.Context, r state.Read) error {
	if patience.Of(ctx) != nil {
		return fmt.Errorf("%w: %w", state.ErrAway, patience.ErrUsedUp)
	}
	s.kept = append(s.kept, r)
	return nil
}

func TestAReadThatTheCommandCouldNotWaitForIsKeptLater(t *testing.T) {
	log, logged := logtest.NewNullLogger()
	audit := &slowAudit{}
	r := newRecords(&state.Store{}, log)
	r.audit = audit
	hurried := patience.With(t.Context())
	r.read(hurried, commands.Read{User: "U1", Verb: "fail"})
	require.Len(t, logged.AllEntries(), 1, "the process's own log has it at once, and nothing is missing")
	assert.Empty(t, audit.kept)
	ended, end := context.WithCancel(t.Context())
	end()
	r.work(ended)
	require.Len(t, audit.kept, 1)
	assert.Equal(t, "U1", audit.kept[0].User)

	for range maxWaiting + 1 {
		r.read(hurried, commands.Read{User: "U2"})
	}
	assert.Contains(t, logged.LastEntry().Message, "in this log alone")
}
