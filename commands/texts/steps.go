package texts

// steps: the steps of a build.
var (
	StepsDoes    = Text{"the steps of a build and how each ended", "查看一次构建的各个步骤及其结果"}
	StepsExample = Text{"the steps of the last build", "最近一次构建的步骤"}
	StepsOf      = Text{"%s %s", "%s %s"}
	StepsNone    = Text{"No step has begun yet.", "还没有步骤开始执行。"}
	StepsAway    = Text{"CodeArts doesn't list the steps of a build here. Look at its log:", "CodeArts 在此不提供步骤列表，请查看日志："}
	StepNoLog    = Text{"This step has no log.", "该步骤没有日志。"}
	StepNotRun   = Text{"not run", "未执行"}
	PickStep     = Text{"Log of a step …", "步骤日志……"}
	DoesStep     = Text{"the log of %s", "查看%s的日志"}
	DoesWhyStep  = Text{"why %s failed", "%s为什么失败"}
)

// tests: the failed tests of a build.
var (
	TestsDoes    = Text{"the failed tests of a build, by name", "查看一次构建中失败的测试"}
	TestsMore    = Text{"Reads the log of the whole build. Knows go, pytest, jest, vitest, surefire, gradle, gtest and ctest.", "读取整个构建的日志，能识别 go、pytest、jest、vitest、surefire、gradle、gtest 和 ctest 的输出。"}
	TestsExample = Text{"the failed tests of the last build", "最近一次构建中失败的测试"}
	FlagTests    = Text{"how many failed tests, at most %d", "失败测试的数量，最多 %d"}

	TestsFailed   = Text{"%s: %s failed", "%s：%s失败"}
	TestsFailedOf = Text{"%s: %s of %s failed", "%s：共 %[3]s，%[2]s 个失败"}
	TestsPassed   = Text{"%s: no test failed", "%s：没有失败的测试"}
	TestsSkipped  = Text{"%s: all %s were skipped", "%s：%s全部被跳过"}
	TestsNone     = Text{"%s: no test results in its log", "%s：日志中没有测试结果"}

	TestsCounts     = Text{"%s passed, %s skipped", "%s 个通过，%s 个跳过"}
	TestsNotCounted = Text{"the log doesn't say how many passed", "日志中没有通过的数量"}
	TestsUnnamed    = Text{"%s not named in the log", "另有 %s在日志中没有名称"}
	TestsMoreNamed  = Text{"%s not shown", "另有 %s未显示"}
	TestsCut        = Text{"there may be more, couldn't read what follows: %s", "可能还有其他测试，后面的日志未能读取：%s"}
	TestsLimit      = Text{"read only the first %s of the log", "只读取了日志的前 %s"}
	TestsUnknown    = Text{"logbot knows the output of %s.", "logbot 能识别 %s 的输出。"}
	TestsOther      = Text{"The build failed for another reason.", "构建失败另有原因。"}
	TestsSoFar      = Text{"The build is still running; these are the results so far.", "构建尚未结束，以上是目前的结果。"}
	DoesMoreTests   = Text{"more failed tests", "显示更多失败的测试"}
	MoreTests       = Text{"More tests", "更多测试"}
	DoesWhy         = Text{"why the build failed", "构建为什么失败"}
	Why             = Text{"Why it failed", "失败原因"}
	AllSteps        = Text{"Steps", "步骤"}
)
