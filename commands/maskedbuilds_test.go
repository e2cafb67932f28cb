package commands_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/redact"
	"logbot/logsapi"
)

func TestExecutorsAreShownByTheirNamesInSlackAndNobodyIsMentioned(t *testing.T) {
	shown := map[string]string{ann: "Lei Wang"}
	s := service{
		record: &logsapi.Record{ID: record, State: logsapi.Failed, Who: "Wang.Lei"},
		builds: []logsapi.Build{{Number: 7, State: logsapi.Failed, Who: "wang.lei"}, {Number: 6, State: logsapi.Failed, Who: "li.si"}, {Number: 5, State: logsapi.Failed, Who: "scheduler"}},
		tasks:  []logsapi.Task{{ID: webID, Name: "web"}},
	}
	c := commands.New(commands.Options{
		Logs: cutInto("ERROR: x\n"), Builds: s, Gate: redact.New(), Access: access.Open(),
		People:     map[string]string{"wang.lei": ann, "li.si": bob},
		PersonName: func(_ context.Context, user string) string { return shown[user] },
	})
	defer c.Close()
	list, card := everything(t, c, "builds web"), everything(t, c, "fail web 7")
	for _, all := range []string{list, card} {
		assert.Contains(t, all, "Lei Wang")
		assert.NotContains(t, all, "ang.lei")
		assert.NotContains(t, all, ann, "nobody is mentioned")
	}
	assert.Contains(t, list, "li.si", "Slack does not know the name")
	assert.Contains(t, list, "scheduler", "nobody's name")
}
