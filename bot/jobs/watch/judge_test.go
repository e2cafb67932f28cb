package watch

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
)

// model is a task whose builds begin and end in any order, and a watch of it that
// looks now and then.
type model struct {
	builds []logsapi.Build // number n at n-1
	top    int64
	note   note
	told   map[int64]int
}

// look lists as the looks do, and tells all that is pending.
func (m *model) look(t *testing.T) {
	for range 50 {
		back := m.note.oldestNeeded(m.top)
		list := m.newest(fewBuilds)
		if len(list) == fewBuilds && list[len(list)-1].Number > back {
			list = m.newest(logsapi.MaxBuilds)
		}
		top, next, all := judge(m.top, m.note, len(m.told) > 0, list)
		require.GreaterOrEqual(t, top, m.top)
		last := int64(0)
		for _, e := range next.Pending {
			require.Greater(t, e.Build, last, "in their order")
			last = e.Build
			m.told[e.Build]++
			require.Equal(t, m.builds[e.Build-1].State, e.State)
		}
		require.LessOrEqual(t, len(next.encode()), 4<<10)
		next.Pending = nil
		m.top, m.note = top, next
		if all {
			return
		}
	}
	t.Fatal("it never has all")
}

func (m *model) newest(n int) (list []logsapi.Build) {
	for i := len(m.builds) - 1; i >= 0 && len(list) < n; i-- {
		list = append(list, m.builds[i])
	}
	return list
}

func FuzzEachFailedBuildIsToldOnce(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := model{told: map[int64]int{}}
		ends := []logsapi.State{logsapi.Failed, logsapi.Succeeded, logsapi.Aborted, logsapi.TimedOut, logsapi.Unscheduled}
		running := 0
		for range 300 {
			switch n := r.IntN(10); {
			case n < 4 && running < maxRunning/2:
				m.builds = append(m.builds, logsapi.Build{Number: int64(len(m.builds) + 1), State: logsapi.Running})
				running++
			case n < 8 && running > 0:
				// A build runs beside 60 younger ones at most: the list reaches so far.
				for i := max(0, len(m.builds)-60); i < len(m.builds); i++ {
					if m.builds[i].State == logsapi.Running && (r.IntN(3) == 0 || i < len(m.builds)-50) {
						m.builds[i].State = ends[r.IntN(len(ends))]
						running--
						break
					}
				}
			case n == 9:
				m.look(t)
			}
		}
		for i := range m.builds {
			if m.builds[i].State == logsapi.Running {
				m.builds[i].State = logsapi.Failed
			}
		}
		m.look(t)
		for _, b := range m.builds {
			if isFailure(b.State) {
				assert.Equal(t, 1, m.told[b.Number], "build %d %s", b.Number, b.State)
			} else if b.State == logsapi.Aborted {
				assert.Zero(t, m.told[b.Number], "build %d", b.Number)
			} else {
				assert.LessOrEqual(t, m.told[b.Number], 1)
			}
		}
	})
}

func TestBuildsThatEndedBeforeTheWatchAreNotTold(t *testing.T) {
	list := []logsapi.Build{
		{Number: 9, State: logsapi.Queued}, {Number: 8, State: logsapi.Failed}, {Number: 7, State: logsapi.Running}, {Number: 6, State: logsapi.Failed},
	}
	s := baseline(list)
	assert.Equal(t, int64(9), s.Build)
	n := noteOf(s)
	assert.Equal(t, []int64{7, 9}, n.Running)
	list[2].State, list[0].State = logsapi.Failed, logsapi.Running
	top, n, all := judge(s.Build, n, false, list)
	assert.True(t, all)
	assert.Equal(t, int64(9), top)
	assert.Equal(t, []outcome{{Build: 7, State: logsapi.Failed}}, n.Pending)
	assert.Equal(t, []int64{9}, n.Running)
}

func TestBuildsAreListedWhileOneRunsBesideTheNewest(t *testing.T) {
	for _, c := range []struct {
		runs    []int64
		running bool
		want    bool
	}{
		{nil, false, false},
		{nil, true, false},          // the newest, seen in its list
		{[]int64{9}, true, false},   // it is the newest: its row will change
		{[]int64{9}, false, true},   // the list lags behind the row, or it is an older one
		{[]int64{7, 9}, true, true}, // the older one may end without a change of the row
	} {
		assert.Equal(t, c.want, note{Running: c.runs}.mustList(c.running, time.Now()), "%v %v", c.runs, c.running)
	}
	assert.False(t, note{Running: []int64{7, 9}, Forced: maxForced}.mustList(true, time.Now()), "for hours: less often")
}
