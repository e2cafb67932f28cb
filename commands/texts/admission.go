package texts

// Admission is what people are told whose command is not taken. It names no task, and
// not even that there are any.
var Admission = struct {
	CannotRead, NoGuests, NoStrangers, NotShared, Unchecked, Late, TooMany Text
}{
	CannotRead:  Text{"logbot can't read what Slack sent. Please type the command instead.", "logbot 无法识别 Slack 发来的内容，请直接输入命令。"},
	NoGuests:    Text{"logbot doesn't answer guests. Ask a member, or have an admin of logbot allow guests.", "logbot 不回复访客。请让本工作区的成员来查询，或请 logbot 管理员对访客开放。"},
	NoStrangers: Text{"logbot answers only members of its own workspace. Please ask one of them.", "logbot 只回复所属工作区的成员，请让他们来查询。"},
	NotShared:   Text{"Other organizations can read this channel. Ask logbot in a direct message or an internal channel.", "其他组织也能看到本频道，logbot 不在这里回复。请私信 logbot，或在内部频道查询。"},
	Unchecked:   Text{"Slack can't confirm who you are right now. Please try again in a minute.", "Slack 暂时无法确认你的身份，请一分钟后重试。"},
	TooMany:     Text{"You are asking too fast. Try again in %d s:", "查询过于频繁，请 %d 秒后重试："},
	Late:        Text{"Slack delivered this message late, so it wasn't answered. To ask now, type:", "这条消息送达太晚，没有处理。如仍需要，请输入："},
}
