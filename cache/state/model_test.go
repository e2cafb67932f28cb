package state

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// modelled is what the model knows of an intent.
type modelled struct {
	next     int64 // ms when it may be claimed
	token    string
	payload  string
	progress string
	attempts int
	done     int64 // ms when it was done; -1 where it is not
}

// queueModel is a queue of intents in a map. It says what each call must answer.
type queueModel struct {
	t       *testing.T
	seed    uint64
	random  *rand.Rand
	q       Intents
	now     time.Time
	intents map[string]*modelled
	claims  []Claim // of all holders, also of those who lost or died
	tokens  map[string]bool
	steps   int
}

func (m *queueModel) step(format string, args ...any) string {
	return fmt.Sprintf("seed %d step %d: ", m.seed, m.steps) + fmt.Sprintf(format, args...)
}

func (m *queueModel) waits(id string) bool { return m.intents[id] != nil && m.intents[id].done < 0 }

func (m *queueModel) put(id string, claimed bool) {
	is := m.intents[id]
	isNew := is == nil || is.done >= 0 && is.done+Remembered.Milliseconds() <= m.now.UnixMilli()
	due := m.now.Add(time.Duration(m.random.IntN(40_000)-10_000) * time.Millisecond)
	payload := fmt.Sprint("step ", m.steps)
	i := Intent{ID: id, Due: due, Payload: []byte(payload)}
	next := &modelled{next: due.UnixMilli(), payload: payload, done: -1}
	var added bool
	var err error
	if claimed {
		var c Claim
		length := m.lease()
		c, added, err = m.q.PutClaimed(m.t.Context(), m.now, i, length)
		next.next, next.token, next.attempts = m.now.Add(length).UnixMilli(), c.Token, 1
		if added {
			m.holds(c)
		}
	} else {
		added, err = m.q.Put(m.t.Context(), m.now, i)
	}
	require.NoError(m.t, err)
	require.Equal(m.t, isNew, added, m.step("put %s", id))
	if added {
		m.intents[id] = next
	}
}

func (m *queueModel) lease() time.Duration {
	return time.Duration(1+m.random.IntN(20_000)) * time.Millisecond
}

func (m *queueModel) holds(c Claim) {
	require.False(m.t, m.tokens[c.ID+c.Token], m.step("a token twice"))
	m.tokens[c.ID+c.Token] = true
	m.claims = append(m.claims, c)
}

func (m *queueModel) claim() {
	n, length := m.random.IntN(6), m.lease()
	free := 0
	for _, is := range m.intents {
		if is.done < 0 && is.next <= m.now.UnixMilli() {
			free++
		}
	}
	claims, err := m.q.ClaimDue(m.t.Context(), m.now, n, length)
	require.NoError(m.t, err)
	require.Len(m.t, claims, min(n, free), m.step("claim: all that is due and nothing else"))
	for _, c := range claims {
		is := m.intents[c.ID]
		require.NotNil(m.t, is, m.step("claimed %s out of nowhere", c.ID))
		require.Negative(m.t, is.done, m.step("claimed %s, which was done", c.ID))
		require.LessOrEqual(m.t, is.next, m.now.UnixMilli(), m.step("claimed %s early or from its holder", c.ID))
		is.attempts++
		require.Equal(m.t, is.payload, string(c.Payload), m.step("payload of %s", c.ID))
		require.Equal(m.t, is.progress, string(c.Progress), m.step("progress of %s", c.ID))
		require.Equal(m.t, is.attempts, c.Attempts, m.step("attempts of %s", c.ID))
		is.next, is.token = m.now.Add(length).UnixMilli(), c.Token
		m.holds(c)
	}
}

