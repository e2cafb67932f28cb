package excerpt

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func BenchmarkFinder(b *testing.B) {
	for _, c := range []struct{ name, log string }{
		{"lines without a literal", healthy(20_000)},
		{"lines that match", strings.Repeat("src/main.c:3:1: error: expected ';' before '}' token\n", 20_000)},
		{"CodeArts form", strings.Repeat(coded("", "compiled module 12 of 30", "copied a file to its place"), 10_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			log := []byte(c.log)
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				f := New(Options{})
				f.Write(log)
				f.Excerpt()
			}
		})
	}
}

// BenchmarkBesideRipgrep reads the logs of the folder CORPUS, repeated to
// 200 MB, and lets ripgrep count the lines with one of the literals in the same
// file. It reports the medians of five runs and their ratio.
func BenchmarkBesideRipgrep(b *testing.B) {
	const size, runs = 200 << 20, 5
	logs, _ := filepath.Glob(filepath.Join(os.Getenv("CORPUS"), "*", "*", "log.txt"))
	rg, err := exec.LookPath("rg")
	if os.Getenv("CORPUS") == "" || len(logs) == 0 || err != nil {
		b.Skip("needs CORPUS, a folder with logs, and rg")
	}
	dir := b.TempDir()
	big, literals := filepath.Join(dir, "big.log"), filepath.Join(dir, "literals")
	repeat(b, logs, big, size)
	var all []string
	for _, r := range Embedded().rules {
		all = append(all, r.literals...)
	}
	require.NoError(b, os.WriteFile(literals, []byte(strings.Join(all, "\n")+"\n"), 0o600))
	for b.Loop() {
		var ours, theirs []time.Duration
		for range runs {
			began := time.Now()
			require.NoError(b, exec.Command(rg, "-j1", "-ciF", "-f", literals, big).Run())
			theirs = append(theirs, time.Since(began))

			began = time.Now()
			log, err := os.Open(big)
			require.NoError(b, err)
			f := New(Options{})
			_, err = io.CopyBuffer(f, struct{ io.Reader }{log}, make([]byte, 256<<10))
			require.NoError(b, err)
			f.Excerpt()
			ours = append(ours, time.Since(began))
			log.Close()
		}
		us, rg := median(ours), median(theirs)
		b.ReportMetric(size/1e6/us.Seconds(), "MB/s")
		b.ReportMetric(size/1e6/rg.Seconds(), "rg-MB/s")
		b.ReportMetric(rg.Seconds()/us.Seconds(), "of-rg")
	}
}

// repeat writes the logs into a file, over and over until it has the size.
func repeat(b *testing.B, logs []string, name string, size int) {
	var once []byte
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(b, err)
		once = append(append(once, text...), '\n')
	}
	all := bytes.Repeat(once, size/len(once)+1)[:size]
	require.NoError(b, os.WriteFile(name, all, 0o600))
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}
