package metrics

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"logbot/bot"
)

// NoVerb is the label of what was typed and is not a command of logbot.
const NoVerb = "none"

// commandMetrics implement bot.Observer.
type commandMetrics struct {
	verbs    []string
	commands *prometheus.CounterVec
	ack      prometheus.Histogram
	first    prometheus.Histogram
	answer   prometheus.Histogram
	waits    prometheus.Histogram
}

func newCommandMetrics(verbs []string) commandMetrics {
	m := commandMetrics{
		verbs: append(slices.Clone(verbs), NoVerb),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "logbot_commands_total", Help: "Commands that ended, by verb and outcome.",
		}, []string{"verb", "outcome"}),
		// Slack shows a failure after 3 s.
		ack:    seconds("logbot_ack_seconds", "From an envelope's arrival to its acknowledgement.", .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3),
		first:  seconds("logbot_first_text_seconds", "From a command's arrival to the first text that its caller sees: a note about progress or the answer.", .1, .25, .5, 1, 2, 3, 5, 10, 30, 60),
		answer: seconds("logbot_answer_seconds", "From a command's arrival to its answer in Slack.", .1, .25, .5, 1, 2, 3, 5, 10, 30, 60, 300, 900),
		waits:  seconds("logbot_store_wait_seconds", "What slow or failed calls of the stores cost one command.", .001, .01, .05, .1, .25, .5, 1),
	}
	for _, verb := range m.verbs {
		for _, o := range bot.Outcomes() {
			m.commands.WithLabelValues(verb, string(o))
		}
	}
	return m
}

func (m commandMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.commands, m.ack, m.first, m.answer, m.waits}
}

// Acknowledged implements bot.Observer.
func (m commandMetrics) Acknowledged(took time.Duration) { m.ack.Observe(took.Seconds()) }

// Shown implements bot.Observer.
func (m commandMetrics) Shown(took time.Duration) { m.first.Observe(took.Seconds()) }

// Ended implements bot.Observer.
func (m commandMetrics) Ended(e bot.End) {
	verb := e.Verb
	if !slices.Contains(m.verbs, verb) {
		verb = NoVerb
	}
	m.commands.WithLabelValues(verb, string(e.Outcome)).Inc()
	m.waits.Observe(e.Waited.Seconds())
	if e.Outcome.IsShown() {
		m.answer.Observe(e.Took.Seconds())
	}
}
