package render

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/slacksim"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// atPhone breaks a text as a phone does: at 40 columns, with the margin kept.
func atPhone(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		rest := []rune(strings.TrimSuffix(line, "\n"))
		for lines.Columns(string(rest)) > reply.Columns {
			end := len(rest)
			for lines.Columns(string(rest[:end])) > reply.Columns {
				end--
			}
			out = append(out, string(rest[:end]))
			rest = rest[end:]
		}
		out = append(out, string(rest))
	}
	return strings.Join(out, "\n")
}

func TestAnAnswerIsReadableOnAPhone(t *testing.T) {
	s := slacksim.New(slacksim.Config{})
	require.Empty(t, refusal(s, Message(full(), Options{Origin: Origin{Asker: "U0ANN00001"}})))
	shown := s.Render(channel, "U0ANN00001")
	_, shown, _ = strings.Cut(shown, "(app)")
	_, shown, _ = strings.Cut(shown, "\n") // the time of day
	assert.Equal(t, strings.Join([]string{
		`  ✗  web #128 failed · Maven test · 3 mi`,
		`n 12 s`,
		`  wang.lei · "round half up" · main@1f0c`,
		`2d9 · Nov 20, 2026 06:02`,
		`  OrderApiTest.total:87 expected <200> b`,
		`ut was <500>`,
		"      -2 [ERROR] <!channel> & *bold* ```",
		`         [ERROR] 失败`,
		`  2 values hidden`,
		`  [Full log] [More] [⋯ Search / Open in `,
		`CodeArts / These lines show why / These `,
		`lines don't show why / Remove …]`,
	}, "\n"), atPhone(shown))
}

func TestTheBuildIsLinkedAndTheLinkCannotBreakOut(t *testing.T) {
	m := Message(full(), Options{})
	name := m.Blocks[0].(*slack.RichTextBlock).Elements[0].(*slack.RichTextSection).Elements[1].(*slack.RichTextSectionLinkElement)
	assert.Equal(t, "https://devcloud.example/cicd/project/p/build/t?buildNo=128&from=%3Ca%7Cb%3E", name.URL)
	assert.Equal(t, "web #128", name.Text)
	who := m.Blocks[0].(*slack.RichTextBlock).Elements[1].(*slack.RichTextSection).Elements
	assert.Equal(t, "wang.lei · \"round half up\" · main@1f0c2d9 · ", who[0].(*slack.RichTextSectionTextElement).Text, "a branch is no markup")
	assert.EqualValues(t, 1795154528, who[1].(*slack.RichTextSectionDateElement).Timestamp)
	assert.Empty(t, faults(m))

	other := full()
	other.Sign, other.Heading = "", "The end of web #128"
	row := Message(other, Options{}).Blocks[1].(*slack.ContextBlock).ContextElements.Elements
	assert.Equal(t, "<https://devcloud.example/cicd/project/p/build/t?buildNo=128&amp;from=%3Ca%7Cb%3E|#128>", row[0].(*slack.TextBlockObject).Text)
	for _, bad := range []string{"javascript:alert(1)", "ftp://x", "https://", "not a link", "https://x/" + strings.Repeat("a", maxURL)} {
		r := full()
		r.Link = bad
		for _, b := range Message(r, Options{}).Blocks {
			assert.NotContains(t, jsonOf(t, b), `"url"`, bad)
		}
	}
}

func TestAMessageSpeaksTheLanguageItIsAskedIn(t *testing.T) {
	m := Message(full(), Options{Lang: texts.Chinese, Origin: Origin{Asker: "U0ANN00001"}})
	shown := fmt.Sprint(jsonOf(t, m.Blocks))
	for _, word := range []string{"这些日志有用", "这些日志没用", "删除……", "在 CodeArts 中打开"} {
		assert.Contains(t, shown, word)
	}
}

func TestTheSummaryTextSaysWhatMatters(t *testing.T) {
	m := Message(full(), Options{})
	assert.Equal(t, "✗  web #128 failed · Maven test · 3 min 12 s\nOrderApiTest.total:87 expected &lt;200&gt; but was &lt;500&gt;", m.Text)
	long := reply.Reply{Heading: strings.Repeat("构建", 80), Reason: strings.Repeat("&", 600), Body: strings.Repeat("失", 3000)}
	assert.LessOrEqual(t, len(Message(long, Options{}).Text), maxTextBytes)
	assert.NotEmpty(t, Message(reply.Reply{Lines: []lines.Line{{Text: "only lines"}}}, Options{}).Text)
}

