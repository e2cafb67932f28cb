package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
	"logbot/bot/recent"
	"logbot/cache/flight"
)

const (
	maxLooked = 4096 // users, and as many channels
	// looksLive is how long an answer of Slack's counts. An old one counts up to
	// staleLives while Slack gives no new one.
	looksLive  = 10 * time.Minute
	staleLives = 12 * time.Hour
	// staleGroups is the same for user groups, which give rights.
	staleGroups = time.Hour
	lookWithin  = 5 * time.Second
)

// User is what Slack tells of a user.
type User struct {
	Team, Enterprise string // ids; empty if Slack does not tell
	Locale           string
	Name             string // that the workspace shows
	Guest            bool   // single-channel guests, too
	Foreign          bool   // of another workspace or organisation
	App              bool
	Admin            bool // or owner
	Left             bool // the account was deactivated
}

// Channel is what Slack tells of a channel.
type Channel struct {
	Shared  bool // people of other organisations read it
	Private bool // only its members see it
}

// Caller calls a method of Slack's that looks something up; an *API is one. Its errors
// are those of slack-go.
type Caller interface {
	User(ctx context.Context, id string) (User, error)
	Channel(ctx context.Context, id string) (Channel, error)
	// InChannel reports whether a user is a member of a channel.
	InChannel(ctx context.Context, user, channel string) (bool, error)
	// Members are the ids of the users in a user group.
	Members(ctx context.Context, group string) ([]string, error)
}

// Lookup asks Slack about users and channels, and remembers the answers for ten minutes.
// Equal questions at the same time are one call. It is safe for concurrent use.
type Lookup struct {
	slack    Caller
	log      logrus.FieldLogger
	users    *recent.Map[looked[User]]
	channels *recent.Map[looked[Channel]]
	groups   *recent.Map[looked[[]string]]
	flights  *flight.Group
	told     *recent.Map[struct{}] // what was logged, which is logged once
}

// looked is an answer of Slack's: a value, or a refusal that another try does not
// change.
type looked[T any] struct {
	value T
	err   error
	at    time.Time
}

func (l looked[T]) within(life time.Duration) bool {
	return !l.at.IsZero() && time.Since(l.at) < life
}

// NewLookup returns a lookup that knows nothing yet.
func NewLookup(s Caller, log logrus.FieldLogger) *Lookup {
	return &Lookup{
		slack: s, log: log, users: recent.NewMap[looked[User]](maxLooked), channels: recent.NewMap[looked[Channel]](maxLooked),
		groups:  recent.NewMap[looked[[]string]](maxLooked),
		flights: &flight.Group{Limit: lookWithin, Warnf: log.Errorf}, told: recent.NewMap[struct{}](64),
	}
}

// Ask returns a lookup for a program that is not the bot.
func Ask(slackURL, botToken string, client *http.Client, log logrus.FieldLogger) *Lookup {
	return NewLookup(NewAPI(slackURL, botToken, client, send.NewSender(nil, log)), log)
}

// User is what Slack tells of a user. An error that isRefusal is Slack's answer.
func (l *Lookup) User(ctx context.Context, id string) (User, error) {
	if id == "" {
		return User{}, errors.New("no user to ask Slack about")
	}
	return look(ctx, l.flights, l.users, staleLives, id, l.slack.User)
}

func (l *Lookup) channel(ctx context.Context, id string) (Channel, error) {
	return look(ctx, l.flights, l.channels, staleLives, id, l.slack.Channel)
}

// look returns what is remembered of id, else what ask returns.
func look[T any](ctx context.Context, f *flight.Group, known *recent.Map[looked[T]], stale time.Duration, id string, ask func(context.Context, string) (T, error)) (T, error) {
	before, _ := known.Get(id)
	if before.within(looksLive) {
		return before.value, before.err
	}
	value, _, err := flight.Do(ctx, f, id, "what Slack tells of "+id, func(ctx context.Context) (T, error) { return ask(ctx, id) })
	switch {
	case err == nil || isRefusal(err):
		known.Set(id, looked[T]{value, err, time.Now()})
	case before.within(stale):
		return before.value, before.err
	}
	return value, err
}

// isRefusal reports whether Slack has answered, and would answer the same again.
func isRefusal(err error) bool {
	var answer slack.SlackErrorResponse
	if !errors.As(err, &answer) {
		return false
	}
	return send.Explain(answer).Remedy != send.Retry
}

// isBlocked reports whether something between the bot and Slack refuses a method: a
// proxy. Slack has said nothing then.
func isBlocked(err error) bool {
	var status slack.StatusCodeError
	return errors.As(err, &status) && (status.Code == http.StatusForbidden || status.Code == http.StatusNotFound)
}

// code is Slack's name of a refusal, or empty.
func code(err error) string {
	if answer := (slack.SlackErrorResponse{}); errors.As(err, &answer) {
		return answer.Err
	}
	return ""
}

// warnOnce logs a line that is the same every time.
func (l *Lookup) warnOnce(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); l.told.Add(line, struct{}{}) {
		l.log.Warn(line)
	}
}
