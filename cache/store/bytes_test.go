package store

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

// Rows of 10 bytes in a table for 35.
func testATableIsBoundedInBytes(t *testing.T, open opens) {
	ctx, spec := t.Context(), Spec{Name: "heavy", Noun: "records", MaxBytes: 35, Life: time.Hour, Evict: true, CountCut: true}
	table := open(t, spec)
	row := func(key string) Row { return Row{key, []byte("失败" + key + "..")} }
	cut := func() Cut {
		c, err := table.Cut(ctx)
		require.NoError(t, err)
		return c
	}
	left := func() (keys string) {
		for _, r := range scan(t, table, Range{}) {
			keys += r[:1]
		}
		return keys
	}
	require.NoError(t, table.At(at(0)).PutAll(ctx, []Row{row("a"), row("b"), row("c")}))
	require.NoError(t, table.At(at(time.Minute)).PutAll(ctx, []Row{row("b"), row("c")}), "the same again adds nothing")
	assert.Equal(t, "abc", left())
	assert.Zero(t, cut())
	require.NoError(t, table.At(at(2*time.Minute)).PutAll(ctx, []Row{row("d")}))
	assert.Equal(t, "bcd", left(), "the oldest makes room")
	require.NoError(t, table.At(at(3*time.Minute)).PutAll(ctx, []Row{{"e", []byte("0123456789012345678")}}))
	assert.Equal(t, "de", left(), "as many as it needs")
	assert.Equal(t, Cut{Excess: 3}, cut())
	require.NoError(t, table.At(at(4*time.Minute)).PutAll(ctx, []Row{{"e", []byte("012345678")}, row("f")}))
	assert.Equal(t, "def", left(), "a row that is replaced by a shorter one makes room")
	require.NoError(t, table.At(at(2*time.Hour)).PutAll(ctx, []Row{row("g"), row("h"), row("i")}))
	assert.Equal(t, "ghi", left(), "what has expired takes no room")
	assert.Equal(t, Cut{Old: 3, Excess: 3}, cut())
}

// A version without the bound wrote rows: they count from the first PutAll of this one.
func TestRowsOfAVersionWithoutABoundInBytesCount(t *testing.T) {
	before := Spec{Name: "grown", Noun: "records", Life: time.Hour, Evict: true, CountCut: true}
	bounded := before
	bounded.MaxBytes = 45
	path := filepath.Join(t.TempDir(), "tables.db")
	client := openClient(t, redistest.Start(t).URL())
	inRedis := NewRedis(client, Options{Budget: patient, Scope: "grown", CallerClock: true})
	for name, opens := range map[string]func(Spec) (Table, func()){
		"file": func(s Spec) (Table, func()) {
			f := openFile(t, path, Layout{Tables: []Spec{s}})
			return f.Table(s), func() { require.NoError(t, f.Close()) }
		},
		"Redis": func(s Spec) (Table, func()) { return inRedis.Table(s), func() {} },
	} {
		old, end := opens(before)
		for i := range 8 {
			require.NoError(t, old.At(at(time.Duration(i)*time.Minute)).PutAll(t.Context(), []Row{{strconv.Itoa(i), []byte("123456789")}}))
		}
		end()
		table, end := opens(bounded)
		require.NoError(t, table.At(at(20*time.Minute)).PutAll(t.Context(), []Row{{"x", []byte("123456789")}}))
		assert.Equal(t, []string{"5=123456789", "6=123456789", "7=123456789", "x=123456789"}, scan(t, table, Range{}), name)
		if name == "Redis" { // an older replica beside it
			for i := range 4 {
				require.NoError(t, old.At(at(21*time.Minute)).PutAll(t.Context(), []Row{{"y" + strconv.Itoa(i), []byte("12345678")}}))
			}
			require.NoError(t, table.At(at(22*time.Minute)).PutAll(t.Context(), []Row{{"z", []byte("123456789")}}))
			assert.Len(t, scan(t, table, Range{}), 4, name)
		}
		end()
	}
}
