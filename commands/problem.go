package commands

import (
	"context"
	"errors"
	"strings"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// problem is an error made for the person who typed: what was wrong, with the
// offending word, and the lines to type instead. It is put into words when it is
// shown, in the language of whoever reads it.
type problem struct {
	says  texts.Phrase
	try   []suggestion
	cause error
}

// suggestion is a line to type, and what it does.
type suggestion struct {
	line string
	does texts.Phrase
}

func (p *problem) Error() string { return p.says.In(texts.English) }
func (p *problem) Unwrap() error { return p.cause }

// wrong makes a problem with lines to type instead.
func wrong(says texts.Phrase, try ...string) *problem {
	p := &problem{says: says}
	for _, line := range try {
		p.try = append(p.try, suggestion{line: line})
	}
	return p
}

// spoken is a problem in the language of its reader.
type spoken struct {
	*problem
	lang texts.Lang
}

func (s spoken) Error() string { return s.says.In(s.lang) }
func (s spoken) Unwrap() error { return s.problem }

// Sentence says in a language what an error of this package means for whoever
// typed; an error's own message is English.
func Sentence(err error, l texts.Lang) string {
	var p *problem
	if errors.As(err, &p) {
		return p.says.In(l)
	}
	return texts.WentWrong.With(err.Error()).In(l)
}

// apology is the private reply to an error.
func (c *Commands) apology(err error, l texts.Lang) reply.Reply {
	p := c.problem(err)
	r := reply.Reply{Private: true, Refused: true, Body: p.says.In(l)}
	for _, s := range p.try {
		r.Try = append(r.Try, reply.Example{Line: s.line, Does: s.does.In(l)})
	}
	return r
}

// problem finds the words for any error that reached a command.
func (c *Commands) problem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &problem{says: texts.TookTooLong.With(), cause: err}
	}
	var refused *logsapi.Error
	if errors.As(err, &refused) {
		return &problem{says: refusal(refused), cause: err}
	}
	return &problem{says: texts.WentWrong.With(err.Error()), cause: err}
}

// refusal tells a user what the service refused and what to do. The service's
// own words, often Chinese, stand behind ours; the code and the request id are
// for whoever asks its support.
func refusal(e *logsapi.Error) texts.Phrase {
	summary, hint := texts.Service(e)
	parts := []any{texts.RefusedBy.With(summary)}
	if !hint.Empty() {
		parts = append(parts, texts.RefusedHint.With(texts.Sentence{Phrase: hint}))
	}
	var own []any
	if e.Status != 0 {
		own = append(own, texts.Plain(strings.TrimSpace("HTTP "+itoa(int64(e.Status))+" "+e.Code)))
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