// holder lets one of all who ever held an intent go on with it.
func (m *queueModel) holder() {
	if len(m.claims) == 0 {
		return
	}
	n := len(m.claims) - 1 - m.random.IntN(min(len(m.claims), 40))
	c := m.claims[n]
	is := m.intents[c.ID]
	has := is != nil && is.done < 0 && is.token == c.Token
	ctx := m.t.Context()
	var err error
	switch m.random.IntN(6) {
	case 0, 1:
		length := m.lease()
		if err = m.q.Renew(ctx, m.now, c, length); has {
			is.next = m.now.Add(length).UnixMilli()
		}
	case 2:
		progress := fmt.Sprint("noted ", m.steps)
		if err = m.q.Note(ctx, m.now, c, []byte(progress)); has {
			is.progress = progress
		}
	case 3:
		due := m.now.Add(time.Duration(m.random.IntN(40_000)-5_000) * time.Millisecond)
		payload := fmt.Sprint("again ", m.steps)
		if err = m.q.Again(ctx, m.now, c, due, []byte(payload)); has {
			*is = modelled{next: due.UnixMilli(), payload: payload, done: -1}
		}
	default:
		if err = m.q.Done(ctx, m.now, c); has {
			is.done = m.now.UnixMilli()
		} else if is != nil && is.done >= 0 && is.token == c.Token { // said again
			if is.done+Remembered.Milliseconds() <= m.now.UnixMilli() {
				return // may be forgotten
			}
			has = true
		}
	}
	if has {
		require.NoError(m.t, err, m.step("the holder of %s", c.ID))
	} else {
		require.ErrorIs(m.t, err, ErrLeaseLost, m.step("who was the holder of %s", c.ID))
	}
}

// check compares everything that waits.
func (m *queueModel) check() {
	all, err := m.q.List(m.t.Context(), "")
	require.NoError(m.t, err)
	var have, want []string
	for _, i := range all {
		have = append(have, fmt.Sprintf("%s %s %s %d", i.ID, i.Payload, i.Progress, i.Attempts))
	}
	for id, is := range m.intents {
		if is.done < 0 {
			want = append(want, fmt.Sprintf("%s %s %s %d", id, is.payload, is.progress, is.attempts))
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	require.Equal(m.t, want, have, m.step("what waits"))
	n, err := m.q.Len(m.t.Context())
	require.NoError(m.t, err)
	require.Equal(m.t, len(want), n)
}

// Whatever happens in whatever order, with crashes and a clock that jumps: no
// intent is lost, none is given out before it is due, and no two have one lease.
func TestAQueueDoesWhatItsModelDoes(t *testing.T) {
	for name, start := range modelBackends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				restart := start(t)
				m := &queueModel{
					t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 6)), q: restart().Intents,
					now: noon, intents: map[string]*modelled{}, tokens: map[string]bool{},
				}
				for ; m.steps < 1200; m.steps++ {
					id := fmt.Sprint("意图 ", m.random.IntN(60))
					switch m.random.IntN(20) {
					case 0, 1, 2:
						m.put(id, false)
					case 3, 4:
						m.put(id, true)
					case 5, 6, 7, 8, 9:
						m.claim()
					case 10, 11, 12, 13, 14, 15:
						m.holder()
					case 16:
						found, err := m.q.Cancel(t.Context(), m.now, id)
						require.NoError(t, err)
						require.Equal(t, m.waits(id), found, m.step("cancel %s", id))
						delete(m.intents, id)
					case 17:
						if m.random.IntN(20) == 0 { // the process dies
							m.q = restart().Intents
						}
					case 18:
						if m.random.IntN(20) == 0 {
							m.check()
						}
					default:
						m.now = m.now.Add(m.jump())
					}
				}
				m.check()
				m.drain()
			}
		})
	}
}

// jump is how far the clock steps: a little, rarely far, rarely back.
func (m *queueModel) jump() time.Duration {
	switch m.random.IntN(12) {
	case 0:
		return -time.Duration(m.random.IntN(120_000)) * time.Millisecond
	case 1:
		return time.Duration(m.random.IntN(2*3600_000)) * time.Millisecond
	}
	return time.Duration(m.random.IntN(8_000)) * time.Millisecond
}

