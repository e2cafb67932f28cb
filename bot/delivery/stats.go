package delivery

import "sync/atomic"

// Stats is what a courier has done since it was made, and what it does now.
type Stats struct {
	Sent     int64 // requests that were carried out
	Retried  int64 // attempts after the first
	Limited  int64 // attempts that Slack refused as one too many
	Repeats  int64 // messages sent again, and marked so, though an earlier attempt may have arrived
	Inferred int64 // files known to have arrived by a later refusal alone
	LeftOut  int64 // notes of progress that were dropped
	Waiting  int64 // deliveries that have not ended
	Spooled  int64 // bytes of disk that files use before they are sent
}

// counters are the Stats as they grow.
type counters struct {
	Sent, Retried, Limited, Repeats, Inferred, LeftOut, Waiting atomic.Int64
}

func (c *counters) stats() Stats {
	return Stats{
		Sent: c.Sent.Load(), Retried: c.Retried.Load(), Limited: c.Limited.Load(), Repeats: c.Repeats.Load(),
		Inferred: c.Inferred.Load(), LeftOut: c.LeftOut.Load(), Waiting: c.Waiting.Load(),
	}
}
