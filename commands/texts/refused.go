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
	Trouble:    Text{"Slack can't take it right now (%s). Please try again in a few minutes.", "Slack 暂时无法接收（%s），请过几分钟再试。"},
	Token:      Text{"Slack no longer accepts logbot's token (%s). An admin must reinstall the app.", "Slack 不再接受 logbot 的令牌（%s），请管理员在工作区重新安装该应用。"},
	Scope:      Text{"logbot lacks the Slack scope %s. An admin must add it to the app and reinstall the app.", "logbot 缺少 Slack 权限 %s，请管理员为该应用添加权限并重新安装。"},
	Policy:     Text{"A rule of the workspace forbids this (%s). Ask a workspace admin to allow it for logbot.", "工作区的规则不允许此操作（%s），请联系工作区管理员放行 logbot。"},
	Blocked:    Text{"Something between logbot and Slack blocks this (%s). Ask an admin of logbot to check its proxy.", "logbot 与 Slack 之间的网络拒绝了请求（%s），请 logbot 管理员检查代理。"},
	NotMember:  Text{"logbot isn't in this conversation. Type /invite @%[1]s here, or send @%[1]s a direct message.", "logbot 不在此会话中。请在这里输入 /invite @%[1]s，或私信 @%[1]s。"},
	ReadOnly:   Text{"Only some people can post here (%s). Ask in another channel, or have its manager allow logbot.", "此频道限制了发言权限（%s）。请在其他频道查询，或请频道管理员允许 logbot 发言。"},
	ThreadOnly: Text{"This channel takes only replies in threads. Mention @%s in a thread, or ask in another channel.", "此频道只能在消息列中回复。请在消息列中 @%s，或在其他频道查询。"},
	NoThread:   Text{"That message takes no replies (%s). Ask in the channel itself.", "该消息无法回复（%s），请直接在频道中查询。"},
	Archived:   Text{"This channel is archived (%s). Ask in another one.", "该频道已归档（%s），请在其他频道查询。"},
	NoDirect:   Text{"Direct messages to logbot are off (%s). Ask in a channel.", "logbot 未开启私信（%s），请在频道中查询。"},
	Quota:      Text{"The workspace has used up its messages (%s). Ask a workspace admin.", "工作区的消息额度已用完（%s），请联系工作区管理员。"},
	FilesOff:   Text{"Uploads are off in this workspace (%s). Ask a workspace admin to allow them for apps.", "此工作区已关闭文件上传（%s），请联系工作区管理员为应用开启。"},
	FileKind:   Text{"This workspace doesn't allow files of this type (%s). Ask a workspace admin.", "此工作区不允许上传这类文件（%s），请联系工作区管理员。"},
	FileSize:   Text{"This workspace doesn't allow files this large (%s). Ask for a single step, or ask a workspace admin.", "此工作区不允许上传这么大的文件（%s）。请只获取单个步骤的日志，或联系工作区管理员。"},
	Storage:    Text{"The workspace has no space left for files (%s). Delete some, or ask a workspace admin.", "工作区的文件空间已满（%s）。请删除一些文件，或联系工作区管理员。"},
	Partner:    Text{"Another organization's rule forbids this here (%s). Ask in a channel of your own workspace.", "频道中其他组织的规则不允许此操作（%s），请在本工作区的频道中查询。"},
	Gone:       Text{"It no longer exists in Slack or can't be changed (%s). Please ask again.", "目标在 Slack 中已不存在或无法修改（%s），请重新查询。"},
	TooLate:    Text{"That took too long for Slack (%s). Please ask again.", "超过了 Slack 的等待时间（%s），请重新查询。"},
	Error:      Text{"Slack refused it (%s). Ask an admin of logbot: its log says more.", "Slack 拒绝了该请求（%s），请联系 logbot 管理员查看日志。"},

	OnlyYou:       Text{"Only you see this answer. %s", "此回复仅你可见。%s"},
	Waiting:       Text{"Slack can't take the answer right now (%s). It comes by itself; no need to ask again.", "Slack 暂时无法接收回复（%s），恢复后会自动发送，无需重新查询。"},
	FileWaiting:   Text{"Slack can't take %s right now (%s). It comes by itself; no need to ask again.", "Slack 暂时无法接收 %s（%s），恢复后会自动发送，无需重新查询。"},
	NotSent:       Text{"Couldn't send %s. %s", "%s 未能发送。%s"},
	NotShown:      Text{"Slack accepted %s but doesn't show it. Press the button again, or type:", "Slack 已接收 %s，但没有显示。请再次点击按钮，或输入："},
	NotPromisedMe: Text{"logbot can't message you, so nothing was set up. %s", "logbot 无法私信你，因此没有设置。%s"},
	NotDirect:     Text{"Couldn't send it as a direct message. %s", "无法私信发给你。%s"},
	NotPromised:   Text{"logbot can't post here later, so nothing was set up. %s", "logbot 无法在此发送后续通知，因此没有设置。%s"},
}
