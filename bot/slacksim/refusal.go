package slacksim

import (
	"net/http"
	"time"
)

// refusal is an answer with ok:false.
type refusal struct {
	code       string   // Slack's name of the error
	messages   []string // response_metadata.messages, without the "[ERROR] "
	status     int      // HTTP status; 200 unless set
	retryAfter time.Duration
	fields     map[string]any // further fields of the answer
	htmlPage   bool           // answered with a page for people, not with JSON
	hangUp     bool           // not answered at all
}

func refuse(code string, messages ...string) *refusal {
	return &refusal{code: code, messages: messages, status: http.StatusOK}
}

// missingArgument is the refusal of a call without a required argument.
func missingArgument(argument string) *refusal {
	return refuse("invalid_arguments", "missing required field: "+argument)
}

func rateLimited(after time.Duration) *refusal {
	return &refusal{code: "ratelimited", status: http.StatusTooManyRequests, retryAfter: after}
}

// body is the JSON of the refusal.
func (r *refusal) body() map[string]any {
	answer := map[string]any{"ok": false, "error": r.code}
	for k, v := range r.fields {
		answer[k] = v
	}
	if len(r.messages) > 0 {
		lines := make([]string, len(r.messages))
		for i, m := range r.messages {
			lines[i] = "[ERROR] " + m
		}
		answer["errors"] = r.messages
		answer["response_metadata"] = map[string]any{"messages": lines}
	}
	return answer
}
