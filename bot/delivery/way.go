package delivery

import (
	"context"

	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
)

// A way is how a message reaches its readers.
type way struct {
	what        string // for errors and the log
	channel     string // whose order is kept
	limits      []send.Limit
	responseURL string // whose budget is used; may be empty
	call        func(context.Context, slack.MsgOption) error
}

// toChannel posts for everybody who reads the channel. The id of a person is the
// conversation with them. The ts is written to ts.
func (m *messages) toChannel(channel, thread string, ts *string) way {
	return way{
		what: "post to " + channel, channel: channel, limits: []send.Limit{send.InChannel(channel), send.InWorkspace()},
		call: func(ctx context.Context, o slack.MsgOption) error {
			var err error
			_, *ts, err = m.api.PostMessageContext(ctx, channel, o, slack.MsgOptionTS(thread))
			return err
		},
	}
}

// toPerson posts in the conversation with a person.
func (m *messages) toPerson(user string) way { return m.toChannel(user, "", new(string)) }

// ephemeral shows a message to one person in a channel that the bot is a member of.
func (m *messages) ephemeral(to Address) way {
	return way{
		what: "whisper in " + to.Channel, channel: to.Channel,
		limits: []send.Limit{send.InChannel(to.Channel), send.Tier4("chat.postEphemeral")},
		call: func(ctx context.Context, o slack.MsgOption) error {
			_, err := m.api.PostEphemeralContext(ctx, to.Channel, to.User, o, to.inThread())
			return err
		},
	}
}

// byResponseURL answers in any channel. It ends in send.ErrURLSpent if the URL cannot be
// used any more.
func (m *messages) byResponseURL(to Address, how slack.MsgOption) way {
	return way{
		what: "answer in " + to.Channel, channel: to.Channel,
		limits: []send.Limit{send.InChannel(to.Channel)}, responseURL: to.ResponseURL,
		call: func(ctx context.Context, o slack.MsgOption) error {
			_, _, err := m.api.PostMessageContext(ctx, to.Channel, o, how)
			return err
		},
	}
}

// ephemeralResponse makes an answer by a response_url visible to the caller alone.
func ephemeralResponse(to Address) slack.MsgOption {
	return slack.MsgOptionResponseURL(to.ResponseURL, slack.ResponseTypeEphemeral)
}
