// Package delivery brings what the bot has to say to Slack: messages, whispers
// to one person, changed messages and files. It tries again where Slack was
// busy, broken or out of reach.
package delivery

import (
	"context"
	"errors"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
)

// Message is one message in Slack's form. Its texts are escaped and keep
// Slack's limits.
type Message struct {
	Text   string        // stands for the blocks in notifications and for screen readers
	Blocks []slack.Block // may be empty
	Plain  string        // sent alone where Slack refuses the blocks
}

// Address is where an answer goes.
type Address struct {
	Channel string
	Thread  string // ts of the message to answer under; empty for the channel
	User    string // whom a whisper is for

	// ResponseURL answers without membership, five times within 30 minutes; empty
	// for mentions and direct messages.
	ResponseURL string
}

// inThread is the option that puts a message where the question is.
func (a Address) inThread() slack.MsgOption { return slack.MsgOptionTS(a.Thread) }

// Courier delivers. It is safe for concurrent use.
type Courier struct {
	api   *slack.Client
	spool string
	log   logrus.FieldLogger
}

// New returns a courier over api. Files on their way are spooled in the folder;
// empty is the system's.
func New(api *slack.Client, spool string, log logrus.FieldLogger) *Courier {
	return &Courier{api: api, spool: spool, log: log}
}

// Say posts a message for everybody and returns its ts. Where the bot is no
// member it uses the ResponseURL, and then the ts is empty, for Slack does not
// tell it.
func (c *Courier) Say(ctx context.Context, to Address, m Message) (ts string, err error) {
	err = c.post(ctx, m, func(o ...slack.MsgOption) error {
		var err error
		_, ts, err = c.api.PostMessageContext(ctx, to.Channel, append(o, to.inThread())...)
		return err
	})
	if Outside(err) && to.ResponseURL != "" {
		return "", c.respond(ctx, to, m, slack.MsgOptionResponseURL(to.ResponseURL, slack.ResponseTypeInChannel))
	}
	return ts, err
}

// Whisper shows a message to to.User alone.
func (c *Courier) Whisper(ctx context.Context, to Address, m Message) error {
	if to.ResponseURL != "" {
		return c.respond(ctx, to, m, slack.MsgOptionResponseURL(to.ResponseURL, slack.ResponseTypeEphemeral))
	}
	if strings.HasPrefix(to.Channel, "D") {
		_, err := c.Say(ctx, to, m) // a direct message is for the caller alone anyway
		return err
	}
	return c.post(ctx, m, func(o ...slack.MsgOption) error {
		_, err := c.api.PostEphemeralContext(ctx, to.Channel, to.User, append(o, to.inThread())...)
		return err
	})
}

// Replace puts m in the place of the message whose button gave to.ResponseURL,
// also where the bot is no member.
func (c *Courier) Replace(ctx context.Context, to Address, m Message) error {
	return c.respond(ctx, to, m, slack.MsgOptionReplaceOriginal(to.ResponseURL))
}

// Remove takes away the message whose button gave to.ResponseURL.
func (c *Courier) Remove(ctx context.Context, to Address) error {
	return patiently(ctx, func() error {
		_, _, err := c.api.PostMessageContext(ctx, to.Channel, slack.MsgOptionDeleteOriginal(to.ResponseURL))
		return err
	})
}

// RemoveFile takes a file that this bot sent away from everywhere.
func (c *Courier) RemoveFile(ctx context.Context, fileID string) error {
	return patiently(ctx, func() error { return c.api.DeleteFileContext(ctx, fileID) })
}

func (c *Courier) respond(ctx context.Context, to Address, m Message, how slack.MsgOption) error {
	return c.post(ctx, m, func(o ...slack.MsgOption) error {
		_, _, err := c.api.PostMessageContext(ctx, to.Channel, append(o, how)...)
		return err
	})
}

// post sends a message with its blocks, and as plain text where Slack refuses
// them: an answer in a plain dress is better than none.
func (c *Courier) post(ctx context.Context, m Message, send func(...slack.MsgOption) error) error {
	quiet := slack.MsgOptionCompose(slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	options := []slack.MsgOption{slack.MsgOptionText(m.Text, false), quiet}
	if len(m.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(m.Blocks...))
	}
	err := patiently(ctx, func() error { return send(options...) })
	if refused := (slack.SlackErrorResponse{}); errors.As(err, &refused) && unfit(refused.Err) && m.Plain != "" {
		c.log.Errorf("Slack refused the blocks of an answer: %v %v", refused.Err, refused.ResponseMetadata.Messages)
		err = patiently(ctx, func() error { return send(slack.MsgOptionText(m.Plain, false), quiet) })
	}
	return err
}

// Outside reports whether an error says that the bot may not post in the channel.
func Outside(err error) bool {
	refused := slack.SlackErrorResponse{}
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Err {
	case "not_in_channel", "channel_not_found", "restricted_action", "posting_to_channel_denied":
		return true
	}
	return false
}

// unfit reports whether Slack refused the form of a message.
func unfit(code string) bool {
	switch code {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long":
		return true
	}
	return false
}
