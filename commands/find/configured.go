package find

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"logbot/commands/access"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// Aliases are the names that the configuration gives to tasks and check runs. They
// are found whatever their letter case, and must not change after New.
type Aliases struct {
	Tasks  map[string]string // alias -> task id, 32 hex digits
	Checks map[string]string // alias -> run id, 32 hex digits
}

// Validate reports the first alias that cannot work, with what is expected. verbs
// are the names of commands, which no alias may have.
func (a Aliases) Validate(verbs []string) error {
	if err := validate(a.Tasks, verbs); err != nil {
		return fmt.Errorf("tasks: %w", err)
	}
	if err := validate(a.Checks, verbs); err != nil {
		return fmt.Errorf("checks: %w", err)
	}
	return nil
}

// maxShown bounds the aliases that an error lists.
const maxShown = 8

// CheckRules reports every name in the tasks of a rule that is neither an alias nor
// has the form of an id: it would let nobody read anything. Names that people set in
// Slack, and those in CodeArts, give no right, for others can change them.
func (a Aliases) CheckRules(rules []access.Rule) error {
	names := a.all()
	var wrong []error
	for i, r := range rules {
		for _, name := range r.Tasks {
			if name != access.EveryTask && !logsapi.IsTaskID(name) && !slices.Contains(names, name) {
				wrong = append(wrong, fmt.Errorf("access rule %d: tasks: %w", i+1, a.unknown(name, names)))
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	shown := strings.Join(names[:min(len(names), maxShown)], ", ")
	known := fmt.Errorf("its aliases are %s", shown)
	switch {
	case len(names) == 0:
		known = errors.New("it has none")
	case len(names) > maxShown:
		known = fmt.Errorf("its aliases are %s and %d others", shown, len(names)-maxShown)
	}
	return errors.Join(append(wrong, fmt.Errorf("expected aliases of this file (%w), ids of 32 hex digits, or \"*\"; names set in Slack or in CodeArts give no right", known))...)
}

// unknown says that a name is not an alias, and what it was probably meant to be.
func (a Aliases) unknown(name string, names []string) error {
	near := a.nearest(name, names)
	switch {
	case near != "":
		return fmt.Errorf("%q is not an alias of this file; did you mean %q?", name, near)
	case hexWord.MatchString(name):
		return fmt.Errorf("%q is not an alias of this file, and with %d digits not an id", name, len(name))
	}
	return fmt.Errorf("%q is not an alias of this file", name)
}

// all are the aliases of both kinds, in the order of the alphabet.
func (a Aliases) all() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(a.Tasks)), maps.Keys(a.Checks))
	slices.Sort(names)
	return slices.Compact(names)
}

// nearest is the alias that a word was probably meant to be, empty for none.
func (a Aliases) nearest(word string, names []string) string {
	if name, ok := a.Spelling(word); ok {
		return name
	}
	lower := make([]string, len(names))
	for i, name := range names {
		lower[i] = strings.ToLower(name)
	}
	name, _ := a.Spelling(typed.Nearest(strings.ToLower(word), slices.Compact(lower)))
	return name
}

func validate(names map[string]string, verbs []string) error {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' }) || strings.HasPrefix(name, "--") {
			return fmt.Errorf("the alias %q must be one word", name)
		}
		if slices.Contains(verbs, strings.ToLower(name)) {
			return fmt.Errorf("the alias %q is the name of a command; choose another", name)
		}
		if id := names[name]; !logsapi.IsTaskID(id) {
			return fmt.Errorf("the alias %q stands for %q; expected an id of 32 hex digits", name, id)
		}
		if same := spellings(names, name); len(same) > 1 {
			return fmt.Errorf("the aliases %q and %q differ only in capitals, which people need not type; rename one", same[0], same[1])
		}
	}
	return nil
}

// TaskID is the id of the task with this alias.
func (a Aliases) TaskID(word string) (id string, ok bool) { return idOf(a.Tasks, word) }

// CheckID is the id of the check run with this alias.
func (a Aliases) CheckID(word string) (id string, ok bool) { return idOf(a.Checks, word) }

func idOf(names map[string]string, word string) (id string, ok bool) {
	name, ok := find(names, word)
	return names[name], ok
}

// Known reports whether a word is an alias.
func (a Aliases) Known(word string) bool {
	_, ok := a.Spelling(word)
	return ok
}

// Spelling is the configured spelling of an alias, the first of several that
// differ only in capitals.
func (a Aliases) Spelling(word string) (name string, ok bool) {
	for _, names := range []map[string]string{a.Tasks, a.Checks} {
		if same := spellings(names, word); len(same) > 0 {
			return same[0], true
		}
	}
	return "", false
}

// find is the configured spelling of a name: the word itself, else the only name
// that differs from it in capitals alone. Of several none is found, so that the
// user is asked which.
func find(names map[string]string, word string) (name string, ok bool) {
	if _, ok := names[word]; ok {
		return word, true
	}
	if same := spellings(names, word); len(same) == 1 {
		return same[0], true
	}
	return "", false
}

// aliasesOf are all aliases of an id, in the order of the alphabet.
func aliasesOf(aliases map[string]string, id string) []string {
	var names []string
	for name, target := range aliases {
		if strings.EqualFold(target, id) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// spellings are the names that differ from the word in capitals at most, in the
// order of the alphabet.
func spellings(names map[string]string, word string) []string {
	var same []string
	for name := range names {
		if strings.EqualFold(name, word) {
			same = append(same, name)
		}
	}
	slices.Sort(same)
	return same
}

// hexWord is a word that was meant to be an id.
var hexWord = regexp.MustCompile(`^[0-9a-fA-F]{20,}$`)
