package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/redact"
	"logbot/logsapi"
)

// aliased are commands over a service that lists a task named "Shop web" under
// webID and one named
// "Shop api" under apiID.
func aliased(t *testing.T, a commands.Aliases, rules ...access.Rule) office {
	t.Helper()
	policy := access.Open()
	if len(rules) > 0 {
		var err error
		policy, err = access.New(rules)
		require.NoError(t, err)
	}
	kept := newKept()
	return office{kept: kept, Commands: commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, nil }},
		Builds: service{
			tasks:  []logsapi.Task{{ID: webID, Name: "Shop web"}, {ID: apiID, Name: "Shop api"}},
			builds: []logsapi.Build{{Number: 128, State: logsapi.Failed}},
		},
		Gate: redact.New(), Access: policy, Aliases: a, AliasStore: kept, Watches: kept, Follows: kept,
	})}
}

func TestARuleThatNamesAnyAliasAdmitsTheTaskHoweverItWasTyped(t *testing.T) {
	names := commands.Aliases{Tasks: map[string]string{"web": webID, "shop": webID, "zebra": webID, "api": apiID}}
	for _, rule := range []string{"shop", "web", "zebra", webID} {
		o := aliased(t, names, access.Rule{Tasks: []string{rule}})
		for _, typed := range []string{"shop", "web", "ZEBRA", webID, `"Shop web"`, "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/" + project + "/build/detail/" + webID} {
			t.Run(rule+"/"+typed, func(t *testing.T) {
				r := o.says(t, here, ann, "builds "+typed)
				assert.False(t, r.Refused, r.Body)
				assert.Contains(t, r.Excerpt(), "#128")
			})
		}
		for _, typed := range []string{"api", apiID, `"Shop api"`} {
			assert.True(t, o.says(t, here, ann, "builds "+typed).Refused, "%s by %s", typed, rule)
		}
	}
}

func TestAnAliasThatIsSetInSlackGivesNoRight(t *testing.T) {
	o := aliased(t, commands.Aliases{Tasks: map[string]string{"web": webID, "api": apiID}},
		access.Rule{Tasks: []string{"web", "shop"}}) // a rule for a name that is set in Slack only
	require.NoError(t, o.kept.SetAlias(t.Context(), commands.Alias{Channel: here, Name: "shop", Target: apiID}))
	r := o.says(t, here, ann, "builds shop")
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "No access rule lets you read that")
}

func TestAliasesThatDifferOnlyInCapitalsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		aliases commands.Aliases
		says    string
	}{
		"tasks":             {commands.Aliases{Tasks: map[string]string{"web": webID, "api": apiID, "Web": apiID}}, `tasks: the aliases "Web" and "web" differ only in capitals`},
		"one task":          {commands.Aliases{Tasks: map[string]string{"web": webID, "Web": webID}}, `tasks: the aliases "Web" and "web" differ only in capitals`},
		"checks":            {commands.Aliases{Checks: map[string]string{"style": webID, "STYLE": apiID}}, `checks: the aliases "STYLE" and "style" differ only in capitals`},
		"beyond ASCII":      {commands.Aliases{Tasks: map[string]string{"größe": webID, "GRÖßE": apiID}}, `tasks: the aliases "GRÖßE" and "größe" differ only in capitals`},
		"of several faults": {commands.Aliases{Tasks: map[string]string{"b b": webID, "a a": apiID, "c c": webID}}, `tasks: the alias "a a" must be one word`},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // the same message each time
				assert.ErrorContains(t, c.aliases.Validate(), c.says)
			}
		})
	}
	assert.NoError(t, commands.Aliases{Tasks: map[string]string{"web": webID}, Checks: map[string]string{"Web": apiID}}.Validate(), "a task and a check are never confused")
}

