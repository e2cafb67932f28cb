package access

// Standing is what somebody is to the workspace of the bot.
type Standing int

// The standings. Members are those of the workspace, or of its organisation, who are
// not guests. A rule that does not say otherwise is for members alone.
const (
	Member   Standing = iota
	Guest             // of the workspace
	Stranger          // of another workspace or organisation
	App               // a bot or a workflow, not a person
)

// Caller is who asks, and where.
type Caller struct {
	Channel  string // empty in a terminal
	User     string // empty in a terminal, and for some apps
	Standing Standing
	Bot      string   // the bot_id of an App; empty if unknown
	Shared   bool     // people of other organisations read the channel
	Groups   []string // those of Policy.Groups whose member the user is known to be
	// Direct says that the channel is the bot's conversation with the user, so that nobody
	// else sees what is posted there.
	Direct bool
}

// Verdict says whether a caller may use the bot at all, before anything is read. What
// they may then read is decided task by task.
type Verdict int

// The verdicts. Each but Admitted is the same whatever was asked.
const (
	Admitted Verdict = iota
	NoGuests
	NoStrangers
	NoApps
	NotShared // no rule allows logs in this channel, which other organisations read
)

// String is the verdict in the log and the audit log.
func (v Verdict) String() string {
	return [...]string{"admitted", "guest", "stranger", "app", "shared channel"}[v]
}

// Admit says whether some rule is for such a caller in such a channel. Members are
// admitted where no rule is for them: they are told which rule is missing once they
// name a task.
func (p *Policy) Admit(c Caller) Verdict {
	if p.AllowsSome(c) {
		return Admitted
	}
	elsewhere := c
	elsewhere.Shared = false
	switch {
	case c.Standing == Member && !c.Shared:
		return Admitted
	case c.Shared && (c.Standing == Member || p.AllowsSome(elsewhere)):
		return NotShared
	case c.Standing == Guest:
		return NoGuests
	case c.Standing == Stranger:
		return NoStrangers
	}
	return NoApps
}

// opens reports whether LOGBOT_OPEN lets the caller read. It is for the workspace
// alone.
func (p *Policy) opens(c Caller) bool { return p.open && c.Standing == Member && !c.Shared }
