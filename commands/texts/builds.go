package texts

// builds: the last builds of a task, and which build is meant.
var (
	BuildsDoes    = Text{"the last builds: state, branch, who, how long", "最近构建的状态、分支、执行人和耗时"}
	BuildsMore    = Text{"N is how many, at most 50. Without TASK it lists the tasks, with the result of the last build of each.", "数量最多 50。不写任务则列出各任务及其最近一次构建的结果。"}
	BuildsOf      = Text{"only this branch", "只看该分支"}
	BuildsTasks   = Text{"Tasks, last built first", "任务（最近构建的在前）"}
	BuildsNoTasks = Text{"CodeArts lists no tasks that you can read. Name one:", "CodeArts 没有列出你可以查看的任务，请指定："}
	BuildsNumber  = Text{"%s isn't a number of builds. Use 1 to %d.", "%s不是有效的数量，可用 1 到 %d。"}
	BuildsBranch  = Text{"Branch %[3]s isn't among the last %[1]s of %[2]s.", "%[2]s 最近 %[1]s中没有分支%[3]s。"}
	BuildsOnOf    = Text{"The last builds of %s on %s", "%s 分支 %s 最近的构建"}
	OldestFirst   = Text{"oldest first", "从旧到新"}
	NeverBuilt    = Text{"never built", "从未构建"}
	BuildsExample = Text{"the last ten builds of web", "web 最近十次构建"}
	LastBuilds    = Text{"The last builds of %s", "%s 最近的构建"}
	ChinaTime     = Text{"times as in CodeArts (UTC+8)", "时间为北京时间"}
	NotListed     = Text{"CodeArts doesn't list builds here. Add a build number:", "CodeArts 在此不提供构建列表，请加上构建号："}
	NotBuilt      = Text{"No builds in recent months.", "最近几个月没有构建。"}
	LastBuildsOf  = Text{"Last builds", "最近构建"}
	WhyBuild      = Text{"Why #%d failed", "#%d 失败原因"}
	DoesLastFail  = Text{"why #%d failed", "#%d 为什么失败"}

	NoBuildNumber = Text{"%s isn't a build number. They start at 1.", "%s不是有效的构建号，构建号从 1 开始。"}
	NoBuilds      = Text{"%s has no builds, or CodeArts doesn't know the task.", "%s 没有构建，或 CodeArts 中没有该任务。"}
	NoSuchWord    = Text{"%s isn't a number, branch or commit of the last %[3]s of %[2]s.", "%[1]s不是构建号，也不是 %[2]s 最近 %[3]s的分支或提交。"}
	MeantBuild    = Text{"%s isn't a build of %s. Did you mean:", "%[2]s 没有构建%[1]s，是否想输入："}
	MeantLast     = Text{"%s isn't a build number. Did you mean:", "%s不是有效的构建号，是否想输入："}
	NoBuildWord   = Text{"%s isn't a build. Use last, or last-1 to last-%d.", "%s不是有效的构建，可用 last，或 last-1 到 last-%d。"}
	WhichBuild    = Text{"CodeArts doesn't tell the latest build of %s. Add a build number:", "CodeArts 未提供 %s 最近的构建，请加上构建号："}
	NoDaily       = Text{"%[2]s isn't among the last %[3]s of %[1]s. Type the build number:", "%[1]s 最近 %[3]s中没有 %[2]s，请输入构建号："}
	NoSuchBuild   = Text{"%s has fewer finished builds (%s listed).", "%s 已结束的构建没有那么多（共列出 %s）。"}

	StateFailed      = Text{"failed", "失败"}
	StateSucceeded   = Text{"succeeded", "成功"}
	StateAborted     = Text{"aborted", "已中止"}
	StateTimedOut    = Text{"timed out", "超时"}
	StateRunning     = Text{"running", "构建中"}
	StateQueued      = Text{"queued", "排队中"}
	StateEnded       = Text{"ended", "已结束"}
	StateUnscheduled = Text{"never started", "未启动"}
	StateUnknown     = Text{"result unknown", "结果未知"}

	NoStepNumber = Text{"%s isn't a step. Type its name, 3 or stage3.", "%s不是有效的步骤，请输入步骤名、3 或 stage3。"}
	NoStep       = Text{"No step is called %s. Choose one:", "没有名为%s的步骤，请选择："}
	MeantStep    = Text{"No step is called %s. Did you mean:", "没有名为%s的步骤，是否想输入："}
	StepsFit     = Text{"%s matches %s. Choose one:", "%s匹配 %s，请选择："}
)
