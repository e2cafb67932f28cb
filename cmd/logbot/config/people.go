package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"logbot/logsapi/lazyregexp"
)

// userID is the id of a user in Slack.
var userID = lazyregexp.New(`^[UW][A-Z0-9]{2,}$`)

// checkPeople reports every entry of people that cannot work. An executor may have
// several names in CodeArts, but each name is one user's, whatever its letter case.
func checkPeople(people map[string]string) error {
	var wrong []error
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		folded := strings.ToLower(strings.TrimSpace(name))
		other, twice := seen[folded]
		seen[folded] = name
		switch id := people[name]; {
		case folded == "":
			wrong = append(wrong, errors.New("people: the name of an executor in CodeArts is empty"))
		case twice:
			wrong = append(wrong, fmt.Errorf("people: %q and %q differ only in capitals; remove one", other, name))
		case !userID.MatchString(id):
			wrong = append(wrong, fmt.Errorf("people: %s: %q is not a Slack user id, expected one such as U012A3CDE (profile, More, Copy member ID)", name, id))
		}
	}
	return errors.Join(wrong...)
}
