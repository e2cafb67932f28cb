package state

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shopfloor is a company whose builds fail, and what the memory must say of it. Every
// build has a key of its own failure, or is green.
type shopfloor struct {
	t      *testing.T
	s      *Store
	random *rand.Rand
	now    time.Time

	next   map[string]int64            // by task
	counts map[string]map[string]bool  // by key: the builds
	first  map[string]time.Time        // by key
	last   map[string]time.Time        // by key
	open   map[string]map[string]int64 // by key that is claimed: last failed build by task and branch
	ended  int                         // claims
	reads  int
}

func newShopfloor(t *testing.T, s *Store) *shopfloor {
	return &shopfloor{
		t: t, s: s, random: rand.New(rand.NewPCG(1, 2)), now: noon,
		next: map[string]int64{}, counts: map[string]map[string]bool{}, first: map[string]time.Time{}, last: map[string]time.Time{}, open: map[string]map[string]int64{},
	}
}

// red is a build that fails and is read once or twice; its log may have grown after
// the first one.
func (f *shopfloor) red(task, branch, key string) {
	f.next[task]++
	b := Sighting{
		Key: key, Text: "why " + key, Task: task, Name: "name of " + task, Build: f.next[task], Branch: branch,
		Commit: fmt.Sprintf("%040d", f.next[task]), Who: "p" + strconv.Itoa(f.random.IntN(9)), Step: "Maven test", At: f.now,
	}
	if f.random.IntN(4) == 0 {
		early := b
		early.Key = "1:early"
		must[Failure](f.t)(f.s.Failures.Saw(f.t.Context(), f.now, early))
	}
	if f.counts[key] == nil {
		f.counts[key], f.first[key] = map[string]bool{}, f.now
	}
	f.counts[key][task+strconv.FormatInt(b.Build, 10)] = true
	f.last[key] = f.now
	if open := f.open[key]; open != nil {
		open[task+" "+branch] = b.Build
	}
	for range 1 + f.random.IntN(2) {
		f.reads++
		is := must[Failure](f.t)(f.s.Failures.Saw(f.t.Context(), f.now.Add(time.Minute), b))
		require.Equal(f.t, len(f.counts[key]), is.Count, "%s at %s", key, f.now)
		require.Equal(f.t, f.open[key] != nil, is.Claim != nil, "%s at %s", key, f.now)
	}
	if f.open[key] == nil && f.random.IntN(3) == 0 {
		c := NewClaim{Key: key, Task: task, Build: b.Build, User: "U1", At: f.now}
		must[FailureClaim](f.t)(f.s.Failures.Claim(f.t.Context(), f.now, c))
		f.open[key] = map[string]int64{task + " " + branch: b.Build}
	}
	f.now = f.now.Add(time.Duration(1+f.random.IntN(60)) * time.Second)
}

func (f *shopfloor) green(task, branch string) {
	f.next[task]++
	g := Green{Task: task, Build: f.next[task], Branch: branch, Commit: "abc", At: f.now}
	for range 2 {
		require.NoError(f.t, f.s.Failures.SawGreen(f.t.Context(), f.now, []Green{g}))
	}
	for key, open := range f.open {
		delete(open, task+" "+branch)
		if len(open) == 0 {
			delete(f.open, key)
			f.ended++
		}
	}
}

// check compares everything that is known with what happened.
func (f *shopfloor) check(when string) {
	for key, builds := range f.counts {
		is, found, err := f.s.Failures.Failure(f.t.Context(), f.now, key)
		require.NoError(f.t, err)
		if f.now.Sub(f.last[key]) >= FailureAge {
			require.False(f.t, found, "%s %s", key, when)
			continue
		}
		require.Equal(f.t, len(builds), is.Count, "%s %s", key, when)
		require.True(f.t, f.first[key].Equal(is.First), "%s %s", key, when)
		require.True(f.t, f.last[key].Equal(is.Last), "%s %s", key, when)
		require.LessOrEqual(f.t, len(is.Builds), maxFailureBuilds)
		require.LessOrEqual(f.t, len(is.Tasks), maxTallies)
		require.Equal(f.t, f.open[key] != nil, is.Claim != nil, "%s %s", key, when)
	}
	_, found, err := f.s.Failures.Failure(f.t.Context(), f.now, "1:early")
	require.NoError(f.t, err)
	require.False(f.t, found, "what was read first counts for nothing")
}

