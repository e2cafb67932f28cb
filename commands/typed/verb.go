package typed

import (
	"slices"
	"strings"

	"logbot/commands/texts"
)

// The verbs that are named besides their own files.
const (
	Fail = "fail" // meant if no verb is typed
	Help = "help"
)

// Verb is how a command is typed.
type Verb struct {
	Name     string
	Usage    string // what follows the name: TASK [BUILD]
	Does     texts.Text
	More     texts.Text // what help NAME adds; may be empty
	Examples []Suggestion
	Flags    []Flag // without --me
	Beside   string // the verb whose help includes this one's; empty if the short help lists it
	Min, Max int    // how many words it takes besides flags
	Task     int    // which of them names the task or check run
}

// Flag is an option of a verb.
type Flag struct {
	Name  string // without the dashes
	Value string // what its value is called; empty for a switch
	Does  texts.Phrase
}

// Usage is the flag as it is typed: --lines N.
func (f Flag) Usage() string {
	if f.Value == "" {
		return "--" + f.Name
	}
	return "--" + f.Name + " " + f.Value
}

// Me is the flag that every verb has.
const Me = "me"

// AllFlags are the flags of a verb in the order in which lines are written.
func (v *Verb) AllFlags() []Flag {
	return append(slices.Clone(v.Flags), Flag{Name: Me, Does: texts.FlagMe.With()})
}

// Flag finds a flag by its name.
func (v *Verb) Flag(name string) (Flag, bool) {
	for _, f := range v.AllFlags() {
		if f.Name == name {
			return f, true
		}
	}
	return Flag{}, false
}

// Verbs are all commands, in the order of the help.
type Verbs []*Verb

// Named finds a verb whatever the letter case of its name; nil if there is none.
func (vs Verbs) Named(name string) *Verb {
	for _, v := range vs {
		if v.Name == strings.ToLower(name) {
			return v
		}
	}
	return nil
}

// Names are the names of all verbs.
func (vs Verbs) Names() []string {
	var names []string
	for _, v := range vs {
		names = append(names, v.Name)
	}
	return names
}

// Near is the name of the verb that a mistyped word probably meant; may be empty.
func (vs Verbs) Near(word string) string { return Nearest(strings.ToLower(word), vs.Names()) }
