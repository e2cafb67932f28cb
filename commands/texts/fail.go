package texts

// fail: why a build failed.
var (
	FailDoes      = Text{"why the build failed: the lines that matter", "构建失败的原因和关键日志"}
	FailMore      = Text{"The word fail may be left out. TASK is a short name, a 32-digit id or the address of the task's page.", "fail 可以省略。TASK 可以是简称、任务名、32 位 ID 或任务页面的地址。"}
	FlagFailStep  = Text{"explain this step: its name, 3 or stage3", "只分析某个步骤：名称、3 或 stage3"}
	FailExample   = Text{"why the last build failed", "最近一次构建为什么失败"}
	FailExampleMe = Text{"the same, for me alone", "同上，仅自己可见"}

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
	NothingRan    = Text{"Nothing ran, so there is no log. It can be started again in CodeArts.", "没有执行，因此没有日志。可在 CodeArts 中重新执行。"}
	NoLogYet      = Text{"There is no log yet.", "还没有日志。"}
	AbortedBy     = Text{"aborted by %s", "被 %s 中止"}
	LogUnreadable = Text{"Its log cannot be read: %s", "无法读取日志：%s"}

	LogEmpty     = Text{"Its log is empty so far.", "日志暂时为空。"}
	DoesEnd      = Text{"the end of its log", "查看日志末尾"}
	NoLogOf      = Text{"%s %s, so it has no log.", "%s %s，因此没有日志。"}
	LogGone      = Text{"%s %s, but CodeArts does not find its log.", "%s %s，但找不到日志。"}
	NoBuild      = Text{"There is no %s, or its log is gone.", "没有构建 %s，或日志已被清理。"}
	LogNotFound  = Text{"CodeArts does not find the log of %s.", "找不到 %s 的日志。"}
	NumberOnPage = Text{"with a number that the page of the task shows", "构建号见任务页面"}
)

// Where lines are from.
var (
	LinesFromEnd = Text{"lines %d-%d from the end", "倒数第 %d 到 %d 行"}
	LinesOf      = Text{"lines %d-%d of %s", "第 %d 到 %d 行，共 %s 行"}
	LinesFrom    = Text{"lines %d-%d", "第 %d 到 %d 行"}
	Compared     = Text{"compared with #%d", "已与 #%d 对比"}
	ComparedOn   = Text{"compared with #%d on %s", "已与 %[2]s 分支的 #%[1]d 对比"}
	CutAfter     = Text{"what follows could not be read: %s", "后面的日志未能读取：%s"}
	NoRoom       = Text{"no room for more", "篇幅所限，未全部显示"}
)
