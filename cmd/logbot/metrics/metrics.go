// Package metrics counts what a bot does and shows it to Prometheus. Every name begins
// with "logbot_", and every series whose labels are known exists with 0 from the start.
// No label has text of a log, a name or a token. deploy/metrics.md lists all metrics;
// a test compares it with what is exported.
//
// Lower packages know nothing of Prometheus. Those that tell of single events declare an
// interface for it, which a Metrics implements; those that count for themselves are read
// when Prometheus asks, see Sources.
package metrics

import (
	"net/http"
	"runtime"
	"slices"
	"time"
)

// Metrics are the metrics of one process. It is safe for concurrent use.
type Metrics struct {
	version string
	process process
	read    *reader
	commandMetrics
	codeArtsMetrics
	troubleMetrics
}

// New returns metrics that are all 0. version is that of the program; verbs are the
// names of the commands that people can type.
func New(version string, verbs []string) *Metrics {
	upstream := newCodeArtsMetrics()
	return &Metrics{
		version:         version,
		process:         process{started: time.Now()},
		read:            newReader(upstream.throttled),
		commandMetrics:  newCommandMetrics(verbs),
		codeArtsMetrics: upstream,
		troubleMetrics:  newTroubleMetrics(),
	}
}

// Read has the metrics that others count read from sources from now on.
func (m *Metrics) Read(s Sources) { m.read.sources.Store(&s) }

// Handler answers a scrape. It asks nobody outside the process.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(text(m.families())) // who left is told nothing
	})
}

// families are all that a scrape shows.
func (m *Metrics) families() []family {
	build := family{name: "logbot_build_info", help: "1, with the version of logbot and of Go.", kind: gauge,
		samples: []sample{{labels: []label{{"go", runtime.Version()}, {"version", m.version}}, value: 1}}}
	return slices.Concat([]family{build}, m.process.families(), m.read.families(),
		m.commandMetrics.families(), m.codeArtsMetrics.families(), m.troubleMetrics.families())
}

// seconds is one histogram of durations.
func seconds(name, help string, bounds ...float64) *durations {
	return newDurations(name, help, bounds, nil)
}
