package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"logbot/bot"
	"logbot/bot/delivery/send"
	"logbot/cmd/logbot/logging"
	"logbot/cmd/logbot/metrics"
	"logbot/commands"
	"logbot/logsapi"
)

const (
	// aWhile is the Quiet of failures that concern some requests only, such as those of
	// one task, and long that of a missing right, which other requests do not need.
	aWhile = time.Minute
	long   = 10 * time.Minute
)

// Sources of troubles.
const (
	ofSlack = "slack"
	ofState = "state"
	ofPages = "pages"
	ofUs    = "logbot"
)

func ofCodeArts(service string) string { return "codearts/" + service }

// watcher hears of commands, of CodeArts and of failures: it counts them and logs
// failures. It implements bot.Observer and logsapi.Observer.
type watcher struct {
	*metrics.Metrics
	*upstream
	troubles *logging.Troubles
}

// Exchanged implements logsapi.Observer.
func (w watcher) Exchanged(service string, status int, took time.Duration) {
	w.Metrics.Exchanged(service, status, took)
	w.upstream.Exchanged(service, status, took)
	if status >= 200 && status <= 299 {
		w.troubles.Works(ofCodeArts(service))
	}
}

// Failed implements logsapi.Observer. What an operator must know of these errors comes
// through Told: many are tried again, or are about what was asked for.
func (w watcher) Failed(service string, e *logsapi.Error) {
	w.Metrics.Failed(service, e)
	w.upstream.Failed(service, e)
}

// Ended implements bot.Observer.
func (w watcher) Ended(e bot.End) {
	w.Metrics.Ended(e)
	if e.Outcome.IsShown() {
		w.troubles.Works(ofSlack)
	}
}

// Told implements bot.Observer: it logs what somebody was told, or should have been told,
// because something failed.
func (w watcher) Told(ctx context.Context, err error) {
	if t, ours := troubleOf(err); ours {
		w.Metrics.Trouble(t.Kind)
		w.troubles.Failed(ctx, t)
	}
}

// away notes that a store does not work, or works again if err is nil.
func (w watcher) away(ctx context.Context, source string, err error) {
	if err == nil {
		w.troubles.Works(source)
		return
	}
	w.Metrics.Trouble(source + "_away")
	w.troubles.Failed(ctx, logging.Trouble{Kind: source + "_away", Source: source, Says: "the store for " + source + " does not answer: " + oneLine(err)})
}

// troubleOf says what failed; ours is false if an error is no failure of something that
// the bot depends on.
func troubleOf(err error) (t logging.Trouble, ours bool) {
	var upstream *logsapi.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return t, false
	case errors.Is(err, commands.ErrStoreAway):
		return logging.Trouble{Kind: "state_away", Source: ofState, Says: "somebody was told that the state is away: " + oneLine(err)}, true
	case errors.Is(err, commands.ErrStoreFull):
		return logging.Trouble{Kind: "state_full", Source: ofState, Says: oneLine(err), Quiet: long}, true
	case errors.As(err, &upstream):
		return troubleOfCodeArts(upstream), true
	case send.IsAnswered(err):
		return troubleOfSlack(err)
	}
	return logging.Trouble{Kind: "internal", Source: ofUs, Says: oneLine(err), Quiet: long}, true
}

func troubleOfCodeArts(e *logsapi.Error) logging.Trouble {
	says := "CodeArts: " + e.Summary
	if e.Host != "" && !strings.Contains(e.Summary, e.Host) {
		says += " (" + e.Host + ")"
	}
	if e.Err != nil {
		says += ": " + oneLine(e.Err)
	}
	if e.Hint != "" {
		says += "; " + e.Hint
	}
	t := logging.Trouble{
		Kind: "codearts_" + metrics.KindOf(e), Source: ofCodeArts(serviceOf(e)), Says: says,
		Host: e.Host, Code: e.Code, Status: e.Status, Theirs: e.RequestID, Quiet: aWhile,
	}
	for _, kind := range []error{logsapi.ErrUnauthorized, logsapi.ErrThrottled, logsapi.ErrUnavailable} {
		if errors.Is(e, kind) {
			t.Quiet = 0
		}
	}
	return t
}

// serviceOf is the service that an error is of, for an Observer.
func serviceOf(e *logsapi.Error) string {
	if e.Service == "" {
		return "build"
	}
	return e.Service
}

// troubleOfSlack says what Slack refused. That the bot is not in a channel is told to the
// people there, who invite it.
func troubleOfSlack(err error) (logging.Trouble, bool) {
	r := send.Explain(err)
	if r.Cause == send.NotMember {
		return logging.Trouble{}, false
	}
	t := logging.Trouble{Kind: "slack_" + r.Cause.String(), Source: ofSlack, Says: "Slack: " + send.Details(err), Host: "slack", Code: r.Code, Quiet: long}
	switch {
	case r.Cause == send.Trouble, r.Cause == send.Token:
		t.Quiet = 0
	case !r.IsApp(): // of one channel or message: others work all the time
		t.Quiet = logging.Unknowable
	}
	return t, true
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
