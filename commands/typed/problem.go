package typed

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"logbot/commands/texts"
	"logbot/logsapi"
)

// Problem is an error made for the person who typed: what was wrong, with the
// offending word, and the lines to type instead. It is put into words when it is
// shown, in the language of its reader.
type Problem struct {
	Says  texts.Phrase
	Try   []Suggestion
	Cause error // may be nil
}

// Suggestion is a line to type, and what it does.
type Suggestion struct {
	Line string
	Does texts.Phrase // may be empty
}

// Wrong makes a problem with lines to type instead.
func Wrong(says texts.Phrase, try ...string) *Problem {
	p := &Problem{Says: says}
	for _, line := range try {
		p.Try = append(p.Try, Suggestion{Line: line})
	}
	return p
}

// Error is the English sentence.
func (p *Problem) Error() string { return p.Says.In(texts.English) }

func (p *Problem) Unwrap() error { return p.Cause }

// In is the problem as an error whose message is in a language.
func (p *Problem) In(l texts.Lang) error { return translated{p, l} }

type translated struct {
	*Problem
	lang texts.Lang
}

func (t translated) Error() string { return t.Says.In(t.lang) }
func (t translated) Unwrap() error { return t.Problem }

// Sentence is what an error says to the person who typed.
func Sentence(err error, l texts.Lang) string { return ProblemOf(err).Says.In(l) }

// ProblemOf finds the words for any error that reached a command.
func ProblemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &Problem{Says: texts.TookTooLong.With(), Cause: err}
	}
	var refused *logsapi.Error
	if errors.As(err, &refused) {
		return &Problem{Says: refusal(refused), Cause: err}
	}
	return &Problem{Says: texts.WentWrong.With(err.Error()), Cause: err}
}

// Briefly is the cause of an error in a few words, to stand in a sentence.
func Briefly(err error) texts.Phrase {
	var refused *logsapi.Error
	if !errors.As(err, &refused) {
		return texts.Plain(err.Error())
	}
	summary, _ := texts.Service(refused)
	if refused.Status == 0 {
		return summary
	}
	return texts.Join(texts.Nothing, summary, texts.RefusedDetail.With(status(refused)))
}

func status(e *logsapi.Error) string {
	return strings.TrimSpace("HTTP " + strconv.Itoa(e.Status) + " " + e.Code)
}

// refusal says what the service refused and what to do. The service's own words,
// often Chinese, stand behind ours, with the code and the request id that its
// support asks for.
func refusal(e *logsapi.Error) texts.Phrase {
	summary, hint := texts.Service(e)
	parts := []any{texts.RefusedBy.With(summary)}
	if !hint.Empty() {
		parts = append(parts, texts.RefusedHint.With(texts.Sentence{Phrase: hint}))
	}
	var own []any
	if e.Status != 0 {
		own = append(own, texts.Plain(status(e)))
	}
	if e.Message != "" {
		own = append(own, texts.Plain(e.Message))
	}
	if e.RequestID != "" {
		own = append(own, texts.RequestID.With(e.RequestID))
	}
	if len(own) > 0 {
		parts = append(parts, texts.RefusedDetail.With(texts.Join(texts.Comma, own...)))
	}
	return texts.Join(texts.Nothing, parts...)
}
