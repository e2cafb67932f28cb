package redact

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestEvaluate prints how many planted secrets the gate hides and what else it
// changes; see the target mask-eval. MASK_SECRETS names the planted secrets, one JSON
// object a line; CORPUS a folder of logs that hold next to none.
// MASK_KINDS=a,b limits the kinds, MASK_SHOW=1 prints what was missed or changed.
func TestEvaluate(t *testing.T) {
	planted, corpus := os.Getenv("MASK_SECRETS"), os.Getenv("CORPUS")
	if planted == "" || corpus == "" {
		t.Skip("the inputs are not part of the project; MASK_SECRETS and CORPUS name them")
	}
	evaluateRecall(t, New(), planted)
	evaluateCorpus(t, New(), corpus)
}

// plantedCase is a log with secrets that must not remain.
type plantedCase struct {
	Kind    string
	Text    string
	Secrets []string
}

func evaluateRecall(t *testing.T, g *Gate, path string) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var only []string
	if kinds := os.Getenv("MASK_KINDS"); kinds != "" {
		only = strings.Split(kinds, ",")
	}
	type score struct{ masked, all int }
	scores := map[string]score{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c plantedCase
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		if only != nil && !slices.Contains(only, c.Kind) {
			continue
		}
		s := scores[c.Kind]
		s.all++
		masked := g.Text(c.Text)
		if left := remaining(masked, c.Secrets); left == "" {
			s.masked++
		} else if os.Getenv("MASK_SHOW") != "" {
			fmt.Printf("missed %s %.60q in\n%s\n", c.Kind, left, linesWith(masked, left))
		}
		scores[c.Kind] = s
	}
	require.NoError(t, lines.Err())
	var sum score
	whole := 0
	for _, kind := range slices.Sorted(maps.Keys(scores)) {
		s := scores[kind]
		fmt.Printf("%-24s %3d of %d\n", kind, s.masked, s.all)
		sum.masked += s.masked
		sum.all += s.all
		if s.masked == s.all {
			whole++
		}
	}
	fmt.Printf("recall %.3f, %d of %d kinds complete\n", float64(sum.masked)/float64(max(sum.all, 1)), whole, len(scores))
}

// remaining returns the first secret of which a run of half its length is left.
func remaining(masked string, secrets []string) string {
	for _, s := range secrets {
		half := (len(s) + 1) / 2
		for i := 0; i+half <= len(s); i++ {
			if strings.Contains(masked, s[i:i+half]) {
				return s
			}
		}
	}
	return ""
}

func linesWith(text, secret string) string {
	var found []string
	for line := range strings.Lines(text) {
		if remaining(line, []string{secret}) != "" {
			found = append(found, fmt.Sprintf("   %.400q", line))
		}
	}
	return strings.Join(found, "\n")
}

func evaluateCorpus(t *testing.T, g *Gate, folder string) {
	var all bytes.Buffer
	changed, total := 0, 0
	require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Name() != "log.txt" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		all.Write(text)
		before := strings.Split(string(text), "\n")
		masked, _ := g.Page(text)
		after := strings.Split(string(masked), "\n")
		require.Len(t, after, len(before), path)
		total += len(before)
		for i := range before {
			if before[i] != after[i] {
				changed++
				if os.Getenv("MASK_SHOW") != "" {
					fmt.Printf("changed %s:%d\n  %.300q\n  %.300q\n", path, i+1, before[i], after[i])
				}
			}
		}
		return nil
	}))
	require.NotZero(t, total, "no log.txt in %s", folder)
	fmt.Printf("changed %d of %d lines: %.2f per 10,000\n", changed, total, float64(changed)*1e4/float64(total))
	wall, busy := time.Duration(1<<62), time.Duration(1<<62)
	for range 5 {
		start, used := time.Now(), processorTime(t)
		_, err := io.Copy(io.Discard, g.Reader(bytes.NewReader(all.Bytes())))
		require.NoError(t, err)
		wall, busy = min(wall, time.Since(start)), min(busy, processorTime(t)-used)
	}
	size := float64(all.Len()) / 1e6
	fmt.Printf("%.0f MB a second of processor time, %.0f MB/s by the clock (best of 5 over %.0f MB)\n", size/busy.Seconds(), size/wall.Seconds(), size)
}

// processorTime returns the time that this process has been running.
func processorTime(t *testing.T) time.Duration {
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
