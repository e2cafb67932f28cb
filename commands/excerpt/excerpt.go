package excerpt

// Limits of an excerpt where Options name none: what fits one Slack message
// (a block of preformatted text holds about 3,000 characters) and a phone.
const (
	DefaultLines = 20
	DefaultChars = 2900
)

// Options bound an excerpt. The zero value is ready for use.
type Options struct {
	Lines   int     // lines shown at most; 0 is DefaultLines
	Chars   int     // characters printed at most, with Prefix and line feeds; 0 is DefaultChars
	Rules   *Rules  // nil: the embedded ones
	Ranker  *Ranker // nil: the embedded one
	Explain bool    // say which features decided on each line
	Known   Outcome // how the build ended, if that is known from elsewhere than the log; a Backward then stops sooner
	Green   *Seen   // lines of the last log of the same task that succeeded; nil: not known
}

func (o Options) withDefaults() Options {
	if o.Lines <= 0 {
		o.Lines = DefaultLines
	}
	if o.Chars <= 0 {
		o.Chars = DefaultChars
	}
	if o.Rules == nil {
		o.Rules = Embedded()
	}
	return o
}

// Outcome is what the log itself says about how the build ended.
type Outcome uint8

const (
	Unknown   Outcome = iota // it does not say
	Failed                   // "Finished: FAILURE", a command that exited with 1
	Succeeded                // "Finished: SUCCESS" and no command that failed
	Aborted                  // "Finished: ABORTED"
)

func (o Outcome) String() string {
	return [...]string{"unknown", "failed", "succeeded", "aborted"}[o]
}

// MarshalText is the name of the outcome, for JSON.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Excerpt is the lines of a log that explain its failure, in the order of the
// log. It is never without lines when the log has text.
type Excerpt struct {
	Lines   []Line `json:"lines"`
	Reason  Line   `json:"reason"`            // the one line that says why; the zero Line if nothing failed or somebody stopped the build
	Reasons []Line `json:"reasons,omitempty"` // up to three lines that may say why, the likeliest first: Reason and the next ones
	// Confidence is how many of 100 reasons that looked as likely as Reason were
	// right in logs that the ranker had not seen.
	Confidence int     `json:"confidence,omitempty"`
	Step       string  `json:"step"`    // the CodeArts step the lines are from; empty where the log names none
	Outcome    Outcome `json:"outcome"` // what the log says
	Read       int     `json:"read"`    // lines read
	Whole      bool    `json:"whole"`   // the log was read from its first line
}

// Sure says whether Reason may be asserted. If not, it is one of Reasons that says
// why, or another line.
func (e *Excerpt) Sure() bool { return e.Confidence >= sureOf }

// sureOf is from which confidence on a reason is asserted: rather right than wrong.
const sureOf = 55

// Line is one line of an excerpt.
type Line struct {
	Number     int    `json:"number"`            // from 1 at the start of the log; where the start was not read, from -1 at its end
	Text       string `json:"text"`              // plain text without stamp and step, cut in the middle where it is too long
	BlockStart bool   `json:"blockStart"`        // the line before it in the log is not shown
	Folded     int    `json:"folded,omitempty"`  // further lines of the log that say the same but for numbers, left out here
	Frames     int    `json:"frames,omitempty"`  // frames of a trace between it and the next line that are left out
	Rank       int    `json:"-"`                 // how many lines of the excerpt explain more: where fewer are to be shown, the first ranks are
	Rule       string `json:"rule"`              // the rule that judged it; "near" for its neighbours, "tail" for the end of the step
	Because    string `json:"because,omitempty"` // the features that decided on it, with Options.Explain
}
