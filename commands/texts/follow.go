package texts

// follow: a message that grows while a build runs.
var (
	FollowDoes        = Text{"the log of a running build as it comes, until it ends", "实时查看正在运行的构建日志，直到结束"}
	FollowMore        = Text{"BUILD may be left out: it is the one that runs. A queued build is waited for. It ends by itself after two hours, or when nothing new came for half an hour.", "BUILD 可省略，默认为正在运行的构建；排队中的构建会等到开始。两小时后，或半小时没有新内容时自动结束。"}
	FollowExample     = Text{"the build of web that runs now", "web 正在运行的构建"}
	FollowExampleStop = Text{"follow it no longer", "不再跟踪"}
	FlagStop          = Text{"stop following it here", "在此停止跟踪"}

	FollowLastLines = Text{"the last lines, as they come", "最新几行，实时更新"}
	FollowGap       = Text{"some lines came too fast and were left out", "部分日志更新过快，已略过"}
	FollowNoLines   = Text{"Its log is empty so far.", "暂时没有日志内容。"}
	FollowTrouble   = Text{"The log cannot be read right now; it is tried again. %s", "暂时无法读取日志，将继续重试。%s"}
	FollowEnds      = Text{"The log could not be read any more, so it is not followed any longer. %s", "日志无法继续读取，已停止跟踪。%s"}
	FollowLong      = Text{"Followed for two hours; that is as long as one goes on.", "已跟踪两小时，达到上限。"}
	FollowQuiet     = Text{"Nothing new came for half an hour, so it is not followed any longer.", "半小时没有新内容，已停止跟踪。"}
	FollowStopped   = Text{"Not followed any longer.", "已停止跟踪。"}
	FollowBroke     = Text{"Following it failed too often, so it was given up.", "多次失败，已停止跟踪。"}
	FollowClosed    = Text{"%s #%d is not followed in that channel any longer: Slack takes no messages of logbot there. It was removed from the channel, or the channel was archived or deleted. To follow it there again, invite logbot with /invite, then type in the channel:", "已停止在该频道跟踪 %s #%d：Slack 不再接受 logbot 发到该频道的消息，它可能已被移出频道，或频道已归档、删除。如需继续，请用 /invite 邀请它，然后在该频道中输入："}
	FollowShared    = Text{"%s #%d is not followed in that channel any more: other organizations can read the channel now. To follow it, type /logs follow in an internal channel.", "已停止在该频道跟踪 %s #%d：其他组织现在也能看到该频道。如需继续，请在内部频道重新跟踪。"}
	FollowHidden    = Text{"A build was followed here. That has ended, because other organizations can read this channel now.", "这里的构建跟踪已结束：其他组织现在也能看到本频道。"}
	FollowAgain     = Text{"follow it again", "重新跟踪"}
	FollowStop      = Text{"Stop", "停止"}
	FollowStopDoes  = Text{"follow it no longer", "不再跟踪"}

	FollowNothing  = Text{"No build of %s is running.", "%s 没有正在运行的构建。"}
	FollowWhich    = Text{"Which build of %s? Please add its number; the service does not tell which one runs:", "%s 的哪次构建？服务没有提供正在运行的构建，请加上构建号："}
	FollowNumber   = Text{"%s is no build number; builds are counted from 1.", "%s不是构建号，构建号从 1 开始。"}
	FollowNoMe     = Text{"Everybody in the channel sees a message that grows; it cannot be shown to you alone. Leave --me out, or type the command in a direct message:", "实时更新的消息对频道内所有人可见，无法只给你看。请去掉 --me，或在私信中输入："}
	FollowAlready  = Text{"%s #%d is followed in this channel already.", "本频道已在跟踪 %s #%d。"}
	FollowNotOn    = Text{"%s #%d is not followed in this channel.", "本频道没有跟踪 %s #%d。"}
	FollowDone     = Text{"%s #%d is not followed any longer.", "已停止跟踪 %s #%d。"}
	FollowAway     = Text{"It cannot be followed right now: the state store is away. This is how it stands.", "状态存储不可用，暂时无法跟踪。以下为当前状态。"}
	FollowNowhere  = Text{"It cannot be followed here: there is no state store. This is how it stands.", "没有状态存储，无法跟踪。以下为当前状态。"}
	FollowStopAway = Text{"It cannot be stopped right now: the state store is away. Please try again in a minute.", "状态存储不可用，暂时无法停止，请一分钟后再试。"}
	MaybeRepeat    = Text{"this may be a repeat: the process that posted it first died", "可能是重复消息：先前发送它的进程已中断"}
)
