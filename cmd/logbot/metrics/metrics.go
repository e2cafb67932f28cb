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

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the metrics of one process. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	read     *reader
	commandMetrics
	codeArtsMetrics
	troubleMetrics
}

// New returns metrics that are all 0. version is that of the program; verbs are the
// names of the commands that people can type.
func New(version string, verbs []string) *Metrics {
	upstream := newCodeArtsMetrics()
	m := &Metrics{
		registry:        prometheus.NewRegistry(),
		read:            newReader(upstream.throttled),
		commandMetrics:  newCommandMetrics(verbs),
		codeArtsMetrics: upstream,
		troubleMetrics:  newTroubleMetrics(),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "logbot_build_info", Help: "1, with the version of logbot and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(build, m.read, m.troubles, m.reloads, m.told)
	m.registry.MustRegister(m.commandMetrics.all()...)
	m.registry.MustRegister(m.codeArtsMetrics.all()...)
	runtimes := prometheus.WrapRegistererWithPrefix("logbot_", m.registry)
	runtimes.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Read has the metrics that others count read from sources from now on.
func (m *Metrics) Read(s Sources) { m.read.sources.Store(&s) }

// Handler answers a scrape. It asks nobody outside the process.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// counters makes a counter of each value of a label, so that all exist from the start.
func counters(name, help, label string, values ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	for _, value := range values {
		v.WithLabelValues(value)
	}
	return v
}

// seconds is a histogram of durations.
func seconds(name, help string, buckets ...float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
}
