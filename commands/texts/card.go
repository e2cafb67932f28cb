package texts

// The card: what a message says of a build above its log.
var (
	AllSkipped  = Text{"succeeded, but %s of %s were skipped", "成功，但 %[2]s中有 %[1]s 个被跳过"}
	BeforeStart = Text{"%s before it started", "%s（尚未开始执行）"}

	// FailedFor is a state and the kind of its cause.
	FailedFor          = Text{"%s: %s", "%s：%s"}
	KindInfrastructure = Text{"infrastructure", "基础设施故障"}
	KindDependency     = Text{"dependency", "依赖问题"}
	KindTimeout        = Text{"timeout", "超时"}

	ThatFailed = Text{"%s failed: %s", "%s失败：%s"}
	StepWentOn = Text{"%s (the build went on)", "%s（构建继续执行）"}
	InBrackets = Text{"%s (%s)", "%s（%s）"}

	FailedTests     = Text{"%s of %s failed: %s", "%[2]s中有 %[1]s 个失败：%[3]s"}
	FailedUnnamed   = Text{"%s of %s failed", "%[2]s中有 %[1]s 个失败"}
	FailedUncounted = Text{"failed tests: %s", "失败的测试：%s"}
	TestsPassedOf   = Text{"%s of %s passed", "%[2]s中有 %[1]s 个通过"}
	TestsSkippedOf  = Text{"%s of %s passed, %s skipped", "%[2]s中有 %[1]s 个通过，%[3]s 个被跳过"}

	CodeArtsSays = Text{"CodeArts: %s", "CodeArts：%s"}

	// What is said of its lines.
	Hidden        = Text{"%s hidden", "已隐藏 %s"}
	MayBeWhy      = Text{"not sure: a line marked > may say why", "原因不确定，可能是标有 > 的行"}
	NoStepLog     = Text{"from the whole log: the step has no log of its own", "该步骤没有单独的日志，以上来自整个构建的日志"}
	CutBefore     = Text{"couldn't read the beginning: %s", "开头部分未能读取：%s"}
	MissingAtEnd  = Text{"the end of the log is missing", "日志不完整，缺少结尾"}
	AbortedSaid   = Text{"the last lines before it stopped", "停止前的最后几行"}
	LastRan       = Text{"last ran %s", "最后执行 %s"}
	LastRanSilent = Text{"last ran %s, then silent for %s", "最后执行 %s，之后 %s没有输出"}
	SilentFor     = Text{"silent for %s before it was stopped", "停止前 %s没有输出"}
	MoreLikeThis  = Text{"... %s like this", "……另有 %s类似内容"}
	FramesLeft    = Text{"... %s", "……省略 %s"}

	// Its buttons.
	More            = Text{"More", "更多"}
	DoesMore        = Text{"the rest of the excerpt", "显示其余关键日志"}
	DoesMoreContext = Text{"more lines around these", "显示更多前后文"}
	EndOfLog        = Text{"End of the log", "日志末尾"}
	FullLog         = Text{"Full log", "完整日志"}
	DoesFullLog     = Text{"the whole log as a file", "以文件形式获取完整日志"}
	StepLog         = Text{"Log of this step", "该步骤日志"}
	DoesStepLog     = Text{"the log of this step as a file", "以文件形式获取该步骤日志"}
	Search          = Text{"Search", "搜索"}
	DoesSearch      = Text{"the lines that match an expression", "按表达式搜索日志"}
	WhyStep         = Text{"Why %s failed", "%s为什么失败"}
	FailedSteps     = Text{"The other %s failed steps", "其他 %s 个失败的步骤"}
)
