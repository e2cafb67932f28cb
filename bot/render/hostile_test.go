package render

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/slacksim"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// markups are the texts of a message that Slack reads as markup.
func markups(blocks []slack.Block) (out []string) {
	for _, b := range blocks {
		switch b := b.(type) {
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t := e.(*slack.TextBlockObject); t.Type == slack.MarkdownType {
					out = append(out, t.Text)
				}
			}
		case *slack.SectionBlock:
			if b.Text.Type == slack.MarkdownType {
				out = append(out, b.Text.Text)
			}
		case *slack.ContainerBlock:
			out = append(out, markups(b.ChildBlocks.BlockSet)...)
		}
	}
	return out
}

// harmless checks that a reply full of one text makes a message that keeps every
// rule and in which that text is nothing but text.
func harmless(t *testing.T, s *slacksim.Server, text string, n int) {
	t.Helper()
	r := reply.Reply{
		Heading: text, Context: []string{text, text}, Reason: text, Source: text, Body: text, Rateable: true,
		Sign: text, Parts: text, Tests: text, Verdict: text, Service: text,
		Link: "https://devcloud.example/" + text, About: reply.About{Task: text, Name: text, Build: 7},
		Try: []reply.Example{{Line: "/logs " + text, Does: text}, {Line: "/logs x", Does: text, Button: text, Place: reply.AskFirst}, {Line: "/logs " + text, Button: text, Menu: 1}},
	}
	for i := range n {
		r.Lines = append(r.Lines, lines.Line{Number: i - n, Text: text})
	}
	for _, l := range []texts.Lang{texts.English, texts.Chinese} {
		m := Message(r, Options{Lang: l, Origin: Origin{Asker: "U0ANN00001"}})
		if bad := faults(m); len(bad) > 0 {
			t.Fatalf("%q: %v", lines.Shorten(text, 100), bad)
		}
		if why := refusal(s, m); why != "" {
			t.Fatalf("%q: the local Slack says %s", lines.Shorten(text, 100), why)
		}
		for _, shown := range markups(m.Blocks) {
			rest := ownMarkup.ReplaceAllString(shown, "")
			if strings.Trim(rest, " "+texts.Bot.Started.In(l)) != "" {
				t.Fatalf("%q stands in markup: %q", lines.Shorten(text, 100), shown)
			}
		}
		for _, shown := range []string{m.Text, m.Plain} {
			if strings.ContainsAny(shown, "<>") || strings.Count(m.Plain, "```") != 2 {
				t.Fatalf("%q: %q", lines.Shorten(text, 100), shown)
			}
		}
		// Slack's own answer to a press is read back as it was sent.
		var back slack.Blocks
		raw, err := json.Marshal(m.Blocks)
		if err == nil {
			err = json.Unmarshal(raw, &back)
		}
		if err != nil || len(faults(delivery.Message{Text: "x", Blocks: back.BlockSet})) > 0 {
			t.Fatalf("%q: read back: %v %v", lines.Shorten(text, 100), err, faults(delivery.Message{Text: "x", Blocks: back.BlockSet}))
		}
	}
}

func TestNoTextOfALogPingsLinksOrBreaksOut(t *testing.T) {
	s := slacksim.New(slacksim.Config{})
	for _, text := range hostile() {
		for _, n := range []int{1, 100} {
			harmless(t, s, text, n)
		}
	}
	harmless(t, s, "x", 10_000)
}

func FuzzMessage(f *testing.F) {
	for i, text := range hostile() {
		f.Add(text, i*7)
	}
	s := slacksim.New(slacksim.Config{})
	f.Fuzz(func(t *testing.T, text string, n int) {
		harmless(t, s, text, max(0, min(n, 30)))
	})
}
