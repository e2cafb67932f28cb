package render

import (
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/reply"
	"logbot/commands/texts"
)

// pressed are the controls of a message: what each says, with those of a list and the menu.
func pressed(t *testing.T, r reply.Reply, o Options) (says [][]string, primary int) {
	t.Helper()
	for _, e := range controls(withButtons(r), o) {
		switch e := e.(type) {
		case *slack.ButtonBlockElement:
			says = append(says, []string{e.Text.Text})
			if e.Style == slack.StylePrimary {
				primary++
			}
		case *slack.SelectBlockElement:
			says = append(says, optionsSaid("list", e.Options))
		case *slack.OverflowBlockElement:
			says = append(says, optionsSaid("menu", e.Options))
		default:
			require.Failf(t, "another control", "%T", e)
		}
	}
	return says, primary
}

func optionsSaid(of string, options []*slack.OptionBlockObject) []string {
	out := []string{of}
	for _, o := range options {
		out = append(out, o.Text.Text)
	}
	return out
}

func TestAMessageHasAtMostThreeControls(t *testing.T) {
	b := func(label string) reply.Example { return reply.Example{Line: "/logs " + label, Button: label} }
	picked := func(label string) reply.Example { e := b(label); e.Picked = true; return e }
	share := reply.Example{Line: "/logs share", Button: "Share", Place: reply.InChannel}
	asked := Options{Origin: Origin{Asker: "U0ANN"}}
	for name, c := range map[string]struct {
		r       reply.Reply
		o       Options
		want    [][]string
		primary int
	}{
		"three fit":            {reply.Reply{Try: []reply.Example{b("a"), b("b"), b("c")}}, Options{}, [][]string{{"a"}, {"b"}, {"c"}}, 0},
		"a card has a primary": {reply.Reply{Sign: "✗", Try: []reply.Example{b("a"), b("b")}}, asked, [][]string{{"a"}, {"b"}, {"Remove …"}}, 1},
		"the rest to the menu": {reply.Reply{Sign: "✗", Try: []reply.Example{b("a"), b("b"), b("c")}}, asked, [][]string{{"a"}, {"b"}, {"menu", "c", "Remove …"}}, 1},
		"Share stays":          {reply.Reply{Sign: "✗", Rateable: true, Try: []reply.Example{b("a"), b("b"), share}}, Options{}, [][]string{{"a"}, {"Share"}, {"menu", "b", "These lines show why", "These lines don't show why"}}, 1},
		"many become a list":   {reply.Reply{Try: []reply.Example{b("a"), b("b"), b("c"), b("d"), b("e")}}, Options{}, [][]string{{"a"}, {"b"}, {"list", "c", "d", "e"}}, 0},
		"many beside a menu":   {reply.Reply{Try: []reply.Example{b("a"), b("b"), b("c"), b("d"), b("e")}}, asked, [][]string{{"a"}, {"list", "b", "c", "d", "e"}, {"Remove …"}}, 0},
		"a list of its own":    {reply.Reply{Sign: "✗", Try: []reply.Example{picked("1"), b("2"), picked("3")}}, asked, [][]string{{"2"}, {"list", "1", "3"}, {"Remove …"}}, 1},
		"a line is its label":  {reply.Reply{Private: true, Try: []reply.Example{{Line: "/logs builds web", Does: "the last builds"}}}, Options{}, [][]string{{"/logs builds web"}}, 0},
	} {
		says, primary := pressed(t, c.r, c.o)
		assert.Equal(t, c.want, says, name)
		assert.Equal(t, c.primary, primary, name)
	}
}

func TestAChoiceOfTheListIsTheButtonThatItReplaces(t *testing.T) {
	r := reply.Reply{Try: []reply.Example{{Line: "/logs show web 128 --step stage1", Button: "✓ Checkout", Picked: true}, {Line: "/logs show web", Button: "x", Picked: true}}}
	e := controls(r, Options{})[0].(*slack.SelectBlockElement)
	action, value := Chosen(e.ActionID, e.Options[0].Value)
	assert.Equal(t, "run-0", action)
	assert.Equal(t, "/logs show web 128 --step stage1", value)

	left := without(e, action, texts.English).(*slack.SelectBlockElement)
	assert.Equal(t, []string{"list", "x"}, optionsSaid("list", left.Options))
	assert.Len(t, e.Options, 2, "the message that is edited stays")
	assert.Nil(t, without(left, "run-1", texts.English))
}
