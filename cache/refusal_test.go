package cache

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/logsapi"
)

// refusing is a service that answers until it is told to refuse; refuse maps the
// endpoint and ids of a log to its error.
func refusing(refuse map[logsapi.Log]error) *service {
	return &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
		if err := refuse[r.Log]; err != nil {
			return logsapi.Page{}, err
		}
		return logsapi.Page{Text: textLine, Next: logsapi.Cursor{End: r.At.End + 100}}, nil
	}}
}

func at(log logsapi.Log, end int64) logsapi.PageRequest {
	return logsapi.PageRequest{Log: log, At: logsapi.Cursor{End: end}}
}

func TestARefusedLogIsNotServedFromWhatIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := map[logsapi.Log]error{}
		s := refusing(refuse)
		store := pagestore.NewMemory(1 << 20)
		defer store.Close()
		p := open(t, s, Options{Store: store})
		for _, r := range []logsapi.PageRequest{at(liveLog, 0), at(liveLog, 100), at(stepLog, 0)} {
			ask(t, p, r)
		}
		synctest.Wait()
		refuse[liveLog] = logsapi.ErrForbidden
		_, err := p.Page(t.Context(), at(liveLog, 200)) // a page that is not kept yet
		require.ErrorIs(t, err, logsapi.ErrForbidden)
		for _, end := range []int64{0, 100} {
			_, err := p.Page(t.Context(), at(liveLog, end))
			require.ErrorIs(t, err, logsapi.ErrForbidden, "kept before")
		}
		synctest.Wait()
		asked := s.count()
		ask(t, p, at(stepLog, 0))
		assert.Equal(t, asked, s.count(), "another log is served")

		other := open(t, s, Options{Store: store})
		_, err = other.Page(t.Context(), at(liveLog, 0))
		require.ErrorIs(t, err, logsapi.ErrForbidden, "removed from the store")

		delete(refuse, liveLog)
		ask(t, p, at(liveLog, 0))
		asked = s.count()
		ask(t, p, at(liveLog, 0))
		assert.Equal(t, asked, s.count(), "kept again")
	})
}

func TestAfterARefusedCredentialNothingIsServedUntilAnAnswer(t *testing.T) {
	refuse := map[logsapi.Log]error{}
	s := refusing(refuse)
	p := open(t, s, Options{})
	ask(t, p, at(liveLog, 0))
	ask(t, p, at(stepLog, 0))
	for _, log := range []logsapi.Log{liveLog, stepLog, checkLog} {
		refuse[log] = logsapi.ErrUnauthorized
	}
	_, err := p.Page(t.Context(), at(checkLog, 0))
	require.ErrorIs(t, err, logsapi.ErrUnauthorized)
	for _, log := range []logsapi.Log{liveLog, stepLog} {
		_, err := p.Page(t.Context(), at(log, 0))
		require.ErrorIs(t, err, logsapi.ErrUnauthorized, "kept before")
	}
	clear(refuse)
	ask(t, p, at(liveLog, 0))
	asked := s.count()
	ask(t, p, at(stepLog, 0))
	ask(t, p, at(liveLog, 0))
	assert.Equal(t, asked, s.count(), "what was kept is served again")
}

func TestOtherErrorsTakeNothingBack(t *testing.T) {
	for _, kind := range []error{logsapi.ErrThrottled, logsapi.ErrUnavailable, logsapi.ErrNotFound, errors.New("reset")} {
		refuse := map[logsapi.Log]error{}
		s := refusing(refuse)
		p := open(t, s, Options{})
		ask(t, p, at(liveLog, 0))
		refuse[liveLog] = kind
		_, err := p.Page(t.Context(), at(liveLog, 100))
		require.ErrorIs(t, err, kind)
		ask(t, p, at(liveLog, 0))
		assert.Equal(t, 2, s.count())
	}
}
