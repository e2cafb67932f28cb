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
	"logbot/commands/texts"
)

var markForm = regexp.MustCompile(`nr-\d{6}`)

func mark(text string) string { return markForm.FindString(text) }

// result is what happened to the commands with a mark.
type result struct {
	acknowledged, failed int // failed: Slack told the caller
	failedYetAnswered    int // of those that failed
	lost                 int
	refused              int      // answered with an error
	doubled, unmarked    int      // commands with more than one answer; repeats without the mark of a repeat
	marked               int      // answers with the mark of a repeat
	delays                        // from typing to the first answer
	missing              []string // commands that were lost
	twice                []string // commands with more than one answer, and why
	causes               causes   // of what was answered twice
}

// isMarkedRepeat reports whether a message says that it may be a repeat.
func isMarkedRepeat(m slacksim.Message) bool {
	return strings.Contains(string(m.Blocks), "may be a repeat") || strings.Contains(string(m.Blocks), texts.SentAgain.EN)
}

// count checks every command typed so far.
func (h *harness) count() result {
	var y result
	for _, o := range h.slack.Outcomes(mark) {
		m := mark(o.Typed)
		if m == "" {
			continue
		}
		if o.Failure != "" {
			y.failed++
			if o.Answered() > 0 {
				y.failedYetAnswered++
			}
			continue
		}
		if o.AckedAt.IsZero() {
			continue
		}
		y.acknowledged++
		var answers []slacksim.Message
		refused := 0
		for _, a := range append(o.Posts, o.Answers...) {
			switch {
			case strings.HasPrefix(a.Text, `"`+m+`"`):
				answers = append(answers, a)
			case mark(a.Text) == m: // what to type again
				refused++
			}
		}
		marks := 0
		for _, a := range answers {
			if isMarkedRepeat(a) {
				marks++
			}
		}
		y.marked += marks
		switch {
		case len(answers) > 1:
			y.doubled++
			y.unmarked += max(0, len(answers)-1-marks)
			why, how := h.whyTwice(m, o.EnvelopeID, answers)
			y.causes.add(why)
			y.twice = append(y.twice, fmt.Sprintf("%s of envelope %s, acknowledged at %s, answered at %s and %s: %s, %s", o.Typed, o.EnvelopeID,
				o.AckedAt.UTC().Format(clockForm), timeOf(answers[0].TS).UTC().Format(clockForm), timeOf(answers[1].TS).UTC().Format(clockForm), why, how))
		case len(answers) == 0 && refused > 0:
			y.refused++
		case len(answers) == 0:
			y.lost++
			y.missing = append(y.missing, fmt.Sprintf("%s of envelope %s, acknowledged at %s", o.Typed, o.EnvelopeID, o.AckedAt.UTC().Format(clockForm)))
		}
		if len(answers) > 0 {
			y.delays = append(y.delays, timeOf(answers[0].TS).Sub(o.At))
		}
	}
	slices.Sort(y.delays)
	return y
}

// check fails the test if an answer is missing, or came twice without the mark.
func (y result) check(t *testing.T) {
	t.Helper()
	assert.Empty(t, y.missing, "acknowledged commands without an answer")
	assert.Zero(t, y.unmarked, "repeats without a mark")
	assert.Zero(t, y.refused, "commands answered with an error")
	y.causes.judge(t, y.twice)
}

func (y result) String() string {
	return fmt.Sprintf("%d acknowledged commands (%d more failed at Slack, whose callers were told): %d lost, %d answered with an error, "+
		"%d answered twice (%d of the copies unmarked), %d answers marked as maybe a repeat, the slowest after %v",
		y.acknowledged, y.failed, y.lost, y.refused, y.doubled, y.unmarked, y.marked, y.max().Round(time.Millisecond))
}

// clockForm is the layout of times, as in the logs of the replicas.
const clockForm = "15:04:05.000"

// timeOf reads a ts: seconds with six decimals.
func timeOf(ts string) time.Time {
	var seconds, micros int64
	if _, err := fmt.Sscanf(ts, "%d.%06d", &seconds, &micros); err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, micros*1000)
}

// delays are sorted durations.
type delays []time.Duration

func (d delays) at(part float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[min(int(part*float64(len(d))), len(d)-1)]
}

func (d delays) p50() time.Duration { return d.at(0.50) }
func (d delays) p99() time.Duration { return d.at(0.99) }
func (d delays) max() time.Duration { return d.at(1) }

// slow returns the number of delays above a limit.
func (d delays) slow(than time.Duration) int {
	n, _ := slices.BinarySearch(d, than)
	return len(d) - n
}
