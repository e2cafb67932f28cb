package watch

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/state"
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
		top, next, all := judge(m.top, m.note, len(m.told) > 0, list, noneLeft)
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
	top, n, all := judge(s.Build, n, false, list, noneLeft)
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

// noneLeft leaves no build out.
func noneLeft(logsapi.Build) bool { return false }

func TestBuildsThatAWatchLeavesOutAreJudgedAndNotTold(t *testing.T) {
	w := &Watcher{Options: Options{Executors: func() map[string]string { return map[string]string{"Ann.Li": "U1", "ann": "U1", "bob": "U2"} }}}
	build := func(number int64, state logsapi.State, branch, who string) logsapi.Build {
		return logsapi.Build{Number: number, State: state, Branch: branch, Who: who}
	}
	builds := []logsapi.Build{
		build(1, logsapi.Failed, "main", "ann.li"), build(2, logsapi.Failed, "main", "bob"), build(3, logsapi.Failed, "release/1", "ann"),
		build(4, logsapi.Failed, "", ""), build(5, logsapi.Running, "", ""), build(6, logsapi.Running, "main", "bob"),
	}
	for _, c := range []struct {
		watch         state.Watch
		told, running []int64
	}{
		{state.Watch{Owner: "U1"}, []int64{1, 2, 3, 4}, []int64{5, 6}},
		{state.Watch{Owner: "U1", Mine: true}, []int64{1, 3}, []int64{5}},
		{state.Watch{Owner: "U1", Branch: "main"}, []int64{1, 2}, []int64{5, 6}},
		{state.Watch{Owner: "U1", Branch: "release/*"}, []int64{3}, []int64{5}},
		{state.Watch{Owner: "U1", Branch: "main", Mine: true}, []int64{1}, []int64{5}},
		{state.Watch{Owner: "U3", Mine: true}, nil, []int64{5}},
	} {
		judged, n, complete := judge(0, note{}, false, builds, func(b logsapi.Build) bool { return w.leavesOut(c.watch, b) })
		var told []int64
		for _, o := range n.Pending {
			told = append(told, o.Build)
		}
		assert.Equal(t, c.told, told, "%+v", c.watch)
		assert.Equal(t, c.running, n.Running, "%+v", c.watch)
		assert.True(t, complete)
		assert.Equal(t, int64(6), judged)
	}
}

func TestAPatternOfBranchesHasStars(t *testing.T) {
	for pattern, want := range map[string]bool{
		"release/1.2": true, "release/*": true, "*": true, "*1.2": true, "rel*1*2": true, "*/*": true, "release/1.2*": true,
		"release": false, "main": false, "*main*": false, "release/*3": false, "rel*2*2": false, "": false,
	} {
		assert.Equal(t, want, matches(pattern, "release/1.2"), pattern)
	}
}
