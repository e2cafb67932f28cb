package slacksim

import (
	"net/http"
	"time"
)

// refusal is an answer with ok false.
type refusal struct {
	code       string   // Slack's name of the error
	messages   []string // response_metadata.messages, without the "[ERROR] "
	status     int      // HTTP status; 200 unless set
	retryAfter time.Duration
	fields     map[string]any // additional fields of the answer
	htmlPage   bool           // the answer is an HTML page, not JSON
	hangUp     bool           // the connection is reset instead of an answer
}

func refuse(code string, messages ...string) *refusal {
	return &refusal{code: code, messages: messages, status: http.StatusOK}
}

// missingArgument refuses a call that lacks a required argument.
func missingArgument(argument string) *refusal {
	return refuse("invalid_arguments", "missing required field: "+argument)
}

func rateLimited(after time.Duration) *refusal {
	return &refusal{code: "ratelimited", status: http.StatusTooManyRequests, retryAfter: after}
}

// body returns the JSON of the answer.
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
