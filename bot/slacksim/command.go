package slacksim

// Command is a slash command of the app as Slack lists it to people who begin
// to type. The page completes from it, and Slack takes no other command where
// the workspace lists one.
type Command struct {
	Name  string `json:"name"`            // "/logs"
	Does  string `json:"does,omitempty"`  // one line
	Hint  string `json:"hint,omitempty"`  // what follows the name
	Verbs []Verb `json:"verbs,omitempty"` // what the first word may be
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
