package replicas

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/bot/slacksim"
	"logbot/commands/texts"
)

// cause is why something was answered twice.
type cause string

const (
	// died is the only cause that the bot allows itself.
	died cause = "a process died between its post and the record of it"
	// cutOff: Slack's answer to a post got lost.
	cutOff cause = "nobody knew whether the first post had arrived"
	// overtaken: a replica posted although it had lost its lease.
	overtaken cause = "a replica worked on without its lease"
	// untold: the store was away when the first answer had to be recorded.
	untold cause = "the store heard too late that it was answered"
	// forgotten: the Redis failover lost the record of the first answer.
	forgotten cause = "the record was lost with the master of Redis"
	unknown   cause = "unexplained"
)

const (
	// recordWithin is the longest time between a post and its record in a process.
	recordWithin = 2 * time.Second
	// forgetWithin is the age of the youngest record that a failover can lose.
	forgetWithin = 5 * time.Second
)

// causes counts each cause.
type causes map[cause]int

func (c *causes) add(one cause) {
	if *c == nil {
		*c = causes{}
	}
	(*c)[one]++
}

// judge fails the test if a repeat has another cause than a death.
func (c causes) judge(t *testing.T, which []string) {
	t.Helper()
	for why, n := range c {
		if why != died {
			assert.Failf(t, "twice", "%d because: %s\n%s", n, why, strings.Join(which, "\n"))
		}
	}
}

// whyTwice finds out why a command has several answers, from the logs of the
// replicas and their deaths. A process logs an answer after it was recorded.
func (h *harness) whyTwice(mark, envelope string, answers []slacksim.Message) (cause, string) {
	said := 0
	var overtook, missed string
	for _, r := range h.replicas {
		for n, life := range r.said.perProcess() {
			name := fmt.Sprintf("process %d of %s", n+1, r.name)
			for _, line := range life {
				switch {
				case strings.Contains(line, "msg=answered") && strings.Contains(line, mark):
					said++
				case strings.Contains(line, "another replica has it now") && strings.Contains(line, envelope):
					overtook = name
				case strings.Contains(line, "end an intent") && strings.Contains(line, envelope):
					missed = name
				}
			}
		}
	}
	return h.judgeTwice(answers, said, overtook, missed)
}

// judgeTwice returns the cause; said is the number of processes that logged the
// answer.
func (h *harness) judgeTwice(answers []slacksim.Message, said int, overtook, missed string) (cause, string) {
	first := timeOf(answers[0].TS)
	for _, m := range answers {
		if strings.Contains(string(m.Blocks), texts.SentAgain.EN) {
			return cutOff, "it says so"
		}
	}
	if overtook != "" {
		return overtaken, overtook
	}
	if said < len(answers) {
		if how, ok := h.deathAfter(first); ok {
			return died, how
		}
	}
	if missed != "" {
		return untold, missed
	}
	if !h.failover.IsZero() && h.failover.Sub(first).Abs() < forgetWithin {
		return forgotten, fmt.Sprintf("it failed %v after the post", h.failover.Sub(first).Round(time.Millisecond))
	}
	return unknown, fmt.Sprintf("%d processes said that they had answered", said)
}

// whyToldTwice finds out why a channel was told of a build several times.
func (h *harness) whyToldTwice(copies []slacksim.Message) (cause, string) {
	return h.judgeTwice(copies, 0, "", "")
}

// deathAfter returns the process that died soon after a post.
func (h *harness) deathAfter(post time.Time) (how string, found bool) {
	soonest := recordWithin
	for _, r := range h.replicas {
		for n, at := range r.deaths {
			if after := at.Sub(post); after >= 0 && after < soonest {
				soonest, found = after, true
				how = fmt.Sprintf("process %d of %s %v after the post", n+1, r.name, after.Round(10*time.Microsecond))
			}
		}
	}
	return how, found
}

func TestEachRepeatHasItsCause(t *testing.T) {
	post := time.Unix(1_800_000_000, 0)
	copies := []slacksim.Message{{TS: "1800000000.000000"}, {TS: "1800000016.000000"}}
	resent := []slacksim.Message{copies[0], {TS: copies[1].TS, Blocks: []byte(texts.SentAgain.EN)}}
	dying := []*replica{{name: "replica 1", deaths: []time.Time{post.Add(-time.Second), post.Add(3 * time.Millisecond)}}}
	for _, c := range []struct {
		name             string
		house            harness
		copies           []slacksim.Message
		said             int
		overtook, missed string
		want             cause
		how              string
	}{
		{"its process died", harness{replicas: dying}, copies, 1, "", "", died, "process 2 of replica 1 3ms after the post"},
		{"another process died", harness{replicas: dying}, copies, 2, "", "", unknown, "2 processes"},
		{"it died too late", harness{replicas: []*replica{{deaths: []time.Time{post.Add(time.Minute)}}}}, copies, 1, "", "", unknown, ""},
		{"it had lost its lease", harness{replicas: dying}, copies, 1, "process 1", "", overtaken, "process 1"},
		{"the store was away", harness{}, copies, 2, "", "process 1", untold, "process 1"},
		{"the store forgot", harness{failover: post.Add(time.Millisecond)}, copies, 2, "", "", forgotten, "1ms after"},
		{"Slack's answer got lost", harness{replicas: dying}, resent, 2, "", "", cutOff, ""},
		{"nothing is known", harness{}, copies, 2, "", "", unknown, ""},
	} {
		got, how := c.house.judgeTwice(c.copies, c.said, c.overtook, c.missed)
		assert.Equal(t, c.want, got, c.name)
		assert.Contains(t, how, c.how, c.name)
	}
}
