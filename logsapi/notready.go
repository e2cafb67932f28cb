package logsapi

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"logbot/logsapi/wire"
)

// How long a log that is refused for the moment is asked for again. While it is
// stored away after the end of its build, the service answers 404; if its back end
// fails, 500 CB.00030004, which is also the answer for a build that never ran.
const (
	readyPause = 500 * time.Millisecond // longer by this much with every try
	readyWait  = 5 * time.Second        // of all logs of a build together
	readyAgain = 30 * time.Second       // after which the time begins anew
	maxWaits   = 1000                   // builds that are remembered
)

// waits is how long the logs of each build were waited for lately, so that one that
// falls back to another does not wait for each. It is safe for concurrent use.
type waits struct {
	mu    sync.Mutex
	spent map[string]spent // by build or record
}

type spent struct {
	time  time.Duration
	since time.Time
}

// take is the pause before the next try, or 0 if it has been long enough.
func (w *waits) take(of string, now time.Time, n int) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, known := w.spent[of]
	if !known || now.Sub(s.since) > readyAgain {
		s = spent{since: now}
	}
	pause := min(time.Duration(n)*readyPause, readyWait-s.time)
	s.time += pause
	if len(w.spent) >= maxWaits || w.spent == nil {
		w.spent = map[string]spent{}
	}
	w.spent[of] = s
	return pause
}

// whenReady calls try until it succeeds, fails otherwise than for the moment, or
// readyWait is over; once only if the log is not expected to come. The last error is
// then of kind ErrNotReady. late says that it did not succeed at once.
func (w *waits) whenReady(ctx context.Context, r *wire.Requester, op, of string, once bool, try func() error) (late bool, err error) {
	for n := 1; ; n++ {
		err := notReady(try())
		if once || !errors.Is(err, ErrNotReady) {
			return n > 1 && err == nil, err
		}
		pause := w.take(of, r.Now(), n)
		if deadline, ok := ctx.Deadline(); pause <= 0 || ok && time.Until(deadline) < pause {
			return false, err
		}
		if err := r.Pause(ctx, op, pause); err != nil {
			return false, err
		}
	}
}

// notReady gives the errors of a log that can be there in a moment the kind
// ErrNotReady. A 404 whose code says what is missing is not one.
func notReady(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrNotFound || e.Status != http.StatusNotFound || !e.Vague() {
		return err
	}
	later := *e
	later.Kind, later.Err = ErrNotReady, errors.Join(ErrNotFound, e.Err)
	return &later
}
