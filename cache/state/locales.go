package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/cache/store"
)

const (
	// LocaleAge is how long the locale of a user is kept after it was last told.
	LocaleAge = 90 * 24 * time.Hour
	// MaxLocales is the most users whose locales are kept; those told longest ago are
	// dropped first.
	MaxLocales = 100_000
)

// told is the locale of a user, and when Slack told it.
type told struct {
	Locale string    `json:"locale"` // such as zh-CN
	At     time.Time `json:"at"`
}

func localeTable() store.Spec {
	return store.Spec{Name: "locales", Noun: "locales", Max: MaxLocales, Life: LocaleAge, Evict: true}
}

// Locales are the locales of the users who asked something, so that a bot that has
// restarted answers each in their language at once.
type Locales struct{ users values[told] }

// Remember stores the locale that Slack told of a user at a time. It returns
// ErrTooLarge for a user or a locale beyond [MaxID].
func (l Locales) Remember(ctx context.Context, user, locale string, at time.Time) error {
	switch {
	case user == "" || locale == "":
		return errors.New("remember a locale: a user and a locale are needed")
	case len(user) > MaxID || len(locale) > MaxID:
		return fmt.Errorf("remember the locale of %.40s: %w: at most %d bytes a part", user, ErrTooLarge, MaxID)
	}
	return during(l.users.at(at).put(ctx, user, told{locale, at}), "remember the locale of %s", user)
}

// Recall returns the locale of a user and when it was told; empty if it is not known.
func (l Locales) Recall(ctx context.Context, user string) (locale string, at time.Time, err error) {
	v, err := l.users.at(time.Now()).get(ctx, user)
	if errors.Is(err, ErrNotFound) {
		return "", time.Time{}, nil
	}
	return v.Locale, v.At, during(err, "recall the locale of %s", user)
}