func TestAnAliasIsFoundInTheSameWayEachTime(t *testing.T) {
	both := commands.Aliases{Tasks: map[string]string{"Web": webID, "web": apiID, "Docs": webID}}
	for range 50 {
		id, ok := both.TaskID("web")
		assert.True(t, ok, "as it is written")
		assert.Equal(t, apiID, id)
		id, ok = both.TaskID("Web")
		assert.True(t, ok)
		assert.Equal(t, webID, id)
		id, ok = both.TaskID("DOCS")
		assert.True(t, ok, "the only one in other capitals")
		assert.Equal(t, webID, id)
		_, ok = both.TaskID("WEB")
		assert.False(t, ok, "one of two")
	}
	o := aliased(t, both)
	for range 20 {
		r := o.says(t, here, ann, "builds WEB")
		assert.True(t, r.Refused)
		assert.Contains(t, r.Body, "Which one?")
		require.Len(t, r.Try, 2)
		assert.Equal(t, "/logs builds "+webID, r.Try[0].Line)
		assert.Equal(t, "Web", r.Try[0].Does)
		assert.Equal(t, "/logs builds "+apiID, r.Try[1].Line)
		assert.True(t, o.says(t, here, admin, "alias WEB api").Refused, "the configuration has the name")
	}
}

func TestWhatAWordMayMeanIsOfferedInTheSameOrderEachTime(t *testing.T) {
	names := map[string]string{}
	for _, name := range []string{"web-a", "web-b", "web-c", "web-d", "web-e", "web-f", "web-g"} {
		names[name] = strings.Repeat(name[len(name)-1:], 32)
	}
	o := aliased(t, commands.Aliases{Tasks: names})
	for _, typed := range []string{"web-", "wb"} { // a beginning; letters in their order
		first := o.says(t, here, ann, "builds "+typed)
		require.NotEmpty(t, first.Try)
		for range 20 {
			assert.Equal(t, first.Try, o.says(t, here, ann, "builds "+typed).Try)
		}
	}
}

func TestARuleForANameThatStandsForNothingIsNamed(t *testing.T) {
	a := commands.Aliases{Tasks: map[string]string{"web": webID, "固件": apiID}, Checks: map[string]string{"style": webID}}
	rule := func(tasks ...string) access.Rule { return access.Rule{Tasks: tasks} }
	assert.NoError(t, a.CheckRules(nil))
	assert.NoError(t, a.CheckRules([]access.Rule{rule("web", "固件", "style", "*", webID, strings.ToUpper(webID), strings.Repeat("0", 32))}))

	const expected = `expected aliases of this file (its aliases are style, web, 固件), ids of 32 hex digits, or "*"; names set in Slack or in CodeArts give no right`
	for name, c := range map[string]struct {
		rules []access.Rule
		says  []string
	}{
		"a slip":          {[]access.Rule{rule("wbe")}, []string{`access rule 1: tasks: "wbe" is not an alias of this file; did you mean "web"?`, expected}},
		"other capitals":  {[]access.Rule{rule("WEB")}, []string{`"WEB" is not an alias of this file; did you mean "web"?`}},
		"a check":         {[]access.Rule{rule("styel")}, []string{`did you mean "style"?`}},
		"a digit missing": {[]access.Rule{rule(webID[1:])}, []string{`"` + webID[1:] + `" is not an alias of this file, and with 31 digits not an id`}},
		"nothing near":    {[]access.Rule{rule("Shop-web")}, []string{`"Shop-web" is not an alias of this file` + "\n", expected}},
		"several":         {[]access.Rule{rule("web"), rule("web", "wbe"), rule("x")}, []string{`access rule 2: tasks: "wbe"`, `access rule 3: tasks: "x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			err := a.CheckRules(c.rules)
			for _, says := range c.says {
				assert.ErrorContains(t, err, says)
			}
		})
	}
	assert.ErrorContains(t, commands.Aliases{}.CheckRules([]access.Rule{rule("web")}), "aliases of this file (it has none)")
	many := map[string]string{}
	for _, letter := range "abcdefghij" {
		many["task-"+string(letter)] = webID
	}
	assert.ErrorContains(t, commands.Aliases{Tasks: many}.CheckRules([]access.Rule{rule("web")}), "task-h and 2 others")
}
