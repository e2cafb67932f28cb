package find

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"logbot/commands/access"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
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

// CheckRules reports every name in the tasks and checks of a rule that is neither an
// alias of its kind nor has the form of an id: it would let nobody read anything. Names
// that people set in Slack, and those in CodeArts, give no right, for others can change
// them.
func (a Aliases) CheckRules(rules []access.Rule) error {
	var wrong []error
	for i, r := range rules {
		for _, field := range []struct {
			name          string
			words         []string
			aliases       map[string]string
			other         map[string]string
			belongs, kind string
		}{
			{"tasks", r.Tasks, a.Tasks, a.Checks, "checks", "a check run"},
			{"checks", r.Checks, a.Checks, a.Tasks, "tasks", "a task"},
		} {
			for _, name := range field.words {
				_, known := field.aliases[name]
				_, elsewhere := field.other[name]
				switch {
				case known, name == access.Every, logsapi.IsTaskID(name):
				case elsewhere:
					wrong = append(wrong, fmt.Errorf("access rule %d: %s: %q is an alias of %s; write it under %s of the rule", i+1, field.name, name, field.kind, field.belongs))
				default:
					wrong = append(wrong, fmt.Errorf("access rule %d: %s: %w", i+1, field.name, a.unknown(name, field.aliases)))
				}
			}
		}
	}
	return errors.Join(wrong...)
}

// unknown says that a name is not an alias, what it was probably meant to be, and which
// there are.
func (a Aliases) unknown(name string, aliases map[string]string) error {
	names := slices.Sorted(maps.Keys(aliases))
	says := fmt.Sprintf("%q is not an alias of this file", name)
	near := a.nearest(name, names)
	switch {
	case near != "":
		return fmt.Errorf("%s; did you mean %q?", says, near)
	case hexWord.MatchString(name):
		says += fmt.Sprintf(", and with %d digits not an id", len(name))
	}
	shown := strings.Join(names[:min(len(names), maxShown)], ", ")
	known := "its aliases are " + shown
	switch {
	case len(names) == 0:
		known = "it has none"
	case len(names) > maxShown:
		known += fmt.Sprintf(" and %d others", len(names)-maxShown)
	}
	return fmt.Errorf("%s; expected one (%s), an id of 32 hex digits, or \"*\"; names set in Slack or in CodeArts give no right", says, known)
}

// nearest is the alias that a word was probably meant to be, empty for none.
func (a Aliases) nearest(word string, names []string) string {
	lower := map[string]string{}
	for _, name := range names {
		lower[strings.ToLower(name)] = name
	}
	if name, ok := lower[strings.ToLower(word)]; ok {
		return name
	}
	return lower[typed.Nearest(strings.ToLower(word), slices.Sorted(maps.Keys(lower)))]
}

func validate(names map[string]string, verbs []string) error {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name == "" || strings.ContainsFunc(name, invisible) || strings.HasPrefix(name, "--") {
			return fmt.Errorf("the alias %q must be one word, of characters that can be seen", name)
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

// invisible reports whether a character cannot be seen or typed, such as a blank or a
// zero-width space: a rule could not name an alias that has one.
func invisible(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.C) }

// TaskID is the id of the task with this alias.
func (a Aliases) TaskID(word string) (id string, ok bool) { return idOf(a.Tasks, word) }

// CheckID is the id of the check run with this alias.
func (a Aliases) CheckID(word string) (id string, ok bool) { return idOf(a.Checks, word) }

func idOf(names map[string]string, word string) (id string, ok bool) {
	name, ok := find(names, word)
	return names[name], ok
}

// Of are the aliases of an id, as a check run or as a task, in the order of the alphabet.
func (a Aliases) Of(id string, check bool) []string {
	if check {
		return aliasesOf(a.Checks, id)
	}
	return aliasesOf(a.Tasks, id)
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
var hexWord = lazyregexp.New(`^[0-9a-fA-F]{20,}$`)
