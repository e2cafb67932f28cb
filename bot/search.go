package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// The form of Search.
const (
	searchForm      = "search" // callback id
	expressionBlock = "expression"
	contextBlock    = "context"
	stepBlock       = "step"
	formInput       = "value" // action id of each input

	maxExpression  = 200
	maxStep        = 100
	maxAround      = 10 // lines around a match
	defaultAround  = 2
	roomFieldError = 300 // what stands below an input
)

// asked is what the form has to know of the button that opened it. It travels in
// the form.
type asked struct {
	Line  string           `json:"l"`
	To    delivery.Address `json:"t"`
	Alone bool             `json:"a"` // one person alone sees the message with the button
	Lang  texts.Lang       `json:"g"`
	Whole bool             `json:"w"` // the log has no steps
}

// openSearch opens the form. It must be the first call to Slack after a press:
// the trigger lives 3 s.
func (b *Bot) openSearch(ctx context.Context, in slack.InteractionCallback, p *press, line string) {
	to := beside(in)
	lang := b.people.language(to.User)
	view, err := searchView(asked{Line: line, To: to, Alone: p.Alone, Lang: lang, Whole: strings.HasPrefix(p.Action, askWholeAction)})
	if err == nil {
		_, err = b.courier.OpenView(ctx, in.TriggerID, view)
	}
	if err != nil {
		b.log.WithField("user", to.User).Errorf("open the form of Search: %v", err)
		b.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.SearchLate.In(lang), Try: []reply.Example{{Line: withoutGrep(line) + searchEnd + " error"}}})
	}
}

// searchView is the form.
func searchView(a asked) (slack.ModalViewRequest, error) {
	t, l := texts.Bot, a.Lang
	expression := slack.NewPlainTextInputBlockElement(nil, formInput)
	expression.MaxLength = maxExpression
	around := slack.NewNumberInputBlockElement(nil, formInput, false).
		WithMinValue("0").WithMaxValue(strconv.Itoa(maxAround)).WithInitialValue(strconv.Itoa(defaultAround))
	inputs := []slack.Block{
		slack.NewInputBlock(expressionBlock, plain(t.Expression.In(l)), plain(t.ExpressionHint.In(l)), expression),
		slack.NewInputBlock(contextBlock, plain(t.ContextLines.In(l)), plain(t.ContextHint.With(maxAround).In(l)), around),
	}
	if !a.Whole {
		step := slack.NewPlainTextInputBlockElement(nil, formInput)
		step.MaxLength = maxStep
		input := slack.NewInputBlock(stepBlock, plain(t.Step.In(l)), plain(t.StepHint.In(l)), step)
		input.Optional = true
		inputs = append(inputs, input)
	}
	carried, err := json.Marshal(a)
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("write down what the form is for: %w", err)
	}
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: searchForm, PrivateMetadata: string(carried),
		Title: plain(t.SearchTitle.In(l)), Submit: plain(t.SearchSubmit.In(l)), Close: plain(t.SearchCancel.In(l)),
		Blocks: slack.Blocks{BlockSet: inputs},
	}
	if bad := viewFaults(view); len(bad) > 0 {
		return slack.ModalViewRequest{}, fmt.Errorf("the form would break Slack's rules: %v", bad)
	}
	return view, nil
}

// submitted is what a filled form asks for. What is wrong with it comes back as
// texts to show below the inputs, by the ids of their blocks.
func submitted(in slack.InteractionCallback) (j job, wrong map[string]string, ok bool) {
	var a asked
	if in.View.CallbackID != searchForm || json.Unmarshal([]byte(in.View.PrivateMetadata), &a) != nil || in.View.State == nil {
		return job{}, nil, false
	}
	held := func(block string) string { return in.View.State.Values[block][formInput].Value }
	around, _ := strconv.Atoi(held(contextBlock)) // Slack lets only numbers in
	typed, err := commands.SearchLine(a.Line, commands.SearchForm{
		Expression: held(expressionBlock), Context: max(0, min(around, maxAround)), Step: held(stepBlock),
	})
	if err != nil {
		return job{}, map[string]string{expressionBlock: lines.Shorten(line(commands.Sentence(err, a.Lang)), roomFieldError)}, true
	}
	j = job{Text: withoutSlash(typed), Again: typed, To: a.To, Alone: a.Alone}
	j.To.User = in.User.ID
	return j, nil, true
}

// searchEnd may end the line of a Search button, which is not whole.
const searchEnd = " --grep"

func withoutGrep(line string) string { return strings.TrimSuffix(line, searchEnd) }
