package slacksim

// Command is a slash command of the app with what Slack shows while people type it.
// If the workspace has a list of commands, Slack accepts no others.
type Command struct {
	Name  string `json:"name"`            // "/logs"
	Does  string `json:"does,omitempty"`  // one line
	Hint  string `json:"hint,omitempty"`  // what follows the name
	Verbs []Verb `json:"verbs,omitempty"` // possible first words
}

// Verb is a first word of a command.
type Verb struct {
	Name  string   `json:"name"`
	Does  string   `json:"does,omitempty"`  // one line
	Hint  string   `json:"hint,omitempty"`  // what follows it: TASK [BUILD]
	Words []string `json:"words,omitempty"` // that may stand anywhere after it, such as --tail
	// Examples are whole texts to complete to, this verb included.
	Examples []string `json:"examples,omitempty"`
}
