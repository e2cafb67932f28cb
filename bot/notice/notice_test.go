package notice_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/notice"
	"logbot/cache/state"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// replicas tell what they post into one list.
type replicas struct {
	mu     sync.Mutex
	posted []string
	fails  error
}

func (r *replicas) tell(ctx context.Context, t notice.Teller, task string) {
	n := reply.NoticeOf(reply.About{Task: task, Name: task, Build: 7}, []read.Exposed{{Kind: "npm", Line: 3}})
	t.Tell(ctx, n, texts.English, func(_ context.Context, says reply.Reply) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.fails == nil {
			r.posted = append(r.posted, says.Body)
		}
		return r.fails
	})
}

func TestOnePersonIsToldOnceADayForEachTaskOverAllReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: time.Minute})
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		log, logged := logtest.NewNullLogger()
		r := &replicas{}
		one, other := notice.Teller{Claims: s.Notices, Log: log}, notice.Teller{Claims: s.Notices, Log: log}
		var all sync.WaitGroup
		for range 5 {
			for _, t := range []notice.Teller{one, other} {
				for _, task := range []string{"web", "api"} {
					all.Go(func() { r.tell(context.Background(), t, task) })
				}
			}
		}
		all.Wait()
		require.Len(t, r.posted, 2)
		assert.Contains(t, r.posted[0]+r.posted[1], "The log of web #7 shows a credential: a token (npm), line 3.")
		assert.Contains(t, r.posted[0], "You get this once a day per task.")
		time.Sleep(24 * time.Hour)
		r.tell(t.Context(), other, "web")
		r.tell(t.Context(), one, "web")
		require.Len(t, r.posted, 3)

		time.Sleep(24 * time.Hour)
		r.fails = errors.New("cannot_dm_bot")
		r.tell(t.Context(), one, "web")
		assert.Equal(t, logrus.WarnLevel, logged.LastEntry().Level)
		assert.Contains(t, logged.LastEntry().Message, "cannot_dm_bot")
		r.fails = nil
		r.tell(t.Context(), other, "web")
		assert.Len(t, r.posted, 3, "the claim is not given back")

		one.Tell(t.Context(), nil, texts.English, nil) // nothing
		r.tell(t.Context(), notice.Teller{Log: log}, "web")
		assert.Len(t, r.posted, 3)
	})
}

type away struct{}

func (away) First(context.Context, string, time.Time) (bool, error) { return false, state.ErrAway }

func TestNobodyIsToldWhileTheStateIsAway(t *testing.T) {
	log, logged := logtest.NewNullLogger()
	r := &replicas{}
	r.tell(t.Context(), notice.Teller{Claims: away{}, Log: log}, "web")
	assert.Empty(t, r.posted)
	assert.Contains(t, logged.LastEntry().Message, "nobody is told")
}