func TestTimesBeforeTheEpochAreNotShown(t *testing.T) {
	for _, sign := range []string{"", "✗"} {
		r := reply.Reply{Sign: sign, Heading: "h", Started: time.Unix(-5, 0)}
		assert.Len(t, Message(r, Options{}).Blocks, 1)
		assert.NotContains(t, jsonOf(t, Message(r, Options{}).Blocks), "date")
	}
}

func TestThePersonWhoAskedIsNamed(t *testing.T) {
	answer := full()
	assert.NotContains(t, jsonOf(t, Message(answer, Options{}).Blocks), "asked by")
	answer.Asker = "U0ANN00001"
	m := Message(answer, Options{})
	assert.Contains(t, jsonOf(t, m.Blocks), `asked by \u003c@U0ANN00001\u003e`)
	assert.Empty(t, faults(m))
	answer.Asker = "U1> <!channel"
	assert.NotContains(t, jsonOf(t, Message(answer, Options{}).Blocks), "asked by")
}

// A screen reader reads the label of a button in place of its text.
func TestEveryControlIsLabelledWithItsBuild(t *testing.T) {
	labels := func(m delivery.Message) (all []string) {
		for _, found := range regexp.MustCompile(`"accessibility_label":"([^"]*)"`).FindAllStringSubmatch(jsonOf(t, m.Blocks), -1) {
			all = append(all, found[1])
		}
		return all
	}
	m := Message(full(), Options{Origin: Origin{Asker: "U0ANN00001"}})
	assert.Equal(t, []string{"Full log: web #128", "More: web #128"}, labels(m), "Slack takes none for a menu")
	assert.Equal(t, []string{"停止：/logs full web 128", "查看进度：/logs full web 128"}, labels(ProgressNote("E1", "…", "/logs full web 128", texts.Chinese)))
	long := full()
	long.About.Name = strings.Repeat("构建", 100)
	m = Message(long, Options{Origin: Origin{Asker: "U0ANN00001"}})
	for _, l := range labels(m) {
		assert.LessOrEqual(t, utf8.RuneCountInString(l), maxSpoken)
	}
	assert.Empty(t, faults(m))
	assert.Empty(t, refusal(slacksim.New(slacksim.Config{}), m))
}

func TestTheTitleOfAFileSaysWhatItIs(t *testing.T) {
	r := reply.Reply{Heading: "Log of \"Maven test\" of web #128"}
	assert.Equal(t, "Log of \"Maven test\" of web #128 · web-128-stage3.log", FileMessage(r, delivery.Sent{Name: "web-128-stage3.log"}, "U1", texts.English).Title)
	assert.Equal(t, "x.log", FileMessage(reply.Reply{}, delivery.Sent{Name: "x.log"}, "U1", texts.English).Title)
}

func TestThePersonWhoStoppedAMessageIsNamed(t *testing.T) {
	answer := reply.Reply{Body: "Stopped following."}
	assert.NotContains(t, fmt.Sprint(jsonOf(t, Message(answer, Options{}).Blocks)), "Stop ·")
	answer.StoppedBy = "U0ANN00001"
	assert.Contains(t, fmt.Sprint(jsonOf(t, Message(answer, Options{}).Blocks)), `Stop · \u003c@U0ANN00001\u003e`)
}

func TestTheTextOfARefusalHasTheLineToType(t *testing.T) {
	says := reply.Reply{Private: true, Refused: true, Body: "Did you mean:", Try: []reply.Example{{Line: "/logs fail web 128"}, {Line: "/logs x", Button: "X"}}}
	assert.Equal(t, "Did you mean:\n/logs fail web 128", Message(says, Options{}).Text, "a screen reader reads nothing else")
}

