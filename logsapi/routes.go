package logsapi

import (
	"slices"
	"sync"
	"time"
)

// unpublishedFor is how long a file is not asked for that the host does not publish.
const unpublishedFor = 10 * time.Minute

// routes are the addresses of one kind of file, %s being the record id, of which a
// host may publish any. It is safe for concurrent use.
type routes struct {
	mu    sync.Mutex
	paths []string // in the order in which they are tried
	until time.Time
	err   error // why none was found
}

func (r *routes) inOrder() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.paths)
}

// prefer makes path the first to be tried.
func (r *routes) prefer(path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.paths, path); i > 0 {
		r.paths = slices.Insert(slices.Delete(r.paths, i, i+1), 0, path)
	}
}

// miss records that the host publishes none.
func (r *routes) miss(now time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until, r.err = now.Add(unpublishedFor), err
}

// unpublished is the error of routes of which the host was seen to publish none.
func (r *routes) unpublished(now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.until) {
		return r.err
	}
	return nil
}
