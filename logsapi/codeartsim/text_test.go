package codeartsim

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim/logtext"
)

func FuzzPagesOfAnySizeJoinToTheLog(f *testing.F) {
	f.Add([]byte("[2026/11/20 23:59:58.999 GMT+08:00] 编译 a\n\nb\n"), []byte("该步骤执行完成\n"), uint8(3), uint16(2))
	f.Add([]byte("no line feed"), []byte("\n\n\n"), uint8(1), uint16(1))
	f.Add([]byte("\xff\xfe中\r\n"), []byte(""), uint8(200), uint16(1000))
	f.Add(bytes.Repeat([]byte("0123456789abcde\n"), 8<<10), []byte("end"), uint8(2), uint16(999))
	f.Fuzz(func(t *testing.T, first, second []byte, repeat uint8, size uint16) {
		log := logtext.New(logtext.NewPiece(logtext.NewBlock(first), int64(repeat%5)+1, time.Second), logtext.NewPiece(logtext.NewBlock(second), 1, 0))
		lines := max(int(size%maxPageLines)+1, int(log.Size/4096)) // not too many pages
		want, err := io.ReadAll(io.NewSectionReader(log, 0, log.Size))
		require.NoError(t, err)
		require.EqualValues(t, log.Size, len(want))

		s := &exchange{}
		c := pageRequest{lines: lines}
		var ascending []byte
		for more := log.Size > 0; more; {
			p := s.cutPage(log, c, false)
			require.Greater(t, p.end, p.start, "a page moves on")
			require.LessOrEqual(t, bytes.Count(p.log, []byte("\n")), lines)
			ascending = append(ascending, p.log...)
			more, c.start, c.end = p.more, p.start, p.end
		}
		require.True(t, bytes.Equal(want, ascending), "ascending by %d", lines)

		c = pageRequest{lines: lines, descending: true}
		left := log.Size
		for left > 0 {
			p := s.cutPage(log, c, false)
			require.Equal(t, left, p.end)
			require.Less(t, p.start, p.end, "a page moves on")
			require.True(t, bytes.Equal(want[p.start:p.end], p.log), "descending by %d at %d", lines, p.start)
			left, c.start, c.end = p.start, p.start, p.end
		}
	})
}

func TestTextReadsTheSameInWindowsOfAnySize(t *testing.T) {
	s, err := New(Config{FS: smallFolder()})
	require.NoError(t, err)
	b, _ := s.state.Load().folder.Build(webID, 7)
	require.NotNil(t, b)
	require.NoError(t, iotest.TestReader(io.NewSectionReader(b.Snapshot(time.Time{}).Log, 0, b.Snapshot(time.Time{}).Log.Size), []byte(wholeWeb)))
	for from := range len(wholeWeb) {
		for _, size := range []int{1, 7, logtext.StampBytes, 500} {
			to := min(from+size, len(wholeWeb))
			require.Equal(t, wholeWeb[from:to], string(b.Snapshot(time.Time{}).Log.Slice(int64(from), int64(to))))
		}
	}
}

func TestRepetitionTakesNoMemory(t *testing.T) {
	const repetitions, interval = 10_000_000, time.Minute // the limits of a folder
	line := []byte("[2026/11/20 14:00:00.000 GMT+08:00] compiling\n")
	log := logtext.New(logtext.NewPiece(logtext.NewBlock(line), repetitions, interval))
	assert.EqualValues(t, int64(len(line))*repetitions, log.Size)
	last := (&exchange{}).cutPage(log, pageRequest{lines: 2, descending: true}, false)
	want := time.Date(2026, 11, 20, 14, 0, 0, 0, time.FixedZone("", 8*3600)).Add((repetitions - 1) * interval)
	assert.Equal(t, want.Add(-interval).Format(logtext.StampLayout)+" compiling\n"+want.Format(logtext.StampLayout)+" compiling\n", string(last.log))
	assert.EqualValues(t, log.Size, last.end)
}

func BenchmarkLastPageOf200000Lines(b *testing.B) {
	s, err := New(Config{FS: Demo()})
	require.NoError(b, err)
	build, _ := s.state.Load().folder.Build(s.Aliases()["monorepo"], 2000)
	require.NotNil(b, build)
	for b.Loop() {
		(&exchange{}).cutPage(build.Snapshot(time.Time{}).Log, pageRequest{lines: maxPageLines, descending: true}, false)
	}
}

func BenchmarkReadAllOf200000Lines(b *testing.B) {
	s, err := New(Config{FS: Demo()})
	require.NoError(b, err)
	build, _ := s.state.Load().folder.Build(s.Aliases()["monorepo"], 2000)
	require.NotNil(b, build)
	b.SetBytes(build.Snapshot(time.Time{}).Log.Size)
	for b.Loop() {
		_, err := io.Copy(io.Discard, io.NewSectionReader(build.Snapshot(time.Time{}).Log, 0, build.Snapshot(time.Time{}).Log.Size))
		require.NoError(b, err)
	}
}
