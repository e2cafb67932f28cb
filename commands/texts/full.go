package texts

// full: a log as a file.
var (
	FullDoes        = Text{"the log of a step as a file", "以文件形式获取步骤日志"}
	FullMore        = Text{"STEP is its name or its position in the build: 3 or stage3; left out it is the step that failed, or the whole build where the service does not tell. STEP may also be all, for the whole build. RECORD is the 36-character id of one build.", "STEP 为步骤名或序号：3 或 stage3；省略时取失败的步骤，服务未提供步骤信息时取整个构建。STEP 也可为 all，即整个构建。RECORD 是 36 位的构建记录 ID。"}
	FullExample     = Text{"the log file of step 3", "步骤 3 的日志文件"}
	FullExampleFail = Text{"that of the step that failed", "失败步骤的日志文件"}
	FlagDebug       = Text{"the step's file with debug lines", "包含 DEBUG 级别的步骤日志"}

	NoDebugLines  = Text{"the service has no DEBUG lines of this step, this is INFO", "服务未提供该步骤的 DEBUG 日志，此为 INFO 日志"}
	FileCut       = Text{"incomplete, the rest could not be read: %s", "文件不完整，其余部分未能读取：%s"}
	DebugStep     = Text{"--debug needs a step: the debug lines are in the files of the steps.", "--debug 需要指定步骤：DEBUG 日志在各步骤的文件中。"}
	EmptySoFar    = Text{"The log of %s is empty so far.", "%s 的日志暂时为空。"}
	WholeLogOf    = Text{"The whole log of %s", "%s 完整日志"}
	NumberedStep  = Text{"Step %d of %s", "%[2]s 步骤 %[1]d"}
	NamedStep     = Text{"Step %s of %s", "%[2]s 步骤%[1]s"}
	StepOfRecord  = Text{"Step %d of record %s", "记录 %[2]s 步骤 %[1]d"}
	WithDebug     = Text{"%s, with debug lines", "%s（含 DEBUG）"}
	NoRecord      = Text{"The file of a step needs the record id of %s, and the service did not tell it. Give the record id (36 characters) yourself, or take the whole log:", "获取步骤文件需要 %s 的记录 ID，但服务未提供。请直接输入 36 位记录 ID，或获取完整日志："}
	RecordOneStep = Text{"A record needs one step: full RECORD STEP.", "记录 ID 后需要一个步骤，用法：full RECORD STEP。"}
)
