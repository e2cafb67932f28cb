package logsapi

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
	"logbot/logsapi/lines"
)

// simulateDemo serves the demo, and returns the log of its 200,000 lines.
func simulateDemo(b *testing.B, o Options, faults ...codeartsim.Fault) (simulation, Log) {
	s := simulate(b, codeartsim.Config{FS: codeartsim.Demo(), Faults: faults}, o)
	return s, FinishedLog{TaskID: s.Aliases()["monorepo"], Build: 2000}
}

// BenchmarkPages reads pages of 1,000 lines over the loopback, one by one.
func BenchmarkPages(b *testing.B) {
	s, bigBuild := simulateDemo(b, Options{})
	pages := 0
	for b.Loop() {
		for _, err := range Pages(b.Context(), s, PageRequest{Log: bigBuild}) {
			require.NoError(b, err)
			if pages++; pages%50 == 0 {
				break
			}
		}
	}
	b.ReportMetric(float64(pages)/b.Elapsed().Seconds(), "pages/s")
}

// BenchmarkEndOfABigBuild is the way to the lines of which an excerpt is made,
// over a line of 50 ms: from the end, and for comparison from the beginning, at
// the rate that is the default and at any.
func BenchmarkEndOfABigBuild(b *testing.B) {
	for _, c := range []struct {
		name  string
		order Order
		pages int
		rate  float64
	}{
		{"from-end-1-page", Descending, 1, 5},
		{"from-end-2-pages", Descending, 2, 5},
		{"from-beginning", Ascending, 1 << 30, 5},
		{"from-beginning-at-any-rate", Ascending, 1 << 30, 1e6},
	} {
		b.Run(c.name, func(b *testing.B) {
			requests := int64(0)
			for b.Loop() {
				b.StopTimer()
				s, bigBuild := simulateDemo(b, Options{Rate: c.rate}, "latency=50ms")
				b.StartTimer()
				read := 0
				for page, err := range Pages(b.Context(), s, PageRequest{Log: bigBuild, Order: c.order}) {
					require.NoError(b, err)
					for line := range strings.Lines(page.Text) {
						lines.Parse([]byte(strings.TrimSuffix(line, "\n")))
					}
					if read++; read == c.pages {
						break
					}
				}
				requests += s.Requests().Pages()
			}
			b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
		})
	}
}

// BenchmarkDownloadOfAGiB reads a file of 1 GiB over the loopback and reports the
// largest resident set of the process meanwhile, the simulator included. It
// fails at 64 MiB.
func BenchmarkDownloadOfAGiB(b *testing.B) {
	const size, most = 1 << 30, 64
	for _, packed := range [][]codeartsim.Fault{nil, {codeartsim.FileGzip}, {codeartsim.FileZip}} {
		name := "plain"
		if packed != nil {
			name = string(packed[0])
		}
		b.Run(name, func(b *testing.B) {
			s := simulate(b, codeartsim.Config{Faults: append(packed, codeartsim.FileBig)}, Options{})
			os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // forgets the largest until now; Linux only
			b.SetBytes(size)
			for b.Loop() {
				d, err := s.OpenStepFile(b.Context(), StepFile{RecordID: simRecord[:35] + "7", Step: 2})
				require.NoError(b, err)
				n, err := io.Copy(io.Discard, d)
				require.NoError(b, err)
				require.GreaterOrEqual(b, n, int64(size))
				require.NoError(b, d.Close())
			}
			if resident, ok := largestResident(); ok {
				b.ReportMetric(resident, "MiB-RSS")
				if resident >= most {
					b.Errorf("%.0f MiB were resident, more than %d", resident, most)
				}
			}
		})
	}
}

// largestResident is the largest resident set of this process in MiB; false where
// the system does not tell.
func largestResident() (float64, bool) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "VmHWM:"); ok {
			kB, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 64)
			return kB / 1024, err == nil
		}
	}
	return 0, false
}

// BenchmarkParse parses the entries of real-looking output.
func BenchmarkParse(b *testing.B) {
	s, bigBuild := simulateDemo(b, Options{})
	page, err := s.Page(b.Context(), PageRequest{Log: bigBuild, Order: Descending})
	require.NoError(b, err)
	var all [][]byte
	for line := range strings.SplitSeq(page.Text, "\n") {
		all = append(all, []byte(line))
	}
	b.SetBytes(int64(len(page.Text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, line := range all {
			lines.Parse(line)
		}
	}
}
