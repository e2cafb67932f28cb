package watch

import (
	"strings"

	"logbot/cache/state"
	"logbot/logsapi"
)

// leavesOut reports whether a watch is not about a build: it is of another branch, or
// somebody else started it. A build that has not ended may not tell these yet, and is
// looked at again; one that has ended and does not tell them is left out, as nobody
// knows whether it is meant.
func (w *Watcher) leavesOut(watch state.Watch, b logsapi.Build) bool {
	ended := b.State.Finished()
	if watch.Branch != "" && (b.Branch != "" || ended) && !matches(watch.Branch, b.Branch) {
		return true
	}
	return watch.Mine && (b.Who != "" || ended) && !w.started(watch.Owner, b.Who)
}

// started reports whether the executor of a build is a user.
func (w *Watcher) started(user, executor string) bool {
	if w.Executors == nil {
		return false
	}
	for name, of := range w.Executors() {
		if of == user && strings.EqualFold(name, executor) {
			return true
		}
	}
	return false
}

// matches reports whether a branch has the form of a pattern, in which "*" stands for
// any characters.
func matches(pattern, branch string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(branch, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
