package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"logbot/logsapi"
)

// problem is an error made for the person who typed: what was wrong, with the
// offending word, and the lines to type instead.
type problem struct {
	says  string
	try   []Example
	cause error
}

func (p *problem) Error() string { return p.says }
func (p *problem) Unwrap() error { return p.cause }

// wrong makes a problem with lines to type instead.
func wrong(says string, try ...string) *problem {
	p := &problem{says: says}
	for _, t := range try {
		p.try = append(p.try, Example{Line: t})
	}
	return p
}

// apology is the private reply to an error.
func (c *Commands) apology(err error) Reply {
	p := c.problem(err)
	return Reply{Private: true, Refused: true, Body: p.says, Try: p.try}
}

// problem finds the words for any error that reached a command.
func (c *Commands) problem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &problem{says: "That took too long and was stopped. Please try again.", cause: err}
	}
	var refused *logsapi.Error
	if errors.As(err, &refused) {
		return &problem{says: refusal(refused), cause: err}
	}
	return &problem{says: "Something went wrong: " + err.Error(), cause: err}
}

// refusal tells a user what the service refused and what to do. The service's
// own words, often Chinese, stand behind ours; the code and the request id are
// for whoever asks its support.
func refusal(e *logsapi.Error) string {
	says := "CodeArts: " + e.Summary + "."
	if e.Hint != "" {
		says += " " + strings.ToUpper(e.Hint[:1]) + e.Hint[1:] + "."
	}
	own := []string{}
	if e.Status != 0 {
		own = append(own, strings.TrimSpace(fmt.Sprintf("HTTP %d %s", e.Status, e.Code)))
	}
	if e.Message != "" {
		own = append(own, e.Message)
	}
	if e.RequestID != "" {
		own = append(own, "request "+e.RequestID)
	}
	if len(own) > 0 {
		says += " (" + strings.Join(own, ", ") + ")"
	}
	return says
}

// quote shows a word that somebody typed inside a sentence, cut to a length
// that a phone can show and without characters that could disturb it.
func quote(word string) string {
	const most = 60
	if r := []rune(word); len(r) > most {
		word = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", word)
}

// count is "1 page", "2 pages", "1,204 lines".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "ch") {
		noun += "e"
	}
	return thousands(n) + " " + noun + "s"
}

// thousands writes n with separators.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// orList is "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
