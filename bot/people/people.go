// Package people answers questions about the users of a Slack workspace: which
// language they read, whether they are admins, whether they have left.
package people

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/recent"
	"logbot/commands/texts"
)

// askWithin bounds one call of users.info that nobody waits for.
const askWithin = 5 * time.Second

// Directory asks Slack about users (users.info, scope users:read). It is safe for
// concurrent use.
type Directory struct {
	*languages
}

// NewDirectory returns a directory. fallback is the language of people whose language
// is unknown or not supported. locales remember languages across restarts.
func NewDirectory(fallback texts.Lang, userInfo func(ctx context.Context, user string) (User, error), locales Locales, log logrus.FieldLogger) *Directory {
	return &Directory{languages: &languages{fallback: fallback, userInfo: userInfo, locales: locales, log: log, users: recent.NewMap[language](maxPeople)}}
}

// IsAdmin reports whether a user is an admin or owner of the workspace. If Slack does
// not tell, they are not.
func (d *Directory) IsAdmin(ctx context.Context, user string) bool {
	who, err := d.userInfo(ctx, user)
	if err != nil {
		d.log.Warnf("ask Slack whether %s is an admin (users.info, scope users:read): %v", user, err)
		return false
	}
	return who.Admin
}

// Left reports whether a user's account was deactivated.
func (d *Directory) Left(ctx context.Context, user string) (bool, error) {
	who, err := d.userInfo(ctx, user)
	if err != nil {
		return false, fmt.Errorf("ask Slack about %s (users.info): %w", user, err)
	}
	return who.Left, nil
}

// Name is the name by which the workspace shows a user; the id if Slack does not tell.
func (d *Directory) Name(ctx context.Context, user string) string {
	who, err := d.userInfo(ctx, user)
	if err != nil {
		d.log.Warnf("ask Slack for the name of %s (users.info, scope users:read): %v", user, err)
	}
	return cmp.Or(who.Name, user)
}
