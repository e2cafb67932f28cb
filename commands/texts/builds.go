package texts

// builds: the last builds of a task, and which build is meant.
var (
	BuildsDoes    = Text{"the last builds: state, branch, who, how long", "最近构建的状态、分支、执行人和耗时"}
	BuildsExample = Text{"the last ten builds of web", "web 最近十次构建"}
	LastBuilds    = Text{"The last builds of %s", "%s 最近的构建"}
	ChinaTime     = Text{"times as in CodeArts (UTC+8)", "时间为北京时间"}
	NotListed     = Text{"The service does not list builds here. Look at one by its number:", "服务在此不提供构建列表，请按构建号查看："}
	NotBuilt      = Text{"It has not been built in the last months.", "最近几个月没有构建过。"}
	DoesLastFail  = Text{"why #%d failed", "#%d 为什么失败"}

	NoBuildNumber = Text{"%s is no build number; builds are counted from 1.", "%s不是有效的构建号，构建号从 1 开始。"}
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
	StateUnscheduled = Text{"unscheduled", "调度失败"}

	NoStepNumber = Text{"%s is no step; steps are counted from 1 and written 3 or stage3.", "%s不是有效的步骤，步骤从 1 开始，写作 3 或 stage3。"}
	NoStep       = Text{"No step is called %s. The steps are:", "没有名为%s的步骤，可选的有："}
	MeantStep    = Text{"No step is called %s. Did you mean:", "没有名为%s的步骤，是否想输入："}
	StepsFit     = Text{"%s fits %s. The steps are:", "%s匹配 %s，可选的有："}
)
