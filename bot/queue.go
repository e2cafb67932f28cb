package bot

import (
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/envelope"
	"logbot/commands/texts"
)

// noticeFrom is the shortest wait for Slack's rate limit that the caller is told of.
const noticeFrom = 2 * time.Second

// queueNotice is what the acknowledgement of a slash command tells its caller if the
// answer has to wait for Slack's limit of messages in a channel; else nil. It costs no
// request: what is posted would itself wait behind the others. The acknowledgement of a
// mention or a press shows nothing.
func (a *answerer) queueNotice(c accepted) any {
	if c.envelope.Type != envelope.Commands {
		return nil
	}
	p := c.job.place
	wait := p.Wait + a.sender.courier.PausedFor(c.job.To.Channel)
	if wait < noticeFrom {
		return nil
	}
	says := texts.Bot.Queued.With(p.Ahead, texts.Duration(wait))
	if p.Ahead == 0 {
		says = texts.Bot.Held.With(texts.Duration(wait))
	}
	return map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": says.In(a.people.Language(c.job.To.User))}
}
