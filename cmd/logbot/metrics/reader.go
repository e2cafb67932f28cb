package metrics

import (
	"sync/atomic"

	"logbot/bot"
	"logbot/bot/delivery/send"
	"logbot/bot/jobs"
	"logbot/cache"
	"logbot/cache/redisclient"
)

// Sources are counts that other packages keep. A nil one is all 0. They are called at
// every scrape, so they must return at once.
type Sources struct {
	Pages func() cache.Stats
	Slack func() bot.Stats
	Jobs  func() jobs.Stats
	State func() StateStats
	// Stores are what the breakers in front of Redis did, by store: state, pages.
	Stores func() map[string]redisclient.BreakerStats
}

// StateStats are what is known of the state and of the records that go there.
type StateStats struct {
	Queued    int   // intents in the queue, when it was last asked
	LostVotes int64 // votes that were only logged
	Right     int64 // votes that the lines of an answer were the right ones
	Wrong     int64
	Masked    int64 // values that were masked, in answers, files and the log
	Audit     AuditStats
}

// AuditStats are what became of the events of the audit log.
type AuditStats struct {
	Stored   int64
	Lost     int64 // only logged
	Uncopied int64 // not in the copy of LOGBOT_AUDIT
	Crashes  int64 // processes found that may have lost some
}

// counts is what one scrape shows.
type counts struct {
	pages cache.Stats
	slack bot.Stats
	jobs  jobs.Stats
	state StateStats
	store map[string]redisclient.BreakerStats

	throttled int64 // by CodeArts
}

// reader shows what others count.
type reader struct {
	sources  atomic.Pointer[Sources]
	readings []reading

	throttled *atomic.Int64 // how often CodeArts asked for fewer requests
}

// reading is a family whose values others count.
type reading struct {
	name, help string
	kind       kind
	label      string // empty if it is one series
	parts      []part
}

// part is one series of a family, with the value of the family's label.
type part struct {
	label string
	value func(counts) float64
}

// families reads the sources.
func (r *reader) families() []family {
	c, all := r.now(), make([]family, len(r.readings))
	for i, each := range r.readings {
		f := family{name: each.name, help: each.help, kind: each.kind}
		for _, p := range each.parts {
			s := sample{value: p.value(c)}
			if each.label != "" {
				s.labels = []label{{each.label, p.label}}
			}
			f.samples = append(f.samples, s)
		}
		all[i] = f
	}
	return all
}

// now reads the sources.
func (r *reader) now() (c counts) {
	c.throttled = r.throttled.Load()
	s := r.sources.Load()
	if s == nil {
		return c
	}
	if s.Pages != nil {
		c.pages = s.Pages()
	}
	if s.Slack != nil {
		c.slack = s.Slack()
	}
	if s.Jobs != nil {
		c.jobs = s.Jobs()
	}
	if s.Stores != nil {
		c.store = s.Stores()
	}
	if s.State != nil {
		c.state = s.State()
	}
	return c
}

// one adds a family of one series.
func (r *reader) one(kind kind, name, help string, value func(counts) float64) {
	r.family(kind, name, help, "", part{value: value})
}

// family adds a family with one label.
func (r *reader) family(kind kind, name, help, label string, parts ...part) {
	r.readings = append(r.readings, reading{name, help, kind, label, parts})
}

func newReader(throttled *atomic.Int64) *reader {
	r := &reader{throttled: throttled}
	r.addStores()
	r.addPages()
	r.addSlack()
	r.addWork()
	return r
}

