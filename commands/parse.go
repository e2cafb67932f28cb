package commands

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// verb is one command: how it is typed and what runs.
type verb struct {
	name     string
	usage    string // what follows the name: TASK [BUILD]
	does     string // one line of help
	more     string // what help NAME adds; may be empty
	examples []Example
	flags    []flag
	beside   string // the verb whose help tells of this one; empty for one that the short help names
	min, max int    // how many words it takes besides flags
	run      func(ctx context.Context, c *Commands, in *call) (Reply, error)
}

// flag is an option of a verb.
type flag struct {
	name  string // without the dashes
	value string // what its value is called; empty for a switch
	does  string
}

// me is the flag that every verb has.
var me = flag{name: "me", does: "answer to me alone"}

func (v *verb) flag(name string) (flag, bool) {
	for _, f := range append(v.flags, me) {
		if f.name == name {
			return f, true
		}
	}
	return flag{}, false
}

// verbs are all commands in the order of the help.
func verbs() []*verb {
	return []*verb{failVerb(), showVerb(), fullVerb(), checkVerb(), buildsVerb(),
		followVerb(), watchVerb(), unwatchVerb(), watchesVerb(), aliasVerb(), unaliasVerb(), aliasesVerb(), helpVerb()}
}

func verbNamed(name string) *verb {
	for _, v := range verbs() {
		if v.name == strings.ToLower(name) {
			return v
		}
	}
	return nil
}

// call is a parsed command.
type call struct {
	verb    *verb
	words   []string // without the verb and the flags
	flags   map[string]string
	request Request
	about   *task // the task that the first word stands for, where it was resolved before
}

func (in *call) has(flag string) bool {
	_, ok := in.flags[flag]
	return ok
}

// number reads a flag that counts something, within bounds.
func (in *call) number(flag string, fallback, least, most int) (int, error) {
	text, ok := in.flags[flag]
	if !ok {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, wrong(fmt.Sprintf("--%s takes a number from %d to %d, not %s.", flag, least, most, quote(text)), in.again(flag, strconv.Itoa(max(least, min(most, 20)))))
	}
	return n, nil
}

// again is the typed command with one flag given another value.
func (in *call) again(flag, value string) string {
	return strings.Join(append([]string{in.verb.name}, in.words...), " ") + " --" + flag + " " + value
}

// parse finds the verb of the words and takes its flags apart. Words that begin
// with a task and no verb are a short form of fail.
func (c *Commands) parse(words []string) (*call, error) {
	if len(words) == 0 {
		words = []string{"help"}
	}
	v, rest := verbNamed(words[0]), words[1:]
	if v == nil {
		if near := c.nearVerb(words[0]); near != "" && !c.aliases.known(words[0]) {
			return nil, wrong(fmt.Sprintf("There is no command %s. Did you mean:", quote(words[0])),
				strings.Join(append([]string{near}, rest...), " "))
		}
		v, rest = failVerb(), words
	}
	in := &call{verb: v, flags: map[string]string{}}
	if err := in.take(rest); err != nil {
		return nil, err
	}
	switch n := len(in.words); {
	case n == 0 && v.min > 0:
		return nil, wrong(fmt.Sprintf("%s what? It takes %s.", v.name, v.usage), exampleLines(v)...)
	case n < v.min:
		return nil, wrong(fmt.Sprintf("%s needs more: %s %s.", v.name, v.name, v.usage), exampleLines(v)...)
	case n > v.max:
		return nil, wrong(fmt.Sprintf("%s is one word too many: %s takes %s.", quote(in.words[v.max]), v.name, v.usage), exampleLines(v)...)
	}
	return in, nil
}

// take sorts words into flags and others. A flag's value follows it or an "=".
func (in *call) take(words []string) error {
	for i := 0; i < len(words); i++ {
		name, isFlag := strings.CutPrefix(words[i], "--")
		if !isFlag || name == "" {
			in.words = append(in.words, words[i])
			continue
		}
		name, value, given := strings.Cut(name, "=")
		f, ok := in.verb.flag(strings.ToLower(name))
		switch {
		case !ok:
			return in.unknownFlag(name)
		case f.value == "" && given:
			return wrong(fmt.Sprintf("--%s takes no value; %s was given.", f.name, quote(value)), exampleLines(in.verb)...)
		case f.value != "" && !given:
			if i++; i == len(words) {
				return wrong(fmt.Sprintf("--%s needs a value: --%s %s.", f.name, f.name, f.value), exampleLines(in.verb)...)
			}
			value = words[i]
		}
		in.flags[f.name] = value
	}
	return nil
}

func (in *call) unknownFlag(name string) error {
	var all []string
	for _, f := range append(slices.Clone(in.verb.flags), me) {
		all = append(all, "--"+f.name)
	}
	says := fmt.Sprintf("%s has no flag %s; it takes %s.", in.verb.name, quote("--"+name), orList(all))
	if near := nearest("--"+name, all); near != "" {
		says = fmt.Sprintf("%s has no flag %s. Did you mean %s?", in.verb.name, quote("--"+name), near)
	}
	return wrong(says, exampleLines(in.verb)...)
}

// nearVerb is the verb that a mistyped word probably meant.
func (c *Commands) nearVerb(word string) string {
	var names []string
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return nearest(strings.ToLower(word), names)
}

func exampleLines(v *verb) []string {
	var lines []string
	for _, e := range v.examples {
		lines = append(lines, e.Line)
	}
	return lines
}