// sizes are the rows and bytes of the memory.
func (f *shopfloor) sizes() (rows map[string]int, total int) {
	rows = map[string]int{}
	var out bytes.Buffer
	require.NoError(f.t, f.s.Export(f.t.Context(), f.now, &out))
	for l := range strings.Lines(out.String()) {
		for _, kind := range []string{"failure", "sighting", "greens"} {
			if strings.HasPrefix(l, `{"`+kind+`"`) {
				rows[kind]++
				total += len(l)
			}
		}
	}
	return rows, total
}

// A month in which little breaks, then a week in which a registry is down for everybody,
// and a month of silence after it.
func TestAQuietMonthAndABadWeekAreRememberedExactly(t *testing.T) {
	s := openFile(t, tempPath(t), Options{Temporary: true})
	f := newShopfloor(t, s)
	report := func(when string) {
		f.check(when)
		rows, bytes := f.sizes()
		builds := 0
		for _, all := range f.counts {
			builds += len(all)
		}
		t.Logf("%-28s %5d reads %5d red builds %4d failures %5d rows of builds %3d of tasks %8d bytes %3d claims open %3d ended",
			when, f.reads, builds, rows["failure"], rows["sighting"], rows["greens"], bytes, len(f.open), f.ended)
	}
	task := func(n int) string { return fmt.Sprintf("%032d", n) }
	for day := range 30 {
		f.now = at(time.Duration(day) * 24 * time.Hour)
		for range 4 {
			n := f.random.IntN(20)
			f.red(task(n), []string{"main", "feature"}[f.random.IntN(2)], fmt.Sprintf("1:bug-%d-%d", n, day/5))
			f.green(task(n), "main")
			f.green(task(n), "feature")
		}
	}
	report("after a quiet month")
	assert.Empty(t, f.open, "each claim has ended with the success after it")
	for day := range 7 {
		f.now = at(time.Duration(30+day) * 24 * time.Hour)
		for n := range 90 {
			f.red(task(n%60), "main", "1:registry-down")
			if n%9 == 0 {
				f.red(task(n%60), "main", "1:bug-of-the-week")
			}
		}
	}
	report("at the end of a bad week")
	assert.Equal(t, 630, len(f.counts["1:registry-down"]))
	assert.NotEmpty(t, f.open)
	for n := range 60 {
		f.green(task(n), "main")
	}
	report("when all is green again")
	assert.Empty(t, f.open)

	var out, again bytes.Buffer
	require.NoError(t, s.Export(t.Context(), f.now, &out))
	target := openFile(t, tempPath(t), Options{Temporary: true})
	got, err := target.Import(t.Context(), f.now, bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	rows, _ := f.sizes()
	assert.Equal(t, Brought{Added: rows["failure"]}, got.Failures)
	assert.Equal(t, Brought{Added: rows["sighting"]}, got.FailedBuilds)
	require.NoError(t, target.Export(t.Context(), f.now, &again))
	assert.Equal(t, out.String(), again.String(), "the import is equal")
	f.s = target
	f.check("imported")

	f.now = f.now.Add(60 * 24 * time.Hour)
	report("two months later")
	f.now = f.now.Add(31 * 24 * time.Hour)
	f.red("other", "main", "1:last")
	report("after 90 days of silence")
}

func TestAnExportOfFailuresIsExactWhateverIsThere(t *testing.T) {
	for name, start := range backends() {
		t.Run(name, func(t *testing.T) {
			open := start(t)
			source, target := open(t, Options{}), open(t, Options{})
			for i := range 30 {
				saw(t, source, broke("1:npe", "t"+strconv.Itoa(i%3), int64(i+1), i))
			}
			saw(t, source, broke("1:other", "web", 1, 2), broke("", "web", 2, 3))
			require.NoError(t, source.Failures.SawGreen(t.Context(), at(time.Hour), []Green{{Task: "t1", Build: 40, Branch: "x", At: at(0)}}))
			must[FailureClaim](t)(claimed(t, source, "1:npe", "t2", 30, "U1", false))
			export := func(s *Store) string {
				var out bytes.Buffer
				require.NoError(t, s.Export(t.Context(), at(time.Hour), &out))
				return out.String()
			}
			whole := export(source)
			bring := func() Imported {
				return must[Imported](t)(target.Import(t.Context(), at(time.Hour), strings.NewReader(whole)))
			}
			// The target has read one build since, and found something else.
			saw(t, target, broke("1:else", "t0", 1, 0))
			got := bring()
			assert.Equal(t, Brought{Added: 2}, got.Failures)
			assert.Equal(t, Brought{Added: 31, Kept: 1}, got.FailedBuilds)
			f := failureOf(t, target, at(time.Hour), "1:npe")
			assert.Equal(t, 29, f.Count)
			assert.Equal(t, "U1", f.Claim.User)
			assert.Equal(t, 1, failureOf(t, target, at(time.Hour), "1:else").Count)

			before := export(target)
			got = bring()
			assert.Equal(t, Brought{Kept: 2}, got.Failures)
			assert.Equal(t, Brought{Kept: 32}, got.FailedBuilds)
			assert.Equal(t, before, export(target), "imported again it adds nothing")
			require.NoError(t, target.Failures.SawGreen(t.Context(), at(time.Hour), []Green{{Task: "t2", Build: 31, Branch: "main", At: at(0)}}))
			assert.Nil(t, failureOf(t, target, at(time.Hour), "1:npe").Claim, "what was claimed before ends with a success")

			// Into a failure that is known its builds go one by one.
			other := open(t, Options{})
			saw(t, other, broke("1:npe", "t0", 1, 0), broke("1:npe", "new", 1, 50))
			must[Imported](t)(other.Import(t.Context(), at(time.Hour), strings.NewReader(whole)))
			assert.Equal(t, 31, failureOf(t, other, at(time.Hour), "1:npe").Count)
		})
	}
}

// A program of before reads what is exported for it, and one of now what it exported.
func TestExportsGoBetweenVersions(t *testing.T) {
	s := openFile(t, tempPath(t), Options{})
	require.NoError(t, s.Aliases.SetAlias(t.Context(), Alias{Name: "a", Target: "t"}, nil))
	var old, out bytes.Buffer
	require.NoError(t, s.Export(t.Context(), at(0), &old))
	assert.Contains(t, old.String(), `"version":1`, "an export without failures is as before")
	saw(t, s, broke("1:npe", "web", 1, 0))
	require.NoError(t, s.ExportForEarlier(t.Context(), at(0), &out))
	assert.Equal(t, old.String(), out.String())
	out.Reset()
	require.NoError(t, s.Export(t.Context(), at(0), &out))
	assert.Contains(t, out.String(), `"version":2`, "an earlier program refuses it and says so")
	const before = `{"logbot-state":{"version":1,"at":"2026-09-10T12:00:00Z"}}
{"build":{"task":"t1","build":7,"at":"2026-09-10T12:00:00Z","outcome":"failed","step":"编译","reason":"f7"}}
{"lines":2}
`
	target := openFile(t, tempPath(t), Options{})
	got := must[Imported](t)(target.Import(t.Context(), at(0), strings.NewReader(before)))
	assert.Equal(t, Imported{Builds: Brought{Added: 1}}, got)
	var again bytes.Buffer
	require.NoError(t, target.Export(t.Context(), at(0), &again))
	assert.Equal(t, before, again.String(), "what earlier versions kept stays")
}

// A row that nobody can read is as one that is missing: nothing fails of it, and what is
// seen next takes its place.
func TestADamagedRowOfTheMemoryIsAsOneThatIsMissing(t *testing.T) {
	s := openFile(t, tempPath(t), Options{Temporary: true})
	saw(t, s, broke("1:npe", "web", 1, 0), broke("1:npe", "web", 2, 1))
	require.NoError(t, s.Failures.SawGreen(t.Context(), at(time.Hour), []Green{{Task: "web", Build: 3, At: at(0)}}))
	for table, key := range map[string]string{failuresTable: "1:npe", sightingsTable: broke("", "web", 1, 0).key(), greensTable: "web"} {
		require.NoError(t, s.Failures.tables.At(at(0)).Table(table).Put(t.Context(), key, []byte("{")), table)
	}
	_, found, err := s.Failures.Failure(t.Context(), at(time.Hour), "1:npe")
	require.NoError(t, err)
	assert.False(t, found)
	assert.Equal(t, []int64{2}, numbers(must[[]Sighting](t)(s.Failures.OfTask(t.Context(), at(time.Hour), "web", 5))))
	_, found, err = s.Failures.OfBuild(t.Context(), at(time.Hour), "web", 1)
	require.NoError(t, err)
	assert.False(t, found)
	require.NoError(t, s.Failures.SawGreen(t.Context(), at(time.Hour), []Green{{Task: "web", Build: 3, At: at(0)}}))
	assert.Equal(t, 2, saw(t, s, broke("1:npe", "web", 1, 0), broke("1:npe", "web", 2, 1)).Count)
	assert.Len(t, failureOf(t, s, at(time.Hour), "1:npe").Greens, 1)
	for _, spec := range failureTables() {
		assert.False(t, spec.Valid("k", []byte("{")), spec.Name)
	}
}
