package commands

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/logsapi"
)

const (
	// maxChoices bounds the lines to choose from when a name fits several tasks.
	maxChoices = 5
	// maxKnown bounds the names that an error lists.
	maxKnown = 8
)

// hexWord is a word that was meant to be an id.
var hexWord = regexp.MustCompile(`^[0-9a-fA-F]{20,}$`)

// task is a resolved task or check run: what people call it, what they type for
// it, and its id.
type task struct {
	name string // the alias or the name; a short form of the id where there is none
	word string // what to type for it
	id   string
	of   string // id of the check task whose latest run id is; empty for all else

	// What a pasted address told.
	address string // the address; empty unless it may be linked
	build   int64  // 0 where it names none
}

// kind is what a word may name: a build task or a check run.
type kind struct {
	noun    texts.Text
	counted texts.Noun
	check   bool              // a check run
	aliases map[string]string // short name -> id
	page    []string          // parts of an address that show its pages
	list    func(context.Context) ([]named, error)
	seen    *atomic.Pointer[[]named]                      // what list gave last
	open    func(context.Context, string) (string, error) // from the id in an address or a list to the id of the log
}

// named is something of that name in a list of the service.
type named struct{ id, name string }

func (c *Commands) tasks() kind {
	return kind{
		noun: texts.TaskWord, counted: texts.TaskNoun, aliases: c.aliases.Tasks, page: []string{"build", "codeci", "cloudbuild"},
		list: func(ctx context.Context) ([]named, error) {
			tasks, err := c.builds.Tasks(ctx)
			var out []named
			for _, t := range tasks {
				out = append(out, named{t.ID, t.Name})
			}
			return saw(&c.seenTasks, out), err
		},
		seen: &c.seenTasks,
		open: func(_ context.Context, id string) (string, error) { return id, nil },
	}
}

func (c *Commands) checkRuns() kind {
	return kind{
		noun: texts.CheckWord, counted: texts.CheckNoun, check: true, aliases: c.aliases.Checks, page: []string{"codecheck", "check"},
		list: func(ctx context.Context) ([]named, error) {
			tasks, err := c.builds.CheckTasks(ctx)
			var out []named
			for _, t := range tasks {
				out = append(out, named{t.ID, t.Name})
			}
			return saw(&c.seenChecks, out), err
		},
		seen: &c.seenChecks,
		open: c.latestRun,
	}
}

// saw remembers what was listed, if anything was.
func saw(in *atomic.Pointer[[]named], listed []named) []named {
	if len(listed) > 0 {
		in.Store(&listed)
	}
	return listed
}

// latestRun is the newest run of a check task.
func (c *Commands) latestRun(ctx context.Context, checkTaskID string) (string, error) {
	runs, err := c.builds.CheckRuns(ctx, checkTaskID)
	if err != nil {
		return "", err
	}
	if len(runs) == 0 {
		return "", wrong(texts.NeverRun.With(), "help check")
	}
	return runs[0].ID, nil
}

// task resolves the word for a task and checks that it may be read here.
func (c *Commands) task(ctx context.Context, in *call, word string) (task, error) {
	if in.about != nil {
		return c.allowed(in, *in.about, c.tasks())
	}
	return c.resolve(ctx, in, word, c.tasks())
}

// checkRun resolves the word for a check run and checks that it may be read here.
func (c *Commands) checkRun(ctx context.Context, in *call, word string) (task, error) {
	return c.resolve(ctx, in, word, c.checkRuns())
}

// resolve finds what the word names: an alias, an id, the address of a page, or
// a name in the lists of the service.
func (c *Commands) resolve(ctx context.Context, in *call, word string, k kind) (task, error) {
	if name, ok := find(k.aliases, word); ok {
		return c.allowed(in, task{name: name, word: name, id: k.aliases[name]}, k)
	}
	if logsapi.IsTaskID(word) {
		return c.allowed(in, byID(word, k), k)
	}
	if strings.Contains(word, "://") {
		page, says := k.pageAt(word)
		if !says.Empty() {
			return task{}, wrong(says, c.examples(in)...)
		}
		t := byID(page.id, k)
		t.address, t.build = page.link, page.build
		return c.opened(ctx, in, t, k)
	}
	if hexWord.MatchString(word) || logsapi.IsRecordID(strings.ToLower(word)) {
		return task{}, wrong(texts.IDLength.With(texts.Quote(word), len(word), k.noun), c.examples(in)...)
	}
	t, ok, away := c.setAlias(ctx, in, word, k)
	if ok && k.check && c.isCheckTask(ctx, t.id) {
		return c.opened(ctx, in, t, k)
	}
	if ok {
		return c.allowed(in, t, k)
	}
	t, err := c.byName(ctx, in, word, k)
	if p := (*problem)(nil); away != nil && errors.As(err, &p) {
		p.says = texts.Both.With(p.says, texts.AliasesAway)
	}
	return t, err
}

