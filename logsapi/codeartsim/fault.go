package codeartsim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// Fault is one thing a Server does that clients were seen to trip over. Those
// that hit some requests only take a number: "throttle=5" hits the first of
// every five.
type Fault string

const (
	OffsetsString     Fault = "offsets-string"
	OffsetsNull       Fault = "offsets-null"
	OffsetsStuck      Fault = "offsets-stuck"
	NewestFirst       Fault = "newest-first"
	EmptyLog          Fault = "empty-log"
	ErrorEmpty        Fault = "error-empty"
	ErrorObject       Fault = "error-object"
	ErrorString       Fault = "error-string"
	Error200          Fault = "error-200"
	Throttle          Fault = "throttle"
	ThrottleWait      Fault = "throttle-wait"
	FileJSON          Fault = "file-json"
	FileHTML          Fault = "file-html"
	RecordInfoMissing Fault = "record-info-missing"
)

// Switch describes one Fault for people.
type Switch struct {
	Fault Fault
	Every int // how many requests it hits the first of, when no number is given; 0 where it hits all
	Does  string
}

// Faults lists every Fault there is.
func Faults() []Switch {
	return []Switch{
		{OffsetsString, 0, "offsets are strings of digits"},
		{OffsetsNull, 0, "offsets of an empty log are null"},
		{OffsetsStuck, 0, "every further page is the page before once more, with more to come"},
		{NewestFirst, 0, "the lines inside a descending page come newest first"},
		{EmptyLog, 2, "the log of a page is empty although more is to come; the same request again gets it"},
		{ErrorEmpty, 0, `a success of Build says "error": {} instead of null`},
		{ErrorObject, 0, "refusals of a service are an envelope with an error object"},
		{ErrorString, 0, "refusals of a service are an envelope with an error text"},
		{Error200, 0, "refusals of a service come with status 200"},
		{Throttle, 3, "429 APIGW.0308 without Retry-After"},
		{ThrottleWait, 3, "429 APIGW.0308 with Retry-After: 1"},
		{FileJSON, 0, "the step file is a JSON error with status 200"},
		{FileHTML, 0, "the step file is an HTML sign-on page with status 200"},
		{RecordInfoMissing, 0, "record-info is not published: 404 APIGW.0101"},
	}
}

// ParseFault reads the name of a Fault, with "=N" where it takes a number.
func ParseFault(text string) (Fault, error) {
	_, _, err := parseFault(text)
	return Fault(text), err
}

func parseFault(text string) (name Fault, every int, err error) {
	given, number, numbered := strings.Cut(text, "=")
	for _, s := range Faults() {
		if string(s.Fault) != given {
			continue
		}
		if !numbered {
			return s.Fault, max(s.Every, 1), nil
		}
		n, err := strconv.Atoi(number)
		if s.Every == 0 || err != nil || n < 1 {
			break
		}
		return s.Fault, n, nil
	}
	return "", 0, fmt.Errorf("unknown fault %q", text)
}

// faults are the switches of one Server that are on. A nil map has none.
type faults map[Fault]*turn

// turn counts the requests a fault could hit.
type turn struct {
	every uint64
	count atomic.Uint64
}

func newFaults(on []Fault) (faults, error) {
	f := faults{}
	for _, fault := range on {
		name, every, err := parseFault(string(fault))
		if err != nil {
			return nil, err
		}
		f[name] = &turn{every: uint64(every)}
	}
	return f, nil
}

func (f faults) has(fault Fault) bool { return f[fault] != nil }

// hits counts one request and reports whether fault hits it.
func (f faults) hits(fault Fault) bool {
	t := f[fault]
	return t != nil && (t.count.Add(1)-1)%t.every == 0
}

// throttle refuses the requests that the throttling faults hit.
func (s *Server) throttle(w http.ResponseWriter) error {
	wait := s.faults.hits(ThrottleWait)
	if wait {
		w.Header().Set("Retry-After", "1")
	}
	if wait || s.faults.hits(Throttle) {
		return gatewayRefusal(http.StatusTooManyRequests, codeThrottled,
			"The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 minute")
	}
	return nil
}
