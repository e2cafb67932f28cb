package texts

// watch, unwatch, watches: being told when a task breaks.
var (
	WatchDoes         = Text{"tell this channel when the task breaks, from now on", "从现在起，任务构建失败时在本频道通知"}
	WatchMore         = Text{"Further failures are counted in the thread of the first, until the task works again. It counts with your rights: when you lose them or leave, it ends and says so.", "后续失败会记在第一条消息的消息列中，直到恢复正常。监视使用你的权限：权限失效或离开后自动结束并说明。"}
	WatchExample      = Text{"tell us here when web breaks", "web 失败时在这里通知"}
	WatchExampleEvery = Text{"each failure as a message of its own", "每次失败单独发一条消息"}
	FlagEvery         = Text{"each failure as a message of its own", "每次失败单独发一条消息"}
	UnwatchDoes       = Text{"tell this channel no longer", "停止监视"}
	UnwatchExample    = Text{"web is not watched here any more", "本频道不再监视 web"}
	WatchesDoes       = Text{"what is watched in this channel", "本频道监视的任务"}
	WatchesExample    = Text{"the tasks that are watched here", "本频道正在监视的任务"}

	WatchSet         = Text{"%s is watched here from now on: when it breaks, this channel is told. Further failures are counted in the thread of that message.", "已开始在本频道监视 %s：构建失败时会在此通知，后续失败记录在该通知的消息列中。"}
	WatchSetEvery    = Text{"%s is watched here from now on: each build that fails is told in a message of its own.", "已开始在本频道监视 %s：每次构建失败都会单独发一条消息。"}
	WatchBefore      = Text{"What failed before is not told.", "此前的失败不再通知。"}
	WatchWas         = Text{"It was watched here before; what was told stays.", "该任务已在监视中，已通知的内容不变。"}
	WatchAlone       = Text{"Its project is not among those that are listed here (LOGBOT_PROJECTS), so it is looked at by itself and more slowly: a failure may be told a few minutes late.", "其项目不在已配置的项目（LOGBOT_PROJECTS）中，只能单独、较慢地查询，失败通知可能晚几分钟。"}
	WatchBlind       = Text{"CodeArts does not tell the builds of a task here, so %s cannot be watched. Look at a build by its number:", "CodeArts 在这里不提供构建列表，无法监视 %s。可以按构建号查看："}
	WatchExampleMe   = Text{"tell me alone, in a direct message", "只私信通知我"}
	FlagMine         = Text{"only builds that I started, told to me alone", "只通知我触发的构建，且只私信我"}
	FlagBranch       = Text{"only builds of this branch; * stands for anything", "只通知该分支的构建，* 表示任意字符"}
	WatchSetMe       = Text{"Watching %s for you: I write here when a build fails. Further failures go into that thread.", "已为你关注 %s：构建失败时在这里私信你，后续失败记录在该消息的消息列中。"}
	WatchSetMeEvery  = Text{"Watching %s for you: I write here about each build that fails.", "已为你关注 %s：每次构建失败都会在这里私信你。"}
	WatchMine        = Text{"Only builds that you started count.", "只包括你触发的构建。"}
	WatchBranch      = Text{"Only builds of the branch %s count.", "只包括分支%s的构建。"}
	WatchNeedsPerson = Text{"A watch counts with the rights of a person, so an app can't set one. Ask somebody of the channel to type it.", "关注使用个人的权限，应用不能设置。请频道里的成员输入这条命令。"}
	WatchNobody      = Text{"I don't know your name in CodeArts. Ask an admin of logbot to add %s under people in its configuration, or watch all builds:", "我不知道你在 CodeArts 中的用户名。请联系 logbot 管理员在配置的 people 中添加 %s，或关注所有构建："}
	WatchBranchBad   = Text{"%s is not the name of a branch.", "%s不是有效的分支名。"}
	WatchesAlone     = Text{"only you", "只私信你"}
	WatchesMine      = Text{"your builds", "你的构建"}
	WatchesBranch    = Text{"branch %s", "分支 %s"}
	UnwatchDoneMe    = Text{"Stopped watching %s for you.", "已取消你对 %s 的关注。"}

	WatchNowhere  = Text{"Nothing can be watched here: there is no state store, or no channel.", "这里无法监视：没有状态存储或频道。"}
	WatchAway     = Text{"That cannot be kept right now: the state store is away. Please try again in a minute.", "状态存储不可用，暂时无法保存，请一分钟后再试。"}
	WatchFull     = Text{"No more tasks can be watched; end one first with unwatch.", "监视的任务已达上限，请先用 unwatch 取消一些。"}
	WatchReadAway = Text{"The watches cannot be read right now: the state store is away. Please try again in a minute.", "状态存储不可用，暂时无法读取，请一分钟后再试。"}

	UnwatchDone    = Text{"%s is not watched here any more.", "本频道不再监视 %s。"}
	UnwatchUnknown = Text{"%s is not watched here.", "本频道没有监视 %s。"}

	WatchesHere  = Text{"Watched here", "本频道监视的任务"}
	WatchesNone  = Text{"Nothing is watched here.", "本频道没有监视任何任务。"}
	WatchesWorks = Text{"no new failure", "暂无新的失败"}
	WatchesFails = Text{"failed %d×", "失败 %d 次"}
	WatchesEvery = Text{"every failure", "每次失败"}

	WatchCount        = Text{"failure %d since the last success", "上次成功后第 %d 次失败"}
	WatchWorks        = Text{"%s works again: #%d succeeded", "%s 恢复正常：#%d 成功"}
	WatchWorksTook    = Text{"%s works again: #%d succeeded after %d failures", "%s 恢复正常：#%d 成功，此前失败 %d 次"}
	WatchNoLog        = Text{"Couldn't read the log: %s", "未能获取失败原因：%s"}
	WatchUntold       = Text{"%s #%d changed, but Slack did not take the message about it in that channel. To read it, type:", "%s #%d 有新结果，但 Slack 没有接收发到该频道的通知。如需查看，请输入："}
	WatchOwnerLeft    = Text{"%s is not watched here any more: whoever asked for it has left the workspace. Anybody who may read it can begin anew:", "本频道不再监视 %s：设置者已离开工作区。有读取权限的人可以重新设置："}
	WatchForbidden    = Text{"I can't see the builds of %s any more: CodeArts refuses it to my account (403). Until that is mended, failures are not told here. To mend it, an admin of logbot gives its CodeArts account the right to view the task or its project. I say so when it works again.", "无法再查看 %s 的构建：CodeArts 拒绝了我的账号（403）。恢复之前，这里收不到失败通知。请 logbot 管理员为其 CodeArts 账号授予该任务或所属项目的查看权限。恢复后我会在这里说明。"}
	WatchUnauthorized = Text{"I can't see the builds of %s any more: CodeArts does not accept my credential (401). Until that is mended, failures are not told here. To mend it, an admin of logbot checks the access key or token and renews it; logbot doctor shows more. I say so when it works again.", "无法再查看 %s 的构建：CodeArts 不接受我的凭证（401）。恢复之前，这里收不到失败通知。请 logbot 管理员检查并更新访问密钥或令牌，可用 logbot doctor 诊断。恢复后我会在这里说明。"}
	WatchReadable     = Text{"I can see the builds of %s again. What failed meanwhile is told now.", "已能重新查看 %s 的构建，期间的失败现在补发通知。"}
	WatchAndMore      = Text{"%s and %s more tasks", "%s 及另外 %s 个任务"}
	WatchSlow         = Text{"So many tasks are watched that a failure is told up to about %s after it.", "关注的任务较多，失败通知最长约在构建结束后 %s 发出。"}
	WatchClosed       = Text{"%s is not watched in that channel any more: Slack takes no messages of logbot there. It was removed from the channel, or the channel was archived or deleted. To be told there again, invite logbot with /invite, then type in the channel:", "该频道不再监视 %s：Slack 不再接受 logbot 发到该频道的消息，它可能已被移出频道，或频道已归档、删除。如需恢复，请用 /invite 邀请它，然后在该频道中输入："}
	WatchShared       = Text{"%s is not watched in that channel any more: other organizations can read the channel now. To be told again, type /logs watch in an internal channel.", "该频道不再关注 %s：其他组织现在也能看到该频道。如需继续，请在内部频道重新关注。"}
	WatchNoRight      = Text{"%s is not watched here any more: whoever asked for it may not read it here any longer. Anybody who may can begin anew:", "本频道不再监视 %s：设置者已没有在这里读取它的权限。有权限的人可以重新设置："}
)
