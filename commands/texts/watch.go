package texts

// watch, unwatch, watches: being told when a task breaks.
var (
	WatchDoes         = Text{"tell this channel when the task breaks", "任务构建失败时通知本频道"}
	WatchMore         = Text{"Repeats go into the thread of the first failure, until a build succeeds. A watch uses your access and ends when you lose it.", "后续失败记在第一条通知的消息列中，直到构建成功。关注使用你的权限，权限失效时自动结束。"}
	WatchExample      = Text{"tell this channel when web breaks", "web 失败时通知本频道"}
	WatchExampleEvery = Text{"a new message for each failure", "每次失败单独发一条消息"}
	FlagEvery         = Text{"a new message for each failure", "每次失败单独发一条消息"}
	StopWatching      = Text{"Stop watching", "取消关注"}
	UnwatchDoes       = Text{"stop watching", "取消关注"}
	UnwatchExample    = Text{"stop watching web", "取消关注 web"}
	WatchesDoes       = Text{"what this channel watches", "本频道关注的任务"}
	WatchesExample    = Text{"the tasks that this channel watches", "本频道关注的任务"}

	WatchSet         = Text{"Watching %s. I'll post here when a build fails; repeats go into that thread.", "已关注 %s：构建失败时在这里通知，后续失败记在该通知的消息列中。"}
	WatchSetEvery    = Text{"Watching %s. I'll post here each time a build fails.", "已关注 %s：每次构建失败都在这里通知。"}
	WatchBefore      = Text{"Earlier failures aren't posted.", "此前的失败不再通知。"}
	WatchWas         = Text{"It was watched here already.", "此前已关注该任务。"}
	WatchAlone       = Text{"Its project isn't listed in LOGBOT_PROJECTS, so a failure may be posted a few minutes late.", "其项目不在 LOGBOT_PROJECTS 中，失败通知可能晚几分钟。"}
	WatchBlind       = Text{"CodeArts doesn't list builds here, so %s can't be watched. Look at one by its number:", "CodeArts 在此不提供构建列表，无法关注 %s。可以按构建号查看："}
	WatchExampleMe   = Text{"tell only me, in a direct message", "只私信通知我"}
	FlagMine         = Text{"only builds that I started; tells only me", "只通知我触发的构建，且只私信我"}
	FlagBranch       = Text{"only builds of this branch; * stands for anything", "只通知该分支的构建，* 表示任意字符"}
	WatchSetMe       = Text{"Watching %s for you. I'll message you here when a build fails; repeats go into that thread.", "已为你关注 %s：构建失败时在这里私信你，后续失败记在该消息的消息列中。"}
	WatchSetMeEvery  = Text{"Watching %s for you. I'll message you here each time a build fails.", "已为你关注 %s：每次构建失败都在这里私信你。"}
	WatchMine        = Text{"Only builds that you started count.", "只包括你触发的构建。"}
	WatchBranch      = Text{"Only builds of branch %s count.", "只包括分支%s的构建。"}
	WatchNeedsPerson = Text{"A watch uses a person's access, so an app can't set one. Ask someone in the channel to type it.", "关注使用个人的权限，应用不能设置。请频道里的成员输入这条命令。"}
	WatchNobody      = Text{"I don't know your name in CodeArts. Ask an admin of logbot to add %s under people, or watch all builds:", "不知道你在 CodeArts 中的用户名。请联系 logbot 管理员在配置的 people 中添加 %s，或关注所有构建："}
	WatchBranchBad   = Text{"%s isn't the name of a branch.", "%s不是有效的分支名。"}
	WatchesAlone     = Text{"only you", "只私信你"}
	WatchesMine      = Text{"your builds", "你的构建"}
	WatchesBranch    = Text{"branch %s", "分支 %s"}
	UnwatchDoneMe    = Text{"Stopped watching %s for you.", "已取消你对 %s 的关注。"}

	WatchNowhere  = Text{"Nothing can be watched here: there is no state store, or no channel.", "这里没有状态存储或频道，无法关注。"}
	WatchAway     = Text{"Couldn't save that: the state store is unavailable. Please try again in a minute.", "状态存储不可用，未能保存，请一分钟后重试。"}
	WatchFull     = Text{"The limit of watched tasks is reached. End one first:", "关注的任务已达上限，请先取消一些："}
	WatchReadAway = Text{"Couldn't read the watches: the state store is unavailable. Please try again in a minute.", "状态存储不可用，暂时无法读取，请一分钟后重试。"}

	UnwatchDone    = Text{"Stopped watching %s.", "本频道已取消关注 %s。"}
	UnwatchUnknown = Text{"%s isn't watched here.", "本频道没有关注 %s。"}

	WatchesHere    = Text{"Watched here", "本频道关注的任务"}
	WatchesNone    = Text{"Nothing is watched here.", "本频道没有关注任何任务。"}
	WatchesWorks   = Text{"no new failure", "暂无新的失败"}
	WatchesFails   = Text{"failed %d×", "失败 %d 次"}
	WatchesRefused = Text{"can't be read (%d)", "无法读取（%d）"}
	WatchesEvery   = Text{"every failure", "每次失败"}

	FailedOtherwise   = Text{"failed, now for another reason", "失败，原因与之前不同"}
	WatchCount        = Text{"failure %d since the last success", "上次成功后第 %d 次失败"}
	WatchWorks        = Text{"%s works again: #%d succeeded", "%s 恢复正常：#%d 成功"}
	WatchWorksTook    = Text{"%s works again: #%d succeeded after %d failures", "%s 恢复正常：#%d 成功，此前失败 %d 次"}
	WatchNoLog        = Text{"Couldn't read the log: %s", "未能获取失败原因：%s"}
	WatchUntold       = Text{"%s #%d has news, but Slack didn't take the message in that channel. To read it, type:", "%s #%d 有新结果，但 Slack 没有接收发到该频道的通知。如需查看，请输入："}
	WatchOwnerLeft    = Text{"Stopped watching %s: the person who set it has left the workspace. To watch it again, type:", "本频道已取消关注 %s：设置者已离开工作区。如需继续，请重新输入："}
	WatchForbidden    = Text{"I can't see the builds of %s any more: CodeArts refuses my account (403), so failures aren't posted. An admin of logbot must give its CodeArts account the right to view the task or its project. I'll say when it works again.", "无法再查看 %s 的构建：CodeArts 拒绝了我的账号（403），暂时收不到失败通知。请 logbot 管理员为其 CodeArts 账号授予该任务或所属项目的查看权限。恢复后我会在这里说明。"}
	WatchUnauthorized = Text{"I can't see the builds of %s any more: CodeArts doesn't accept my credential (401), so failures aren't posted. An admin of logbot must renew the access key or token; logbot doctor shows more. I'll say when it works again.", "无法再查看 %s 的构建：CodeArts 不接受我的凭证（401），暂时收不到失败通知。请 logbot 管理员更新访问密钥或令牌，可用 logbot doctor 诊断。恢复后我会在这里说明。"}
	WatchReadable     = Text{"I can see the builds of %s again, and post now what failed meanwhile.", "已能重新查看 %s 的构建，期间的失败现在补发通知。"}
	WatchAndMore      = Text{"%s and %s more tasks", "%s 及另外 %s 个任务"}
	WatchSlow         = Text{"So many tasks are watched that a failure may be posted up to about %s late.", "关注的任务较多，失败通知可能晚约 %s。"}
	WatchClosed       = Text{"Stopped watching %s: logbot can't post in that channel any more. /invite it there, then type:", "已取消关注 %s：logbot 无法再在该频道发消息。请在该频道用 /invite 邀请它，然后输入："}
	WatchShared       = Text{"Stopped watching %s: other organizations can read that channel now. Use an internal one.", "已取消关注 %s：其他组织现在也能看到该频道。请在内部频道重新关注。"}
	WatchNoRight      = Text{"Stopped watching %s: the person who set it can no longer read it here. To watch it again, type:", "本频道已取消关注 %s：设置者已没有在这里查看它的权限。如需继续，请重新输入："}
)
