package logging

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// sayEvery is how often a failure of one kind is logged.
const sayEvery = time.Minute

// Unknowable is the Quiet of failures of which no answer shows that they are over.
const Unknowable time.Duration = -1

// Trouble is a failure of something that the bot depends on.
type Trouble struct {
	Kind   string // what failed and how, such as "codearts_unauthorized": a fixed set of words
	Source string // what must work again until it is over, such as "codearts/build"
	Says   string // what went wrong and what to do, one line

	Host, Code string // of the answer; may be empty
	Status     int    // HTTP, 0 without an answer
	Theirs     string // id of the request at the service, for its support

	// Quiet is how long the failure must not have happened until an answer of Source
	// shows that it is over: 0 if any answer does, more if only some requests fail.
	Quiet time.Duration
}

// Troubles logs failures as errors, one line of a kind in a minute at most, and once
// when a kind is over. It is safe for concurrent use.
type Troubles struct {
	log logrus.FieldLogger

	mu     sync.Mutex
	byKind map[string]*lasting
}

// lasting is a trouble that is not over.
type lasting struct {
	Trouble
	began, last, said time.Time
	total             int // since it began
	unsaid            int // since it was said
}

// NewTroubles returns troubles that are logged to log.
func NewTroubles(log logrus.FieldLogger) *Troubles {
	return &Troubles{log: log, byKind: map[string]*lasting{}}
}

// Failed notes a failure, and logs it unless its kind was logged in the last minute. The
// line has the id of the request that ctx belongs to, and how many failures it stands for.
func (t *Troubles) Failed(ctx context.Context, what Trouble) {
	now := time.Now()
	t.mu.Lock()
	l := t.byKind[what.Kind]
	if l == nil {
		l = &lasting{began: now}
		t.byKind[what.Kind] = l
	}
	l.Trouble, l.last = what, now
	l.total++
	l.unsaid++
	if !l.said.IsZero() && now.Sub(l.said) < sayEvery {
		t.mu.Unlock()
		return
	}
	count := l.unsaid
	l.said, l.unsaid = now, 0
	t.mu.Unlock()
	t.log.WithFields(what.fields()).WithContext(ctx).WithField("count", count).Error(what.Says)
}

// Works notes that a source has answered as it should, and logs which troubles are over.
func (t *Troubles) Works(source string) {
	now := time.Now()
	var over []*lasting
	t.mu.Lock()
	for kind, l := range t.byKind {
		if l.Source == source && l.Quiet != Unknowable && now.Sub(l.last) >= l.Quiet {
			over = append(over, l)
			delete(t.byKind, kind)
		}
	}
	t.mu.Unlock()
	for _, l := range over {
		t.log.WithFields(l.fields()).WithFields(logrus.Fields{"count": l.total, "lasted": now.Sub(l.began).Round(time.Second)}).Warn("recovered: " + l.Says)
	}
}

// Lasting are the kinds of troubles that are not over.
func (t *Troubles) Lasting() map[string]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	kinds := make(map[string]bool, len(t.byKind))
	for kind := range t.byKind {
		kinds[kind] = true
	}
	return kinds
}

// fields are those that are known.
func (w Trouble) fields() logrus.Fields {
	f := logrus.Fields{"kind": w.Kind}
	for name, value := range map[string]string{"host": w.Host, "code": w.Code, "service_request": w.Theirs} {
		if value != "" {
			f[name] = value
		}
	}
	if w.Status != 0 {
		f["status"] = w.Status
	}
	return f
}
