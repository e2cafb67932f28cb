package logsapi

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
)

// combinable are the faults that can be combined at random, each with its value.
// Left out are those that refuse everything, concern files alone, or change what a
// log holds in a way that the simulator does not tell.
func combinable() []codeartsim.Fault {
	left := []codeartsim.Fault{
		codeartsim.Refuse, codeartsim.SignOnPage, codeartsim.Unauthorized, codeartsim.ClockSkew,
		codeartsim.BodyStall, // takes a real second each time
		codeartsim.LongLines, codeartsim.Rerun,
		codeartsim.StepLogEnds, codeartsim.StepPageNone, // another endpoint has the log
	}
	values := map[codeartsim.Fault]codeartsim.Fault{codeartsim.Latency: "latency=1ms", codeartsim.Bandwidth: "bandwidth=100000000"}
	var all []codeartsim.Fault
	for _, known := range codeartsim.Faults() {
		fault := known.Fault
		if slices.Contains(left, fault) || strings.HasPrefix(string(fault), "file-") {
			continue
		}
		if with, ok := values[fault]; ok {
			fault = with
		}
		all = append(all, fault)
	}
	return all
}

// TestNoCombinationOfFaultsGivesAWrongLog reads whole logs in both orders while three
// faults are on. An error is right; a log that ends well is as the service has it.
// COMBINATIONS is how many are tried; -seed chooses others.
func TestNoCombinationOfFaultsGivesAWrongLog(t *testing.T) {
	n := 8
	if text := os.Getenv("COMBINATIONS"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	r := rand.New(rand.NewPCG(*seed, 3))
	pool := combinable()
	whole, broken := 0, 0
	for range n {
		on := []codeartsim.Fault{codeartsim.OffsetsStuck, codeartsim.RangeOffsets}
		for contradict(on) {
			on = nil
			for _, i := range r.Perm(len(pool))[:3] {
				on = append(on, pool[i])
			}
		}
		t.Run(fmt.Sprint(on), func(t *testing.T) {
			s := simulate(t, codeartsim.Config{FS: oddFolder(r), Faults: on}, Options{Idle: time.Second})
			for _, l := range simLogs {
				for _, order := range []Order{Ascending, Descending} {
					reading := PageRequest{Log: l, Order: order, Size: 60, Finished: true}
					text, err := readWhole(t, s, reading)
					if err != nil {
						broken++
						continue
					}
					whole++
					rightLog(t, s, reading, on, text)
				}
			}
		})
	}
	t.Logf("%d combinations: %d logs read whole, %d errors", n, whole, broken)
}

// contradict reports whether the simulator cannot do all of the faults: the page
// before is one by its offsets, which are no cursor or lead elsewhere.
func contradict(on []codeartsim.Fault) bool {
	return slices.Contains(on, codeartsim.OffsetsStuck) &&
		(slices.Contains(on, codeartsim.RangeOffsets) || slices.Contains(on, codeartsim.EndOnly) || slices.Contains(on, codeartsim.LogTruncated))
}

// readWhole is whole without the pages.
func readWhole(t *testing.T, s simulation, r PageRequest) (string, error) {
	t.Helper()
	text, _, err := whole(t, s, r)
	return text, err
}

// rightLog fails unless text is the log that the service has, as far as the faults
// let it through.
func rightLog(t *testing.T, s simulation, r PageRequest, on []codeartsim.Fault, text string) {
	t.Helper()
	want := s.served(t, r.Log)
	for _, fault := range on {
		want = split(want, fault)
		if split(`\n`, fault) == "\n" {
			text = split(text, fault) // of a first page that cannot tell
		}
	}
	has := func(faults ...codeartsim.Fault) bool {
		return slices.ContainsFunc(faults, func(f codeartsim.Fault) bool { return slices.Contains(on, f) })
	}
	// A byte that became three hides that the offsets count a final line feed; and a
	// part of a line that was turned around stands in front of one of another.
	if has(codeartsim.NoLineFeed) || has(codeartsim.NewestFirst) && has(codeartsim.CutLine, codeartsim.CutStamp, codeartsim.CutRune) {
		want, text = strings.ReplaceAll(want, "\n", ""), strings.ReplaceAll(text, "\n", "")
	}
	sorted := func(s string) string {
		lines := strings.Split(s, "\n")
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	// So do the parts of a line in which a tool printed a literal line break.
	if has(codeartsim.NewestFirst) && has(codeartsim.LiteralBreak, codeartsim.LiteralCRBreak) {
		want, text = sorted(want), sorted(text)
	}
	switch {
	case slices.Contains(on, codeartsim.LogTruncated):
		require.True(t, strings.HasPrefix(want, text), "%+v, seed %d: it was read until it became shorter", r, *seed)
	case slices.Contains(on, codeartsim.Purged):
		require.True(t, strings.HasSuffix(want, text), "%+v, seed %d: it is the end of the log", r, *seed)
	case slices.Contains(on, codeartsim.CutRune):
		require.Empty(t, difference(want, text), "%+v, seed %d", r, *seed)
	default:
		require.Empty(t, differ(want, text), "%+v, seed %d", r, *seed)
	}
}
