package texts

// builds: the last builds of a task, and which build is meant.
var (
	BuildsDoes    = Text{"the last builds: state, branch, who, how long", "最近构建的状态、分支、执行人和耗时"}
	BuildsMore    = Text{"N is how many, 50 at most. Without TASK it lists the tasks, with how the last build of each ended.", "N 为数量，最多 50。不写 TASK 则列出各任务及其最近一次构建的结果。"}
	BuildsOf      = Text{"those of this branch alone", "只看该分支的构建"}
	BuildsTasks   = Text{"The tasks that can be asked about, the last built first", "可以查询的任务，最近构建的在前"}
	BuildsNoTasks = Text{"CodeArts lists no tasks here that you may read. Name one:", "CodeArts 没有列出你可以查看的任务，请指定："}
	BuildsNumber  = Text{"%s is not a number of builds; give 1 to %d.", "%s不是有效的数量，应为 1 到 %d。"}
	BuildsBranch  = Text{"None of the %s listed of %s is of branch %s.", "列出的 %[2]s 的 %[1]s中没有分支%[3]s。"}
	BuildsOnOf    = Text{"The last builds of %s on %s", "%s 分支 %s 最近的构建"}
	OldestFirst   = Text{"oldest first", "从旧到新"}
	NeverBuilt    = Text{"never built", "未构建"}
	BuildsExample = Text{"the last ten builds of web", "web 最近十次构建"}
	LastBuilds    = Text{"The last builds of %s", "%s 最近的构建"}
	ChinaTime     = Text{"times as in CodeArts (UTC+8)", "时间为北京时间"}
	NotListed     = Text{"The service does not list builds here. Look at one by its number:", "服务在此不提供构建列表，请按构建号查看："}
	NotBuilt      = Text{"It has not been built in the last months.", "最近几个月没有构建过。"}
	DoesLastFail  = Text{"why #%d failed", "#%d 为什么失败"}

	NoBuildNumber = Text{"%s is no build number; builds are counted from 1.", "%s不是有效的构建号，构建号从 1 开始。"}
	NoBuilds      = Text{"%s has no builds, or CodeArts has no such task.", "%s 没有构建，或 CodeArts 中没有这个任务。"}
	NoSuchWord    = Text{"%s is not a build of %s: it is no number, and no branch or commit of the %s listed.", "%[2]s 没有构建%[1]s：它不是构建号，也不是列出的 %[3]s的分支或提交。"}
	MeantBuild    = Text{"%s is not a build of %s. Did you mean:", "%[2]s 没有构建%[1]s，是否想输入："}
	MeantLast     = Text{"%s is no build number. Did you mean:", "%s不是有效的构建号，是否想输入："}
	NoBuildWord   = Text{"%s is no build: write last, or last-1 to last-%d.", "%s不是有效的构建，可写 last，或 last-1 到 last-%d。"}
	WhichBuild    = Text{"Which build of %s? Please add its number; the service does not tell which was the last:", "要看 %s 的哪次构建？服务未提供最近的构建号，请补上："}
	NoDaily       = Text{"No build of %s is known by the number %s of its day; the last %s were looked through. Type its build number:", "没有找到 %s 的当日编号 %s，已查看最近 %s。请输入构建号："}
	NoSuchBuild   = Text{"%s has no such build: %s known, and not that many have ended.", "%s 没有这次构建：已知 %s，已结束的没有那么多。"}

	StateFailed      = Text{"failed", "失败"}
	StateSucceeded   = Text{"succeeded", "成功"}
	StateAborted     = Text{"aborted", "已中止"}
	StateTimedOut    = Text{"timed out", "超时"}
	StateRunning     = Text{"running", "构建中"}
	StateQueued      = Text{"queued", "排队中"}
	StateEnded       = Text{"ended", "已结束"}
	StateUnscheduled = Text{"never started", "未启动"}
	StateUnknown     = Text{"result unknown", "结果未知"}

	NoStepNumber = Text{"%s is no step; steps are counted from 1 and written 3 or stage3.", "%s不是有效的步骤，步骤从 1 开始，写作 3 或 stage3。"}
	NoStep       = Text{"No step is called %s. The steps are:", "没有名为%s的步骤，可选的有："}
	MeantStep    = Text{"No step is called %s. Did you mean:", "没有名为%s的步骤，是否想输入："}
	StepsFit     = Text{"%s fits %s. The steps are:", "%s匹配 %s，可选的有："}
)
