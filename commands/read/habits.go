package read

import (
	"slices"
	"strings"
	"sync"

	"logbot/logsapi"
)

// Habits is what was seen of the host of the logs: which endpoint has the larger pages,
// and whether the file of a build is the log that its pages are. A nil *Habits remembers
// nothing. It is safe for concurrent use.
type Habits struct {
	mu    sync.Mutex
	pages judgement // the pages of LiveLog are larger than those of FinishedLog
	file  judgement // the file of a build begins as its pages do
}

// String says what was seen, for operators: `real-time-log has the larger pages; the
// file of a build is its log`. Without that it is "nothing seen yet".
func (h *Habits) String() string {
	var says []string
	for _, s := range []struct {
		of       func(*Habits) *judgement
		yes, not string
	}{
		{largerLive, "real-time-log has the larger pages", "stage/page has small pages, and real-time-log no larger ones"},
		{sameFile, "the file of a build is its log", "the file of a build is not the log that its pages are"},
	} {
		switch h.seen(s.of) {
		case yes:
			says = append(says, s.yes)
		case no:
			says = append(says, s.not)
		}
	}
	if says == nil {
		return "nothing seen yet"
	}
	return strings.Join(says, "; ")
}

// judgement is what was seen of a question.
type judgement int8

const (
	unseen judgement = iota
	yes
	no
)

func judged(is bool) judgement {
	if is {
		return yes
	}
	return no
}

// seen returns what is known, unseen if that is nothing.
func (h *Habits) seen(of func(*Habits) *judgement) judgement {
	if h == nil {
		return unseen
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return *of(h)
}

func (h *Habits) note(of func(*Habits) *judgement, is bool) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	*of(h) = judged(is)
}

func largerLive(h *Habits) *judgement { return &h.pages }
func sameFile(h *Habits) *judgement   { return &h.file }

// inOrder are logs in the order in which they are tried: of those of a whole build the
// one with the larger pages first.
func (h *Habits) inOrder(logs []logsapi.Log) []logsapi.Log {
	if h.seen(largerLive) != yes {
		return logs
	}
	finished := slices.IndexFunc(logs, func(l logsapi.Log) bool { _, is := l.(logsapi.FinishedLog); return is })
	if finished < 0 {
		return logs
	}
	live := slices.Index(logs, logsapi.Log(logsapi.LiveLog(logs[finished].(logsapi.FinishedLog))))
	if live < finished {
		return logs
	}
	logs = slices.Clone(logs)
	logs[finished], logs[live] = logs[live], logs[finished]
	return logs
}

// smallPage is how few lines make it worth a request to see whether the other endpoint
// sends more of them.
const smallPage = logsapi.PageLines / 2

// isSmall reports whether other endpoints may well have larger pages than this one.
func isSmall(p logPage) bool {
	_, finished := p.Log.(logsapi.FinishedLog)
	return finished && !p.Last && strings.Count(p.Text, "\n") < smallPage
}
