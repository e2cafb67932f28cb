package texts

// claim: who is on a failure.
var (
	ClaimDoes           = Text{"say that you are on a failure", "认领失败，表示由你处理"}
	ClaimMore           = Text{"It stands in every later message about the same failure, also of other tasks, until each task and branch that failed in this way since is green, until you release it, or until it was not seen for 30 days. Nobody is notified.", "之后所有关于同一失败的消息（包括其他任务）都会显示认领人，直到此后以同样方式失败的每个任务和分支都构建成功、认领人放弃认领，或 30 天内未再出现。不会通知任何人。"}
	ClaimExample        = Text{"you are on the failure of the newest build of web", "认领 web 最新一次构建的失败"}
	ClaimExampleRelease = Text{"you are no longer on it", "放弃认领"}
	FlagRelease         = Text{"you are no longer on it", "放弃认领"}
	FlagTake            = Text{"take it over from the one who is on it", "从当前认领人接手"}

	OnItSince = Text{"%s is on it since %s", "%s 自 %s 起正在处理"}

	ClaimIt     = Text{"Claim", "认领"}
	ClaimItDoes = Text{"say that you are on it", "表示由你处理"}
	ReleaseIt   = Text{"Release", "放弃认领"}

	ClaimTaken       = Text{"Take it over with --take.", "如需接手，请加上 --take。"}
	ClaimTakenUnseen = Text{"Somebody else is on it. Take it over with --take.", "已有人认领。如需接手，请加上 --take。"}
	ClaimTakenFrom   = Text{"Taken over from %s.", "已从 %s 接手。"}
	ClaimReleased    = Text{"%s is no longer on it.", "%s 已放弃认领。"}
	ClaimNotYours    = Text{"Only %s can release it. You can take it over:", "只有 %s 能放弃认领，你可以接手："}
	ClaimNobody      = Text{"Nobody is on the failure of %s.", "%s 的失败无人认领。"}
	ClaimGreen       = Text{"%s can't be claimed: a later build of this branch has succeeded.", "无法认领 %s：该分支之后的构建已成功。"}
	ClaimNoFailure   = Text{"%s can't be claimed: its log shows no failure.", "无法认领 %s：日志中没有失败。"}
	ClaimUnsure      = Text{"%s can't be claimed: it isn't clear what failed, so later builds can't be matched.", "无法认领 %s：失败原因不明确，无法与之后的构建对应。"}
	ClaimNeedsPerson = Text{"An app can't claim a failure. Ask a person of this workspace.", "应用不能认领失败，请由本工作区的成员认领。"}
	ClaimNowhere     = Text{"Failures can't be claimed here: there is no state store.", "没有状态存储，无法在此认领失败。"}
	ClaimAway        = Text{"Couldn't save the claim: the state store is unavailable. Please try again in a minute.", "状态存储不可用，暂时无法认领，请一分钟后重试。"}
	ClaimEitherFlag  = Text{"Type either --take or --release.", "--take 和 --release 只能选一个。"}
)
