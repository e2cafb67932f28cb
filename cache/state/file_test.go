package state

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/store"
)

const writerFile = "STATE_TEST_WRITER_FILE"

// putUntilKilled is a process of its own: it puts intents into the file at path,
// one claimed, one not, does every third, and prints each that is acknowledged.
func putUntilKilled(path string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	s, err := OpenFile(path, Options{Budget: patient})
	fail(err)
	ctx, q := context.Background(), s.Intents
	began, err := q.Len(ctx)
	fail(err)
	for i := began * 2; ; i++ {
		c, _, err := q.PutClaimed(ctx, at(0), Intent{ID: "claimed " + strconv.Itoa(i), Payload: make([]byte, 2000)}, lease)
		fail(err)
		_, err = q.Put(ctx, at(0), Intent{ID: "free " + strconv.Itoa(i)})
		fail(err)
		if i%3 == 0 {
			fail(q.Done(ctx, at(0), c))
		}
		fmt.Println(i)
	}
}

func TestAKilledProcessLosesNoAcknowledgedIntent(t *testing.T) {
	path := tempPath(t)
	self, err := os.Executable()
	require.NoError(t, err)
	kept := map[int]bool{}
	for range 3 {
		writer := exec.Command(self)
		writer.Env = append(os.Environ(), writerFile+"="+path)
		out, err := writer.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, writer.Start())
		wanted := len(kept) + 10
		for lines := bufio.NewScanner(out); len(kept) < wanted && lines.Scan(); {
			i, err := strconv.Atoi(lines.Text())
			if !assert.NoError(t, err) {
				break
			}
			kept[i] = true
		}
		require.NoError(t, writer.Process.Kill())
		writer.Wait()
	}
	require.Len(t, kept, 30)

	log := &testLog{}
	s := openFile(t, path, Options{Log: log})
	q, ctx := s.Intents, t.Context()
	claimed := map[string]bool{}
	for {
		claims, err := q.ClaimDue(ctx, at(lease), 50, lease)
		require.NoError(t, err)
		if len(claims) == 0 {
			break
		}
		for _, c := range claims {
			assert.False(t, claimed[c.ID], c.ID)
			claimed[c.ID] = true
		}
	}
	for i := range kept {
		n := strconv.Itoa(i)
		assert.True(t, claimed["free "+n])
		assert.Equal(t, i%3 != 0, claimed["claimed "+n], n)
		assert.False(t, must[bool](t)(q.Put(ctx, at(lease), Intent{ID: "claimed " + n})), "known, done or not")
	}
	assert.Empty(t, log.text())
}

func TestAFileBelongsToOneProcess(t *testing.T) {
	path := tempPath(t)
	s := openFile(t, path, Options{})
	_, err := OpenFile(path, Options{})
	require.ErrorIs(t, err, ErrLocked)
	assert.ErrorContains(t, err, path)
	putIntent(t, s.Intents, at(0), Intent{ID: "the first goes on"})
	is, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), is.Mode())
}

func TestAFileOutlivesItsProcess(t *testing.T) {
	path := tempPath(t)
	s, err := OpenFile(path, Options{Budget: patient})
	require.NoError(t, err)
	fill(t, s)
	want := exported(t, s)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "again")
	_, err = s.Intents.Put(t.Context(), at(0), Intent{ID: "late"})
	require.ErrorIs(t, err, ErrAway)
	assert.Equal(t, want, exported(t, openFile(t, path, Options{})))
}

func TestATemporaryStateLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := OpenTemporary(Options{Budget: patient})
	require.NoError(t, err)
	putIntent(t, s.Intents, at(0), Intent{ID: "a"})
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	assert.Empty(t, left)
	claimOne(t, s.Intents, at(0), lease)
	require.NoError(t, s.Close())
}

func TestADamagedFileIsKeptAndBegunAnew(t *testing.T) {
	path := tempPath(t)
	for i := range 3 {
		content := []byte("# 备忘\nno state " + strconv.Itoa(i))
		require.NoError(t, os.WriteFile(path, content, 0o600))
		log := &testLog{}
		s, err := OpenFile(path, Options{Log: log, Budget: patient})
		require.NoError(t, err)
		putIntent(t, s.Intents, at(0), Intent{ID: "a"})
		require.NoError(t, s.Close())
		aside := path + []string{".damaged", ".damaged-2", ".damaged-3"}[i]
		kept, err := os.ReadFile(aside)
		require.NoError(t, err)
		assert.Equal(t, content, kept)
		assert.Contains(t, log.text(), "moved aside to "+aside)
	}
}

// Whatever stands in one page of the file, opening and using it ends, and what
// other pages hold comes back.
func TestWhatCanBeReadOfADamagedFileIsTakenOver(t *testing.T) {
	const pageSize = 4096
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	s, err := OpenFile(path, Options{Budget: patient, Temporary: true})
	require.NoError(t, err)
	fill(t, s)
	want := exported(t, s)
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	noise := make([]byte, pageSize)
	random := rand.NewChaCha8([32]byte{7})
	saved := 0
	for page := range min(len(whole)/pageSize, 24) {
		harmed := append([]byte{}, whole...)
		random.Read(noise)
		copy(harmed[page*pageSize:], noise)
		path := filepath.Join(dir, strconv.Itoa(page), "state.db")
		require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, harmed, 0o600))
		log := &testLog{}
		s, err := OpenFile(path, Options{Log: log, Budget: patient, Temporary: true})
		require.NoError(t, err)
		putIntent(t, s.Intents, at(0), Intent{ID: "more"})
		got := exported(t, s)
		require.NoError(t, s.Close())
		if log.text() == "" {
			assert.Subset(t, got, want[:len(want)-1], "nothing was lost silently, page %d", page)
			continue
		}
		assert.Contains(t, log.text(), "taken over")
		for _, line := range want[:len(want)-1] {
			if slices.Contains(got, line) {
				saved++
			}
		}
	}
	assert.Greater(t, saved, 5*len(want), "damage to one page leaves what is on the others")
}

