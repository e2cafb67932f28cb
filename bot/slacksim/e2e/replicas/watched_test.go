package replicas

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/bot/slacksim"
)

// watch is a task that a channel watches.
type watch struct{ channel, task int }

// setWatches types the watch commands and waits until each is stored.
func (h *harness) setWatches(watches []watch) {
	h.t.Helper()
	for _, w := range watches {
		h.typeIn(watchChannel(w.channel), "watch "+taskName(w.task))
		h.wait("a watch to be set", longWait, func() bool {
			for _, m := range append(h.answers(watchChannel(w.channel)), h.slack.Ephemerals(watchChannel(w.channel), ann)...) {
				if strings.Contains(m.Text, taskName(w.task)) && strings.Contains(string(m.Blocks), "Watching ") {
					return true
				}
			}
			return false
		})
	}
}

// told is the result for the builds that watching channels must be told of.
type told struct {
	builds            int // that are to be told, each in each of its channels
	missed            int
	doubled, unmarked int // tellings with more than one message; those of their copies that do not say so
	astray            int // messages that should stand under the first failure, or by themselves, and do not
	unwanted          int // messages about builds that are not to be told
	delays                // after the end of the build
	missing           []string
	twice             []string // tellings with more than one message, and why
	causes            causes
}

var (
	brokeForm = regexp.MustCompile(`^(?:✗ +)?(watched-\d+) #(\d+) failed`)
	worksForm = regexp.MustCompile(`^(?:✓ +)?(watched-\d+) works again: #(\d+) succeeded`)
)

// telling is what a message tells: a task, a build and its outcome.
func telling(m slacksim.Message) (key string, ok bool) {
	if found := brokeForm.FindStringSubmatch(m.Text); found != nil {
		return found[1] + " #" + found[2] + " failed", true
	}
	if found := worksForm.FindStringSubmatch(m.Text); found != nil {
		return found[1] + " #" + found[2] + " works", true
	}
	return "", false
}

// told reads the messages of the watching channels; began is the real time of
// begin.
func (h *harness) told(watches []watch, runs []run, began time.Time) told {
	var y told
	runs = slices.Clone(runs)
	slices.SortFunc(runs, func(a, b run) int { return a.number - b.number })
	for channel := range watching {
		messages := map[string][]slacksim.Message{}
		for _, m := range h.answers(watchChannel(channel)) {
			if key, ok := telling(m); ok {
				messages[key] = append(messages[key], m)
			}
		}
		for _, w := range watches {
			if w.channel != channel {
				continue
			}
			var first []slacksim.Message // of the failures since it worked last
			failing := false
			for _, r := range runs {
				if r.task != w.task || !r.failed && !failing {
					continue
				}
				how := "works"
				if r.failed {
					how = "failed"
				}
				key := fmt.Sprintf("%s #%d %s", taskName(r.task), r.number, how)
				copies := messages[key]
				delete(messages, key)
				y.one(copies, first, began.Add(r.ends))
				if len(copies) > 1 {
					why, how := h.whyToldTwice(copies)
					y.causes.add(why)
					y.twice = append(y.twice, fmt.Sprintf("%s in %s: %s, %s", key, watchChannel(channel), why, how))
				}
				if len(copies) == 0 {
					y.missing = append(y.missing, fmt.Sprintf("%s in %s", key, watchChannel(channel)))
				}
				switch {
				case !r.failed:
					failing, first = false, nil
				case !failing:
					failing, first = true, copies
				}
			}
		}
		for _, copies := range messages {
			y.unwanted += len(copies)
		}
	}
	slices.Sort(y.delays)
	return y
}

// one counts the messages about one build, which ended at that time and belong in
// the thread of first.
func (y *told) one(copies, first []slacksim.Message, ended time.Time) {
	y.builds++
	if len(copies) == 0 {
		y.missed++
		return
	}
	y.delays = append(y.delays, timeOf(copies[0].TS).Sub(ended))
	marks := 0
	for _, m := range copies {
		if isMarkedRepeat(m) {
			marks++
		}
		under := slices.ContainsFunc(first, func(f slacksim.Message) bool { return f.TS == m.ThreadTS })
		if under != (len(first) > 0) || m.ThreadTS != "" && !under {
			y.astray++
		}
	}
	if len(copies) > 1 {
		y.doubled++
		y.unmarked += max(0, len(copies)-1-marks)
	}
}

// judge fails the test if a channel was not told, was told twice without a mark, or
// if a task was not looked at.
func (y told) judge(t *testing.T) {
	t.Helper()
	assert.Empty(t, y.missing, "builds that were not told")
	assert.Zero(t, y.unmarked, "repeats without a mark")
	assert.Zero(t, y.astray, "messages in the wrong place")
	y.causes.judge(t, y.twice)
	assert.Zero(t, y.unwanted, "messages about builds that are not to be told")
}

func (y told) String() string {
	return fmt.Sprintf("%d builds to tell: %d missed, %d told twice (%d of the copies unmarked), %d in the wrong place, %d unwanted messages; p50 %v, max %v after its end",
		y.builds, y.missed, y.doubled, y.unmarked, y.astray, y.unwanted, y.p50().Round(time.Millisecond), y.max().Round(time.Millisecond))
}