// isCheckTask reports whether the service lists a check task of that id, whose runs
// have ids of their own.
func (c *Commands) isCheckTask(ctx context.Context, id string) bool {
	listed, _ := c.checkRuns().list(ctx) // where there is no list, it is a run
	return slices.ContainsFunc(listed, func(n named) bool { return strings.EqualFold(n.id, id) })
}

// byID is the task of that id under the best name there is for it.
func byID(id string, k kind) task {
	id = strings.ToLower(id)
	if alias := aliasOf(k.aliases, id); alias != "" {
		return task{name: alias, word: alias, id: id}
	}
	return task{name: id[:8], word: id, id: id}
}

// allowed refuses what may not be read here. What it says is the same whether
// the thing exists or not.
func (c *Commands) allowed(in *call, t task, k kind) (task, error) {
	t.id = strings.ToLower(t.id)
	may := c.mayRead(in, t.id, k)
	in.noted(t.id, may)
	if !may {
		return task{}, denied(in)
	}
	return t, nil
}

// mayRead reports whether a rule lets the task of that id be read here. How it was
// typed makes no difference: a rule may use any alias of the configuration.
func (c *Commands) mayRead(in *call, id string, k kind) bool {
	return c.access.Allows(in.request.Channel, in.request.User, access.Task{ID: id, Aliases: aliasesOf(k.aliases, id)})
}

func denied(in *call) error {
	return wrong(texts.NoRule.With(in.request.Channel, in.request.User), "help")
}

// opened goes from a task that may be read to the id of its log.
func (c *Commands) opened(ctx context.Context, in *call, t task, k kind) (task, error) {
	t, err := c.allowed(in, t, k)
	if err != nil {
		return task{}, err
	}
	id, err := k.open(ctx, t.id)
	if id != t.id {
		t.id, t.of = id, t.id
	}
	return t, err
}

