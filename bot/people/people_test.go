package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"

	"logbot/commands/texts"
)

// memory is a Locales.
type memory struct {
	mu      sync.Mutex
	locales map[string]string
	at      map[string]time.Time
	slow    time.Duration
	err     error
}

func newMemory() *memory { return &memory{locales: map[string]string{}, at: map[string]time.Time{}} }

func (m *memory) Recall(ctx context.Context, user string) (string, time.Time, error) {
	if m.slow > 0 {
		select {
		case <-time.After(m.slow):
		case <-ctx.Done():
			return "", time.Time{}, ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.locales[user], m.at[user], m.err
}

func (m *memory) Remember(_ context.Context, user, locale string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.locales[user], m.at[user] = locale, at
	return m.err
}

// slackOf is a users.info that answers after a time.
type slackOf struct {
	after  time.Duration
	locale string
	asked  int
}

func (s *slackOf) info(ctx context.Context, user string) (User, error) {
	s.asked++
	select {
	case <-time.After(s.after):
	case <-ctx.Done():
		return User{}, ctx.Err()
	}
	if strings.HasPrefix(user, "X") {
		return User{}, errors.New("missing_scope")
	}
	return User{Locale: s.locale}, nil
}

func directory(fallback texts.Lang, s *slackOf, m *memory) *Directory {
	log, _ := logtest.NewNullLogger()
	return NewDirectory(fallback, s.info, m, log)
}

// asks is a command of a user, and the language of its answer.
func asks(t *testing.T, d *Directory, user string) texts.Lang {
	d.Learn(t.Context(), user)
	return d.Await(t.Context(), user)
}

func TestTheFirstAnswerSpeaksTheReadersLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slackOf{after: 100 * time.Millisecond, locale: "zh-TW"}
		d := directory(texts.English, s, newMemory())
		assert.Equal(t, texts.Chinese, asks(t, d, "U1"))
		assert.Equal(t, texts.English, asks(t, d, "X1"), "Slack does not tell")
		assert.Equal(t, texts.Chinese, asks(t, d, "U1"))
		assert.Equal(t, texts.English, asks(t, d, "X1"))
		assert.Equal(t, texts.English, asks(t, d, ""), "there is no user to ask about")
		d.Wait()
		assert.Equal(t, 2, s.asked, "each once, also where Slack does not tell")
	})
}

func TestTheDefaultIsForThoseWhoseLanguageIsUnknownAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for locale, want := range map[string]texts.Lang{"en-GB": texts.English, "zh-CN": texts.Chinese, "de-DE": texts.Chinese, "": texts.Chinese} {
			d := directory(texts.Chinese, &slackOf{locale: locale}, newMemory())
			assert.Equal(t, want, asks(t, d, "U1"), locale)
			d.Wait()
		}
	})
}

func TestAnAnswerDoesNotWaitLongForItsLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slackOf{after: 3 * time.Second, locale: "zh-CN"}
		d := directory(texts.English, s, newMemory())
		began := time.Now()
		assert.Equal(t, texts.English, asks(t, d, "U1"))
		assert.Equal(t, languageWithin, time.Since(began))
		time.Sleep(s.after)
		assert.Equal(t, texts.Chinese, asks(t, d, "U1"), "the next one speaks it")
		d.Wait()
		assert.Equal(t, 1, s.asked)
	})
}

func TestALanguageIsRememberedAcrossRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := &slackOf{locale: "zh-CN"}, newMemory()
		d := directory(texts.English, s, m)
		asks(t, d, "U1")
		d.Wait()

		s.after = time.Hour // Slack does not answer
		d = directory(texts.English, s, m)
		began := time.Now()
		assert.Equal(t, texts.Chinese, asks(t, d, "U1"))
		assert.Zero(t, time.Since(began))
		d.Wait()
		assert.Equal(t, 1, s.asked, "what is new enough is not asked for again")

		time.Sleep(languageLives)
		s.after, s.locale = 5*time.Millisecond, "en-US"
		d = directory(texts.English, s, m)
		asks(t, d, "U1")
		d.Wait()
		assert.Equal(t, texts.English, asks(t, d, "U1"), "people change their language")
		d.Wait()
	})
	synctest.Test(t, func(t *testing.T) {
		for _, m := range []*memory{{slow: time.Minute}, {err: errors.New("away"), locales: map[string]string{}, at: map[string]time.Time{}}} {
			m.locales, m.at = map[string]string{}, map[string]time.Time{}
			d := directory(texts.English, &slackOf{locale: "zh-CN"}, m)
			assert.Equal(t, texts.Chinese, asks(t, d, "U1"), "a store that is away is done without")
			d.Wait()
		}
	})
}

func TestALanguageIsLearnedAgainWhileTheOldOneIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slackOf{locale: "zh-CN"}
		d := directory(texts.English, s, newMemory())
		asks(t, d, "U1")
		time.Sleep(languageLives)
		s.after = time.Second
		began := time.Now()
		assert.Equal(t, texts.Chinese, asks(t, d, "U1"))
		assert.Zero(t, time.Since(began))
		d.Wait()
		assert.Equal(t, 2, s.asked)
		for i := range maxPeople + 10 {
			asks(t, d, fmt.Sprint("V", i))
		}
		d.Wait()
		assert.Equal(t, texts.English, d.Language("U1"), "the oldest is forgotten")
	})
}
