package metrics

import (
	"slices"
	"time"

	"logbot/bot"
)

// NoVerb is the label of what was typed and is not a command of logbot.
const NoVerb = "none"

// commandMetrics implement bot.Observer.
type commandMetrics struct {
	verbs    []string
	commands *counters
	ack      *durations
	first    *durations
	answer   *durations
	waits    *durations
}

func newCommandMetrics(verbs []string) commandMetrics {
	verbs = append(slices.Clone(verbs), NoVerb)
	var outcomes []string
	for _, o := range bot.Outcomes() {
		outcomes = append(outcomes, string(o))
	}
	return commandMetrics{
		verbs:    verbs,
		commands: newCounters("logbot_commands_total", "Commands that ended, by verb and outcome.", []string{"verb", "outcome"}, verbs, outcomes),
		// Slack shows a failure after 3 s.
		ack:    seconds("logbot_ack_seconds", "From an envelope's arrival to its acknowledgement.", .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3),
		first:  seconds("logbot_first_text_seconds", "From a command's arrival to the first text that its caller sees: a note about progress or the answer.", .1, .25, .5, 1, 2, 3, 5, 10, 30, 60),
		answer: seconds("logbot_answer_seconds", "From a command's arrival to its answer in Slack.", .1, .25, .5, 1, 2, 3, 5, 10, 30, 60, 300, 900),
		waits:  seconds("logbot_store_wait_seconds", "What slow or failed calls of the stores cost one command.", .001, .01, .05, .1, .25, .5, 1),
	}
}

func (m commandMetrics) families() []family {
	return []family{m.commands.family(), m.ack.family(), m.first.family(), m.answer.family(), m.waits.family()}
}

// Acknowledged implements bot.Observer.
func (m commandMetrics) Acknowledged(took time.Duration) { m.ack.observe(took) }

// Shown implements bot.Observer.
func (m commandMetrics) Shown(took time.Duration) { m.first.observe(took) }

// Ended implements bot.Observer.
func (m commandMetrics) Ended(e bot.End) {
	verb := e.Verb
	if !slices.Contains(m.verbs, verb) {
		verb = NoVerb
	}
	m.commands.add(verb, string(e.Outcome))
	m.waits.observe(e.Waited)
	if e.Outcome.IsShown() {
		m.answer.observe(e.Took)
	}
}
