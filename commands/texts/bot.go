package texts

// Bot is what the bot says itself, around the answers of commands.
var Bot = struct {
	// Parts of a message.
	Open, AskedBy, Control, LeftOut, MoreLine, MoreLines, Started, ValueHidden, ValuesHidden Text
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
	CheckedMeanwhile: Text{"The bot was being checked and missed this. Please type it again: %s", "刚才正在做自检，没有收到这条命令，请重新输入：%s"},

	Open:         Text{"Open in CodeArts", "在 CodeArts 中打开"},
	AskedBy:      Text{"asked by %s", "提问：%s"},
	Control:      Text{"%s: %s", "%s：%s"},
	LeftOut:      Text{"%d lines left out for lack of room", "篇幅所限，省略 %d 行"},
	MoreLine:     Text{"1 more line", "还有 1 行"},
	MoreLines:    Text{"%d more lines", "还有 %d 行"},
	Started:      Text{"started", "开始于"},
	ValueHidden:  Text{"1 value hidden", "已隐藏 1 处敏感值"},
	ValuesHidden: Text{"%d values hidden", "已隐藏 %d 处敏感值"},

	Queued:        Text{"%d ahead of you in this channel: about %s.", "本频道前面还有 %d 条，约需 %s。"},
	Held:          Text{"Slack asks logbot to slow down here: about %s.", "Slack 要求放慢发送，约需 %s。"},
	ProgressThere: Text{"This takes longer. Its progress and the Stop button are in your direct messages with logbot.", "处理需要一些时间，进度和“停止”按钮在你与 logbot 的私信中。"},
	Working:       Text{"Reading the log takes a while …", "日志读取需要一些时间……"},
	ReadPages:     Text{"Reading the log takes a while: %[2]s so far, %[1]d pages …", "日志读取需要一些时间：已读 %[2]s，%[1]d 页……"},
	ReadBytes:     Text{"Reading the log takes a while: %s so far …", "日志读取需要一些时间：已读 %s……"},
	ReadOf:        Text{"Reading the log takes a while: %s of about %s …", "日志读取需要一些时间：已读 %s，共约 %s……"},
	Stop:          Text{"Stop", "停止"},
	HowFar:        Text{"How far?", "进度如何？"},
	Stopped:       Text{"Stopped. To ask again, type:", "已停止。如需重新查询，请输入："},
	StopGone:      Text{"That work has ended, or another logbot is doing it; it cannot be stopped from here.", "该任务已经结束，或由另一个 logbot 进程处理，无法在此停止。"},
	TakenOver:     Text{"Nobody is reading the log right now; a logbot goes on with it within 30 seconds.", "当前没有 logbot 进程在读取日志，30 秒内会有进程接手。"},
	Busy:          Text{"Too many commands are waiting right now. Please type it again in a minute.", "当前等待的命令太多，请一分钟后重新输入。"},
	Broken:        Text{"Sorry, something broke in logbot. Whoever runs it finds the reason in its log under %s.", "抱歉，logbot 出错了。运维人员可在其日志中按 %s 查找原因。"},
	Reference:     Text{"request %s in logbot's log", "logbot 日志中的请求编号：%s"},
	Restarting:    Text{"logbot is restarting and could not finish this. Please type it again:", "logbot 正在重启，未能完成该命令。请重新输入："},
	HandedOver:    Text{"logbot is restarting; your answer comes right after that.", "logbot 正在重启，重启后会马上回复你。"},
	NotAnswered:   Text{"Sorry, this could not be answered. Please type it again:", "抱歉，该命令未能得到回复。请重新输入："},
	Repeat:        Text{"logbot was interrupted; this may be a repeat", "logbot 曾中断，此条可能是重复回复"},

	Invite:       Text{"Slack takes files only from members of the channel. Invite the bot, then ask again:", "Slack 只接受频道成员发送的文件。请先邀请机器人，再重新查询："},
	InviteToGrow: Text{"A message that grows needs the bot in the channel. Invite it, then ask again:", "机器人需在频道中才能实时更新消息。请先邀请机器人，再重新输入："},
	NoGrowing:    Text{"The bot is no member of this conversation, so no message can grow here. Ask it in a direct message, or in a channel it is in:", "机器人不在此会话中，无法实时更新消息。请私信机器人，或在它所在的频道中输入："},
	InviteToTell: Text{"logbot could not tell this channel anything later, because it is not in it. Nothing was set up. Invite it, then ask again:", "logbot 不在此频道中，无法发送后续通知，因此没有设置。请先邀请它，再重新输入："},
	NoTelling:    Text{"logbot is not in this conversation and could not tell it anything later. Nothing was set up. Ask in a direct message to logbot, or in a channel it is in:", "logbot 不在此会话中，无法发送后续通知，因此没有设置。请私信 logbot，或在它所在的频道中输入："},
	NoFileHere:   Text{"The bot is no member of this conversation, so it can send no file here. Ask it in a direct message, or in a channel it is in:", "机器人不在此会话中，无法发送文件。请私信机器人，或在它所在的频道中查询："},
	Unreadable:   Text{"%s could not be read: %v", "无法读取 %s：%v"},
	EmptyFile:    Text{"%s is empty, so there is nothing to send.", "%s 为空，没有可发送的内容。"},
	NotSent:      Text{"%s could not be uploaded. Please try again.", "%s 上传失败，请重试。"},

	Remove:         Text{"Remove", "删除"},
	RemoveAsk:      Text{"Remove …", "删除……"},
	RemoveTitle:    Text{"Remove this?", "确定删除？"},
	RemoveText:     Text{"Deletes this message, its files and replies for everyone.", "该消息及其文件和回复将对所有人删除。"},
	RemoveLate:     Text{"The form took too long to open. Please press the button again.", "表单未能及时打开，请再次点击按钮。"},
	RemoveNo:       Text{"Keep", "保留"},
	RemoveNotYours: Text{"Only whoever asked for this, or an admin of the workspace, may remove it.", "只有提问者或工作区管理员可以删除。"},
	RemoveFailed:   Text{"Not everything could be removed. Please press Remove again.", "未能全部删除，请再次点击“删除”。"},

	RightLines:  Text{"These lines show why", "关键日志找对了"},
	WrongLines:  Text{"These lines do not show why", "关键日志没找对"},
	ThanksRight: Text{"Thanks! Noted: these are the right lines.", "感谢反馈，已记录：找对了。"},
	ThanksWrong: Text{"Thanks! Noted: these are the wrong lines.", "感谢反馈，已记录：没找对。"},

	SearchTitle:    Text{"Search the log", "搜索日志"},
	SearchSubmit:   Text{"Search", "搜索"},
	SearchCancel:   Text{"Cancel", "取消"},
	Expression:     Text{"Lines that match", "搜索内容"},
	ExpressionHint: Text{"A word or a regular expression, such as timeout|refused", "关键词或正则表达式，例如 timeout|refused"},
	ContextLines:   Text{"Lines around each match", "每处匹配的上下文行数"},
	ContextHint:    Text{"From 0 to %d", "0 到 %d"},
	Step:           Text{"Step", "步骤"},
	StepHint:       Text{"Leave empty for the whole log; else its name, 3 or stage3", "留空表示整个日志；或填写步骤名、3 或 stage3"},
	SearchLate:     Text{"Slack gave the form up before it could open. Please press the button again, or type:", "表单未能及时打开。请再次点击按钮，或输入："},
	FormOld:        Text{"This form is too old to be used. Press the button again.", "该表单已失效，请重新点击按钮。"},
	FormElsewhere:  Text{"You are not in the channel of this form any more, so it was not answered.", "你已不在该表单所属的频道中，因此没有回答。"},

	InDirect:     Text{"See your direct messages with logbot.", "请查看与 logbot 的私信。"},
	FileComes:    Text{"Fetching %s …", "正在获取 %s……"},
	Shared:       Text{"Shared with the channel.", "已分享到频道。"},
	OnItsWay:     Text{"Somebody has pressed that already; the answer is on its way.", "已有人点击，结果稍后就到。"},
	NoBuildThere: Text{"No build was found in that message.", "在该消息中没有找到构建。"},
}

// SentAgain stands under a message for which it could not be known whether an
// earlier try had arrived.
var SentAgain = Text{
	"sent again: an earlier try may have arrived",
	"重新发送：上一次发送可能已经送达",
}
