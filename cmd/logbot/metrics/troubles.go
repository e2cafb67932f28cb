package metrics

import (
	"slices"
	"time"

	"logbot/bot/delivery/send"
)

// troubleMetrics count what operators are told of.
type troubleMetrics struct {
	known    []string
	troubles *counters
	reloads  *counters
	told     *durations
}

func newTroubleMetrics() troubleMetrics {
	known := []string{"state_away", "state_full", "pages_away", "config", "internal"}
	for _, k := range kinds {
		known = append(known, "codearts_"+k.name)
	}
	for _, c := range send.Causes() {
		known = append(known, "slack_"+c.String())
	}
	return troubleMetrics{
		known:    known,
		reloads:  newCounters("logbot_config_reloads_total", "Reloads of the configuration (SIGHUP); a rejected one changed nothing.", []string{"result"}, []string{"applied", "rejected"}),
		told:     seconds("logbot_notification_seconds", "From the end of a watched build, by the clock of CodeArts, to the message about it.", 5, 10, 20, 30, 45, 60, 90, 120, 300, 900, 3600),
		troubles: newCounters("logbot_troubles_total", "Failures that somebody was told of, or that kept somebody from being told; each is an error in the log, once a minute and kind.", []string{"kind"}, known),
	}
}

func (m troubleMetrics) families() []family {
	return []family{m.troubles.family(), m.reloads.family(), m.told.family()}
}

// Reloaded counts a reload of the configuration.
func (m troubleMetrics) Reloaded(applied bool) {
	result := "rejected"
	if applied {
		result = "applied"
	}
	m.reloads.add(result)
}

// Notified counts a message about a watched build, that long after its end.
func (m troubleMetrics) Notified(after time.Duration) { m.told.observe(max(after, 0)) }

// Trouble counts a failure of a kind.
func (m troubleMetrics) Trouble(kind string) {
	if !slices.Contains(m.known, kind) {
		kind = "internal"
	}
	m.troubles.add(kind)
}
