package send

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/pace"
)

// unreliable is a shared limiter that may be unreachable.
type unreliable struct {
	*localLimiter
	unreachable bool
}

func (l *unreliable) Take(ctx context.Context, name string, perSecond float64, burst int) (time.Duration, error) {
	if l.unreachable {
		return 0, errors.New("Redis is unreachable")
	}
	return l.localLimiter.Take(ctx, name, perSecond, burst)
}

func TestReplicasShareALimiterAndKeepLocalLimitsWithoutIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &unreliable{localLimiter: newLocalLimiter()}
		a, b := newHarness(t, shared), newHarness(t, shared)
		began := time.Now()
		for range 3 {
			require.NoError(t, a.post(t.Context(), "C1"))
			require.NoError(t, b.post(t.Context(), "C1"))
		}
		assert.Equal(t, 3*time.Second, time.Since(began), "six messages, three of them a burst")
		shared.unreachable = true
		began = time.Now()
		for range 5 {
			require.NoError(t, a.post(t.Context(), "C1"))
		}
		assert.Equal(t, 2*time.Second, time.Since(began))
	})
}

// No minute may see more calls than the tier allows, whatever came before.
func TestThePaceStaysBelowSlacksTiers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			limit Limit
			most  int
		}{{Tier3("a"), 50}, {Tier4("b"), 100}} {
			p := newLocalLimiter()
			var at []time.Time
			for range 400 {
				wait, err := p.Take(t.Context(), c.limit.name, c.limit.perSecond, c.limit.burst)
				require.NoError(t, err)
				time.Sleep(wait)
				at = append(at, time.Now())
			}
			for i := range at {
				n := 0
				for _, u := range at[i:] {
					if u.Sub(at[i]) < time.Minute {
						n++
					}
				}
				require.LessOrEqual(t, n, c.most)
			}
		}
	})
}

// waiting is a shared limiter that waits in Take.
type waiting struct{ *localLimiter }

func (l waiting) Take(ctx context.Context, name string, perSecond float64, burst int) (time.Duration, error) {
	wait, err := l.localLimiter.Take(ctx, name, perSecond, burst)
	if err != nil {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	return 0, pace.Sleep(ctx, wait)
}

func TestADroppedRequestDelaysNoOther(t *testing.T) {
	for name, l := range map[string]Limiter{"of this process": nil, "shared": waiting{newLocalLimiter()}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, l)
				for range 3 { // a burst: the next one has to wait a second
					require.NoError(t, h.post(t.Context(), "C1"))
				}
				for range 5 {
					err := h.Send(t.Context(), &Request{What: "note"}, h.InFreeLane("C1"), h.Once(), h.IfUnlimited(InChannel("C1")), h.attempt())
					assert.ErrorIs(t, err, ErrWouldWait)
				}
				require.NoError(t, h.post(t.Context(), "C1"))
				assert.Equal(t, []time.Duration{0, 0, 0, time.Second}, h.attempts)
			})
		})
	}
}
