package logsapi

import (
	"strings"

	"logbot/logsapi/lenient"
	"logbot/logsapi/lines"
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
	Ended       State = "ended"                  // in a state whose word is unknown; Build.Word and Record.Word have it
)

// ParseState reads a state as the service writes it. Its endpoints use several
// vocabularies (SUCCESS, blue, Running, …) and spell them in either case, one of
// them as "quering"; a word that none of them has is Unknown.
func ParseState(word string) State {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "inqueue", "in_queue", "queued", "waiting", "pending", "init", "quering", "排队中":
		return Queued
	case "running", "building", "构建中":
		return Running
	case "success", "succeeded", "blue", "构建成功", "成功":
		return Succeeded
	case "failure", "failed", "fail", "error", "red", "构建失败", "失败":
		return Failed
	case "aborted", "abort", "canceled", "cancelled", "stopped", "已中止":
		return Aborted
	case "timeout", "timed_out", "构建超时":
		return TimedOut
	case "schedule_failure", "schedule_failed":
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

// standing is the state of a build: the first of words that is one. If none is and
// the build has ended, it is Ended, and the first word that is there says how.
func standing(ended bool, words ...lenient.Text) (state State, word string) {
	state = firstState(words...)
	if state != Unknown {
		return state, ""
	}
	word = shortened(lenient.First(words...), maxStateWord)
	if ended {
		state = Ended
	}
	return state, word
}

// maxStateWord bounds a word for a state that is unknown, in bytes.
const maxStateWord = 40

// shortened is a text of the service on one line, at most that many bytes.
func shortened(t lenient.Text, most int) string {
	return lines.ShortenBytes(strings.Join(strings.Fields(string(t)), " "), most)
}

// Finished reports whether a build in this state will not change any more.
func (s State) Finished() bool {
	switch s {
	case Succeeded, Failed, Aborted, TimedOut, Unscheduled, Ended:
		return true
	}
	return false
}
