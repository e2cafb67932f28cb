package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkExcerptBesideGrep runs "logbot excerpt" as a program on the logs of the
// folder CORPUS, repeated to 200 MB, and lets grep and ripgrep count the lines of the
// same file that have one of eleven words. Each runs in turn; it reports medians of
// wall time, and the ratios to them.
func BenchmarkExcerptBesideGrep(b *testing.B) {
	const size, runs = 200 << 20, 5
	const words = "error|fail|exception|fatal|panic|assert|cannot|undefined|not found|killed|timeout"
	logs, _ := filepath.Glob(filepath.Join(os.Getenv("CORPUS"), "*", "*", "log.txt"))
	if os.Getenv("CORPUS") == "" || len(logs) == 0 {
		b.Skip("needs CORPUS, a folder with logs")
	}
	dir := b.TempDir()
	big, program := filepath.Join(dir, "big.log"), filepath.Join(dir, "logbot")
	var once []byte
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(b, err)
		once = append(append(once, text...), '\n')
	}
	require.NoError(b, os.WriteFile(big, bytes.Repeat(once, size/len(once)+1)[:size], 0o600))
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(b, err, string(out))
	rivals := map[string][]string{
		"logbot": {program, "excerpt", big},
		"grep":   {"grep", "-ciE", words, big},
		"rg":     {"rg", "-j1", "-ci", words, big},
	}
	for b.Loop() {
		took := map[string][]time.Duration{}
		for range runs {
			for name, args := range rivals {
				if _, err := exec.LookPath(args[0]); err != nil {
					continue
				}
				began := time.Now()
				cmd := exec.Command(args[0], args[1:]...)
				cmd.Stdout = struct{ io.Writer }{io.Discard} // a pipe: grep stops early where nobody reads
				require.NoError(b, cmd.Run())
				took[name] = append(took[name], time.Since(began))
			}
		}
		middle := map[string]float64{}
		for name, times := range took {
			slices.Sort(times)
			middle[name] = times[len(times)/2].Seconds()
			b.ReportMetric(size/1e6/middle[name], name+"-MB/s")
		}
		for _, name := range []string{"grep", "rg"} {
			if middle[name] > 0 {
				b.ReportMetric(middle[name]/middle["logbot"], "of-"+name)
			}
		}
	}
}

// BenchmarkExcerptStart runs "logbot excerpt" of an empty log and of a small one again
// and again and reports the medians of processor time, which a busy machine changes less,
// and of wall time. It runs a copy of the program, as people do: what was just linked takes
// a millisecond more, because its pages are cached one by one.
func BenchmarkExcerptStart(b *testing.B) {
	const runs = 200
	linked, program := filepath.Join(b.TempDir(), "linked"), filepath.Join(b.TempDir(), "logbot")
	out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", linked, ".").CombinedOutput()
	require.NoError(b, err, string(out))
	content, err := os.ReadFile(linked)
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(program, content, 0o700))
	for name, log := range map[string]string{"empty": os.DevNull, "small": "../../logsapi/codeartsim/demo/firmware-12/stage3.log"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var cpu, wall []time.Duration
				for range runs {
					cmd := exec.Command(program, "excerpt", log)
					began := time.Now()
					require.NoError(b, cmd.Run())
					wall = append(wall, time.Since(began))
					cpu = append(cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
				}
				slices.Sort(cpu)
				slices.Sort(wall)
				b.ReportMetric(cpu[runs/2].Seconds()*1e3, "cpu-ms")
				b.ReportMetric(wall[runs/2].Seconds()*1e3, "wall-ms")
			}
		})
	}
}
