package bot

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// asked is what the form has to know of the button that opened it. It travels in
// the form.
type asked struct {
	Line  string           `json:"l"`
	To    delivery.Address `json:"t"`
	Alone bool             `json:"a"` // one person alone sees the message with the button
	Lang  texts.Lang       `json:"g"`
}

// openSearch opens the form. It must be the first call to Slack after a press:
// the trigger lives 3 s.
func (b *Bot) openSearch(ctx context.Context, in slack.InteractionCallback, p *press, line string) {
	to := beside(in)
	lang := b.people.Language(to.User)
	metadata, err := json.Marshal(asked{Line: line, To: to, Alone: p.Alone, Lang: lang})
	if err == nil {
		_, err = b.courier.OpenView(ctx, in.TriggerID, render.SearchView(string(metadata), !render.HasNoSteps(p.Action), lang))
	}
	if err != nil {
		b.log.WithField("user", to.User).Errorf("open the form of Search: %v", err)
		b.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.SearchLate.In(lang), Try: []reply.Example{{Line: withoutGrep(line) + searchEnd + " error"}}})
	}
}

// submitted reads a submitted form. What is wrong with it comes back as the response
// that shows so.
func submitted(in slack.InteractionCallback) (j job, wrong *slack.ViewSubmissionResponse, ok bool) {
	var a asked
	if in.View.CallbackID != render.SearchForm || json.Unmarshal([]byte(in.View.PrivateMetadata), &a) != nil || in.View.State == nil {
		return job{}, nil, false
	}
	expression, around, step := render.SearchInput(in.View.State)
	whole, err := typed.SearchLine(a.Line, typed.SearchForm{Expression: expression, Context: around, Step: step})
	if err != nil {
		return job{}, render.SearchError(typed.Sentence(err, a.Lang)), true
	}
	j = job{Text: withoutSlash(whole), Again: whole, To: a.To, Alone: a.Alone}
	j.To.User = in.User.ID
	return j, nil, true
}

// searchEnd may end the line of a Search button, which is not whole.
const searchEnd = " --grep"

func withoutGrep(line string) string { return strings.TrimSuffix(line, searchEnd) }
