package texts

// follow: a message that grows while a build runs.
var (
	FollowDoes        = Text{"the log of a running build, live", "实时查看正在运行的构建日志"}
	FollowMore        = Text{"BUILD left out is the running one; a queued one is waited for. It stops after two hours, or after half an hour without new lines.", "构建可省略，默认为正在运行的构建；排队中的会等到开始。两小时后，或半小时没有新内容时自动停止。"}
	FollowExample     = Text{"the running build of web", "web 正在运行的构建"}
	FollowExampleStop = Text{"stop following it", "停止跟踪"}
	FlagStop          = Text{"stop following it here", "在此停止跟踪"}

	FollowLastLines = Text{"the latest lines, live", "最新几行，实时更新"}
	FollowGap       = Text{"some lines came too fast and were skipped", "部分日志更新过快，已略过"}
	FollowNoLines   = Text{"No log yet.", "还没有日志。"}
	FollowTrouble   = Text{"Can't read the log right now; trying again. %s", "暂时无法读取日志，将继续重试。%s"}
	FollowEnds      = Text{"Stopped following: the log can't be read any more. %s", "日志无法继续读取，已停止跟踪。%s"}
	FollowLong      = Text{"Stopped following after two hours, which is the limit.", "已跟踪两小时，达到上限，自动停止。"}
	FollowQuiet     = Text{"Stopped following: nothing new for half an hour.", "半小时没有新内容，已停止跟踪。"}
	FollowStopped   = Text{"Stopped following.", "已停止跟踪。"}
	FollowBroke     = Text{"Stopped following: it failed too often.", "多次失败，已停止跟踪。"}
	FollowClosed    = Text{"Stopped following %s #%d: logbot can't post in that channel any more. /invite it there, then type:", "已停止跟踪 %s #%d：logbot 无法再在该频道发消息。请在该频道用 /invite 邀请它，然后输入："}
	FollowShared    = Text{"Stopped following %s #%d: other organizations can read that channel now. Use an internal one.", "已停止跟踪 %s #%d：其他组织现在也能看到该频道。请在内部频道重新跟踪。"}
	FollowHidden    = Text{"A build was followed here. That ended: other organizations can read this channel now.", "这里的构建跟踪已停止：其他组织现在也能看到本频道。"}
	FollowAgain     = Text{"follow it again", "重新跟踪"}
	FollowStop      = Text{"Stop", "停止"}
	FollowStopDoes  = Text{"stop following it", "停止跟踪"}

	FollowNothing  = Text{"No build of %s is running.", "%s 没有正在运行的构建。"}
	FollowWhich    = Text{"CodeArts doesn't tell which build of %s is running. Add its number:", "CodeArts 未提供 %s 正在运行的构建，请加上构建号："}
	FollowNumber   = Text{"%s isn't a build number. They start at 1.", "%s不是有效的构建号，构建号从 1 开始。"}
	FollowNoMe     = Text{"Everyone in the channel sees live updates. Leave out --me, or type this in a direct message:", "实时更新的消息对频道内所有人可见。请去掉 --me，或在私信中输入："}
	FollowAlready  = Text{"%s #%d is already followed in this channel.", "本频道已在跟踪 %s #%d。"}
	FollowNotOn    = Text{"%s #%d isn't followed in this channel.", "本频道没有跟踪 %s #%d。"}
	FollowDone     = Text{"Stopped following %s #%d.", "已停止跟踪 %s #%d。"}
	FollowAway     = Text{"Can't follow it right now: the state store is unavailable. This is its log so far.", "状态存储不可用，暂时无法跟踪。以下是目前的日志。"}
	FollowNowhere  = Text{"Can't follow it here: there is no state store. This is its log so far.", "没有状态存储，无法跟踪。以下是目前的日志。"}
	FollowStopAway = Text{"Couldn't stop it: the state store is unavailable. Please try again in a minute.", "状态存储不可用，未能停止，请一分钟后重试。"}
	MaybeRepeat    = Text{"may be a repeat: logbot was interrupted", "logbot 曾中断，可能是重复消息"}
)
