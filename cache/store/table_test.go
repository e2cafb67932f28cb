package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

var (
	threeNames   = Spec{Name: "few", Noun: "names", Max: 3}
	lastingNames = Spec{Name: "many", Noun: "names", Max: 5_000}
	expiring     = Spec{Name: "expiring", Noun: "records", Max: 5_000, Life: time.Hour, Evict: true}
	evicting     = Spec{Name: "evicting", Noun: "records", Max: 3, Life: time.Hour, Evict: true}
	counting     = Spec{Name: "counting", Noun: "records", Max: 3, Life: time.Hour, Evict: true, CountCut: true}
	refusing     = Spec{Name: "refusing", Noun: "records", Max: 3, Life: time.Hour}
)

var contract = map[string]func(*testing.T, opens){
	"rows are put, replaced and deleted":        testRowsArePutReplacedAndDeleted,
	"a full table refuses a new row":            testAFullTableRefusesANewRow,
	"a full table drops the rows that end next": testAFullTableDropsTheRowsThatEndNext,
	"rows expire":                                          testRowsExpire,
	"an update is atomic":                                  testAnUpdateIsAtomic,
	"an update writes nothing after an error":              testAnUpdateWritesNothingAfterAnError,
	"a scan is in the order of the keys":                   testAScanIsInTheOrderOfTheKeys,
	"a scan reads more than a page":                        testAScanReadsMoreThanAPage,
	"a scan goes on behind rows that expired":              testAScanGoesOnBehindRowsThatExpired,
	"a row that expires is put at a time":                  testARowThatExpiresIsPutAtATime,
	"rows are put at once, and what is cut counted":        testRowsArePutAtOnce,
	"a table is bounded in bytes, and what is cut counted": testATableIsBoundedInBytes,
	"a caller that left gets its own error back":           testACallerThatLeftGetsItsOwnErrorBack,
}

func TestATableIsTheSameInEveryBackend(t *testing.T) {
	for name, start := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := start(t)
			for name, test := range contract {
				t.Run(name, func(t *testing.T) { test(t, open) })
			}
		})
	}
}

func get(t *testing.T, table Table, keys ...string) string {
	t.Helper()
	value, err := table.Get(t.Context(), keys...)
	if errors.Is(err, ErrNotFound) {
		return "nothing"
	}
	require.NoError(t, err)
	return string(value)
}

func put(t *testing.T, table Table, key, value string) {
	t.Helper()
	require.NoError(t, table.Put(t.Context(), key, []byte(value)))
}

// scan returns KEY=VALUE of a range.
func scan(t *testing.T, table Table, r Range) []string {
	t.Helper()
	rows := []string{}
	require.NoError(t, table.Scan(t.Context(), r, func(row Row) bool {
		rows = append(rows, row.Key+"="+string(row.Value))
		return true
	}))
	return rows
}

func testRowsArePutAtOnce(t *testing.T, open opens) {
	ctx := t.Context()
	require.Error(t, open(t, refusing).At(at(0)).PutAll(ctx, []Row{{"a", nil}}), "a table that refuses takes no rows at once")
	table := open(t, counting)
	rows := func(keys ...string) (all []Row) {
		for _, key := range keys {
			all = append(all, Row{key, []byte("失败" + key)})
		}
		return all
	}
	cut := func() Cut {
		c, err := table.Cut(ctx)
		require.NoError(t, err)
		return c
	}
	require.Error(t, table.PutAll(ctx, rows("a")), "without a time")
	assert.Zero(t, cut())
	require.NoError(t, table.At(at(0)).PutAll(ctx, rows("a", "b")))
	require.NoError(t, table.At(at(time.Minute)).PutAll(ctx, nil))
	require.NoError(t, table.At(at(time.Minute)).PutAll(ctx, rows("c", "d", "e")))
	assert.Equal(t, []string{"c=失败c", "d=失败d", "e=失败e"}, scan(t, table, Range{}), "the oldest make room")
	assert.Equal(t, Cut{Excess: 2}, cut())
	require.NoError(t, table.At(at(time.Minute)).PutAll(ctx, rows("c", "d", "e")))
	assert.Equal(t, Cut{Excess: 2}, cut(), "the same rows again")
	require.NoError(t, table.At(at(2*time.Hour)).PutAll(ctx, rows("f")))
	assert.Equal(t, []string{"f=失败f"}, scan(t, table, Range{}))
	assert.Equal(t, Cut{Old: 3, Excess: 2}, cut())
	uncounted := open(t, evicting).At(at(0))
	require.NoError(t, uncounted.PutAll(ctx, rows("a", "b", "c", "d")))
	c, err := uncounted.Cut(ctx)
	require.NoError(t, err)
	assert.Zero(t, c)
}

