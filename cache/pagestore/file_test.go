package pagestore

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// held reads what the file says of its size, and counts it.
func held(t testing.TB, s *File) (says, counted int64, entries int) {
	t.Helper()
	require.NoError(t, s.db.View(func(tx *bolt.Tx) error {
		says = int64(binary.BigEndian.Uint64(tx.Bucket([]byte(sizeBucket)).Get([]byte(bytesKey))))
		due := tx.Bucket([]byte(expiryBucket))
		assert.Equal(t, tx.Bucket([]byte(pagesBucket)).Stats().KeyN, due.Stats().KeyN)
		return tx.Bucket([]byte(pagesBucket)).ForEach(func(key, stamped []byte) error {
			entries++
			counted += cost(key, stamped)
			assert.NotNil(t, due.Get(append(append([]byte{}, stamped[:stampLen]...), key...)), "%q has no place in expiry", key)
			return nil
		})
	}))
	return says, counted, entries
}

func TestAFileBelongsToOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pages.db")
	s := openTestFile(t, path, 0)
	_, err := OpenFile(path, 0, nil)
	require.ErrorIs(t, err, ErrLocked)
	assert.ErrorContains(t, err, path)
	require.NoError(t, s.Set(t.Context(), "key", []byte("value"), time.Hour), "the first goes on")
}

func TestAFileIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pages.db")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	openTestFile(t, path, 0)
	is, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), is.Mode())
}

func TestAFileThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "no folder", "pages.db"), ""} {
		_, err := OpenFile(path, 0, nil)
		require.ErrorContains(t, err, "open the page store "+path)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestAFileIsBoundedAndLosesWhatExpiresNext(t *testing.T) {
	const limit, values = 1 << 20, 300
	path := filepath.Join(t.TempDir(), "pages.db")
	s := openTestFile(t, path, limit)
	for i := range values {
		ttl := time.Hour + time.Duration(i*7919%values)*time.Minute
		require.NoError(t, s.Set(t.Context(), strconv.Itoa(i), []byte(noise(5_000+i*100)), ttl))
		says, counted, _ := held(t, s)
		require.Equal(t, counted, says)
		require.LessOrEqual(t, says, int64(limit))
	}
	earliestKept, latestLost := values, -1
	for i := range values {
		place := i * 7919 % values
		if _, err := s.Get(t.Context(), strconv.Itoa(i)); err == nil {
			earliestKept = min(earliestKept, place)
		} else {
			latestLost = max(latestLost, place)
		}
	}
	assert.Greater(t, latestLost, 0)
	assert.Less(t, earliestKept, values)
	_, _, entries := held(t, s)
	assert.Greater(t, entries, 20)

	is, err := os.Stat(path)
	require.NoError(t, err)
	assert.LessOrEqual(t, is.Size(), int64(2*limit+fileRoom))

	smaller := limit / 4
	require.NoError(t, s.Close())
	s = openTestFile(t, path, int64(smaller))
	says, _, _ := held(t, s)
	assert.LessOrEqual(t, says, int64(smaller), "a smaller cap holds from the start")
}

// A file agrees with a map that is asked to do the same, and with its own count.
func TestAFileDoesWhatAMapDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type entry struct {
			value string
			until time.Time
		}
		s, err := OpenFile(filepath.Join(t.TempDir(), "pages.db"), 0, nil)
		require.NoError(t, err)
		defer s.Close()
		model := map[string]entry{}
		random := rand.New(rand.NewPCG(7, 11))
		for step := range 1500 {
			key := "键" + strconv.Itoa(random.IntN(40))
			switch random.IntN(5) {
			case 0, 1:
				ttl := time.Duration(random.IntN(120)) * time.Second
				value := strconv.Itoa(step)
				require.NoError(t, s.Set(t.Context(), key, []byte(value), ttl))
				model[key] = entry{value, time.Now().Add(ttl)}
			case 2:
				require.NoError(t, s.Delete(t.Context(), key))
				delete(model, key)
			case 3:
				time.Sleep(time.Duration(random.IntN(5000)) * time.Millisecond)
			default:
				value, err := s.Get(t.Context(), key)
				want, ok := model[key]
				if ok && time.Now().Before(want.until) {
					require.NoError(t, err)
					require.Equal(t, want.value, string(value))
				} else {
					require.ErrorIs(t, err, ErrMiss)
				}
			}
		}
		says, counted, _ := held(t, s)
		assert.Equal(t, counted, says)
		time.Sleep(2*time.Minute + sweepEvery)
		says, _, entries := held(t, s)
		assert.Zero(t, says, "all has expired and was swept")
		assert.Zero(t, entries)
	})
}

