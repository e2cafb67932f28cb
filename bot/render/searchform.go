package render

import (
	"strconv"

	"github.com/slack-go/slack"

	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// SearchForm is the callback id of the form of the Search button.
const SearchForm = "search"

// Ids of the blocks of the form, and the action id of the input in each.
const (
	expressionBlock = "expression"
	contextBlock    = "context"
	stepBlock       = "step"
	inputAction     = "value"
)

// Limits of the inputs, in characters and lines.
const (
	maxExpression  = 200
	maxStep        = 100
	maxContext     = 10
	defaultContext = 2
	roomInputError = 300
)

// SearchView is the form. metadata comes back with the submitted form. The step is
// not asked for if the log has none.
func SearchView(metadata string, hasSteps bool, l texts.Lang) slack.ModalViewRequest {
	t := texts.Bot
	expression := slack.NewPlainTextInputBlockElement(nil, inputAction)
	expression.MaxLength = maxExpression
	around := slack.NewNumberInputBlockElement(nil, inputAction, false).
		WithMinValue("0").WithMaxValue(strconv.Itoa(maxContext)).WithInitialValue(strconv.Itoa(defaultContext))
	inputs := []slack.Block{
		slack.NewInputBlock(expressionBlock, plain(t.Expression.In(l)), plain(t.ExpressionHint.In(l)), expression),
		slack.NewInputBlock(contextBlock, plain(t.ContextLines.In(l)), plain(t.ContextHint.With(maxContext).In(l)), around),
	}
	if hasSteps {
		step := slack.NewPlainTextInputBlockElement(nil, inputAction)
		step.MaxLength = maxStep
		input := slack.NewInputBlock(stepBlock, plain(t.Step.In(l)), plain(t.StepHint.In(l)), step)
		input.Optional = true
		inputs = append(inputs, input)
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: SearchForm, PrivateMetadata: metadata,
		Title: plain(t.SearchTitle.In(l)), Submit: plain(t.SearchSubmit.In(l)), Close: plain(t.SearchCancel.In(l)),
		Blocks: slack.Blocks{BlockSet: inputs},
	}
}

// SearchInput reads what was typed into the form, by block and action; context is a
// number of lines.
func SearchInput(values map[string]map[string]string) (expression string, context int, step string) {
	typed := func(block string) string { return values[block][inputAction] }
	around, _ := strconv.Atoi(typed(contextBlock)) // Slack accepts only numbers
	return typed(expressionBlock), max(0, min(around, maxContext)), typed(stepBlock)
}

// SearchError shows why an expression is not accepted, below its input.
func SearchError(why string) *slack.ViewSubmissionResponse {
	return slack.NewErrorsViewSubmissionResponse(map[string]string{expressionBlock: lines.Shorten(line(why), roomInputError)})
}
