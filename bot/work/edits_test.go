package work

import (
	"strconv"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"

	"logbot/bot/render"
	"logbot/commands/reply"
)

func TestAMessageThatWasReplacedIsForgottenAfterOlderOnes(t *testing.T) {
	e := NewEdits()
	used := render.Edit{Action: "run-0", Record: slack.NewContextBlock("used-run-0-1")}
	row := render.Message(reply.Reply{Try: []reply.Example{{Line: "/logs full web 128", Button: "Full log"}}}, render.Options{}).Blocks
	e.Add("C1", "0", used, row)
	e.Forget("C1", "0")
	e.Add("C1", "0", used, row)
	for i := 1; i < maxEdited; i++ {
		e.Add("C1", strconv.Itoa(i), used, row)
	}
	assert.Equal(t, []slack.Block{used.Record}, e.Apply("C1", "0", row), "it is the oldest of as many as are remembered")
	e.Add("C1", "one more", used, row)
	assert.Equal(t, row, e.Apply("C1", "0", row))
}
