package texts

// fail: why a build failed.
var (
	FailDoes      = Text{"why the build failed: the lines that matter", "构建失败的原因和关键日志"}
	FailMore      = Text{"The word fail may be left out. TASK is a short name, a 32-digit id or the address of the task's page.", "fail 可以省略。TASK 可以是简称、任务名、32 位 ID 或任务页面的地址。"}
	FlagFailStep  = Text{"explain this step: its name, 3 or stage3", "只分析某个步骤：名称、3 或 stage3"}
	FailExample   = Text{"why the last build failed", "最近一次构建为什么失败"}
	FailExampleMe = Text{"the same, for me alone", "同上，仅自己可见"}

	BuildStands = Text{"%s %s", "%s %s"}
	InStep      = Text{" in %s", "，步骤%s"}
	TookTime    = Text{" after %s", "，耗时 %s"}

	Failed      = Text{"failed", "构建失败"}
	Succeeded   = Text{"succeeded", "构建成功"}
	WasAborted  = Text{"was aborted", "已中止"}
	TimedOut    = Text{"timed out", "构建超时"}
	Running     = Text{"is still running", "正在构建"}
	Waiting     = Text{"is waiting to run", "正在排队"}
	Unscheduled = Text{"could not be scheduled", "调度失败"}
	EndedAs     = Text{"ended as %s", "已结束，状态为%s"}
	HasEnded    = Text{"has ended", "已结束"}
	SaidNothing = Text{"has not said how it ended", "未给出构建结果"}

	ByHand     = Text{"started by hand", "手动触发"}
	BySchedule = Text{"started by its schedule", "定时触发"}
	ByPush     = Text{"started by a push", "代码提交触发"}
	ByPipeline = Text{"started by a pipeline", "流水线触发"}
	ByOther    = Text{"started by %s", "由 %s 触发"}

	FailedSteps = Text{"failed steps: %s", "失败的步骤：%s"}
	PassedSteps = Text{"%s failed, too, and the build went on", "%s也失败了，但构建继续执行"}

	NeverRan      = Text{"%s could not be scheduled: nothing ran, so it has no log.", "%s 调度失败，没有执行，因此没有日志。"}
	NotRunYet     = Text{"%s is waiting to run, so it has no log yet.", "%s 正在排队，还没有日志。"}
	ServiceSays   = Text{"CodeArts says: %s.", "CodeArts 提示：%s。"}
	ServiceCode   = Text{"%s (code %s)", "%s（代码 %s）"}
	CodeAlone     = Text{"code %s", "代码 %s"}
	NothingRan    = Text{"Nothing ran, so there is no log.", "没有执行，因此没有日志。"}
	NoLogYet      = Text{"There is no log yet.", "还没有日志。"}
	AbortedBy     = Text{"was aborted by %s", "被 %s 中止"}
	AbortedSaid   = Text{"the last lines before it was stopped", "中止前的最后几行"}
	BeforeStart   = Text{"%s before it started", "%s（尚未开始执行）"}
	LogUnreadable = Text{"Its log cannot be read: %s", "无法读取日志：%s"}

	LogEmpty      = Text{"Its log is empty so far.", "日志暂时为空。"}
	NothingFailed = Text{"Nothing failed, so there is nothing to explain.", "没有失败，无需分析。"}
	DoesEnd       = Text{"the end of its log", "查看日志末尾"}
	CodeArtsSays  = Text{"CodeArts says: %s", "CodeArts 提示：%s"}
	NoLogOf       = Text{"%s %s, so it has no log.", "%s %s，因此没有日志。"}
	LogGone       = Text{"%s %s, but CodeArts does not find its log.", "%s %s，但找不到日志。"}
	NoBuild       = Text{"%s has no build %d, or its log is gone.", "%s 没有第 %d 次构建，或日志已被清理。"}
	NumberOnPage  = Text{"with a number that the page of the task shows", "构建号见任务页面"}

	MoreContext     = Text{"More context", "更多上下文"}
	DoesMoreContext = Text{"more lines around these", "显示更多前后文"}
	FullLog         = Text{"Full log", "完整日志"}
	DoesFullLog     = Text{"the whole log as a file", "以文件形式获取完整日志"}
	StepLog         = Text{"Log of this step", "该步骤日志"}
	DoesStepLog     = Text{"the log of this step as a file", "以文件形式获取该步骤日志"}
	Search          = Text{"Search", "搜索"}
	DoesSearch      = Text{"the lines that match an expression", "按表达式搜索日志"}

	MoreLikeThis = Text{"... %s like this", "……另有 %s类似内容"}
	FramesLeft   = Text{"... %s", "……省略 %s"}
	MayBeWhy     = Text{"not sure: a line marked > may say why", "原因不确定，可能是标有 > 的行"}
)

// Where lines are from.
var (
	LinesFromEnd = Text{"lines %d-%d from the end", "倒数第 %d 到 %d 行"}
	LinesOf      = Text{"lines %d-%d of %s", "第 %d 到 %d 行，共 %s 行"}
	LinesFrom    = Text{"lines %d-%d", "第 %d 到 %d 行"}
	OfTheStep    = Text{"%s of the step", "该步骤%s"}
	LinesOfStep  = Text{"lines %d-%d of the step's %s", "该步骤第 %d 到 %d 行，共 %s 行"}
	ReadPages    = Text{"read %s", "读取 %s"}
	Compared     = Text{"compared with #%d", "已与 #%d 对比"}
	ComparedOn   = Text{"compared with #%d on %s", "已与 %[2]s 分支的 #%[1]d 对比"}
	ReadFile     = Text{"read as one file", "读取日志文件"}
	Hidden       = Text{"%s hidden", "已隐藏 %s"}
	NoStepLog    = Text{"the step has no log of its own, so this is from the whole log", "该步骤没有单独的日志，以上来自整个构建的日志"}
	CutBefore    = Text{"what stands before could not be read: %s", "更早的日志未能读取：%s"}
	CutAfter     = Text{"what follows could not be read: %s", "后面的日志未能读取：%s"}
	NoRoom       = Text{"no room for more", "篇幅所限，未全部显示"}
)