// drain does all that is left: nothing was lost.
func (m *queueModel) drain() {
	m.now = m.now.Add(24 * time.Hour)
	left := map[string]bool{}
	for id, is := range m.intents {
		if is.done < 0 {
			left[id] = true
		}
	}
	for {
		claims, err := m.q.ClaimDue(m.t.Context(), m.now, 10, lease)
		require.NoError(m.t, err)
		if len(claims) == 0 {
			break
		}
		for _, c := range claims {
			require.True(m.t, left[c.ID])
			delete(left, c.ID)
			require.NoError(m.t, m.q.Done(m.t.Context(), m.now, c))
		}
	}
	require.Empty(m.t, left, "seed %d: nothing is lost", m.seed)
}

// modelBackends make a queue, and then the same queue again as a process that
// was started anew finds it.
func modelBackends() map[string]func(testing.TB) func() *Store {
	return map[string]func(testing.TB) func() *Store{
		"file": func(t testing.TB) func() *Store {
			path := tempPath(t)
			var s *Store
			return func() *Store {
				if s != nil {
					require.NoError(t, s.Close())
				}
				s = openFile(t, path, Options{Temporary: true})
				return s
			}
		},
		"Redis": func(t testing.TB) func() *Store {
			open := redisBackend(t)
			scope := ""
			return func() *Store {
				s := open(t, Options{})
				q := s.Intents.(*redisIntents)
				if scope == "" {
					scope = q.options.Scope
				}
				q.options.Scope = scope
				return s
			}
		},
	}
}

// Workers die, stall beyond their lease and come back, all at once. Each intent
// is ended once, and whoever noted something last is who held it last.
func TestWorkersWhoDieAndStallLoseNothing(t *testing.T) {
	for name, start := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const intents, workers = 60, 6
			q, ctx := start(t)(t, Options{}).Intents, t.Context()
			clock := &steppedClock{now: noon}
			for i := range intents {
				putIntent(t, q, noon, Intent{ID: fmt.Sprint(i)})
			}
			var mu sync.Mutex
			ended := map[string]int{}
			var wg sync.WaitGroup
			for worker := range workers {
				random := rand.New(rand.NewPCG(uint64(worker), 8))
				wg.Go(func() {
					for {
						claims, err := q.ClaimDue(ctx, clock.step(), 4, lease)
						if !assert.NoError(t, err) {
							return
						}
						for _, c := range claims {
							if random.IntN(4) == 0 {
								continue // died
							}
							if random.IntN(4) == 0 {
								clock.stall()
							}
							if work(ctx, t, q, clock, c) {
								mu.Lock()
								ended[c.ID]++
								mu.Unlock()
							}
						}
						if n, err := q.Len(ctx); !assert.NoError(t, err) || n == 0 {
							return
						}
					}
				})
			}
			wg.Wait()
			assert.Len(t, ended, intents)
			for id, n := range ended {
				assert.Equal(t, 1, n, id)
			}
		})
	}
}

// work does an intent and says whether it was this holder who ended it.
func work(ctx context.Context, t *testing.T, q Intents, clock *steppedClock, c Claim) bool {
	for _, err := range []error{
		q.Renew(ctx, clock.step(), c, lease),
		q.Note(ctx, clock.step(), c, []byte(c.Token)),
	} {
		if err != nil {
			assert.ErrorIs(t, err, ErrLeaseLost)
			return false
		}
	}
	err := q.Done(ctx, clock.step(), c)
	if err != nil && !errors.Is(err, ErrLeaseLost) {
		assert.NoError(t, err)
	}
	return err == nil
}

// steppedClock goes on by a second whenever it is read.
type steppedClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *steppedClock) step() time.Time { return c.add(time.Second) }
func (c *steppedClock) stall()          { c.add(2 * lease) }

func (c *steppedClock) add(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}
