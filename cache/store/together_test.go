package store

import (
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

var (
	counts = Spec{Name: "counts", Noun: "counters", Max: 3, Life: time.Hour, Evict: true}
	marks  = Spec{Name: "marks", Noun: "marks", Max: 5_000, Life: 2 * time.Hour, Evict: true}
	strict = Spec{Name: "strict", Noun: "places", Max: 1, Life: time.Hour}
)

// opensTogether makes counts, marks and strict, empty, in a backend; how many processes
// share them is up to it.
type opensTogether func(testing.TB) []Together

func togetherBackends() map[string]func(testing.TB) opensTogether {
	redisTogethers := func(t testing.TB, url string) opensTogether {
		first, second := openClient(t, url), openClient(t, url)
		var scopes atomic.Int64
		return func(testing.TB) []Together {
			o := Options{Budget: patient, Scope: "test" + strconv.FormatInt(scopes.Add(1), 10), CallerClock: true}
			return []Together{NewRedis(first, o).Together("group", counts, marks, strict), NewRedis(second, o).Together("group", counts, marks, strict)}
		}
	}
	return map[string]func(testing.TB) opensTogether{
		"file": func(testing.TB) opensTogether {
			return func(t testing.TB) []Together {
				specs := []Spec{counts, marks, strict}
				return []Together{openFile(t, filepath.Join(t.TempDir(), "tables.db"), Layout{Tables: specs}).Together(specs...)}
			}
		},
		"Redis":   func(t testing.TB) opensTogether { return redisTogethers(t, redistest.Start(t).URL()) },
		"Cluster": func(t testing.TB) opensTogether { return redisTogethers(t, redistest.StartCluster(t).URL()) },
	}
}

func TestRowsOfSeveralTablesChangeInOneStep(t *testing.T) {
	for name, start := range togetherBackends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := start(t)
			t.Run("all or nothing", func(t *testing.T) { testAStepIsAllOrNothing(t, open(t)[0]) })
			t.Run("exact under concurrency", func(t *testing.T) { testStepsAreExactUnderConcurrency(t, open(t)) })
			t.Run("a row begins in the middle of its life", func(t *testing.T) { testARowBeginsInTheMiddleOfItsLife(t, open(t)[0]) })
			t.Run("a full table keeps the rows that live longest", func(t *testing.T) { testAFullTableKeepsTheRowsThatLiveLongest(t, open(t)[0]) })
		})
	}
}

func testAStepIsAllOrNothing(t *testing.T, tables Together) {
	ctx, in := t.Context(), tables.At(at(0))
	stop := errors.New("stop")
	put := func(err error) error {
		return in.Change(ctx, func(s *Step) error {
			for _, table := range []string{"counts", "marks"} {
				is, e := s.Get(table, "a")
				require.NoError(t, e)
				s.Put(table, "a", append(is, 'x'), 0)
				again, e := s.Get(table, "a")
				require.NoError(t, e)
				assert.Equal(t, append(is, 'x'), again, "a step sees what it wrote")
			}
			return err
		})
	}
	require.ErrorIs(t, put(stop), stop)
	assert.Equal(t, "nothing", get(t, in.Table("counts"), "a"))
	require.NoError(t, put(nil))
	require.NoError(t, put(nil))
	assert.Equal(t, "xx", get(t, in.Table("counts"), "a"))
	assert.Equal(t, "xx", get(t, in.Table("marks"), "a"))
	require.NoError(t, in.Change(ctx, func(s *Step) error {
		_, err := s.Get("marks", "a")
		s.Delete("marks", "a")
		return err
	}))
	assert.Equal(t, "nothing", get(t, in.Table("marks"), "a"))
	assert.Equal(t, []string{"a=xx"}, scan(t, in.Table("counts"), Range{}))
	require.Error(t, tables.Change(ctx, func(*Step) error { return nil }), "without a time")
	assert.Panics(t, func() { (&Step{specs: []Spec{counts}}).Put("counts", "a", nil, 0) }, "a row that was not read")
}

// Each of 120 marks is counted once, though every one is asked for from all sides.
func testStepsAreExactUnderConcurrency(t *testing.T, all []Together) {
	var working sync.WaitGroup
	for n := range 8 {
		working.Go(func() {
			tables := all[n%len(all)].At(at(0))
			for i := range 30 {
				mark := strconv.Itoa((n/2)*30 + i)
				assert.NoError(t, tables.Change(t.Context(), func(s *Step) error {
					is, err := s.Get("marks", mark)
					if err != nil || is != nil {
						return err
					}
					count, err := s.Get("counts", "all")
					if err != nil {
						return err
					}
					before, _ := strconv.Atoi(string(count))
					s.Put("marks", mark, []byte("1"), 0)
					s.Put("counts", "all", []byte(strconv.Itoa(before+1)), 0)
					return nil
				}))
			}
		})
	}
	working.Wait()
	assert.Equal(t, "120", get(t, all[0].At(at(0)).Table("counts"), "all"))
}

func testARowBeginsInTheMiddleOfItsLife(t *testing.T, tables Together) {
	put := func(now time.Time, key string, age time.Duration) {
		t.Helper()
		require.NoError(t, tables.At(now).Change(t.Context(), func(s *Step) error {
			_, err := s.Get("counts", key)
			s.Put("counts", key, []byte("1"), age)
			return err
		}))
	}
	put(at(0), "old", 50*time.Minute)
	put(at(0), "new", 0)
	is := func(now time.Time, key string) string { return get(t, tables.At(now).Table("counts"), key) }
	assert.Equal(t, "1", is(at(9*time.Minute), "old"))
	assert.Equal(t, "nothing", is(at(11*time.Minute), "old"))
	assert.Equal(t, "1", is(at(59*time.Minute), "new"))
	require.NoError(t, tables.At(at(11*time.Minute)).Change(t.Context(), func(s *Step) error {
		is, err := s.Get("counts", "old")
		assert.Nil(t, is, "a step does not see it either")
		return err
	}))
	put(at(30*time.Minute), "new", -time.Hour) // a clock that is ahead does not lengthen it
	assert.Equal(t, "nothing", is(at(91*time.Minute), "new"))
}

func testAFullTableKeepsTheRowsThatLiveLongest(t *testing.T, tables Together) {
	put := func(table, key string, age time.Duration) error {
		return tables.At(at(0)).Change(t.Context(), func(s *Step) error {
			_, err := s.Get(table, key)
			s.Put(table, key, []byte("1"), age)
			return err
		})
	}
	for i, key := range []string{"c", "a", "b"} {
		require.NoError(t, put("counts", key, time.Duration(i+1)*10*time.Minute))
	}
	require.ErrorIs(t, put("counts", "older", 40*time.Minute), ErrFull)
	require.NoError(t, put("counts", "newer", 0))
	assert.Equal(t, []string{"a=1", "c=1", "newer=1"}, scan(t, tables.At(at(0)).Table("counts"), Range{}))
	require.NoError(t, put("counts", "a", 5*time.Minute), "one that is there has its place")
	require.NoError(t, put("strict", "a", 0))
	require.ErrorIs(t, put("strict", "b", 0), ErrFull)
}
