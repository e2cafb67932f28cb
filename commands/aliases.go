package commands

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"logbot/commands/access"
	"logbot/logsapi"
)

// Aliases are the short names of tasks and check runs. They are read only after
// New and found whatever their letter case.
type Aliases struct {
	Tasks  map[string]string // alias -> task id, 32 hex digits
	Checks map[string]string // alias -> run id, 32 hex digits
}

// hexWord is a word that was meant to be an id.
var hexWord = regexp.MustCompile(`^[0-9a-fA-F]{20,}$`)

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

// task is a resolved task or check run: what people call it and its id.
type task struct {
	name string // the alias; a short form of the id where there is none
	word string // what to type for it
	id   string
}

// task resolves the word for a task and checks that it may be read here.
func (c *Commands) task(in *call, word string) (task, error) {
	return c.resolve(in, word, "task", c.aliases.Tasks)
}

// checkRun resolves the word for a check run and checks that it may be read here.
func (c *Commands) checkRun(in *call, word string) (task, error) {
	return c.resolve(in, word, "check run", c.aliases.Checks)
}

func (c *Commands) resolve(in *call, word, noun string, aliases map[string]string) (task, error) {
	id := word
	if name, ok := find(aliases, word); ok {
		id = aliases[name]
	} else if strings.Contains(word, "://") {
		var err error
		if id, err = taskOfURL(in, word); err != nil {
			return task{}, err
		}
	} else if !logsapi.IsTaskID(word) {
		return task{}, c.unknown(in, word, noun, aliases)
	}
	id = strings.ToLower(id)
	alias := aliasOf(aliases, id)
	if !c.access.Allows(in.request.Channel, in.request.User, access.Task{ID: id, Alias: alias}) {
		return task{}, denied(in)
	}
	if alias == "" {
		return task{name: id[:8], word: id, id: id}, nil
	}
	return task{name: alias, word: alias, id: id}, nil
}

// aliasOf is the alias of an id; the first in the alphabet where there are more.
func aliasOf(aliases map[string]string, id string) string {
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		if strings.EqualFold(aliases[name], id) {
			return name
		}
	}
	return ""
}

// denied says the same whether the thing exists or not.
func denied(in *call) error {
	return wrong(access.Why(in.request.Channel, in.request.User), "help")
}

func (c *Commands) unknown(in *call, word, noun string, aliases map[string]string) error {
	if hexWord.MatchString(word) || logsapi.IsRecordID(strings.ToLower(word)) {
		return wrong(fmt.Sprintf("%s has %d characters; the id of a %s has 32 hex digits.", quote(word), len(word), noun), exampleLines(in.verb)...)
	}
	allowed := slices.DeleteFunc(slices.Sorted(maps.Keys(aliases)), func(name string) bool {
		return !c.access.Allows(in.request.Channel, in.request.User, access.Task{ID: aliases[name], Alias: name})
	})
	says := fmt.Sprintf("No %s is called %s.", noun, quote(word))
	if near := nearest(strings.ToLower(word), allowed); near != "" {
		rest := slices.Clone(in.words)
		rest[0] = near
		return wrong(says+" Did you mean:", in.verb.name+" "+strings.Join(rest, " "))
	}
	const most = 8
	switch n := len(allowed); {
	case n == 0:
		says += fmt.Sprintf(" Give its id of 32 hex digits: it stands at the end of the address of the %s's page.", noun)
		return wrong(says, exampleLines(in.verb)...)
	case n > most:
		says += fmt.Sprintf(" Known are %s and %d others.", strings.Join(allowed[:most], ", "), n-most)
	default:
		says += fmt.Sprintf(" Known: %s.", strings.Join(allowed, ", "))
	}
	rest := slices.Clone(in.words)
	rest[0] = allowed[0]
	return wrong(says, in.verb.name+" "+strings.Join(rest, " "))
}

// taskOfURL takes the task id out of a pasted address of a CodeArts Build page:
// its last 32 hex digits behind a path part "build".
func taskOfURL(in *call, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", wrong(fmt.Sprintf("%s is not a whole web address.", quote(address)), exampleLines(in.verb)...)
	}
	host := strings.ToLower(u.Hostname())
	parts := strings.FieldsFunc(u.Path+"/"+u.Fragment, func(r rune) bool { return r == '/' || r == '?' || r == '&' || r == '=' })
	at := slices.IndexFunc(parts, func(p string) bool {
		return p == "build" || strings.HasPrefix(p, "codeci") || strings.HasPrefix(p, "cloudbuild")
	})
	if !(strings.HasSuffix(host, ".huaweicloud.com") || strings.HasSuffix(host, ".myhuaweicloud.com")) || at < 0 {
		return "", wrong(fmt.Sprintf("%s is not a page of a CodeArts build task.", quote(address)), exampleLines(in.verb)...)
	}
	for _, p := range slices.Backward(parts[at:]) {
		if logsapi.IsTaskID(p) {
			return p, nil
		}
	}
	return "", wrong(fmt.Sprintf("%s names no build task: an id of 32 hex digits is missing in it.", quote(address)), exampleLines(in.verb)...)
}

// buildNumber reads a build number: 128 or #128.
func buildNumber(in *call, word string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	if err != nil || n < 1 {
		return 0, wrong(fmt.Sprintf("%s is no build number; builds are counted from 1.", quote(word)), exampleLines(in.verb)...)
	}
	return n, nil
}

// stepNumber reads a step: 3 or stage3.
func stepNumber(in *call, word string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToLower(word), "stage"))
	if err != nil || n < 1 {
		return 0, wrong(fmt.Sprintf("%s is no step; steps are counted from 1 and written 3 or stage3.", quote(word)), exampleLines(in.verb)...)
	}
	return n, nil
}
