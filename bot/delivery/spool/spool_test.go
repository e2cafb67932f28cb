package spool

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noise is content that does not shrink.
func noise(n int) io.Reader {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	return bytes.NewReader(b)
}

func content(t *testing.T, f *File) string {
	t.Helper()
	r, err := f.Open()
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

func TestAContentIsReadAsItWasFilledIn(t *testing.T) {
	s, text := New(t.TempDir()), strings.Repeat("一 line\n", 100_000)
	f, err := s.Fill(t.Context(), strings.NewReader(text), 1<<30)
	require.NoError(t, err)
	assert.EqualValues(t, len(text), f.Size())
	assert.True(t, text == content(t, f), "the bytes differ")
	assert.True(t, text == content(t, f), "the bytes differ when they are read again")

	packed, err := f.Gzip(t.Context(), "web.log", 1<<30)
	require.NoError(t, err)
	raw := content(t, packed)
	assert.EqualValues(t, len(raw), packed.Size())
	z, err := gzip.NewReader(strings.NewReader(raw))
	require.NoError(t, err)
	unpacked, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, "web.log", z.Name)
	assert.True(t, text == string(unpacked), "the bytes differ in gzip's format")

	packed.Close()
	f.Close()
	assert.Zero(t, s.Used())
}

func TestTheLimitOfAContentHolds(t *testing.T) {
	s := New(t.TempDir())
	f, err := s.Fill(t.Context(), noise(1000), 1000)
	require.NoError(t, err)
	_, err = f.Gzip(t.Context(), "x", 999)
	var tooLarge *TooLargeError
	require.ErrorAs(t, err, &tooLarge)
	assert.Equal(t, TooLargeError{Size: 1000, Limit: 999}, *tooLarge)
	f.Close()
	_, err = s.Fill(t.Context(), noise(5000), 1000)
	require.ErrorAs(t, err, &tooLarge)
	assert.Equal(t, TooLargeError{Size: 1001, Limit: 1000}, *tooLarge)
	assert.Zero(t, s.Used())
}

func TestAnEndedContextStopsFilling(t *testing.T) {
	s := New(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Fill(ctx, noise(1000), 1000)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, s.Used())
}

func TestADamagedFileIsNoticed(t *testing.T) {
	s := New(t.TempDir())
	f, err := s.Fill(t.Context(), noise(3<<20), 1<<30)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.disk.file.WriteAt([]byte("damage"), f.disk.size/2)
	require.NoError(t, err)
	r, err := f.Open()
	require.NoError(t, err)
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	assert.Error(t, err)
}

func TestFilesKeepTheQuotaAndLeaveSpaceOnTheDisk(t *testing.T) {
	s := New(t.TempDir())
	s.quota = 10 << 20
	fill := func(n int) error {
		f, err := s.Fill(t.Context(), noise(n), 1<<30)
		if err == nil {
			f.Close()
		}
		return err
	}
	assert.ErrorIs(t, fill(20<<20), errNoSpace)
	assert.Zero(t, s.Used(), "what was claimed is released")
	assert.NoError(t, fill(6<<20))

	s.free = func(string) (int64, bool) { return minFree + claimStep + 1, true }
	assert.NoError(t, fill(1<<20))
	s.free = func(string) (int64, bool) { return minFree + 1, true }
	assert.ErrorIs(t, fill(1<<20), errNoSpace)

	left, err := os.ReadDir(s.dir)
	require.NoError(t, err)
	assert.Empty(t, left, "files have no names")
}

func TestTheDiskTellsHowMuchIsFree(t *testing.T) {
	free, known := freeOn(t.TempDir())
	assert.True(t, known)
	assert.Positive(t, free)
	_, known = freeOn("/no/such/folder")
	assert.False(t, known)
}
