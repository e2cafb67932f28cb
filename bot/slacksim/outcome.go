package slacksim

import (
	"cmp"
	"slices"
)

// Outcome is the result of one delivery.
type Outcome struct {
	*Delivery
	Status // Answers name the envelope, Posts do not
	// Posts are the messages of the app with the mark of the delivery, in order.
	// They were posted by methods of the Web API, which do not name an envelope.
	Posts []Message
}

// Answered returns the number of messages that answer the delivery.
func (o Outcome) Answered() int { return len(o.Answers) + len(o.Posts) }

// Lost reports whether the app acknowledged the delivery and never answered.
func (o Outcome) Lost() bool { return !o.AckedAt.IsZero() && o.Answered() == 0 }

// Outcomes returns the result of every remembered delivery (the newest 10,000),
// oldest first. A post or upload answers the delivery with the same mark. mark
// returns the mark in a text, or "": it is called with Delivery.Typed and with the
// text, the blocks and the file names of messages. If mark is nil, posts are not
// matched. Every mark must be typed only once, or answers are counted twice. An
// edited message is one answer, a deleted one none. Each attempt to deliver an
// event is a delivery.
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

// findMark returns the mark in the content of a message.
func (m *Message) findMark(in func(string) string) string {
	found := cmp.Or(in(m.Text), in(string(m.Blocks)))
	for _, f := range m.Files {
		found = cmp.Or(found, in(f.Name), in(f.Title))
	}
	return found
}