func TestADamagedFileIsMovedAsideAndBegunAnew(t *testing.T) {
	for name, content := range map[string]string{
		"another kind of file": "# 备忘\nnot a page store\n",
		"a few bytes":          "x",
		"noise":                noise(64 << 10),
		"zeros":                string(make([]byte, 64<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "pages.db")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			log := &testLog{}
			s, err := OpenFile(path, 0, log)
			require.NoError(t, err)
			require.NoError(t, s.Set(t.Context(), "key", []byte("value"), time.Hour))
			require.NoError(t, s.Close())
			aside, err := os.ReadFile(path + ".damaged")
			require.NoError(t, err)
			assert.True(t, content == string(aside), "nothing is lost")
			assert.Contains(t, log.text(), "moved aside")
		})
	}
}

// Whatever stands in the pages of a file, opening and using it ends.
func TestAFileWithNoiseInAnyPageIsUsable(t *testing.T) {
	const pageSize = 4096
	dir := t.TempDir()
	path := filepath.Join(dir, "pages.db")
	s, err := OpenFile(path, 0, nil)
	require.NoError(t, err)
	for i := range 20 {
		require.NoError(t, s.Set(t.Context(), strconv.Itoa(i), []byte(noise(3000)), time.Hour))
	}
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for at := 0; at < min(len(whole), 64*pageSize); at += pageSize {
		harmed := append([]byte{}, whole...)
		copy(harmed[at:], noise(pageSize))
		path := filepath.Join(dir, strconv.Itoa(at))
		require.NoError(t, os.WriteFile(path, harmed, 0o600))
		s, err := OpenFile(path, 0, nil)
		require.NoError(t, err, at)
		for i := range 20 {
			s.Get(t.Context(), strconv.Itoa(i))
			s.Set(t.Context(), strconv.Itoa(i), []byte("value"), time.Hour)
		}
		require.NoError(t, s.Close(), at)
		require.NoError(t, os.RemoveAll(path))
	}
}

const writerFile = "PAGESTORE_TEST_WRITER_FILE"

// writeUntilKilled is a process of its own: it writes pages to the file at path
// and prints the number of each that is kept.
func writeUntilKilled(path string) {
	s, err := OpenFile(path, 0, nil)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for i := 0; ; i++ {
		key := strconv.Itoa(i)
		if err := s.Set(context.Background(), key, []byte(key+noise(20_000)), time.Hour); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(i)
	}
}

func TestAFileSurvivesTheKillOfItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pages.db")
	self, err := os.Executable()
	require.NoError(t, err)
	for round := range 3 {
		writer := exec.Command(self)
		writer.Env = append(os.Environ(), writerFile+"="+path)
		out, err := writer.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, writer.Start())
		kept := -1
		for lines := bufio.NewScanner(out); kept < 20*(round+1) && lines.Scan(); {
			kept, err = strconv.Atoi(lines.Text())
			if !assert.NoError(t, err) {
				break
			}
		}
		require.NoError(t, writer.Process.Kill())
		writer.Wait()

		log := &testLog{}
		s, err := OpenFile(path, 0, log)
		require.NoError(t, err)
		for i := range kept + 1 {
			key := strconv.Itoa(i)
			value, err := s.Get(t.Context(), key)
			require.NoError(t, err, key)
			assert.Equal(t, key+noise(20_000), string(value))
		}
		says, counted, _ := held(t, s)
		assert.Equal(t, counted, says)
		require.NoError(t, s.Close())
		assert.Empty(t, log.text())
	}
}