// aliasOf is the alias an id is shown by: of several, the first in the alphabet.
func aliasOf(aliases map[string]string, id string) string {
	if names := aliasesOf(aliases, id); len(names) > 0 {
		return names[0]
	}
	return ""
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

// shortPart is how many plain letters of the middle of a name are taken for it;
// fewer are only asked about, for an answer is seen by the whole channel.
const shortPart = 3

// byName looks the word up in the service's own names: the whole name, else a
// beginning, else a part of it. Only what may be read here is considered.
func (c *Commands) byName(ctx context.Context, in *call, word string, k kind) (task, error) {
	listed, unread := k.list(ctx)
	all := c.readables(in, k, listed)
	fits := matching(all, word)
	if len(fits) == 1 && (len(word) >= shortPart || strings.HasPrefix(strings.ToLower(fits[0].name), strings.ToLower(word))) {
		return c.opened(ctx, in, task{name: fits[0].name, word: choice(fits[0], fits), id: fits[0].id}, k)
	}
	p := c.unknown(in, word, k, all, fits)
	if unread != nil && !logsapi.OutOfReach(unread) {
		p.says = texts.NotListedBy.With(p.says, c.problem(unread).says)
	}
	return task{}, p
}

// readables are the aliases, by name, then the names listed by the service, of what
// may be read here; each name of a thing once.
func (c *Commands) readables(in *call, k kind, listed []named) []named {
	var all []named
	for _, name := range slices.Sorted(maps.Keys(k.aliases)) {
		all = append(all, named{k.aliases[name], name})
	}
	for _, n := range listed {
		if alias, ok := find(k.aliases, n.name); n.name != "" && !(ok && strings.EqualFold(k.aliases[alias], n.id)) {
			all = append(all, n)
		}
	}
	return slices.DeleteFunc(all, func(n named) bool { return !c.mayRead(in, n.id, k) })
}

// matching are those whose name fits the word best.
func matching(all []named, word string) []named {
	word = strings.ToLower(word)
	for _, fits := range []func(name string) bool{
		func(name string) bool { return name == word },
		func(name string) bool { return strings.HasPrefix(name, word) },
		func(name string) bool { return strings.Contains(name, word) },
	} {
		var out []named
		for _, n := range all {
			if fits(strings.ToLower(n.name)) && !slices.ContainsFunc(out, func(o named) bool { return o.id == n.id }) {
				out = append(out, n)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// unknown offers what the word could have meant, as lines to type.
func (c *Commands) unknown(in *call, word string, k kind, all, fits []named) *problem {
	names := make([]string, 0, len(all))
	for _, n := range all {
		names = append(names, n.name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	quoted := texts.Quote(word)
	near, alike := nearest(strings.ToLower(word), names), resembling(all, word)
	second := in.words[len(in.words)-1]
	if in = in.sensible(); in.words[len(in.words)-1] != second && slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, second) }) {
		return wrong(texts.Meant.With(k.noun, quoted), in.with(second))
	}
	if line := in.apart(word, all); line != "" {
		return wrong(texts.Meant.With(k.noun, quoted), line)
	}
	switch {
	case len(fits) == 1:
		return wrong(texts.Meant.With(k.noun, quoted), in.with(choice(fits[0], all)))
	case len(fits) > 1:
		return in.choose(texts.FitsSeveral.With(quoted, k.counted.Count(len(fits))), fits)
	case near == "" && len(alike) > 0:
		return in.choose(texts.Meant.With(k.noun, quoted), alike)
	case near != "":
		return wrong(texts.Meant.With(k.noun, quoted), in.with(near))
	case len(names) == 0:
		return wrong(texts.NoneCalled.With(k.noun, quoted, k.noun), in.with("ID"))
	case len(names) > maxKnown:
		return wrong(texts.KnownSome.With(k.noun, quoted, texts.Names(names[:maxKnown]), len(names)-maxKnown), in.with(names[0]))
	}
	return wrong(texts.KnownAll.With(k.noun, quoted, texts.Names(names)), in.with(names[0]))
}

// sensible is the command without a second word that can be no build.
func (in *call) sensible() *call {
	if len(in.words) != 2 || !strings.HasPrefix(in.verb.usage, "TASK") || buildWord.MatchString(narrow(in.words[1])) {
		return in
	}
	with := *in
	with.words = in.words[:1]
	return &with
}

// apart is the command with a word such as web#128 taken apart into the name of a
// task and a build; empty where it is no such word.
func (in *call) apart(word string, all []named) string {
	word = narrow(word)
	at := strings.LastIndexAny(word, "#:/@ ")
	if at < 0 || buildNumber(word[at+1:]) == 0 {
		return ""
	}
	fits := matching(all, strings.TrimRight(word[:at], "#:/@ "))
	switch {
	case len(fits) != 1:
		return ""
	case strings.HasPrefix(in.verb.usage, "TASK") && in.verb.max > 1 && len(in.words) == 1:
		return in.withBuild(choice(fits[0], all), word[at+1:])
	}
	return in.with(choice(fits[0], all))
}

// resembling are those whose name has the characters of the word in its order.
func resembling(all []named, word string) []named {
	var out []named
	for _, n := range all {
		rest := []rune(strings.ToLower(word))
		for _, r := range strings.ToLower(n.name) {
			if len(rest) > 0 && r == rest[0] {
				rest = rest[1:]
			}
		}
		if len(rest) == 0 {
			out = append(out, n)
		}
	}
	return out
}

// choose offers the typed command with each of the names.
func (in *call) choose(says texts.Phrase, among []named) *problem {
	p := &problem{says: says}
	for _, n := range among[:min(len(among), maxChoices)] {
		p.try = append(p.try, suggestion{line: in.with(choice(n, among)), does: texts.Plain(n.name)})
	}
	return p
}

// choice is what to type for n among the others: its name, or its id where
// another has the same name or nobody could type it.
func choice(n named, others []named) string {
	same := 0
	for _, o := range others {
		if strings.EqualFold(o.name, n.name) {
			same++
		}
	}
	if same > 1 || !typeable(n.name) {
		return n.id
	}
	return n.name
}
