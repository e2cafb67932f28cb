package metrics

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"logbot/logsapi"
)

// otherCode is the label of an error with a code that logbot does not know, and noCode
// that of one without a code.
const (
	otherCode = "other"
	noCode    = "none"
)

// statuses are the labels of answers; the last is for none.
var statuses = []string{"2xx", "3xx", "4xx", "5xx", "none"}

// kinds are the labels of errors of CodeArts.
var kinds = []struct {
	name string
	kind error
}{
	{"not_found", logsapi.ErrNotFound},
	{"not_ready", logsapi.ErrNotReady},
	{"not_published", logsapi.ErrNotPublished},
	{"unauthorized", logsapi.ErrUnauthorized},
	{"forbidden", logsapi.ErrForbidden},
	{"throttled", logsapi.ErrThrottled},
	{"unavailable", logsapi.ErrUnavailable},
	{"refused", logsapi.ErrRefused},
	{"protocol", logsapi.ErrProtocol},
	{"incomplete", logsapi.ErrIncomplete},
	{"truncated", logsapi.ErrTruncated},
	{"stalled", logsapi.ErrStalled},
	{"late", context.DeadlineExceeded},
	{otherKind, nil},
}

// otherKind is the label of an error of no kind.
const otherKind = "other"

// KindOf is the label of an error of CodeArts.
func KindOf(e *logsapi.Error) string {
	for _, k := range kinds {
		if k.kind != nil && errors.Is(e, k.kind) {
			return k.name
		}
	}
	return otherKind
}

// codeArtsMetrics implement logsapi.Observer.
type codeArtsMetrics struct {
	known     []string // codes
	throttled *atomic.Int64
	requests  *prometheus.CounterVec
	took      *prometheus.HistogramVec
	failures  *prometheus.CounterVec
	codes     *prometheus.CounterVec
}

func newCodeArtsMetrics() codeArtsMetrics {
	m := codeArtsMetrics{
		known: logsapi.Codes(), throttled: &atomic.Int64{},
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "logbot_codearts_requests_total", Help: "Requests to CodeArts and IAM, by service and class of the HTTP status; none is without an answer.",
		}, []string{"service", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "logbot_codearts_request_seconds", Help: "From a request to CodeArts or IAM to the header of its answer, or to its failure.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"service"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "logbot_codearts_failures_total", Help: "Attempts at CodeArts that failed, by service and kind; those that were tried again count each.",
		}, []string{"service", "kind"}),
	}
	m.codes = counters("logbot_codearts_errors_total", "Attempts at CodeArts that failed, by the code of the service; none is without a code, other one that logbot does not know.",
		"code", append(slices.Clone(m.known), otherCode, noCode)...)
	for _, service := range logsapi.Services() {
		m.took.WithLabelValues(service)
		for _, status := range statuses {
			m.requests.WithLabelValues(service, status)
		}
		for _, k := range kinds {
			m.failures.WithLabelValues(service, k.name)
		}
	}
	return m
}

func (m codeArtsMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.requests, m.took, m.failures, m.codes}
}

// Exchanged implements logsapi.Observer.
func (m codeArtsMetrics) Exchanged(service string, status int, took time.Duration) {
	m.requests.WithLabelValues(service, classOf(status)).Inc()
	m.took.WithLabelValues(service).Observe(took.Seconds())
}

// Failed implements logsapi.Observer.
func (m codeArtsMetrics) Failed(service string, e *logsapi.Error) {
	m.failures.WithLabelValues(service, KindOf(e)).Inc()
	if errors.Is(e, logsapi.ErrThrottled) {
		m.throttled.Add(1)
	}
	code := e.Code
	switch {
	case code == "":
		code = noCode
	case !slices.Contains(m.known, code):
		code = otherCode
	}
	m.codes.WithLabelValues(code).Inc()
}

// classOf is the label of an HTTP status.
func classOf(status int) string {
	if status < 200 || status > 599 {
		return "none"
	}
	return strconv.Itoa(status/100) + "xx"
}
