package logsapi

import (
	"strings"

	"logbot/logsapi/lenient"
)

// State is how a build stands. The zero State is unknown.
type State string

const (
	Unknown     State = ""
	Queued      State = "queued"
	Running     State = "running"
	Succeeded   State = "succeeded"
	Failed      State = "failed"
	Aborted     State = "aborted"
	TimedOut    State = "timed out"
	Unscheduled State = "could not be scheduled" // no executor took it; it has no log
)

// ParseState reads a state as the service writes it. Its endpoints use several
// vocabularies (SUCCESS, blue, Running, …) and spell them in either case, one of
// them as "quering"; a word that none of them has is Unknown.
func ParseState(word string) State {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "inqueue", "queued", "waiting", "quering":
		return Queued
	case "running", "building":
		return Running
	case "success", "blue":
		return Succeeded
	case "failure", "failed", "fail", "error", "red":
		return Failed
	case "aborted":
		return Aborted
	case "timeout":
		return TimedOut
	case "schedule_failure":
		return Unscheduled
	}
	return Unknown
}

// firstState is the first of words that is a state.
func firstState(words ...lenient.Text) State {
	for _, word := range words {
		if state := ParseState(string(word)); state != Unknown {
			return state
		}
	}
	return Unknown
}

// Finished reports whether a build in this state will not change any more.
func (s State) Finished() bool {
	switch s {
	case Succeeded, Failed, Aborted, TimedOut, Unscheduled:
		return true
	}
	return false
}
