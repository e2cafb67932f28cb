package render

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

func rich(text string) slack.Block {
	return slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement(text, nil)))
}

func row(n int) *slack.ActionBlock {
	var all []slack.BlockElement
	for i := range n {
		all = append(all, slack.NewButtonBlockElement(fmt.Sprint("a", i), "v", plain("b")))
	}
	return slack.NewActionBlock("", all...)
}

func one(e slack.BlockElement) slack.Block   { return slack.NewActionBlock("", e) }
func foot1(e slack.BlockElement) slack.Block { return slack.NewContextActionsBlock("", e) }
func xs(n int) string                        { return strings.Repeat("失", n) }

func TestTheRulesKnowSlacksLimits(t *testing.T) {
	button := func(text, value string) *slack.ButtonBlockElement {
		return slack.NewButtonBlockElement("a", value, plain(text))
	}
	contexts := func(n int) slack.Block {
		var all []slack.MixedElement
		for range n {
			all = append(all, plain("x"))
		}
		return slack.NewContextBlock("", all...)
	}
	confirm := func(title, text, yes string) *slack.ConfirmationBlockObject {
		return slack.NewConfirmationBlockObject(plain(title), plain(text), plain(yes), plain("no"))
	}
	many := func(n int, b func() slack.Block) (out []slack.Block) {
		for range n {
			out = append(out, b())
		}
		return out
	}
	small := func() slack.Block { return rich("x") }
	for name, c := range map[string]struct {
		fine, bad []slack.Block
	}{
		"blocks":              {many(maxBlocks, small), many(maxBlocks+1, small)},
		"header":              {[]slack.Block{slack.NewHeaderBlock(plain(xs(150)))}, []slack.Block{slack.NewHeaderBlock(plain(xs(151)))}},
		"empty header":        {nil, []slack.Block{slack.NewHeaderBlock(plain(""))}},
		"header of markup":    {nil, []slack.Block{slack.NewHeaderBlock(markup("x"))}},
		"section":             {[]slack.Block{slack.NewSectionBlock(plain(xs(3000)), nil, nil)}, []slack.Block{slack.NewSectionBlock(plain(xs(3001)), nil, nil)}},
		"context elements":    {[]slack.Block{contexts(10)}, []slack.Block{contexts(11)}},
		"empty context":       {nil, []slack.Block{contexts(0)}},
		"buttons":             {[]slack.Block{row(25)}, []slack.Block{row(26)}},
		"no buttons":          {nil, []slack.Block{row(0)}},
		"button text":         {[]slack.Block{one(button(xs(75), "v"))}, []slack.Block{one(button(xs(76), "v"))}},
		"button value":        {[]slack.Block{one(button("b", xs(2000)))}, []slack.Block{one(button("b", xs(2001)))}},
		"button url":          {[]slack.Block{one(button("b", "v").WithURL("https://x/y"))}, []slack.Block{one(button("b", "v").WithURL("javascript:x"))}},
		"action id":           {[]slack.Block{one(slack.NewButtonBlockElement(xs(255), "v", plain("b")))}, []slack.Block{one(slack.NewButtonBlockElement(xs(256), "v", plain("b")))}},
		"action ids":          {nil, []slack.Block{row(1), row(1)}},
		"block ids":           {[]slack.Block{slack.NewHeaderBlock(plain("x"), slack.HeaderBlockOptionBlockID("a"))}, []slack.Block{slack.NewRichTextBlock("a", rich("x").(*slack.RichTextBlock).Elements...), slack.NewRichTextBlock("a", rich("x").(*slack.RichTextBlock).Elements...)}},
		"confirmation":        {[]slack.Block{one(button("b", "v").WithConfirm(confirm(xs(100), xs(300), xs(30))))}, []slack.Block{one(button("b", "v").WithConfirm(confirm(xs(101), "x", "y")))}},
		"confirm text":        {nil, []slack.Block{one(button("b", "v").WithConfirm(confirm("x", xs(301), "y")))}},
		"confirm button":      {nil, []slack.Block{one(button("b", "v").WithConfirm(confirm("x", "x", xs(31))))}},
		"characters":          {[]slack.Block{rich(xs(maxCounted))}, []slack.Block{rich(xs(maxCounted + 1))}},
		"escaped characters":  {[]slack.Block{rich(strings.Repeat("<", maxCounted/4))}, []slack.Block{rich(strings.Repeat("<", maxCounted/4+1))}},
		"empty text":          {nil, []slack.Block{rich("")}},
		"rich mention":        {nil, []slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionUserElement("U1", nil)))}},
		"container":           {[]slack.Block{slack.NewContainerBlock(many(10, small)...).WithTitle(plain(xs(150)))}, []slack.Block{slack.NewContainerBlock(many(11, small)...).WithTitle(plain("t"))}},
		"container title":     {nil, []slack.Block{slack.NewContainerBlock(small()).WithTitle(plain(xs(151)))}},
		"container, no title": {nil, []slack.Block{slack.NewContainerBlock(small())}},
		"container in itself": {nil, []slack.Block{slack.NewContainerBlock(slack.NewContainerBlock(small()).WithTitle(plain("t"))).WithTitle(plain("t"))}},
		"fold":                {nil, []slack.Block{slack.NewContainerBlock(small()).WithTitle(plain("t")).WithCollapsible(false, true)}},
		"unknown block":       {nil, []slack.Block{slack.NewDividerBlock()}},
		"icon":                {[]slack.Block{foot1(slack.NewIconButtonBlockElement("trash", plain("x"), "a"))}, []slack.Block{foot1(slack.NewIconButtonBlockElement("bell", plain("x"), "a"))}},
		"feedback value":      {nil, []slack.Block{foot1(slack.NewFeedbackButtonsBlockElement("a", slack.NewFeedbackButton(plain("x"), ""), slack.NewFeedbackButton(plain("x"), "y")))}},
		"input":               {nil, []slack.Block{slack.NewInputBlock("a", plain("x"), nil, slack.NewPlainTextInputBlockElement(nil, "b"))}},
		"channel mention":     {[]slack.Block{slack.NewContextBlock("", markup("Full log · <@U0ANN00001>"))}, []slack.Block{slack.NewContextBlock("", markup("<!channel>"))}},
		"group mention":       {nil, []slack.Block{slack.NewContextBlock("", markup("<!subteam^S1>"))}},
		"open bracket":        {nil, []slack.Block{slack.NewContextBlock("", markup("a < b"))}},
		"script link":         {nil, []slack.Block{slack.NewContextBlock("", markup("<javascript:x|y>"))}},
	} {
		if c.fine != nil {
			assert.Empty(t, faults(delivery.Message{Text: "x", Blocks: c.fine}), name)
		}
		assert.NotEmpty(t, faults(delivery.Message{Text: "x", Blocks: c.bad}), name)
	}
	for name, m := range map[string]delivery.Message{
		"no text": {}, "long text": {Text: strings.Repeat("x", 4001)}, "long in bytes": {Text: xs(1400)},
		"text that pings": {Text: "<!here>"}, "plain that pings": {Text: "x", Plain: "<!here>"},
	} {
		assert.NotEmpty(t, faults(m), name)
	}
}

