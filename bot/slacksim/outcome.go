package slacksim

import (
	"cmp"
	"slices"
)

// Outcome is what became of one thing that a person did.
type Outcome struct {
	*Delivery
	Status // Answers are those of the envelope, and Posts with it
	// Posts are the app's messages that were told by their mark, in order: they
	// came by methods of the Web API, which name no envelope.
	Posts []Message
}

// Answered is how many messages answer it, whatever way they came.
func (o Outcome) Answered() int { return len(o.Answers) + len(o.Posts) }

// Lost reports whether the app took it and never answered.
func (o Outcome) Lost() bool { return !o.AckedAt.IsZero() && o.Answered() == 0 }

// Outcomes returns what became of every delivery that is remembered (the newest
// 10,000), oldest first. A post or an upload answers the delivery with the same
// mark: mark finds it in what was typed (see Delivery.Typed) and in a message's
// text, the JSON of its blocks and the names of its files, and returns "" where
// there is none; nil looks for none. So that nothing is counted twice, a mark
// must be typed once only. A message that was edited is one answer; one that was
// deleted is none. Attempts to tell the app of one event are deliveries of their
// own.
func (s *Server) Outcomes(mark func(text string) string) []Outcome {
	if mark == nil {
		mark = func(string) string { return "" }
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answers, posts := map[string][]Message{}, map[string][]Message{}
	for _, id := range s.conversationIDs {
		for _, m := range s.conversations[id].messages {
			switch {
			case m.User != s.cfg.BotUser.ID || m.Deleted:
			case m.Envelope != "":
				answers[m.Envelope] = append(answers[m.Envelope], m.copy())
			default:
				if found := m.findMark(mark); found != "" {
					posts[found] = append(posts[found], m.copy())
				}
			}
		}
	}
	list := make([]Outcome, 0, len(s.deliveries.envelopeIDs))
	for _, id := range s.deliveries.envelopeIDs {
		d := s.deliveries.byEnvelope[id]
		o := Outcome{Delivery: d, Status: d.status()}
		o.Answers = answers[id]
		if found := mark(d.Typed); found != "" {
			o.Posts = posts[found]
		}
		for _, messages := range [][]Message{o.Answers, o.Posts} {
			slices.SortFunc(messages, func(a, b Message) int { return cmp.Compare(a.TS, b.TS) })
		}
		list = append(list, o)
	}
	return list
}

// findMark finds the mark in what a message shows.
func (m *Message) findMark(in func(string) string) string {
	found := cmp.Or(in(m.Text), in(string(m.Blocks)))
	for _, f := range m.Files {
		found = cmp.Or(found, in(f.Name), in(f.Title))
	}
	return found
}
