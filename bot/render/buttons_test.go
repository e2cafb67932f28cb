package render

import (
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
)

func TestAnOriginFitsIntoTheIDOfItsBlock(t *testing.T) {
	o := Origin{Asker: "U0ANN00001"}
	for range 200 {
		o.Files, o.Posts = append(o.Files, "F0123456789"), append(o.Posts, "1732600000.000100")
	}
	id := o.block()
	assert.LessOrEqual(t, len(id), maxBlockID)
	back, ours := originIn(id)
	assert.True(t, ours)
	assert.Equal(t, "U0ANN00001", back.Asker)
	assert.Len(t, back.Files, 19, "files last, for they have no other way to go")
	_, ours = originIn("nonsense")
	assert.False(t, ours)
	o = Origin{Asker: "U0ANN00001", Files: []string{"F0123456789"}, Posts: []string{"1732600000.000100"}}
	back, _ = originIn(o.block())
	assert.Equal(t, o, back)
	assert.Equal(t, Origin{}, OriginOf(nil))
}

func TestTheOriginOfMessagesOfOlderVersionsIsRead(t *testing.T) {
	foot := func(value string) []slack.Block {
		return []slack.Block{slack.NewContextActionsBlock(footBlock, slack.NewIconButtonBlockElement("trash", plain("Remove"), RemoveAction).WithValue(value))}
	}
	blocks := foot(`{"u":"U0ANN00001","f":["F0123456789"]}`)
	assert.Equal(t, Origin{Asker: "U0ANN00001", Files: []string{"F0123456789"}}, OriginOf(blocks))
	edited := Edit{Posts: []string{"1.2"}}.Apply(blocks)
	assert.Equal(t, []string{"1.2"}, OriginOf(edited).Posts)
	assert.Equal(t, Origin{}, OriginOf(foot("nonsense")))
}