func (r *reader) addPages() {
	const c, g = counter, gauge
	r.family(c, "logbot_pages_total", "Log pages that were read, by where from: memory, store, codearts, or joined to an equal request under way.", "from",
		part{"memory", func(c counts) float64 { return float64(c.pages.MemoryHits) }},
		part{"store", func(c counts) float64 { return float64(c.pages.StoreHits) }},
		part{"codearts", func(c counts) float64 { return float64(c.pages.Misses) }},
		part{"joined", func(c counts) float64 { return float64(c.pages.Coalesced) }})
	r.one(c, "logbot_page_waits_total", "Pages for which this process waited while another one asked CodeArts.", func(c counts) float64 { return float64(c.pages.Waited) })
	r.one(c, "logbot_page_store_errors_total", "Calls of the store for pages that failed.", func(c counts) float64 { return float64(c.pages.StoreErrors) })
	r.one(c, "logbot_pages_damaged_total", "Damaged pages that were found in the store and removed.", func(c counts) float64 { return float64(c.pages.Damaged) })
	r.one(c, "logbot_page_writes_dropped_total", "Pages that were not stored because too many writes were under way.", func(c counts) float64 { return float64(c.pages.Dropped) })
	r.one(c, "logbot_page_locks_lost_total", "Locks of pages that expired while their holder still asked CodeArts.", func(c counts) float64 { return float64(c.pages.LostLocks) })
	r.one(g, "logbot_page_memory_bytes", "Memory that pages take.", func(c counts) float64 { return float64(c.pages.MemoryBytes) })
}

func (r *reader) addStores() {
	const c, g = counter, gauge
	each := func(kind kind, name, help string, value func(redisclient.BreakerStats) float64) {
		var parts []part
		for _, store := range []string{"state", "pages"} {
			parts = append(parts, part{store, func(c counts) float64 { return value(c.store[store]) }})
		}
		r.family(kind, name, help, "store", parts...)
	}
	each(g, "logbot_breaker_open", "Redis servers that are not asked now, because they did not answer.", func(s redisclient.BreakerStats) float64 { return float64(s.Open) })
	each(c, "logbot_breaker_trips_total", "Times that a Redis server was given up for a while.", func(s redisclient.BreakerStats) float64 { return float64(s.Trips) })
	each(c, "logbot_store_calls_total", "Calls of Redis that it answered.", func(s redisclient.BreakerStats) float64 { return float64(s.Served) })
	each(c, "logbot_store_failures_total", "Calls of Redis that it did not answer.", func(s redisclient.BreakerStats) float64 { return float64(s.Failed) })
	each(c, "logbot_store_skipped_total", "Calls of Redis that were not made: its server was given up for a while, or the command had waited long enough.", func(s redisclient.BreakerStats) float64 { return float64(s.Refused) })
	each(c, "logbot_store_seconds_total", "Time that calls of Redis took.", func(s redisclient.BreakerStats) float64 { return s.Took.Seconds() })
	r.family(c, "logbot_rate_limited_total", "Requests that were refused as too many (HTTP 429 and the like), by who refused them.", "by",
		part{"codearts", func(c counts) float64 { return float64(c.throttled) }},
		part{"slack", func(c counts) float64 { return float64(c.slack.Delivery.Limited) }})
}

