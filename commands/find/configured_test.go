package find_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands/access"
	"logbot/commands/find"
)

func TestAliasesThatDifferOnlyInCapitalsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		aliases find.Aliases
		says    string
	}{
		"tasks":              {find.Aliases{Tasks: map[string]string{"web": webID, "api": apiID, "Web": apiID}}, `tasks: the aliases "Web" and "web" differ only in capitals`},
		"one task":           {find.Aliases{Tasks: map[string]string{"web": webID, "Web": webID}}, `tasks: the aliases "Web" and "web" differ only in capitals`},
		"checks":             {find.Aliases{Checks: map[string]string{"style": webID, "STYLE": apiID}}, `checks: the aliases "STYLE" and "style" differ only in capitals`},
		"beyond ASCII":       {find.Aliases{Tasks: map[string]string{"größe": webID, "GRÖßE": apiID}}, `tasks: the aliases "GRÖßE" and "größe" differ only in capitals`},
		"of several faults":  {find.Aliases{Tasks: map[string]string{"b b": webID, "a a": apiID, "c c": webID}}, `tasks: the alias "a a" must be one word`},
		"a zero-width space": {find.Aliases{Tasks: map[string]string{"we\u200bb": webID}}, "of characters that can be seen"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // the same message each time
				assert.ErrorContains(t, c.aliases.Validate(nil), c.says)
			}
		})
	}
	assert.NoError(t, find.Aliases{Tasks: map[string]string{"web": webID}, Checks: map[string]string{"Web": apiID}}.Validate(nil), "a task and a check are never confused")
}

func TestARuleForANameThatStandsForNothingIsNamed(t *testing.T) {
	a := find.Aliases{Tasks: map[string]string{"web": webID, "固件": apiID}, Checks: map[string]string{"style": webID}}
	rule := func(tasks ...string) access.Rule { return access.Rule{Tasks: tasks} }
	assert.NoError(t, a.CheckRules(nil))
	assert.NoError(t, a.CheckRules([]access.Rule{rule("web", "固件", "*", webID, strings.ToUpper(webID), strings.Repeat("0", 32))}))

	assert.NoError(t, a.CheckRules([]access.Rule{{Checks: []string{"style", "*", webID}}}))
	const expected = `expected one (its aliases are web, 固件), an id of 32 hex digits, or "*"; names set in Slack or in CodeArts give no right`
	for name, c := range map[string]struct {
		rules []access.Rule
		says  []string
	}{
		"a slip":            {[]access.Rule{rule("wbe")}, []string{`access rule 1: tasks: "wbe" is not an alias of this file; did you mean "web"?`}},
		"other capitals":    {[]access.Rule{rule("WEB")}, []string{`"WEB" is not an alias of this file; did you mean "web"?`}},
		"a check":           {[]access.Rule{rule("style")}, []string{`tasks: "style" is an alias of a check run; write it under checks of the rule`}},
		"a task":            {[]access.Rule{{Checks: []string{"web"}}}, []string{`checks: "web" is an alias of a task; write it under tasks of the rule`}},
		"a slip of a check": {[]access.Rule{{Checks: []string{"styel"}}}, []string{`access rule 1: checks: "styel" is not an alias of this file; did you mean "style"?`}},
		"a digit missing":   {[]access.Rule{rule(webID[1:])}, []string{`"` + webID[1:] + `" is not an alias of this file, and with 31 digits not an id`}},
		"nothing near":      {[]access.Rule{rule("Shop-web")}, []string{`"Shop-web" is not an alias of this file; ` + expected}},
		"several":           {[]access.Rule{rule("web"), rule("web", "wbe"), rule("x")}, []string{`access rule 2: tasks: "wbe"`, `access rule 3: tasks: "x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			err := a.CheckRules(c.rules)
			for _, says := range c.says {
				assert.ErrorContains(t, err, says)
			}
		})
	}
	assert.ErrorContains(t, find.Aliases{}.CheckRules([]access.Rule{rule("web")}), "expected one (it has none)")
	many := map[string]string{}
	for _, letter := range "abcdefghij" {
		many["task-"+string(letter)] = webID
	}
	assert.ErrorContains(t, find.Aliases{Tasks: many}.CheckRules([]access.Rule{rule("web")}), "task-h and 2 others")
}

func TestAnAliasIsNotTheNameOfACommand(t *testing.T) {
	for _, name := range []string{"fail", "Fail"} {
		assert.ErrorContains(t, find.Aliases{Tasks: map[string]string{name: webID}}.Validate([]string{"fail"}), "is the name of a command")
	}
}
