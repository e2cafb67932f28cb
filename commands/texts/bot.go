package texts

// Bot is what the bot says itself, around the answers of commands.
var Bot = struct {
	// Parts of a message.
	MoreChoices, Open, AskedBy, Control, LeftOut, MoreLine, MoreLines, Started, ValueHidden, ValuesHidden Text
	// Work that takes long, waits, or ends without its answer.
	Queued, Held, ProgressThere, Working, ReadPages, ReadBytes, ReadOf, Stop, HowFar, Stopped, StopGone, TakenOver, Busy, Broken, Reference, Restarting, HandedOver, NotAnswered, Repeat Text
	// Files.
	Invite, InviteToGrow, NoGrowing, InviteToTell, NoTelling, NoFileHere, Unreadable, EmptyFile, NotSent Text
	// Remove.
	Remove, RemoveAsk, RemoveTitle, RemoveText, RemoveNo, RemoveNotYours, RemoveFailed, RemoveLate Text
	// Feedback.
	RightLines, WrongLines, ThanksRight, ThanksWrong Text
	// Search.
	SearchTitle, SearchSubmit, SearchCancel, Expression, ExpressionHint, ContextLines, ContextHint, Step, StepHint, SearchLate, FormOld, FormElsewhere Text
	// Other buttons and the shortcut.
	InDirect, FileComes, Shared, OnItsWay, NoBuildThere Text
	// A command that came while logbot doctor looked.
	CheckedMeanwhile Text
}{
	CheckedMeanwhile: Text{"logbot was running a check and missed this. Please type it again: %s", "刚才正在自检，没有收到这条命令，请重新输入：%s"},

	MoreChoices:  Text{"More …", "更多……"},
	Open:         Text{"Open in CodeArts", "在 CodeArts 中打开"},
	AskedBy:      Text{"asked by %s", "由 %s 查询"},
	Control:      Text{"%s: %s", "%s：%s"},
	LeftOut:      Text{"%d lines left out", "省略 %d 行"},
	MoreLine:     Text{"1 more line", "还有 1 行"},
	MoreLines:    Text{"%d more lines", "还有 %d 行"},
	Started:      Text{"started", "开始于"},
	ValueHidden:  Text{"1 value hidden", "已隐藏 1 处敏感信息"},
	ValuesHidden: Text{"%d values hidden", "已隐藏 %d 处敏感信息"},

	Queued:        Text{"%d ahead of you in this channel: about %s.", "本频道前面还有 %d 条，约需 %s。"},
	Held:          Text{"Slack is limiting messages here: about %s.", "Slack 限制了发送速度，约需 %s。"},
	ProgressThere: Text{"This takes a while. See its progress, or stop it, in your direct messages with logbot.", "需要一些时间。可在你与 logbot 的私信中查看进度或停止。"},
	Working:       Text{"Reading the log takes a while …", "日志读取需要一些时间……"},
	ReadPages:     Text{"Reading the log takes a while: %[2]s so far, %[1]d pages …", "日志读取需要一些时间：已读 %[2]s，%[1]d 页……"},
	ReadBytes:     Text{"Reading the log takes a while: %s so far …", "日志读取需要一些时间：已读 %s……"},
	ReadOf:        Text{"Reading the log takes a while: %s of about %s …", "日志读取需要一些时间：已读 %s，共约 %s……"},
	Stop:          Text{"Stop", "停止"},
	HowFar:        Text{"How far?", "查看进度"},
	Stopped:       Text{"Stopped. To ask again, type:", "已停止。如需重新查询，请输入："},
	StopGone:      Text{"This has already ended, or another logbot process is doing it.", "该查询已经结束，或由另一个 logbot 进程处理。"},
	TakenOver:     Text{"Interrupted; resuming within 30 seconds.", "读取中断，30 秒内自动继续。"},
	Busy:          Text{"Too many commands are waiting. Please type it again in a minute.", "等待的命令太多，请一分钟后重新输入。"},
	Broken:        Text{"Sorry, something broke in logbot. An admin finds the reason in its log under %s.", "抱歉，logbot 出错了。管理员可在日志中按 %s 查找原因。"},
	Reference:     Text{"request %s in logbot's log", "logbot 日志中的请求编号：%s"},
	Restarting:    Text{"logbot is restarting and couldn't finish this. Please type it again:", "logbot 正在重启，未能完成该命令。请重新输入："},
	HandedOver:    Text{"logbot is restarting; your answer comes right after.", "logbot 正在重启，重启后马上回复。"},
	NotAnswered:   Text{"Sorry, logbot couldn't answer this. Please type it again:", "抱歉，logbot 未能回复。请重新输入："},
	Repeat:        Text{"logbot was interrupted; this may be a repeat", "logbot 曾中断，此条可能是重复回复"},

	Invite:       Text{"logbot must be in this channel to send files. Invite it, then ask again:", "logbot 需在频道中才能发送文件。请先邀请它，再重新查询："},
	InviteToGrow: Text{"Live updates need logbot in this channel. Invite it, then ask again:", "logbot 需在频道中才能实时更新消息。请先邀请它，再重新输入："},
	NoGrowing:    Text{"Live updates need logbot in this conversation. Ask in a direct message, or in a channel it is in:", "logbot 不在此会话中，无法实时更新消息。请私信 logbot，或在它所在的频道中输入："},
	InviteToTell: Text{"logbot isn't in this channel, so nothing was set up. Invite it, then ask again:", "logbot 不在此频道中，无法发送后续通知，因此没有设置。请先邀请它，再重新输入："},
	NoTelling:    Text{"logbot isn't in this conversation, so nothing was set up. Ask in a direct message, or in a channel it is in:", "logbot 不在此会话中，无法发送后续通知，因此没有设置。请私信 logbot，或在它所在的频道中输入："},
	NoFileHere:   Text{"logbot can't send files to this conversation. Ask in a direct message, or in a channel it is in:", "logbot 不在此会话中，无法发送文件。请私信 logbot，或在它所在的频道中查询："},
	Unreadable:   Text{"Couldn't read %s: %v", "无法读取 %s：%v"},
	EmptyFile:    Text{"%s is empty; there is nothing to send.", "%s 为空，没有可发送的内容。"},
	NotSent:      Text{"Couldn't upload %s. Please try again.", "%s 上传失败，请重试。"},

	Remove:         Text{"Remove", "删除"},
	RemoveAsk:      Text{"Remove …", "删除……"},
	RemoveTitle:    Text{"Remove this?", "确定删除？"},
	RemoveText:     Text{"Deletes this message, its files and replies for everyone.", "该消息及其文件和回复将对所有人删除。"},
	RemoveLate:     Text{"The form took too long to open. Please press the button again.", "表单未能及时打开，请再次点击按钮。"},
	RemoveNo:       Text{"Keep", "保留"},
	RemoveNotYours: Text{"Only the person who asked, or an admin of the workspace, can remove this.", "只有查询者或工作区管理员可以删除。"},
	RemoveFailed:   Text{"Couldn't remove everything. Please press Remove again.", "未能全部删除，请再次点击“删除”。"},

	RightLines:  Text{"These lines show why", "这些日志有用"},
	WrongLines:  Text{"These lines don't show why", "这些日志没用"},
	ThanksRight: Text{"Thanks, noted: the right lines.", "感谢反馈，已记录：有用。"},
	ThanksWrong: Text{"Thanks, noted: the wrong lines.", "感谢反馈，已记录：没用。"},

	SearchTitle:    Text{"Search the log", "搜索日志"},
	SearchSubmit:   Text{"Search", "搜索"},
	SearchCancel:   Text{"Cancel", "取消"},
	Expression:     Text{"Lines that match", "搜索内容"},
	ExpressionHint: Text{"A word or a regular expression, such as timeout|refused", "关键词或正则表达式，例如 timeout|refused"},
	ContextLines:   Text{"Lines around each match", "每处匹配的上下文行数"},
	ContextHint:    Text{"From 0 to %d", "0 到 %d"},
	Step:           Text{"Step", "步骤"},
	StepHint:       Text{"Empty: the whole log. Or its name, 3 or stage3", "留空表示整个日志；或填写步骤名、3 或 stage3"},
	SearchLate:     Text{"The form took too long to open. Please press the button again, or type:", "表单未能及时打开。请再次点击按钮，或输入："},
	FormOld:        Text{"This form is too old. Please press the button again.", "该表单已失效，请重新点击按钮。"},
	FormElsewhere:  Text{"You are no longer in the channel of this form, so it wasn't answered.", "你已不在该表单所属的频道中，因此没有回复。"},

	InDirect:     Text{"See your direct messages with logbot.", "请查看与 logbot 的私信。"},
	FileComes:    Text{"Fetching %s …", "正在获取 %s……"},
	Shared:       Text{"Shared with the channel.", "已分享到频道。"},
	OnItsWay:     Text{"Someone has pressed this already; the answer is on its way.", "已有人点击，结果稍后就到。"},
	NoBuildThere: Text{"That message names no build.", "该消息中没有提到构建。"},
}

// SentAgain stands under a message for which it could not be known whether an
// earlier try had arrived.
var SentAgain = Text{
	"sent again: an earlier try may have arrived",
	"重新发送：上一次发送可能已经送达",
}
