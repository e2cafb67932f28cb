package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// openNames opens a file with one table.
func openNames(t *testing.T) (*File, Table) {
	f := openFile(t, filepath.Join(t.TempDir(), "tables.db"), Layout{Tables: []Spec{lastingNames}})
	return f, f.Table(lastingNames)
}

func transaction(t *testing.T, f *File) (id int) {
	t.Helper()
	require.NoError(t, f.Read(t.Context(), func(tx Tx) error {
		id = tx.ID()
		return nil
	}))
	return id
}

func TestOneWriteCarriesTheChangesThatWait(t *testing.T) {
	f, table := openNames(t)
	before := transaction(t, f)
	const puts = 60
	hold, started := make(chan struct{}), make(chan struct{})
	done := make(chan error, puts+1)
	go func() {
		_, err := Change(t.Context(), f, func(Tx) (struct{}, error) {
			select {
			case <-started:
			default:
				close(started)
			}
			<-hold
			return struct{}{}, nil
		})
		done <- err
	}()
	<-started
	for i := range puts {
		go func() { done <- table.Put(t.Context(), strconv.Itoa(i), nil) }()
	}
	time.AfterFunc(50*time.Millisecond, func() { close(hold) }) // most wait by then; not all need to
	for range puts + 1 {
		require.NoError(t, <-done)
	}
	assert.Less(t, transaction(t, f)-before, puts/2)
	assert.Len(t, scan(t, table, Range{}), puts)
}

func TestAChangeThatFailsDoesNotStopTheOthers(t *testing.T) {
	f, table := openNames(t)
	group := []change{}
	for i := range 5 {
		group = append(group, change{done: make(chan error, 1), do: func(tx Tx) error {
			if err := In(tx, lastingNames).Put(strconv.Itoa(i), nil, time.Time{}); err != nil {
				return err
			}
			if i == 2 {
				return fmt.Errorf("cannot do %d", i)
			}
			return nil
		}})
	}
	f.commit(group)
	for i, c := range group {
		err := <-c.done
		assert.Equal(t, i == 2, err != nil, err)
	}
	assert.Equal(t, []string{"0=", "1=", "3=", "4="}, scan(t, table, Range{}))
	require.NoError(t, f.Read(t.Context(), func(tx Tx) error {
		assert.EqualValues(t, 4, In(tx, lastingNames).Len())
		return nil
	}))
}

func TestAClosedFileIsAway(t *testing.T) {
	f, table := openNames(t)
	require.NoError(t, f.Close())
	require.NoError(t, f.Close(), "again")
	assert.ErrorIs(t, table.Put(t.Context(), "a", nil), ErrAway)
	_, err := table.Get(t.Context(), "a")
	assert.ErrorIs(t, err, ErrAway)
}

func TestRowsOfAnOlderVersionAreMoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables.db")
	old := Spec{Name: "old", Noun: "records"}
	f := openFile(t, path, Layout{Tables: []Spec{old}, Buckets: []string{"index"}})
	for i := range 3 {
		encoded, err := json.Marshal(at(time.Duration(i) * time.Minute))
		require.NoError(t, err)
		put(t, f.Table(old), strconv.Itoa(i), string(encoded))
	}
	require.NoError(t, f.Close())

	born := func(value []byte) (t time.Time, err error) { return t, json.Unmarshal(value, &t) }
	next := Spec{
		Name: "new", Noun: "records", Max: 10, Life: time.Hour, OldBucket: "old",
		Valid: func(_ string, value []byte) bool { _, err := born(value); return err == nil },
		Born:  func(value []byte) time.Time { t, _ := born(value); return t },
	}
	layout := Layout{Tables: []Spec{next}, Dropped: []string{"index", "never"}}
	for range 2 {
		f = openFile(t, path, layout)
		table := f.Table(next)
		assert.Len(t, scan(t, table.At(at(59*time.Minute)), Range{}), 3)
		assert.Len(t, scan(t, table.At(at(61*time.Minute)), Range{}), 1)
		require.NoError(t, f.Read(t.Context(), func(tx Tx) error {
			assert.EqualValues(t, 3, In(tx, next).Len())
			assert.Nil(t, tx.Bucket([]byte("old")))
			assert.Nil(t, tx.Bucket([]byte("index")))
			return nil
		}))
		require.NoError(t, f.Close())
	}
}

func TestAVerdictIsNotAFailureOfTheBackend(t *testing.T) {
	verdict := fmt.Errorf("put: %w", ErrFull)
	assert.True(t, isVerdict(verdict))
	assert.ErrorIs(t, verdict, ErrFull)
	assert.False(t, errors.Is(verdict, ErrNotFound))
	for _, err := range []error{ErrAway, ErrLocked, errors.New("x"), nil} {
		assert.False(t, isVerdict(err))
	}
}

func TestAFileWithRowsOfLongAgoIsNotDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables.db")
	spec := expiring
	spec.Valid = func(string, []byte) bool { return true }
	f := openFile(t, path, Layout{Tables: []Spec{spec}})
	put(t, f.Table(spec).At(time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)), "a", "1")
	require.NoError(t, f.Close())
	f = openFile(t, path, Layout{Tables: []Spec{spec}})
	assert.Equal(t, "1", get(t, f.Table(spec), "a"))
	assert.Equal(t, "nothing", get(t, f.Table(spec).At(at(0)), "a"))
	assert.NoFileExists(t, path+".damaged")
}
