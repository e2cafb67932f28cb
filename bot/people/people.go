// Package people answers questions about the users of a Slack workspace: which
// language they read, whether they are admins, whether they have left.
package people

import (
	"context"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/recent"
	"logbot/commands/texts"
)

const (
	maxPeople     = 4096           // whose languages are remembered
	languageLives = 12 * time.Hour // people rarely change their language
	askWithin     = 5 * time.Second
)

// Directory asks Slack about users (users.info, scope users:read). It is safe for
// concurrent use.
type Directory struct {
	fallback texts.Lang
	userInfo func(ctx context.Context, user string) (*slack.User, error)
	log      logrus.FieldLogger
	known    *recent.Map[language] // by user
}

type language struct {
	lang  texts.Lang
	until time.Time
}

// NewDirectory returns a directory. fallback is the language of people whose language
// is unknown or not supported. If it is not English, Slack is not asked for languages.
func NewDirectory(fallback texts.Lang, userInfo func(ctx context.Context, user string) (*slack.User, error), log logrus.FieldLogger) *Directory {
	return &Directory{fallback: fallback, userInfo: userInfo, log: log, known: recent.NewMap[language](maxPeople)}
}

// Language is the language that a user reads, as far as it is known. It does not ask
// Slack.
func (d *Directory) Language(user string) texts.Lang {
	if l, ok := d.known.Get(user); ok && time.Now().Before(l.until) {
		return l.lang
	}
	return d.fallback
}

// NeedsLanguage reports whether Slack should be asked for a user's language.
func (d *Directory) NeedsLanguage(user string) bool {
	if d.fallback != texts.English || user == "" {
		return false
	}
	l, ok := d.known.Get(user)
	return !ok || !time.Now().Before(l.until)
}

// LearnLanguage asks Slack for a user's language. After a failure the fallback is
// remembered, so that Slack is not asked again and again.
func (d *Directory) LearnLanguage(ctx context.Context, user string) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	lang := d.fallback
	if who, err := d.userInfo(ctx, user); err != nil {
		d.log.Infof("%s is answered in the workspace's language, because Slack does not tell theirs (users.info, scope users:read): %v", user, err)
	} else if l, ok := texts.Parse(who.Locale); ok {
		lang = l
	}
	d.known.Set(user, language{lang, time.Now().Add(languageLives)})
}

// IsAdmin reports whether a user is an admin or owner of the workspace. If Slack does
// not tell, they are not.
func (d *Directory) IsAdmin(ctx context.Context, user string) bool {
	who, err := d.userInfo(ctx, user)
	if err != nil {
		d.log.Warnf("ask Slack whether %s is an admin (users.info, scope users:read): %v", user, err)
		return false
	}
	return who.IsAdmin || who.IsOwner
}

// Left reports whether a user's account was deactivated.
func (d *Directory) Left(ctx context.Context, user string) (bool, error) {
	who, err := d.userInfo(ctx, user)
	if err != nil {
		return false, fmt.Errorf("ask Slack about %s (users.info): %w", user, err)
	}
	return who.Deleted, nil
}
