package bot

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/commands/texts"
)

const (
	// knownPeople is how many people's languages are remembered.
	knownPeople = 4096
	// knownFor is how long: nobody changes their language often.
	knownFor = 12 * time.Hour
	// askWithin bounds the question.
	askWithin = 5 * time.Second
)

// people remembers who reads which language. It is safe for concurrent use.
type people struct {
	fallback texts.Lang
	ask      func(ctx context.Context, user string) (*slack.User, error)
	log      logrus.FieldLogger

	mu    sync.Mutex
	known latest[person]
}

type person struct {
	lang  texts.Lang
	until time.Time
}

func newPeople(fallback texts.Lang, ask func(context.Context, string) (*slack.User, error), log logrus.FieldLogger) *people {
	return &people{fallback: fallback, ask: ask, log: log, known: newLatest[person](knownPeople)}
}

// language is the language that a user reads, as far as it is known: it asks
// nobody.
func (p *people) language(user string) texts.Lang {
	p.mu.Lock()
	defer p.mu.Unlock()
	if who, ok := p.known.get(user); ok && time.Now().Before(who.until) {
		return who.lang
	}
	return p.fallback
}

// unknown reports whether it is worth asking for a user's language: where the
// workspace's is Chinese, nobody is asked.
func (p *people) unknown(user string) bool {
	if p.fallback != texts.English || user == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.known.get(user)
	return !ok || !time.Now().Before(who.until)
}

// learn asks Slack for a user's language. An answer that does not come counts as
// one, so that Slack is not asked again and again.
func (p *people) learn(ctx context.Context, user string) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	lang := p.fallback
	if who, err := p.ask(ctx, user); err != nil {
		p.log.Infof("%s is answered in the workspace's language, for Slack does not tell theirs (users.info, scope users:read): %v", user, err)
	} else if l, ok := texts.Parse(who.Locale); ok {
		lang = l
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known.set(user, person{lang, time.Now().Add(knownFor)})
}
