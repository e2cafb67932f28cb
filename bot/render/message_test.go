package render

import (
	"encoding/json"
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
		for lines.Columns(string(rest)) > phoneColumns {
			end := len(rest)
			for lines.Columns(string(rest[:end])) > phoneColumns {
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
		`  web #128 failed in "Maven test" after `,
		`3 min 12 s`,
		`  #128 main@1f0c2d9 · started by a push,`,
		` Nov 20, 2026 06:02`,
		`  OrderApiTest.total:87 expected <200> b`,
		`ut was <500>`,
		"      -2 [ERROR] <!channel> & *bold* ```",
		`         [ERROR] 失败`,
		`  lines 2-1 from the end · read 1 page`,
		`  /logs help`,
		`  [More context] [Full log] [Search] [Op`,
		`en in CodeArts]`,
		`  [Right lines] [Wrong lines] [Remove]`,
	}, "\n"), atPhone(shown))
}

func TestTheBuildIsLinkedAndTheLinkCannotBreakOut(t *testing.T) {
	m := Message(full(), Options{})
	row := m.Blocks[1].(*slack.ContextBlock).ContextElements.Elements
	assert.Equal(t, "<https://devcloud.example/cicd/project/p/build/t?buildNo=128&amp;from=%3Ca%7Cb%3E|#128>", row[0].(*slack.TextBlockObject).Text)
	assert.Equal(t, slack.PlainTextType, row[1].(*slack.TextBlockObject).Type, "a branch is no markup")
	assert.Equal(t, "<!date^1795154528^{date_short_pretty} {time}|2026-11-20 06:02 UTC>", row[2].(*slack.TextBlockObject).Text)
	assert.Empty(t, faults(m))
	for _, bad := range []string{"javascript:alert(1)", "ftp://x", "https://", "not a link", "https://x/" + strings.Repeat("a", maxURL)} {
		r := full()
		r.Link = bad
		for _, b := range Message(r, Options{}).Blocks {
			if row, ok := b.(*slack.ActionBlock); ok {
				for _, e := range row.Elements.ElementSet {
					assert.Empty(t, e.(*slack.ButtonBlockElement).URL, bad)
				}
			}
		}
	}
}

func TestALongExcerptShowsItsFirstScreenAndFoldsTheRest(t *testing.T) {
	shown := func(n int) (out []lines.Line) {
		for i := range n {
			out = append(out, lines.Line{Number: i + 1, Text: fmt.Sprintf("line %d of the log", i+1)})
		}
		return out
	}
	container := func(m []slack.Block) *slack.ContainerBlock {
		for _, b := range m {
			if c, ok := b.(*slack.ContainerBlock); ok {
				return c
			}
		}
		return nil
	}
	assert.Nil(t, container(Message(reply.Reply{Lines: shown(openRows)}, Options{}).Blocks))
	m := Message(reply.Reply{Heading: "h", Lines: shown(100)}, Options{})
	c := container(m.Blocks)
	require.NotNil(t, c)
	assert.Equal(t, "76 more lines", c.Title.Text)
	assert.True(t, c.IsCollapsible && c.DefaultCollapsed)
	assert.Nil(t, container(Message(reply.Reply{Lines: shown(100)}, Options{Open: true}).Blocks), "who asked for more sees it")
	text := func(b slack.Block) string {
		elements := b.(*slack.RichTextBlock).Elements
		return elements[len(elements)-1].(*slack.RichTextPreformatted).Elements[0].(*slack.RichTextSectionTextElement).Text
	}
	assert.True(t, strings.HasSuffix(text(m.Blocks[1]), "line 24 of the log"))
	assert.True(t, strings.HasPrefix(text(c.ChildBlocks.BlockSet[0]), " 25 line 25 of the log"), "the number is said again")
	assert.Empty(t, faults(m))
}

func TestAMessageSpeaksTheLanguageItIsAskedIn(t *testing.T) {
	m := Message(full(), Options{Lang: texts.Chinese, Origin: Origin{Asker: "U0ANN00001"}})
	shown := fmt.Sprint(jsonOf(t, m.Blocks))
	for _, word := range []string{"找对了", "没找对", "删除", "在 CodeArts 中打开"} {
		assert.Contains(t, shown, word)
	}
}

func TestTheSummaryTextSaysWhatMatters(t *testing.T) {
	m := Message(full(), Options{})
	assert.Equal(t, "web #128 failed in \"Maven test\" after 3 min 12 s\nOrderApiTest.total:87 expected &lt;200&gt; but was &lt;500&gt;", m.Text)
	long := reply.Reply{Heading: strings.Repeat("构建", 80), Reason: strings.Repeat("&", 600), Body: strings.Repeat("失", 3000)}
	assert.LessOrEqual(t, len(Message(long, Options{}).Text), maxTextBytes)
	assert.NotEmpty(t, Message(reply.Reply{Lines: []lines.Line{{Text: "only lines"}}}, Options{}).Text)
}

func TestTimesBeforeTheEpochAreNotShown(t *testing.T) {
	r := reply.Reply{Heading: "h", Started: time.Unix(-5, 0)}
	assert.Len(t, Message(r, Options{}).Blocks, 1)
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
	assert.Equal(t, []string{
		"More context: web #128", "Full log: web #128", "Search: web #128", "Open in CodeArts: web #128",
		"Right lines: web #128", "Wrong lines: web #128", "Remove: web #128",
	}, labels(m))
	assert.Equal(t, []string{"停止：/logs full web 128", "进度如何？：/logs full web 128"}, labels(ProgressNote("E1", "…", "/logs full web 128", texts.Chinese)))
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
	answer := reply.Reply{Body: "Not followed any longer."}
	assert.NotContains(t, fmt.Sprint(jsonOf(t, Message(answer, Options{}).Blocks)), "Stop")
	answer.StoppedBy = "U0ANN00001"
	assert.Contains(t, fmt.Sprint(jsonOf(t, Message(answer, Options{}).Blocks)), `Stop · \u003c@U0ANN00001\u003e`)
}

func TestTheTextOfARefusalHasTheLineToType(t *testing.T) {
	says := reply.Reply{Private: true, Refused: true, Body: "Did you mean:", Try: []reply.Example{{Line: "/logs fail web 128"}, {Line: "/logs x", Button: "X"}}}
	assert.Equal(t, "Did you mean:\n/logs fail web 128", Message(says, Options{}).Text, "a screen reader reads nothing else")
}

func TestTheLineOfTheReasonStandsOnce(t *testing.T) {
	r := explained()
	r.Lines = []lines.Line{{Number: 7, Text: "before"}, {Number: 8, Text: "    " + r.Reason}, {Number: 9, Text: "after"}}
	shown := func() string {
		text, err := json.Marshal(Message(r, Options{}).Blocks)
		require.NoError(t, err)
		return string(text)
	}
	assert.Equal(t, 1, strings.Count(shown(), "OrderApiTest.total:87"))
	assert.Contains(t, shown(), "9 after", "a number tells that a line is missing")

	r.Reason = ""
	assert.Contains(t, shown(), "OrderApiTest.total:87")
}
