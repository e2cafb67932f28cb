package texts

// Refused is what people read if Slack refuses an answer: what was wrong, and what to
// do. Most take the name of Slack's error; NotMember and ThreadOnly take the name of
// the bot instead, Scope the name of the scope.
var Refused = struct {
	Trouble, Token, Scope, Policy, Blocked                        Text
	NotMember, ReadOnly, ThreadOnly, NoThread, Archived, NoDirect Text
	Quota, FilesOff, FileKind, FileSize, Storage, Partner         Text
	Gone, TooLate, Error                                          Text
	// Around these.
	OnlyYou, Waiting, FileWaiting, NotSent, NotShown, NotPromised, NotPromisedMe, NotDirect Text
}{
	Trouble:    Text{"Slack does not take it right now (%s). Please try again in a few minutes.", "Slack 暂时无法接收（%s），请过几分钟再试。"},
	Token:      Text{"Slack does not accept the token of logbot any more (%s). An admin must reinstall the app in the workspace.", "Slack 不再接受 logbot 的令牌（%s），请管理员在工作区重新安装该应用。"},
	Scope:      Text{"logbot lacks the scope %s in Slack. An admin must add it to the app and reinstall the app in the workspace.", "logbot 缺少 Slack 权限 %s，请管理员为该应用添加权限并重新安装。"},
	Policy:     Text{"A rule of the workspace does not allow it (%s). Ask an admin of the workspace to allow logbot to do this.", "工作区的规则不允许此操作（%s），请联系工作区管理员放行 logbot。"},
	Blocked:    Text{"Something between logbot and Slack refuses its calls (%s). Ask the people who run logbot to look at its proxy.", "logbot 与 Slack 之间的网络拒绝了请求（%s），请运维人员检查代理。"},
	NotMember:  Text{"logbot is not in this conversation. Type /invite @%[1]s in the channel; where nobody can be invited, send your question to @%[1]s as a direct message.", "logbot 不在此会话中。在频道中请输入 /invite @%[1]s；无法邀请时，请私信 @%[1]s。"},
	ReadOnly:   Text{"Only certain people may post in this channel (%s). Ask in another channel, or have its manager allow logbot to post here.", "此频道限制了发言权限（%s）。请在其他频道查询，或请频道管理员允许 logbot 发言。"},
	ThreadOnly: Text{"This channel takes only replies in threads. Mention @%s in a thread, or ask in another channel.", "此频道只能在消息列中回复。请在消息列中 @%s，或在其他频道查询。"},
	NoThread:   Text{"That message takes no replies (%s). Ask in the channel itself.", "该消息无法回复（%s），请直接在频道中查询。"},
	Archived:   Text{"The channel is archived (%s). Ask in another one.", "该频道已归档（%s），请在其他频道查询。"},
	NoDirect:   Text{"Direct messages to logbot are switched off (%s). Ask in a channel.", "logbot 未开启私信（%s），请在频道中查询。"},
	Quota:      Text{"The workspace has used up its messages (%s). Ask an admin of the workspace.", "工作区的消息额度已用完（%s），请联系工作区管理员。"},
	FilesOff:   Text{"Uploads are switched off in this workspace (%s). Ask an admin of the workspace to allow them for apps.", "此工作区已关闭文件上传（%s），请联系工作区管理员为应用开启。"},
	FileKind:   Text{"This workspace does not allow files of this type (%s). Ask an admin of the workspace to allow it.", "此工作区不允许上传这类文件（%s），请联系工作区管理员放行。"},
	FileSize:   Text{"This workspace does not allow files of this size (%s). Ask for a single step, or ask an admin of the workspace.", "此工作区不允许上传这么大的文件（%s）。请只获取单个步骤的日志，或联系工作区管理员。"},
	Storage:    Text{"The workspace has no space left for files (%s). Delete some, or ask an admin of the workspace.", "工作区的文件存储空间已满（%s）。请删除一些文件，或联系工作区管理员。"},
	Partner:    Text{"A rule of another organisation in this channel does not allow it (%s). Ask in a channel of your own workspace.", "频道中其他组织的规则不允许此操作（%s），请在本工作区的频道中查询。"},
	Gone:       Text{"It does not exist in Slack any more or cannot be changed (%s). Please ask again.", "目标在 Slack 中已不存在或无法修改（%s），请重新查询。"},
	TooLate:    Text{"That took too long for Slack (%s). Please ask again.", "超过了 Slack 的等待时间（%s），请重新查询。"},
	Error:      Text{"Slack refused it (%s). Ask the people who run logbot: its log says more.", "Slack 拒绝了该请求（%s），请联系运维人员查看 logbot 的日志。"},

	OnlyYou:       Text{"Only you see this answer. %s", "此回复仅你可见。%s"},
	Waiting:       Text{"Slack does not take the answer right now (%s). It is ready and comes as soon as Slack takes it; there is no need to ask again.", "Slack 暂时无法接收回复（%s）。回复已准备好，恢复后会自动发送，无需重新查询。"},
	FileWaiting:   Text{"Slack does not take %s right now (%s). It comes as soon as Slack takes it; there is no need to ask again.", "Slack 暂时无法接收 %s（%s），恢复后会自动发送，无需重新查询。"},
	NotSent:       Text{"%s could not be sent. %s", "%s 未能发送。%s"},
	NotShown:      Text{"Slack accepted %s but does not show it. Press the button again, or type:", "Slack 已接收 %s，但没有显示。请再次点击按钮，或输入："},
	NotPromisedMe: Text{"You could not be told later, so nothing was set up. %s", "logbot 无法私信你，因此没有设置。%s"},
	NotDirect:     Text{"That could not be sent to you as a direct message. %s", "无法私信发给你。%s"},
	NotPromised:   Text{"This channel could not be told later, so nothing was set up. %s", "logbot 无法在此发送后续通知，因此没有设置。%s"},
}
