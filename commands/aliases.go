package commands

import (
	"fmt"
	"strings"

	"logbot/logsapi"
)

// Aliases are the short names of tasks and check runs. They are read only after
// New and found whatever their letter case.
type Aliases struct {
	Tasks  map[string]string // alias -> task id, 32 hex digits
	Checks map[string]string // alias -> run id, 32 hex digits
}

// Validate reports an alias that cannot work, with what is expected.
func (a Aliases) Validate() error {
	for kind, names := range map[string]map[string]string{"tasks": a.Tasks, "checks": a.Checks} {
		for name, id := range names {
			if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' }) || strings.HasPrefix(name, "--") {
				return fmt.Errorf("%s: the alias %q must be one word", kind, name)
			}
			if verbNamed(name) != nil {
				return fmt.Errorf("%s: the alias %q is the name of a command; choose another", kind, name)
			}
			if !logsapi.IsTaskID(id) {
				return fmt.Errorf("%s: the alias %q stands for %q; expected an id of 32 hex digits", kind, name, id)
			}
		}
	}
	return nil
}

func (a Aliases) known(word string) bool {
	_, task := find(a.Tasks, word)
	_, check := find(a.Checks, word)
	return task || check
}

// find looks a name up without regard to letter case; the configured spelling
// comes back.
func find(names map[string]string, word string) (name string, ok bool) {
	if _, ok := names[word]; ok {
		return word, true
	}
	for name := range names {
		if strings.EqualFold(name, word) {
			return name, true
		}
	}
	return "", false
}
