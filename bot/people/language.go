package people

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/recent"
	"logbot/commands/texts"
)

const (
	maxPeople = 4096 // whose languages are kept in memory
	// languageLives is how long a language is used before Slack is asked again: people
	// rarely change theirs.
	languageLives = 12 * time.Hour
	// unknownLives is the same after Slack did not tell.
	unknownLives = 10 * time.Minute
	// recallWithin bounds the wait for Locales, which Slack can replace.
	recallWithin = 250 * time.Millisecond
	// languageWithin is how long an answer waits for the language of its reader. Slack
	// answers users.info in a tenth of a second.
	languageWithin = 1500 * time.Millisecond
)

// Locales remember across restarts what Slack told; a state.Locales is one. Methods may
// be called concurrently.
type Locales interface {
	// Recall returns the locale of a user, and when Slack told it; empty if unknown.
	Recall(ctx context.Context, user string) (locale string, at time.Time, err error)
	// Remember stores the locale of a user.
	Remember(ctx context.Context, user, locale string, at time.Time) error
}

// language is what is known of the language of one user.
type language struct {
	lang   texts.Lang
	known  bool // false: lang is the fallback
	until  time.Time
	asking chan struct{} // closed once Slack has answered; nil if it is not being asked
}

// languages know which language each user reads: from memory, from Locales, from Slack.
type languages struct {
	fallback texts.Lang
	userInfo func(ctx context.Context, user string) (User, error)
	locales  Locales
	log      logrus.FieldLogger

	mu      sync.Mutex
	users   *recent.Map[language]
	running sync.WaitGroup // what Learn started
}

// Language is the language that a user reads, as far as it is known. It does not ask
// anybody.
func (ls *languages) Language(user string) texts.Lang {
	if l, ok := ls.users.Get(user); ok {
		return l.lang
	}
	return ls.fallback
}

// Learn finds out the language of a user in the background, if it is not known or was
// learned long ago: an answer is being prepared. ctx bounds the background work, too.
func (ls *languages) Learn(ctx context.Context, user string) {
	if user == "" {
		return
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l, ok := ls.users.Get(user)
	if !ok {
		l.lang = ls.fallback
	}
	if l.asking != nil || (ok && time.Now().Before(l.until)) {
		return
	}
	l.asking = make(chan struct{})
	ls.users.Set(user, l)
	ls.running.Go(func() {
		defer close(l.asking)
		ls.learn(ctx, user, !ok)
	})
}

// Wait waits until nothing is learned in the background. No Learn may follow.
func (ls *languages) Wait() { ls.running.Wait() }

// Await is Language, but if nothing is known yet it waits a moment for what Learn finds
// out.
func (ls *languages) Await(ctx context.Context, user string) texts.Lang {
	l, ok := ls.users.Get(user)
	if !ok || l.known || l.asking == nil {
		return ls.Language(user)
	}
	late := time.NewTimer(languageWithin)
	defer late.Stop()
	select {
	case <-l.asking:
	case <-late.C:
	case <-ctx.Done():
	}
	return ls.Language(user)
}

// learn finds out the language of a user. If first, a stored one is used at once, and
// Slack is asked only if that is old.
func (ls *languages) learn(ctx context.Context, user string, first bool) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if first && ls.recall(ctx, user) {
		return
	}
	who, err := ls.userInfo(ctx, user)
	if err != nil {
		ls.log.Infof("the language of %s is not known, because Slack does not tell it (users.info, scope users:read): %v", user, err)
		before, _ := ls.users.Get(user)
		ls.set(user, language{lang: before.lang, known: before.known, until: time.Now().Add(unknownLives)})
		return
	}
	ls.set(user, ls.spoken(who.Locale, time.Now()))
	if err := ls.locales.Remember(ctx, user, who.Locale, time.Now()); err != nil {
		ls.log.Infof("remember the language of %s: %v", user, err)
	}
}

// recall uses the stored locale of a user. It reports whether that is new enough.
func (ls *languages) recall(ctx context.Context, user string) bool {
	ctx, cancel := context.WithTimeout(ctx, recallWithin)
	defer cancel()
	locale, at, err := ls.locales.Recall(ctx, user)
	if err != nil || locale == "" {
		return false // the store logs that it does not answer
	}
	stored := ls.spoken(locale, at)
	if time.Now().Before(stored.until) {
		ls.set(user, stored)
		return true
	}
	before, _ := ls.users.Get(user)
	stored.asking = before.asking
	ls.set(user, stored)
	return false
}

// spoken is the language for a locale that Slack told at a time.
func (ls *languages) spoken(locale string, at time.Time) language {
	l := language{lang: ls.fallback, known: true, until: at.Add(languageLives)}
	if spoken, ok := texts.Parse(locale); ok {
		l.lang = spoken
	}
	return l
}

func (ls *languages) set(user string, l language) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.users.Set(user, l)
}
