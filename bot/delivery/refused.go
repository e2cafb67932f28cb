package delivery

import (
	"logbot/bot/delivery/send"
	"logbot/commands/texts"
)

// refusalText says why Slack refused something, and what to do. bot is the name of the
// bot.
func refusalText(r send.Refusal, bot string) texts.Phrase {
	says := texts.Refused
	switch r.Cause {
	case send.NotMember:
		return says.NotMember.With(bot)
	case send.ThreadOnly:
		return says.ThreadOnly.With(bot)
	case send.Scope:
		if r.Scope != "" {
			return says.Scope.With(r.Scope)
		}
	}
	text, known := map[send.Cause]texts.Text{
		send.Trouble: says.Trouble, send.Token: says.Token, send.Scope: says.Scope, send.Policy: says.Policy, send.Blocked: says.Blocked,
		send.ReadOnly: says.ReadOnly, send.NoThread: says.NoThread, send.Archived: says.Archived, send.NoDirect: says.NoDirect,
		send.Quota: says.Quota, send.FilesOff: says.FilesOff, send.FileKind: says.FileKind, send.FileSize: says.FileSize,
		send.Storage: says.Storage, send.Partner: says.Partner, send.Gone: says.Gone, send.TooLate: says.TooLate,
	}[r.Cause]
	if !known { // Form, BadRequest, Unknown
		text = says.Error
	}
	return text.With(r.Code)
}

// WhyRefused says to people why Slack refused something, and what to do.
func (c *Courier) WhyRefused(err error, l texts.Lang) string {
	return refusalText(send.Explain(err), c.standing.name()).In(l)
}
