package wire

import (
	"errors"
	"time"
)

// Observer is told what happens between this process and CodeArts. Its methods must
// return at once and may be called concurrently.
type Observer interface {
	// Exchanged is told of every request that was sent: to which service (Services, or
	// IAM), the HTTP status, 0 without an answer, and how long that took to come.
	Exchanged(service string, status int, took time.Duration)
	// Failed is told of every attempt that failed at that service, also those that are
	// tried again. Errors of requests whose caller left are not told.
	Failed(service string, e *Error)
}

// IAM is the name of the service that issues tokens, for an Observer.
const IAM = "iam"

// Services are the names of the services that an Observer hears of.
func Services() []string {
	names := []string{IAM}
	for s := range serviceCount {
		names = append(names, services[s].short)
	}
	return names
}

// Codes are the error codes of the services that this package knows.
func Codes() []string {
	all := []string{rejectedCode}
	for code := range codes {
		all = append(all, code)
	}
	return all
}

// deaf is an Observer that hears nothing.
type deaf struct{}

func (deaf) Exchanged(string, int, time.Duration) {}
func (deaf) Failed(string, *Error)                {}

// failed tells the observer of an error, and returns it.
func (r *Requester) failed(q Request, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) && e.Kind != nil && e.Kind != ErrInvalid {
		e.Service = services[q.Service].short
		r.observer.Failed(services[q.Service].short, e)
	}
	return err
}