func testRowsArePutReplacedAndDeleted(t *testing.T, open opens) {
	for _, spec := range []Spec{threeNames, refusing} {
		table := open(t, spec).At(at(0))
		assert.Equal(t, "nothing", get(t, table, "a"))
		put(t, table, "a", "失败\x00\xff")
		put(t, table, "empty", "")
		assert.Equal(t, "失败\x00\xff", get(t, table, "a"))
		assert.Equal(t, "", get(t, table, "empty"))
		assert.Equal(t, "失败\x00\xff", get(t, table, "b", "a", "empty"), "the first that there is")
		put(t, table, "a", "2")
		assert.Equal(t, "2", get(t, table, "a"))
		found, err := table.Delete(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, found)
		found, err = table.Delete(t.Context(), "a")
		require.NoError(t, err)
		assert.False(t, found)
		assert.Equal(t, "nothing", get(t, table, "a"))
	}
}

func testAFullTableRefusesANewRow(t *testing.T, open opens) {
	for _, spec := range []Spec{threeNames, refusing} {
		table := open(t, spec).At(at(0))
		for i := range spec.Max {
			put(t, table, strconv.Itoa(i), "x")
		}
		err := table.Put(t.Context(), "more", nil)
		require.ErrorIs(t, err, ErrFull)
		assert.ErrorContains(t, err, "there are 3 "+spec.Noun)
		require.ErrorIs(t, table.Update(t.Context(), "more", func([]byte) ([]byte, error) { return []byte("x"), nil }), ErrFull)
		put(t, table, "1", "replaced")
		_, err = table.Delete(t.Context(), "1")
		require.NoError(t, err)
		put(t, table, "more", "x")
	}
	table := open(t, refusing)
	for i := range refusing.Max {
		put(t, table.At(at(0)), strconv.Itoa(i), "x")
	}
	put(t, table.At(at(time.Hour)), "more", "x")
}

func testAFullTableDropsTheRowsThatEndNext(t *testing.T, open opens) {
	table := open(t, evicting)
	for i, key := range []string{"c", "a", "b", "d"} {
		put(t, table.At(at(time.Duration(i)*time.Minute)), key, key)
	}
	assert.Equal(t, []string{"a=a", "b=b", "d=d"}, scan(t, table.At(at(time.Minute)), Range{}))
	put(t, table.At(at(10*time.Minute)), "a", "again")
	put(t, table.At(at(11*time.Minute)), "e", "e")
	assert.Equal(t, []string{"a=again", "d=d", "e=e"}, scan(t, table.At(at(time.Minute)), Range{}))
}

func testRowsExpire(t *testing.T, open opens) {
	table := open(t, expiring)
	put(t, table.At(at(0)), "a", "1")
	put(t, table.At(at(time.Minute)), "b", "2")
	assert.Equal(t, "1", get(t, table.At(at(time.Hour-time.Millisecond)), "a"))
	assert.Equal(t, "nothing", get(t, table.At(at(time.Hour)), "a"))
	assert.Equal(t, "2", get(t, table.At(at(time.Hour)), "a", "b"))
	assert.Equal(t, []string{"b=2"}, scan(t, table.At(at(time.Hour)), Range{}))
	found, err := table.At(at(time.Hour)).Delete(t.Context(), "a")
	require.NoError(t, err)
	assert.False(t, found)
	require.NoError(t, table.At(at(time.Hour)).Update(t.Context(), "b", func(old []byte) ([]byte, error) { return append(old, '3'), nil }))
	require.NoError(t, table.At(at(time.Hour)).Update(t.Context(), "a", func(old []byte) ([]byte, error) {
		assert.Nil(t, old)
		return []byte("new"), nil
	}))
	assert.Equal(t, []string{"a=new", "b=23"}, scan(t, table.At(at(119*time.Minute)), Range{}), "an update begins its life anew")
}

