package render

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// What the bot sends, against rules that others gathered from Slack's pages. They
// are not part of the project: `make slack-rules` names their folder in
// SLACK_RULES.

// schema compiles one of the gathered schemas, or a definition inside it.
func schema(t *testing.T, name, part string) *jsonschema.Schema {
	t.Helper()
	folder := os.Getenv("SLACK_RULES")
	if folder == "" {
		t.Skip("make slack-rules runs this")
	}
	raw, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.UseRegexpEngine(func(pattern string) (jsonschema.Regexp, error) {
		// Go has no lookahead; patterns with one are held without it.
		return regexp.Compile(regexp.MustCompile(`\(\?![^)]*\)`).ReplaceAllString(pattern, ""))
	})
	require.NoError(t, c.AddResource("https://rules.example/schema.json", doc))
	s, err := c.Compile("https://rules.example/schema.json" + part)
	require.NoError(t, err)
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, v any) error {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	return s.Validate(doc)
}

// kinds are the messages that the bot sends, one of each kind.
func kinds() map[string]delivery.Message {
	ann := Origin{Asker: "U0ANN00001", Files: []string{"F0123456789"}, Posts: []string{"1.2"}}
	long := full()
	for i := range 100 {
		long.Lines = append(long.Lines, lines.Line{Number: i + 1, Text: strings.Repeat("构建失败 <x> & ", 6)})
	}
	used := Message(full(), Options{Origin: ann})
	edit := Edit{Action: "run-1", Record: UsedRecord("run-1", "1.2", "Full log", "U0BOB00001"), Files: []string{"F1"}}
	used = Edited(used.Text, edit.Apply(used.Blocks), texts.English)
	file := full()
	file.Lines = nil
	out := map[string]delivery.Message{
		"answer": Message(full(), Options{Origin: ann}), "private": Message(full(), Options{}), "long": Message(long, Options{}),
		"used": used, "progress": ProgressNote("E1", "Reading the log takes a while …", "/logs fail web 128", texts.English),
		"file":  FileMessage(file, delivery.Sent{ID: "F1", Hidden: 2}, "U0ANN00001", texts.English),
		"error": Message(reply.Reply{Private: true, Body: "Unknown command.", Try: []reply.Example{{Line: "/logs help", Does: "all commands"}}}, Options{}),
		"bare":  Message(reply.Reply{Heading: "h"}, Options{}),
	}
	for name, text := range map[string]string{"hostile": hostile()[0], "endless": hostile()[7], "wide": hostile()[9]} {
		out[name] = Message(reply.Reply{Heading: text, Reason: text, Body: text, Source: text, Context: []string{text}, Lines: []lines.Line{{Text: text}}}, Options{Origin: ann})
	}
	return out
}

// menuOf is a menu of two options, one of them with this text and value.
func menuOf(text, value string) slack.BlockElement {
	return slack.NewOverflowBlockElement("a", slack.NewOptionBlockObject("v", plain("x"), nil), slack.NewOptionBlockObject(value, plain(text), nil))
}

func TestEveryKindOfMessageKeepsTheRules(t *testing.T) {
	for name, m := range kinds() {
		assert.Empty(t, faults(m), name)
	}
}

func TestSlackRulesOfMessages(t *testing.T) {
	s := schema(t, "block-kit.schema.json", "")
	for name, m := range kinds() {
		assert.NoError(t, validate(t, s, m.Blocks), name)
	}
}

func TestSlackRulesOfTheSearchForm(t *testing.T) {
	s := schema(t, "block-kit.schema.json", "#/$defs/modal_view")
	for _, l := range []texts.Lang{texts.English, texts.Chinese} {
		assert.NoError(t, validate(t, s, SearchView("x", true, l)))
	}
}

// The rules of slackrules_test.go are nowhere laxer than the schema, for blocks at and
// above each limit.
func TestSlackRulesOfOurOwnRules(t *testing.T) {
	s := schema(t, "block-kit.schema.json", "")
	refused := 0
	for n := range maxSection + 10 {
		if n > 320 && n < 1990 || n > 2010 && n < 2990 {
			continue
		}
		for _, b := range []slack.Block{
			slack.NewHeaderBlock(plain(xs(n))), slack.NewSectionBlock(plain(xs(n)), nil, nil), slack.NewContextBlock("", plain(xs(n))),
			one(slack.NewButtonBlockElement("a", "v", plain(xs(n)))), one(slack.NewButtonBlockElement("a", xs(n), plain("b"))),
			one(slack.NewButtonBlockElement(xs(n), "v", plain("b"))),
			one(menuOf(xs(n), "v")), one(menuOf("x", xs(n))),
			one(slack.NewButtonBlockElement("a", "v", plain("b")).WithConfirm(slack.NewConfirmationBlockObject(plain(xs(n)), plain(xs(n)), plain(xs(n)), plain(xs(n))))),
			foot1(slack.NewIconButtonBlockElement("trash", plain(xs(n)), "a").WithValue("v")),
			foot1(slack.NewIconButtonBlockElement("trash", plain("x"), "a").WithValue(xs(n))),
			foot1(slack.NewFeedbackButtonsBlockElement("a", slack.NewFeedbackButton(plain("x"), xs(n)), slack.NewFeedbackButton(plain(xs(n)), "y"))),
			slack.NewContainerBlock(rich("x")).WithTitle(plain(xs(n))),
			slack.NewRichTextBlock(xs(n), rich("x").(*slack.RichTextBlock).Elements...),
		} {
			if len(faults(delivery.Message{Text: "x", Blocks: []slack.Block{b}})) > 0 {
				refused++
				continue
			}
			assert.NoError(t, validate(t, s, []slack.Block{b}), "%s with %d characters", b.BlockType(), n)
		}
	}
	assert.Positive(t, refused)
}

func TestSlackRulesOfTheManifest(t *testing.T) {
	s := schema(t, "manifest.schema.2.0.0.json", "")
	raw, err := os.ReadFile("../../deploy/slack-manifest.yaml")
	require.NoError(t, err)
	var manifest map[string]any
	require.NoError(t, yaml.Unmarshal(raw, &manifest))
	manifest["_metadata"].(map[string]any)["major_version"] = 2 // the schema is of version 2
	assert.NoError(t, validate(t, s, manifest))
	manifest["features"].(map[string]any)["surprise"] = true
	assert.Error(t, validate(t, s, manifest), "the schema does look")
}
