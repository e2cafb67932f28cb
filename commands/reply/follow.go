package reply

import (
	"encoding/json"
	"time"

	"logbot/commands/read"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// FollowState is the state of following a build. Another process can continue from
// its JSON. It holds log text that is not masked.
type FollowState struct {
	Task    string     `json:"task"` // id, 32 hex digits
	Name    string     `json:"name"`
	Word    string     `json:"word"` // what to type for the task
	Build   int64      `json:"build"`
	Channel string     `json:"channel,omitempty"`
	User    string     `json:"user,omitempty"` // whose permissions count
	Bot     string     `json:"bot,omitempty"`  // the bot_id of the app whose permissions count, if an app asked
	Lang    texts.Lang `json:"lang,omitempty"`

	Began   time.Time     `json:"began"`
	News    time.Time     `json:"news"`           // when the log last grew
	Asked   time.Time     `json:"asked,omitzero"` // when the build record was read
	State   logsapi.State `json:"state,omitempty"`
	Waiting bool          `json:"waiting,omitempty"` // the build has not begun, as far as is known
	Ended   time.Time     `json:"ended,omitzero"`    // since when the log ends with an end marker that the record does not contradict
	Context []string      `json:"context,omitempty"`
	Started time.Time     `json:"started,omitzero"`
	Log     read.Tail     `json:"log,omitzero"`
	Misses  int           `json:"misses,omitempty"` // failed steps in a row

	// For the audit log.
	Recorded   time.Time `json:"recorded,omitzero"`
	Unrecorded Amount    `json:"unrecorded,omitzero"`

	// Caller describes who asked, in the format of the face that shows the message:
	// they are told if it cannot be shown. Empty once it is shown.
	Caller json.RawMessage `json:"caller,omitempty"`

	// Fresh are the masked lines that the last step read. They are not stored.
	Fresh []string `json:"-"`

	// Err is why the last step failed. It is not stored.
	Err error `json:"-"`
}

// Amount is how much of a log was shown.
type Amount struct {
	Bytes  int64 `json:"bytes,omitempty"`
	Hidden int   `json:"hidden,omitempty"` // values masked in them
}

// Wait is how long to wait before the next step: a message is updated, and a log
// read, at most every three seconds. A build that has not begun is looked at every ten
// seconds.
func (s FollowState) Wait() time.Duration {
	if s.Waiting {
		return 10 * time.Second
	}
	switch quiet := time.Since(s.News); {
	case quiet < time.Minute:
		return 3 * time.Second
	case quiet < 5*time.Minute:
		return 5 * time.Second
	}
	return 10 * time.Second
}