func testAnUpdateIsAtomic(t *testing.T, open opens) {
	for _, spec := range []Spec{threeNames, expiring} {
		table := open(t, spec).At(at(0))
		const workers, times = 8, 10
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range times {
					assert.NoError(t, table.Update(t.Context(), "n", func(old []byte) ([]byte, error) {
						n, _ := strconv.Atoi(string(old))
						return strconv.AppendInt(nil, int64(n+1), 10), nil
					}))
				}
			})
		}
		wg.Wait()
		assert.Equal(t, strconv.Itoa(workers*times), get(t, table, "n"))

		var firsts atomic.Int32
		for range workers {
			wg.Go(func() {
				first := false
				assert.NoError(t, table.Update(t.Context(), "first", func(old []byte) ([]byte, error) {
					first = old == nil
					return []byte("x"), nil
				}))
				if first {
					firsts.Add(1)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, firsts.Load(), "that several write the same does not make it the same change")
	}
}

func testAnUpdateWritesNothingAfterAnError(t *testing.T, open opens) {
	table := open(t, threeNames)
	put(t, table, "a", "1")
	for _, refusal := range []error{ErrChanged, ErrNotFound, errors.New("no")} {
		calls := 0
		err := table.Update(t.Context(), "a", func([]byte) ([]byte, error) {
			calls++
			return []byte("2"), refusal
		})
		assert.ErrorIs(t, err, refusal)
		assert.Equal(t, 1, calls)
	}
	assert.Equal(t, "1", get(t, table, "a"))
}

func testAScanIsInTheOrderOfTheKeys(t *testing.T, open opens) {
	for _, spec := range []Spec{lastingNames, expiring} {
		table := open(t, spec).At(at(0))
		for _, key := range []string{"b", "a\xff", "a\xff\x01", "ab", "a", "b\x00", "ba", "中"} {
			put(t, table, key, "")
		}
		reversed := func(r Range) Range {
			r.Reverse = true
			return r
		}
		for want, r := range map[string]Range{
			"a ab a\xff a\xff\x01 b b\x00 ba 中": {},
			"中 ba b\x00 b a\xff\x01 a\xff ab a": reversed(Range{}),
			"a ab a\xff a\xff\x01":              Prefix("a"),
			"a\xff\x01 a\xff ab a":              reversed(Prefix("a")),
			"a\xff a\xff\x01":                   Prefix("a\xff"),
			"b b\x00":                           {From: "b", To: "ba"},
			"b\x00 b":                           reversed(Range{From: "b", To: "ba"}),
			"ba 中":                              {From: "ba"},
			"b\x00 b a\xff\x01":                 reversed(Range{From: "a\xff\x01", To: "ba"}),
			"":                                  Prefix("x"),
		} {
			got := strings.ReplaceAll(strings.Join(scan(t, table, r), " "), "=", "")
			assert.Equal(t, want, got, "%+v of %s", r, spec.Name)
		}
	}
	assert.Equal(t, Range{From: "\xff\xff"}, Prefix("\xff\xff"))
	assert.Equal(t, Range{}, Prefix(""))
}

func testAScanReadsMoreThanAPage(t *testing.T, open opens) {
	const n = 2*pageRows + 7
	for _, spec := range []Spec{lastingNames, expiring} {
		table := open(t, spec).At(at(0))
		var wg sync.WaitGroup
		for part := range 16 { // a file writes them together
			wg.Go(func() {
				for i := part; i < n; i += 16 {
					assert.NoError(t, table.Put(t.Context(), fmt.Sprintf("%05d", i), nil))
				}
			})
		}
		wg.Wait()
		for _, reverse := range []bool{false, true} {
			i := 0
			require.NoError(t, table.Scan(t.Context(), Range{Reverse: reverse}, func(row Row) bool {
				want := i
				if reverse {
					want = n - 1 - i
				}
				i++
				return assert.Equal(t, fmt.Sprintf("%05d", want), row.Key)
			}))
			assert.Equal(t, n, i)
		}
		seen := 0
		require.NoError(t, table.Scan(t.Context(), Range{}, func(row Row) bool {
			seen++
			_, err := table.Delete(t.Context(), row.Key)
			return assert.NoError(t, err) && seen < pageRows+3
		}), "the table may be used meanwhile")
		assert.Equal(t, pageRows+3, seen)
		assert.Len(t, scan(t, table, Range{}), n-seen)
	}
}

func testAScanGoesOnBehindRowsThatExpired(t *testing.T, open opens) {
	table := open(t, expiring)
	var group errgroup.Group
	group.SetLimit(16) // not all at once: the pool of connections lets a call wait for 300 ms
	for i := range pageRows + 1 {
		group.Go(func() error { return table.At(at(0)).Put(t.Context(), fmt.Sprintf("a%05d", i), nil) })
	}
	require.NoError(t, group.Wait())
	put(t, table.At(at(time.Minute)), "b", "1")
	assert.Equal(t, []string{"b=1"}, scan(t, table.At(at(time.Hour)), Range{}))
	assert.Equal(t, []string{"b=1"}, scan(t, table.At(at(time.Hour)), Range{Reverse: true}))
}

func testARowThatExpiresIsPutAtATime(t *testing.T, open opens) {
	table := open(t, expiring)
	assert.ErrorContains(t, table.Put(t.Context(), "a", nil), "use At")
	assert.Empty(t, scan(t, table, Range{}))
}

func testACallerThatLeftGetsItsOwnErrorBack(t *testing.T, open opens) {
	table := open(t, lastingNames)
	ctx, cancel := context.WithCancelCause(t.Context())
	left := errors.New("stopped by the user")
	cancel(left)
	for range 20 { // nor does it count against the backend
		_, err := table.Get(ctx, "a")
		assert.Equal(t, left, err)
		assert.Equal(t, left, table.Put(ctx, "a", nil))
		assert.Equal(t, left, table.Scan(ctx, Range{}, func(Row) bool { return true }))
	}
	assert.Equal(t, "nothing", get(t, table, "a"))
}
