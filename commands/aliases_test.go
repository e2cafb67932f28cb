package commands_test

import (
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