func TestBlocksThatSlackReturnedAreAccepted(t *testing.T) {
	var blocks slack.Blocks
	require.NoError(t, json.Unmarshal([]byte(`[{"type":"rich_text","block_id":"x","elements":[{"type":"rich_text_preformatted","border":0,"elements":[
		{"type":"text","text":"see "},{"type":"link","url":"https://ci.example/1"},{"type":"emoji","name":"bug","unicode":"1f41b"}]}]}]`), &blocks))
	assert.Empty(t, faults(delivery.Message{Text: "see <https://ci.example/1>", Blocks: blocks.BlockSet}))
	assert.Equal(t, "<https://x/y> <@U0ANN00001> &lt;!channel&gt; a &lt; b &amp;", escapeOthers("<https://x/y> <@U0ANN00001> <!channel> a < b &amp;"))
}

func TestTheSearchFormKeepsTheRulesOfModals(t *testing.T) {
	assert.Empty(t, viewFaults(SearchView("x", true, texts.English)))
	for name, change := range map[string]func(*slack.ModalViewRequest){
		"title":    func(v *slack.ModalViewRequest) { v.Title = plain(xs(25)) },
		"submit":   func(v *slack.ModalViewRequest) { v.Submit = nil },
		"close":    func(v *slack.ModalViewRequest) { v.Close = plain(xs(25)) },
		"blocks":   func(v *slack.ModalViewRequest) { v.Blocks.BlockSet = nil },
		"metadata": func(v *slack.ModalViewRequest) { v.PrivateMetadata = xs(3001) },
		"foot": func(v *slack.ModalViewRequest) {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, foot1(slack.NewIconButtonBlockElement("trash", plain("x"), "a")))
		},
	} {
		v := SearchView("x", true, texts.English)
		change(&v)
		assert.NotEmpty(t, viewFaults(v), name)
	}
}

func TestEveryPartOfAReplyThatIsTooLongIsFitted(t *testing.T) {
	long := strings.Repeat("错误 <error> & ", 3000)
	r := reply.Reply{Heading: long, Reason: long, Source: long, Body: long, Link: "https://x/" + long, Rateable: true,
		About: reply.About{Task: "t", Name: long, Build: 1}}
	for i := range 200 {
		r.Context = append(r.Context, long)
		r.Lines = append(r.Lines, lines.Line{Number: i, Text: long})
		r.Try = append(r.Try, reply.Example{Line: long, Does: long}, reply.Example{Line: "/logs", Button: long}, reply.Example{Line: long, Button: "too long to run"})
	}
	assert.Empty(t, faults(Message(r, Options{Origin: Origin{Asker: "U0ANN00001"}})))
}
