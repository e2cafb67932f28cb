package texts

// Admission is what people are told whose command is not taken. It names no task, and
// not even that there are any.
var Admission = struct {
	CannotRead, NoGuests, NoStrangers, NotShared, Unchecked, Late, TooMany Text
}{
	CannotRead:  Text{"Slack sent this in a form that logbot cannot read. Please type the command instead.", "logbot 无法识别 Slack 发来的内容，请直接输入命令。"},
	NoGuests:    Text{"logbot does not answer guests of this workspace. Ask a member, or ask the person who runs logbot to allow guests.", "logbot 不回答本工作区访客的提问。请联系工作区成员，或请 logbot 的管理员开放访客权限。"},
	NoStrangers: Text{"logbot answers only members of the workspace that it belongs to. Ask one of them.", "logbot 只回答其所属工作区成员的提问，请联系该工作区的成员。"},
	NotShared:   Text{"Other organizations can read this channel, so logbot answers nothing here. Send it a direct message, or ask in an internal channel.", "其他组织也能看到本频道，因此 logbot 不在这里回答。请私信 logbot，或在内部频道提问。"},
	Unchecked:   Text{"Slack does not tell right now who you are to this workspace, so logbot cannot answer. Please try again in a minute.", "Slack 暂时无法确认你在本工作区的身份，logbot 不能回答。请一分钟后重试。"},
	TooMany:     Text{"That is more than logbot answers one person at a time. Please ask again in %d s:", "你的提问过于频繁，请在 %d 秒后重试："},
	Late:        Text{"Slack delivered this message long after it was written, so it was not answered. If you still want to know, type:", "Slack 过了很久才送达这条消息，因此没有回答。如果仍需要结果，请输入："},
}