func (r *reader) addSlack() {
	const c, g = counter, gauge
	r.one(g, "logbot_slack_sockets_wanted", "Sockets to Slack that this process holds open (LOGBOT_SOCKETS).", func(c counts) float64 { return float64(c.slack.Sockets.Wanted) })
	r.one(g, "logbot_slack_sockets_open", "Sockets to Slack that are open.", func(c counts) float64 { return float64(c.slack.Sockets.Connected) })
	r.one(g, "logbot_slack_sockets_counted", "Sockets of the app over all processes, as Slack counted when the last one opened.", func(c counts) float64 { return float64(c.slack.Sockets.Counted) })
	r.one(g, "logbot_slack_silence_seconds", "Time since Slack was last heard on any socket; it answers a ping every few seconds.", func(c counts) float64 { return c.slack.Sockets.Silence.Seconds() })
	r.one(c, "logbot_slack_reconnects_total", "Sockets that were opened after the first ones.", func(c counts) float64 { return float64(c.slack.Sockets.Reconnects) })
	r.family(c, "logbot_slack_requests_total", "Requests to Slack: sent were carried out, retried are further attempts, repeated are messages marked as a possible repeat, inferred are known to have arrived by a later refusal.", "result",
		part{"sent", func(c counts) float64 { return float64(c.slack.Delivery.Sent) }},
		part{"retried", func(c counts) float64 { return float64(c.slack.Delivery.Retried) }},
		part{"repeated", func(c counts) float64 { return float64(c.slack.Delivery.Repeats) }},
		part{"inferred", func(c counts) float64 { return float64(c.slack.Delivery.Inferred) }})
	var refusals []part
	for _, cause := range send.Causes() {
		refusals = append(refusals, part{cause.String(), func(c counts) float64 { return float64(c.slack.Delivery.Refusals[cause]) }})
	}
	r.family(c, "logbot_slack_refusals_total", "Requests that Slack refused, by cause; not_member, read_only and the like are for people of the channel to change.", "cause", refusals...)
	r.one(g, "logbot_slack_deliveries", "Deliveries to Slack that have not ended.", func(c counts) float64 { return float64(c.slack.Delivery.Waiting) })
	r.one(c, "logbot_slack_notes_dropped_total", "Notes about progress that were left out rather than let an answer wait.", func(c counts) float64 { return float64(c.slack.Delivery.LeftOut) })
	r.one(g, "logbot_spool_bytes", "Disk that files on their way to Slack take.", func(c counts) float64 { return float64(c.slack.Delivery.Spooled) })
}

func (r *reader) addWork() {
	const c, g = counter, gauge
	r.one(g, "logbot_commands_waiting", "Commands of this process that are acknowledged and not answered; at most 1024.", func(c counts) float64 { return float64(c.slack.Unanswered) })
	r.one(g, "logbot_leases", "Pieces of stored work that this process holds.", func(c counts) float64 { return float64(c.jobs.Leases) })
	r.one(g, "logbot_intents", "Stored work of all processes: commands, follows, watches; asked every few seconds.", func(c counts) float64 { return float64(c.state.Queued) })
	r.family(c, "logbot_jobs_total", "Runs of stored work: failed are tried again, lost went to another replica, gave_up are not tried again, repeated may be in a channel twice.", "result",
		part{"run", func(c counts) float64 { return float64(c.jobs.Runs) }},
		part{"failed", func(c counts) float64 { return float64(c.jobs.Failed) }},
		part{"lost", func(c counts) float64 { return float64(c.jobs.Lost) }},
		part{"gave_up", func(c counts) float64 { return float64(c.jobs.GaveUp) }},
		part{"repeated", func(c counts) float64 { return float64(c.jobs.Repeats) }})
	r.one(c, "logbot_masked_values_total", "Values that were masked: in answers, files and this process's log.", func(c counts) float64 { return float64(c.state.Masked) })
	r.family(c, "logbot_feedback_total", "Votes on the lines of answers.", "vote",
		part{"right", func(c counts) float64 { return float64(c.state.Right) }},
		part{"wrong", func(c counts) float64 { return float64(c.state.Wrong) }})
	r.one(c, "logbot_feedback_lost_total", "Votes that could not be stored and are only in the log.", func(c counts) float64 { return float64(c.state.LostVotes) })
	r.one(c, "logbot_audit_stored_total", "Events that are in the audit log.", func(c counts) float64 { return float64(c.state.Audit.Stored) })
	r.one(c, "logbot_audit_lost_total", "Events that could not be stored in the audit log and are only in the process's log.", func(c counts) float64 { return float64(c.state.Audit.Lost) })
	r.one(c, "logbot_audit_uncopied_total", "Events that are missing in the copy of the audit log (LOGBOT_AUDIT).", func(c counts) float64 { return float64(c.state.Audit.Uncopied) })
	r.one(c, "logbot_audit_crashes_total", "Processes found that ended before they had stored all their audit events.", func(c counts) float64 { return float64(c.state.Audit.Crashes) })
}
