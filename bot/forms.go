package bot

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/people"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// forms opens the form of the Search button.
type forms struct {
	sender sender
	people *people.Directory
	log    logrus.FieldLogger
}

// formOrigin is what a submitted form needs to know about the button that opened it.
// It is the form's metadata.
type formOrigin struct {
	Line  string           `json:"l"`
	To    delivery.Address `json:"t"`
	Alone bool             `json:"a"` // one person alone sees the message with the button
	Lang  texts.Lang       `json:"g"`
}

// open opens the form. It must be the first call to Slack after the press, because the
// trigger expires after 3 s.
func (f *forms) open(ctx context.Context, in slack.InteractionCallback, p *press, line string) {
	to := beside(in)
	lang := f.people.Language(to.User)
	metadata, err := json.Marshal(formOrigin{Line: line, To: to, Alone: p.Alone, Lang: lang})
	if err == nil {
		_, err = f.sender.courier.OpenView(ctx, in.TriggerID, render.SearchView(string(metadata), !render.HasNoSteps(p.Action), lang))
	}
	if err != nil {
		f.log.WithField("user", to.User).Errorf("open the form of Search: %v", err)
		f.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.SearchLate.In(lang), Try: []reply.Example{{Line: withoutGrep(line) + searchEnd + " error"}}})
	}
}

// submittedJob is the search that a submitted form asks for. If the form is filled in
// wrongly, wrong is the response that says so.
func submittedJob(in slack.InteractionCallback) (j job, wrong *slack.ViewSubmissionResponse, ok bool) {
	var a formOrigin
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

// searchEnd may end the line of a Search button, which the form completes.
const searchEnd = " --grep"

func withoutGrep(line string) string { return strings.TrimSuffix(line, searchEnd) }
