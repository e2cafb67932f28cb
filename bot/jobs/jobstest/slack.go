package jobstest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
	"logbot/commands/reply"
)

// Errors of Slack, as the bot returns them.
var (
	ErrChannelClosed  = fmt.Errorf("post: %w", slack.SlackErrorResponse{Err: "is_archived"})
	ErrMessageDeleted = fmt.Errorf("update: %w", slack.SlackErrorResponse{Err: "message_not_found"})
)

// Message is a message in a channel.
type Message struct {
	Channel, Thread, TS string
	At                  time.Time
	Reply               reply.Reply
	Updates             []time.Time
}

// Text is what the message shows.
func (m Message) Text() string { return m.Reply.Text(m.At) }

// Slack accepts everything, unless a test says otherwise. It is a follow.Slack.
type Slack struct {
	mu       sync.Mutex
	messages []*Message
	before   func(*Message) error
	after    func(*Message)
	update   error
	told     []string
}

// OnPost calls f before each post, which fails with the error of f.
func (s *Slack) OnPost(f func(*Message) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// OnPosted calls f after each post.
func (s *Slack) OnPosted(f func(*Message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = f
}

// FailUpdates makes each update fail with err.
func (s *Slack) FailUpdates(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.update = err
}

// Post implements post.Poster.
func (s *Slack) Post(ctx context.Context, channel, thread string, r reply.Reply) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	s.mu.Lock()
	m := &Message{Channel: channel, Thread: thread, At: time.Now(), Reply: r, TS: fmt.Sprintf("100.%06d", len(s.messages)+1)}
	before, after := s.before, s.after
	s.mu.Unlock()
	if before != nil {
		if err := before(m); err != nil {
			return "", err
		}
	}
	s.mu.Lock()
	s.messages = append(s.messages, m)
	s.mu.Unlock()
	if after != nil {
		after(m)
	}
	return m.TS, nil
}

// Update implements post.Poster.
func (s *Slack) Update(ctx context.Context, _, ts string, r reply.Reply) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.update != nil {
		return s.update
	}
	for _, m := range s.messages {
		if m.TS == ts {
			m.Reply = r
			m.Updates = append(m.Updates, time.Now())
			return nil
		}
	}
	return ErrMessageDeleted
}

// Refused implements follow.Slack.
func (s *Slack) Refused(_ context.Context, caller []byte, why error) error {
	return s.tell("refused " + send.Explain(why).Code + ": " + string(caller))
}

// Apologise implements follow.Slack.
func (s *Slack) Apologise(_ context.Context, caller []byte) error {
	return s.tell("sorry: " + string(caller))
}

func (s *Slack) tell(what string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, what)
	return nil
}

// Told returns what callers were told by Refused and Apologise.
func (s *Slack) Told() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.told...)
}

// Messages returns all messages in the order of their posts.
func (s *Slack) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.messages {
		all = append(all, *m)
	}
	return all
}

// Headings returns the first line of each message; one in a thread begins with "> ".
func (s *Slack) Headings() []string {
	var all []string
	for _, m := range s.Messages() {
		line := m.Reply.Heading
		if line == "" {
			line = m.Reply.Body
		}
		if m.Thread != "" {
			line = "> " + line
		}
		all = append(all, line)
	}
	return all
}