func TestACardHasThreeControlsOneOfThemPrimary(t *testing.T) {
	r := full()
	r.Try = r.Try[:3]
	blocks := Message(r, Options{Origin: Origin{Asker: "U0ANN00001"}}).Blocks
	row := blocks[len(blocks)-1].(*slack.ActionBlock)
	require.Len(t, row.Elements.ElementSet, 3)
	assert.Equal(t, slack.StylePrimary, row.Elements.ElementSet[0].(*slack.ButtonBlockElement).Style)
	assert.Empty(t, row.Elements.ElementSet[1].(*slack.ButtonBlockElement).Style)
	var labels []string
	for _, o := range row.Elements.ElementSet[2].(*slack.OverflowBlockElement).Options {
		labels = append(labels, o.Text.Text)
	}
	assert.Equal(t, []string{"Search", "Open in CodeArts", "These lines show why", "These lines don't show why", "Remove …"}, labels)

	r.Try = append(r.Try, reply.Example{Line: "/logs fail web 128 --step stage2", Button: "Why Lint failed", Menu: 3}, reply.Example{Line: "/logs full web 128 stage3", Button: "Log of this step", Menu: 1})
	assert.Len(t, choices(r, Options{Origin: Origin{Asker: "U0ANN00001"}}), maxChoices, "those of the least worth are left out")
	r.Try[2].Line = "/logs show " + strings.Repeat("构建", 80) + " --grep"
	assert.Len(t, controls(r, Options{}), 4, "a line too long for a menu has a button")
}

func TestAUsedChoiceLeavesTheMenuAndARecord(t *testing.T) {
	r := full()
	r.Try = append(r.Try[:2], reply.Example{Line: "/logs full web 128 stage3", Button: "Log of this step", Menu: 1})
	action, value := Chosen(menuAction, "run-2 /logs full web 128 stage3")
	assert.Equal(t, "run-2", action)
	assert.Equal(t, "/logs full web 128 stage3", value)
	edit := Edit{Action: action, Record: UsedRecord(action, "1.2", "Log of this step", "U0BOB00001"), Files: []string{"F1"}}
	m := Message(r, Options{Origin: Origin{Asker: "U0ANN00001"}})
	edited := edit.Apply(edit.Apply(m.Blocks))
	assert.Len(t, edited, len(m.Blocks)+1)
	text := jsonOf(t, edited)
	assert.Equal(t, 1, strings.Count(text, "Log of this step"))
	assert.Equal(t, Origin{Asker: "U0ANN00001", Files: []string{"F1"}}, OriginOf(edited))
	assert.Empty(t, faults(Edited("x", edited, texts.English)))
}

func TestAFileIsOneLineAndTheFile(t *testing.T) {
	r := reply.Reply{Heading: "Step \"Maven test\" of web #128", Asker: "U0ANN00001", Link: "https://x.example/1"}
	m := FileMessage(r, delivery.Sent{ID: "F1", Name: "x.log", Hidden: 2}, "U0ANN00001", texts.English)
	require.Len(t, m.Blocks, 1)
	assert.Equal(t, "Step \"Maven test\" of web #128 · 2 values hidden · asked by <@U0ANN00001>", m.Blocks[0].(*slack.SectionBlock).Text.Text)
	assert.Equal(t, Origin{Asker: "U0ANN00001", Files: []string{"F1"}}, OriginOf(m.Blocks))
	assert.Empty(t, faults(m))
	r.Heading = "<!channel> <https://evil.example|x>"
	assert.Empty(t, faults(FileMessage(r, delivery.Sent{ID: "F1"}, "U0ANN00001", texts.English)))
}

// Slack writes the time of a claim in the zone of its reader, and a name is text: it pings
// nobody.
func TestAClaimIsALineOfTheCard(t *testing.T) {
	since := time.Date(2026, 11, 20, 6, 5, 0, 0, time.UTC)
	r := reply.Reply{Sign: "✗", Heading: "web #128 failed", Reason: "NPE", Claim: reply.Claim{Name: "<@U0ANN00001>\n@channel", Since: since}}
	for lang, says := range map[texts.Lang][2]string{texts.English: {" is on it since ", ""}, texts.Chinese: {" 自 ", " 起正在处理"}} {
		r.Lang = lang
		m := Message(r, Options{Lang: lang})
		blocks := jsonOf(t, m.Blocks)
		assert.Contains(t, blocks, `{"type":"date","timestamp":1795154700,"format":"{date_short_pretty} {time}","fallback":"2026-11-20 06:05 UTC"}`)
		assert.Contains(t, blocks, `@channel`+says[0])
		assert.Contains(t, blocks, says[1])
		assert.NotContains(t, blocks, `"user"`)
		assert.Contains(t, m.Plain, "2026-11-20 06:05")
	}
	assert.NotContains(t, jsonOf(t, Message(reply.Reply{Sign: "✗", Heading: "web"}, Options{}).Blocks), "date")
}