func TestAFileDamagedWhileInUseIsAwayUntilTheNextStart(t *testing.T) {
	for name, harm := range map[string]func(*os.File, int64) error{
		"cut to four pages": func(f *os.File, _ int64) error { return f.Truncate(16 << 10) },
		"emptied":           func(f *os.File, _ int64) error { return f.Truncate(0) },
		"overwritten": func(f *os.File, size int64) error {
			noise := make([]byte, size)
			rand.NewChaCha8([32]byte{9}).Read(noise)
			_, err := f.WriteAt(noise, 0)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := tempPath(t)
			log := &testLog{}
			s, err := OpenFile(path, Options{Log: log, Budget: patient})
			require.NoError(t, err)
			fill(t, s)
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			require.NoError(t, err)
			is, err := f.Stat()
			require.NoError(t, err)
			require.NoError(t, harm(f, is.Size()))
			require.NoError(t, f.Close())
			for i := range 5 {
				_, err = s.Intents.Put(t.Context(), at(0), Intent{ID: "new " + strconv.Itoa(i), Payload: make([]byte, 30_000)})
				s.Intents.List(t.Context(), "")
			}
			assert.ErrorIs(t, err, ErrAway)
			assert.Contains(t, log.text(), "not used any more")
			require.NoError(t, s.Close())
			s = openFile(t, path, Options{Log: log})
			putIntent(t, s.Intents, at(0), Intent{ID: "works"})
			if name != "emptied" { // which is as good as none
				assert.Contains(t, log.text(), "moved aside")
			}
		})
	}
}

// blockWrites keeps the file of a state from being written until release.
func blockWrites(t *testing.T, s *Store) (release func()) {
	hold, started, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := store.ChangeWithin(t.Context(), s.Intents.(fileIntents).file, time.Minute, func(store.Tx) (struct{}, error) {
			close(started)
			<-hold
			return struct{}{}, nil
		})
		done <- err
	}()
	<-started
	return func() {
		close(hold)
		require.NoError(t, <-done)
	}
}

// A command that was acknowledged while the disk was slow is its holder's.
func TestAHolderMakesUpForWhatTheFileWasTooSlowToTake(t *testing.T) {
	s := openFile(t, tempPath(t), Options{Temporary: true})
	slow, q, ctx := s.Intents.(fileIntents), s.Intents, t.Context()
	slow.options.Budget = time.Millisecond
	release := blockWrites(t, s)
	var claims []Claim
	for _, id := range []string{"renewed", "noted", "given back", "done"} {
		c, _, err := slow.PutClaimed(ctx, at(0), Intent{ID: id, Payload: []byte("fail web")}, lease)
		require.ErrorIs(t, err, ErrAway)
		claims = append(claims, c)
	}
	release()
	assert.Zero(t, must[int](t)(q.Len(ctx)))

	require.NoError(t, q.Renew(ctx, at(time.Second), claims[0], lease))
	require.NoError(t, q.Note(ctx, at(time.Second), claims[1], []byte("posted")))
	require.NoError(t, q.Again(ctx, at(time.Second), claims[2], at(time.Hour), []byte("next")))
	require.NoError(t, q.Done(ctx, at(time.Second), claims[3]))
	assert.Equal(t, 3, must[int](t)(q.Len(ctx)))
	assert.False(t, must[bool](t)(q.Put(ctx, at(time.Minute), Intent{ID: "done"})))
	due := must[[]Claim](t)(q.ClaimDue(ctx, at(time.Minute), 10, lease))
	assert.ElementsMatch(t, []string{"renewed", "noted"}, idsOf(due))
	for _, c := range due {
		assert.Equal(t, "fail web", string(c.Payload))
		assert.Equal(t, 2, c.Attempts)
	}
	late, _, err := q.PutClaimed(ctx, at(0), Intent{ID: "late"}, lease)
	require.NoError(t, err)
	assert.True(t, must[bool](t)(q.Cancel(ctx, at(0), "late")))
	require.ErrorIs(t, q.Renew(ctx, at(time.Hour), late, lease), ErrLeaseLost, "it may have been done since")
}

func TestASlowDiskIsAway(t *testing.T) {
	s := openFile(t, tempPath(t), Options{Budget: 5 * time.Millisecond})
	release := blockWrites(t, s)
	c, _, err := s.Intents.PutClaimed(t.Context(), at(0), Intent{ID: "a"}, lease)
	assert.ErrorIs(t, err, ErrAway)
	assert.NotEmpty(t, c.Token, "the write may arrive")
	release()
}

func TestAPressThatNobodyTookGoesFromTheFile(t *testing.T) {
	path := tempPath(t)
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, path, Options{Temporary: true})
		for i := range MaxPresses {
			require.NoError(t, s.Presses.Leave(t.Context(), strconv.Itoa(i), []byte("stop")))
		}
		time.Sleep(PressAge)
		assert.Empty(t, must[map[string][]byte](t)(s.Presses.Waiting(t.Context())))
		assert.False(t, must[bool](t)(s.Presses.Take(t.Context(), "7")))
		require.NoError(t, s.Presses.Leave(t.Context(), "p", []byte("far")), "there is room again")
		assert.Len(t, must[map[string][]byte](t)(s.Presses.Waiting(t.Context())), 1)
	})
}
