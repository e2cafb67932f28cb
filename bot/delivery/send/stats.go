package send

import "sync/atomic"

// Stats is what a sender has done since it was made, and what it does now.
type Stats struct {
	Sent     int64 // requests that were carried out
	Retried  int64 // attempts after the first
	Limited  int64 // attempts that Slack refused as one too many
	Repeats  int64 // messages sent again, and marked so, though an earlier attempt may have arrived
	Inferred int64 // requests known to have arrived by a later refusal alone
	Waiting  int64 // deliveries that have not ended
}

// counters are the Stats as they grow.
type counters struct {
	sent, retried, limited, repeats, inferred, waiting atomic.Int64
}

func (c *counters) stats() Stats {
	return Stats{
		Sent: c.sent.Load(), Retried: c.retried.Load(), Limited: c.limited.Load(),
		Repeats: c.repeats.Load(), Inferred: c.inferred.Load(), Waiting: c.waiting.Load(),
	}
}
