package metrics

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

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
	requests  *counters
	took      *durations
	failures  *counters
	codes     *counters
}

func newCodeArtsMetrics() codeArtsMetrics {
	known, services := logsapi.Codes(), logsapi.Services()
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return codeArtsMetrics{
		known: known, throttled: &atomic.Int64{},
		requests: newCounters("logbot_codearts_requests_total", "Requests to CodeArts and IAM, by service and class of the HTTP status; none is without an answer.",
			[]string{"service", "status"}, services, statuses),
		took: newDurations("logbot_codearts_request_seconds", "From a request to CodeArts or IAM to the header of its answer, or to its failure.",
			[]float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}, []string{"service"}, services),
		failures: newCounters("logbot_codearts_failures_total", "Attempts at CodeArts that failed, by service and kind; those that were tried again count each.",
			[]string{"service", "kind"}, services, names),
		codes: newCounters("logbot_codearts_errors_total", "Attempts at CodeArts that failed, by the code of the service; none is without a code, other one that logbot does not know.",
			[]string{"code"}, append(slices.Clone(known), otherCode, noCode)),
	}
}

func (m codeArtsMetrics) families() []family {
	return []family{m.requests.family(), m.took.family(), m.failures.family(), m.codes.family()}
}

// Exchanged implements logsapi.Observer.
func (m codeArtsMetrics) Exchanged(service string, status int, took time.Duration) {
	m.requests.add(service, classOf(status))
	m.took.observe(took, service)
}

// Failed implements logsapi.Observer.
func (m codeArtsMetrics) Failed(service string, e *logsapi.Error) {
	m.failures.add(service, KindOf(e))
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
	m.codes.add(code)
}

// classOf is the label of an HTTP status.
func classOf(status int) string {
	if status < 200 || status > 599 {
		return "none"
	}
	return strconv.Itoa(status/100) + "xx"
}
