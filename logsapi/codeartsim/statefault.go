package codeartsim

import (
	"net/http"
	"slices"
	"time"

	"logbot/logsapi/codeartsim/folder"
)

// Faults about what is told of builds, and when their logs are there.
const (
	StateWord     Fault = "state"
	BeforeStart   Fault = "before-start"
	Queued        Fault = "queued"
	QueuedRefused Fault = "queued-refused"
	NotReady      Fault = "not-ready"
	Archiving     Fault = "archiving"
)

func stateFaults() []Switch {
	return []Switch{
		{Fault: StateWord, Takes: takesWord, Default: "UNSTABLE", Does: "a build that failed has this state, which no documentation lists",
			hooks: hooks{build: func(_ *exchange, s *setting, b *folder.Snapshot) {
				if b.State == folder.Failure {
					b.State = s.name
				}
			}}},
		{Fault: BeforeStart, Does: "a build that failed did so before it began, in the ordinary state: no start, no steps, no log; err_msg says why",
			hooks: hooks{build: func(_ *exchange, _ *setting, b *folder.Snapshot) {
				if b.State == folder.Failure {
					b.Unbegun, b.Steps = true, nil
				}
			}}},
		{Fault: Queued, Takes: takesDuration, Default: "2m", Does: "a build that grows waits so much longer for its start",
			hooks: hooks{build: queueLonger}},
		{Fault: QueuedRefused, Does: "the log of a build in the queue is refused like that of one that never ran: 500 CB.00030004",
			hooks: hooks{answer: refuseQueued}},
		{Fault: NotReady, Takes: takesCount, Default: "2", Does: "500 CB.00030004 for so many requests for logs and files, then no more",
			hooks: hooks{answer: refuseFirst(func() error { return knownRefusal(codeNoLog) })}},
		{Fault: Archiving, Takes: takesCount, Default: "2", Does: "404 for so many requests for logs and files, then no more: the log is being archived",
			hooks: hooks{answer: refuseFirst(func() error {
				return refusal(http.StatusNotFound, codeArchiving, "The log is being archived. Try again later.")
			})}},
	}
}

// codeArchiving is made up: no code of this refusal is known.
const codeArchiving = "CB.00030404"

// queueLonger shows a build as it was so much earlier. Its stamps stay.
func queueLonger(c *exchange, s *setting, b *folder.Snapshot) {
	if !b.Grows {
		return
	}
	delay := time.Duration(s.amount)
	earlier := b.Build.Snapshot(c.now.Add(-delay))
	build := *b.Build
	build.Started, build.Queue = build.Started.Add(delay), build.Queue+delay
	earlier.Build = &build
	*b = earlier
}

func refuseQueued(c *exchange, _ *setting, e endpoint) (bool, error) {
	if !isLog(e) {
		return false, nil
	}
	task, number := c.request.PathValue("job_id"), c.request.PathValue("build_no")
	if q := c.request.URL.Query(); task == "" {
		task, number = q.Get("job_id"), q.Get("build_no")
	}
	b, err := c.buildOf(task, number)
	if err != nil || b.State != folder.InQueue {
		return false, nil // a check run, or the endpoint itself refuses it
	}
	return true, knownRefusal(codeNoLog)
}

// refuseFirst refuses the first requests for logs, as many as the setting says.
func refuseFirst(with func() error) func(*exchange, *setting, endpoint) (bool, error) {
	return func(_ *exchange, s *setting, e endpoint) (bool, error) {
		if !isLog(e) || s.refused.Add(1) > s.amount {
			return false, nil
		}
		return true, with()
	}
}

// isLog reports whether an endpoint serves logs or files of logs.
func isLog(e endpoint) bool {
	return e.kind == documented || e.name == nameStepPage || slices.Contains(fileEndpoints(), e.name)
}
