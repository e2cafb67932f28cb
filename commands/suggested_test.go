package commands_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// typeAll types every line that the answer to a text offers, unless somebody has to fill
// something in first, and what these answers offer in turn. It returns how many it typed.
func typeAll(t *testing.T, run func(text string) reply.Reply, text string, depth int, seen map[string]bool) {
	t.Helper()
	for _, e := range run(text).Try {
		line := e.Line
		if e.Place == reply.AskFirst {
			line += " error"
		} else if !e.Pressable() {
			continue
		}
		if seen[line] || line == "/logs "+text { // once more, as CodeArts refused it
			continue
		}
		seen[line] = true
		typed := strings.TrimPrefix(line, "/logs ")
		r := run(typed)
		if r.File != nil {
			body, err := r.File.Open(t.Context())
			if assert.NoError(t, err, "%q offers %q", text, line) {
				require.NoError(t, body.Close())
			}
			continue
		}
		assert.False(t, r.Refused && !saysHowThingsStand(r.Body), "%q offers %q, to which the answer is %q", text, line, r.Body)
		if depth > 0 {
			typeAll(t, run, typed, depth-1, seen)
		}
	}
}

// saysHowThingsStand reports whether a refusal is about what is so now, and not about
// the words of the line.
func saysHowThingsStand(body string) bool {
	return slices.ContainsFunc([]texts.Text{texts.FollowNothing}, func(x texts.Text) bool {
		return body == x.With("greenskip").In(texts.English) || body == x.With("shop-api").In(texts.English)
	})
}

func everyHelp() []string {
	all := []string{"", "hello"}
	for _, v := range commands.VerbNames() {
		all = append(all, "help "+v, v)
	}
	return all
}

func TestEveryLineThatIsOfferedWorks(t *testing.T) {
	all := everyHelp()
	for _, c := range badInput() {
		all = append(all, c.typed)
	}
	all = append(all, "fail web 128", "fail web 127", "fail web 124", "fail web 122", "fail web 129", "steps web 128", "tests web 127", "builds web", "builds",
		"watch web", "watches", "unwatch web", "alias shop web", "aliases", "unalias shop", "fail web#128 --me", "full web 122", "retry web")
	h := remembering(t, nil)
	h.typed(t, "help")                  // the names are known, as after any command
	answers := map[string]reply.Reply{} // of what is typed more than once; a file is opened once
	run := func(text string) reply.Reply {
		r, known := answers[text]
		if !known {
			r = h.says(t, here, admin, text)
			answers[text] = r
		}
		return r
	}
	seen := map[string]bool{}
	for _, text := range all {
		typeAll(t, run, text, 0, seen)
	}
	assert.Greater(t, len(seen), 70)
}

// A workspace in its first hour has no alias and no task of our examples' names, or no
// task at all.
func TestEveryLineThatIsOfferedWorksInAFreshWorkspace(t *testing.T) {
	fresh := map[string]commands.Builds{
		"no list":        noBuilds{},
		"no task":        service{tasks: []logsapi.Task{}, checks: []logsapi.CheckTask{}, builds: []logsapi.Build{}},
		"a task of ours": service{tasks: []logsapi.Task{{ID: id("7"), Name: "greenskip"}}, checks: []logsapi.CheckTask{}, builds: []logsapi.Build{{Number: 3, State: logsapi.Succeeded, Branch: "main"}}, record: &logsapi.Record{State: logsapi.Succeeded, ID: record}, steps: []logsapi.Step{{Position: 1, NodeID: 4, Name: "Test", State: logsapi.Succeeded}}},
	}
	for name, service := range fresh {
		store := newMemoryStore()
		c := commands.New(commands.Options{
			Logs:   logs{page: func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{Text: "ok\n", Last: true}, nil }},
			Builds: service, Gate: redact.New(), Access: access.Open(), AliasStore: store, Watches: store, Follows: store, Failures: newMemoryFailures(), Aliases: find.Aliases{},
		})
		run := func(text string) reply.Reply {
			return c.Run(t.Context(), commands.Request{Text: text, Channel: here, User: ann})
		}
		for _, text := range append(everyHelp(), "fail web 128", "web", "fail", "frob", "frob web 128", "retry web", "builds", "builds greenskip", "tests greenskip", "steps greenskip", "watch greenskip", "full greenskip all") {
			typeAll(t, run, text, 1, map[string]bool{})
		}
		for _, e := range run("help").Try {
			assert.NotRegexp(t, `\b(web|style|128)\b`, e.Line, name)
		}
	}
}
