package app

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cmd/logbot/listen"
	"logbot/logsapi"
)

// hungQueue answers nothing, whatever its context says, until it is released.
type hungQueue struct{ released chan struct{} }

func (q hungQueue) Len(context.Context) (int, error) {
	<-q.released
	return 0, nil
}

// quickQueue answers at once.
type quickQueue struct{ err error }

func (q quickQueue) Len(context.Context) (int, error) { return 7, q.err }

func TestAStateThatHangsIsDownAfterASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p probe
		assert.Equal(t, listen.Unknown, p.part().State)
		q := hungQueue{make(chan struct{})}
		defer close(q.released)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go p.run(ctx, q, func(context.Context, error) {})
		time.Sleep(probeWithin)
		synctest.Wait()
		assert.Equal(t, listen.Part{State: listen.Down, Why: "no answer within 1s"}, p.part())
	})
}

func TestTheStateIsReadyOnceItAnswers(t *testing.T) {
	var p probe
	require.Error(t, p.look(t.Context(), quickQueue{errors.New("Redis is away")}))
	assert.Equal(t, listen.Part{State: listen.Down, Why: "Redis is away"}, p.part())
	require.NoError(t, p.look(t.Context(), quickQueue{}))
	assert.Equal(t, listen.Part{State: listen.OK}, p.part())
	assert.EqualValues(t, 7, p.queued.Load())
}

func TestCodeArtsIsDegradedUntilItAnswersAgain(t *testing.T) {
	var u upstream
	assert.Equal(t, listen.Unknown, u.part().State)
	u.Failed("build", &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "no such build"})
	assert.Equal(t, listen.Unknown, u.part().State, "it is about what was asked")
	u.Failed("build", &logsapi.Error{Kind: logsapi.ErrUnauthorized, Host: "build.test", Summary: "the signature is not accepted"})
	assert.Equal(t, listen.Part{State: listen.Degraded, Why: "build: build.test: the signature is not accepted"}, u.part())
	u.Exchanged("check", 200, time.Second)
	assert.Equal(t, listen.Degraded, u.part().State, "that was another service")
	u.Exchanged("build", 404, time.Second)
	assert.Equal(t, listen.Degraded, u.part().State)
	u.Exchanged("build", 200, time.Second)
	assert.Equal(t, listen.OK, u.part().State)
}
