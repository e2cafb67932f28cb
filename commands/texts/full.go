package texts

// full: a log as a file.
var (
	FullDoes       = Text{"the log of a step as a file", "以文件形式获取步骤日志"}
	FullMore       = Text{"STEP is a name or a position (3 or stage3), or all for the whole build. Left out, it is the step that failed, or the whole build if none did. BUILD left out is the last that has ended. RECORD is the 36-character ID of a build.", "步骤为步骤名或序号（3 或 stage3），all 表示整个构建；省略时取失败的步骤，没有则取整个构建。构建省略时取最近结束的构建。记录 ID 是构建的 36 位 ID。"}
	FullExample    = Text{"the step that failed in the last build", "最近一次构建中失败的步骤"}
	FullExampleAll = Text{"the whole build", "整个构建"}
	FlagDebug      = Text{"with DEBUG lines", "包含 DEBUG 日志"}

	NoDebugLines  = Text{"CodeArts has no DEBUG lines of this step; this is INFO", "CodeArts 没有该步骤的 DEBUG 日志，此为 INFO 日志"}
	FileCut       = Text{"incomplete, couldn't read the rest: %s", "文件不完整，其余部分未能读取：%s"}
	DebugStep     = Text{"--debug needs a step, for example:", "--debug 需要指定步骤，例如："}
	EmptySoFar    = Text{"The log of %s is still empty.", "%s 的日志暂时为空。"}
	WholeLogOf    = Text{"The whole log of %s", "%s 完整日志"}
	NumberedStep  = Text{"Step %d of %s", "%[2]s 步骤 %[1]d"}
	NamedStep     = Text{"Step %s of %s", "%[2]s 步骤%[1]s"}
	StepOfRecord  = Text{"Step %d of record %s", "记录 %[2]s 步骤 %[1]d"}
	WithDebug     = Text{"%s, with debug lines", "%s（含 DEBUG）"}
	NoRecord      = Text{"CodeArts doesn't tell the record ID of %s. Give it (36 characters), or take the whole log:", "CodeArts 未提供 %s 的记录 ID。请输入 36 位记录 ID，或获取完整日志："}
	RecordOneStep = Text{"A record ID needs one step:", "记录 ID 后需要一个步骤："}
)
