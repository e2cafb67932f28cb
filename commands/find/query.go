package find

import "logbot/commands/typed"

// Caller is who types, and where.
type Caller struct {
	Channel string // empty in a terminal
	User    string // empty in a terminal
}

// Query is a command whose words are resolved. Problems offer it with other words.
type Query struct {
	*typed.Command
	Caller
	// Checked is called with the id of a task, check run or record after its access
	// check; it may be nil.
	Checked func(id string, allowed bool)
}

func (q Query) note(id string, allowed bool) {
	if q.Checked != nil {
		q.Checked(id, allowed)
	}
}
