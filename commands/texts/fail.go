package texts

// fail: why a build failed.
var (
	FailDoes      = Text{"why the build failed: the lines that matter", "构建失败的原因和关键日志"}
	FailMore      = Text{"The word fail can be left out. TASK is an alias, a name, a 32-digit ID or the URL of the task's page.", "fail 可以省略。任务可以是别名、任务名、32 位 ID 或任务页面地址。"}
	FlagFailStep  = Text{"explain this step: its name, 3 or stage3", "只分析某个步骤：名称、3 或 stage3"}
	FailExample   = Text{"why the last build failed", "最近一次构建为什么失败"}
	FailExampleMe = Text{"the same, only for me", "同上，仅自己可见"}

	EndedAs = Text{"ended as %s", "已结束，状态为%s"}

	ByHand     = Text{"by hand", "手动触发"}
	BySchedule = Text{"on schedule", "定时触发"}
	ByPush     = Text{"by a push", "代码提交触发"}
	ByPipeline = Text{"by a pipeline", "流水线触发"}
	ByOther    = Text{"by %s", "由 %s 触发"}

	NeverRan      = Text{"%s never started, so it has no log.", "%s 未启动，因此没有日志。"}
	NotRunYet     = Text{"%s is queued, so it has no log yet.", "%s 正在排队，还没有日志。"}
	ServiceSays   = Text{"CodeArts says: %s.", "CodeArts 提示：%s。"}
	ServiceCode   = Text{"%s (code %s)", "%s（代码 %s）"}
	CodeAlone     = Text{"code %s", "代码 %s"}
	NothingRan    = Text{"Nothing ran, so there is no log. Start it again in CodeArts.", "没有执行，因此没有日志。可在 CodeArts 中重新执行。"}
	NoLogYet      = Text{"No log yet.", "还没有日志。"}
	AbortedBy     = Text{"aborted by %s", "被 %s 中止"}
	LogUnreadable = Text{"Couldn't read its log: %s", "无法读取日志：%s"}

	LogEmpty     = Text{"No log yet.", "还没有日志。"}
	DoesEnd      = Text{"the end of its log", "查看日志末尾"}
	NoLogOf      = Text{"%s %s, so it has no log.", "%s %s，因此没有日志。"}
	LogGone      = Text{"%s %s, but CodeArts can't find its log.", "%s %s，但 CodeArts 中找不到日志。"}
	NoBuild      = Text{"%s doesn't exist, or its log is gone.", "没有构建 %s，或日志已被清理。"}
	LogNotFound  = Text{"CodeArts can't find the log of %s.", "CodeArts 中找不到 %s 的日志。"}
	NumberOnPage = Text{"the number is on the task's page", "构建号见任务页面"}
)

// Where lines are from.
var (
	LinesFromEnd = Text{"lines %d-%d from the end", "倒数第 %d 到 %d 行"}
	LinesOf      = Text{"lines %d-%d of %s", "第 %d 到 %d 行，共 %s 行"}
	LinesFrom    = Text{"lines %d-%d", "第 %d 到 %d 行"}
	Compared     = Text{"compared with green #%d", "已与成功的 #%d 对比"}
	ComparedOn   = Text{"compared with green #%d on %s", "已与 %[2]s 分支成功的 #%[1]d 对比"}
	CutAfter     = Text{"couldn't read what follows: %s", "后面的日志未能读取：%s"}
	NoRoom       = Text{"not all of it fits", "篇幅所限，未全部显示"}
)
