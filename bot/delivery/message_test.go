package delivery

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A message whose folded lines are refused keeps its buttons, and its end.
func TestFoldedLinesThatAreRefusedAreSentUnfolded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		strict := func(r call) reply {
			if strings.Contains(r.args.Get("blocks"), `"container"`) {
				if r.method == "hook" {
					return reply{status: 400, body: "invalid_blocks"}
				}
				return no("invalid_blocks")
			}
			return fine
		}
		folded := say("hello")
		folded.Blocks = []slack.Block{
			slack.NewDividerBlock(),
			slack.NewContainerBlock(slack.NewRichTextBlock("first"), slack.NewRichTextBlock("last")).WithTitle(slack.NewTextBlockObject(slack.PlainTextType, "2 more lines", false, false)),
			slack.NewActionBlock("buttons", slack.NewButtonBlockElement("run-0", "/logs", slack.NewTextBlockObject(slack.PlainTextType, "More", false, false))),
		}
		for method, deliver := range map[string]func(*Courier) error{
			"chat.postMessage": func(c *Courier) error { _, err := c.Say(t.Context(), Address{Channel: "C1"}, folded); return err },
			"hook":             func(c *Courier) error { return c.Whisper(t.Context(), hook("a"), folded) },
			"chat.update":      func(c *Courier) error { return c.Update(t.Context(), "C1", "17.1", folded) },
			"files.completeUploadExternal": func(c *Courier) error {
				f := fileOf("a line\n")
				f.Message = func(Sent) Message { return folded }
				_, err := c.SendFile(t.Context(), channel, f)
				return err
			},
		} {
			c, f := newHarness(t, strict)
			require.NoError(t, deliver(c), method)
			calls := f.calls(method)
			require.Len(t, calls, 2, method)
			assert.NotContains(t, calls[1].text(), "plain", method)
			var blocks []struct {
				Type    string
				BlockID string `json:"block_id"`
			}
			require.NoError(t, json.Unmarshal([]byte(calls[1].args.Get("blocks")), &blocks), method)
			require.Len(t, blocks, 4, method)
			assert.Equal(t, []string{"first", "last", "buttons"}, []string{blocks[1].BlockID, blocks[2].BlockID, blocks[3].BlockID}, method)
			require.NoError(t, deliver(c), method)
			assert.Len(t, f.calls(method), 3, "%s: the next message is sent unfolded at once", method)
		}
	})
	synctest.Test(t, func(t *testing.T) { // where other blocks are refused, too, folding goes on
		c, f := newHarness(t, inTurn(no("invalid_blocks"), no("invalid_blocks"), fine, fine))
		m := say("hello")
		m.Blocks = []slack.Block{slack.NewContainerBlock(slack.NewDividerBlock())}
		for range 2 {
			_, err := c.Say(t.Context(), Address{Channel: "C1"}, m)
			require.NoError(t, err)
		}
		assert.Equal(t, []string{"hello", "hello", "plain hello", "hello"}, textsOf(f.calls("chat.postMessage")))
		assert.Contains(t, f.calls("chat.postMessage")[3].args.Get("blocks"), "container")
	})
}
