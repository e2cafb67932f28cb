package texts

// Which task or check run is meant.
var (
	TaskWord      = Text{"task", "任务"}
	CommandOrTask = Text{"command or task", "命令或任务"}
	CheckWord     = Text{"check run", "检查任务"}

	IDLength       = Text{"%s has %d characters; the ID of a %s has 32 hex digits.", "%s有 %d 个字符，而%s的 ID 是 32 位十六进制数。"}
	NotListedBy    = Text{"CodeArts didn't list its own (%[2]s). %[1]s", "CodeArts 未能列出任务（%[2]s）。%[1]s"}
	FitsSeveral    = Text{"%s matches %s. Which one?", "%s匹配 %s，要看哪一个？"}
	Meant          = Text{"No %s is called %s. Did you mean:", "没有名为%[2]s的%[1]s，是否想输入："}
	NoneCalled     = Text{"No %s is called %s. Paste its URL, or the 32-digit ID at the end of it:", "没有名为%[2]s的%[1]s。请粘贴其页面地址，或地址末尾的 32 位 ID："}
	KnownSome      = Text{"No %s is called %s. Known: %s and %d more.", "没有名为%[2]s的%[1]s。已知的有：%[3]s 等，另有 %[4]d 个。"}
	KnownAll       = Text{"No %s is called %s. Known: %s.", "没有名为%[2]s的%[1]s。已知的有：%[3]s。"}
	NoAddress      = Text{"%s isn't a complete URL.", "%s不是完整的网址。"}
	NotCodeArts    = Text{"%s isn't the page of a CodeArts %s.", "%s不是 CodeArts %s的页面。"}
	OtherRegion    = Text{"That page is in region %s; logbot reads %s.", "该页面属于区域 %s，而 logbot 只读取 %s。"}
	IsCheckPage    = Text{"This is the page of a code check. Type:", "这是代码检查的页面，请输入："}
	IsBuildPage    = Text{"This is the page of a build. Type:", "这是构建任务的页面，请输入："}
	IsPipelinePage = Text{"This is the page of a pipeline. For the builds of its run, type:", "这是流水线的页面，查看其中的构建请输入："}
	NoPipelineID   = Text{"This page names no pipeline run. Paste the URL of one, such as .../pipeline/detail/PIPELINE/RUN", "该页面没有指明流水线的某次执行。请粘贴其地址，如 .../pipeline/detail/流水线/执行"}
	PipelineAway   = Text{"logbot can't look into pipelines here. Open the failed build step and paste its URL, or type task and number:", "logbot 在此无法查询流水线。请打开失败的构建步骤并粘贴其地址，或输入任务和构建号："}
	PipelineGone   = Text{"CodeArts can't find this pipeline run: %s. Paste the URL of its failed build step, or type task and number:", "CodeArts 中找不到该次流水线执行：%s。请粘贴失败的构建步骤的地址，或输入任务和构建号："}
	PipelineFine   = Text{"No build step of this pipeline run failed.", "该次流水线执行中没有失败的构建步骤。"}
	PipelineOther  = Text{"No build step of this pipeline run failed, but these steps did: %s.", "该次流水线执行中没有失败的构建步骤；失败的步骤有：%s。"}
	PipelineMany   = Text{"%s of this pipeline run failed. Which one?", "该次流水线执行中有 %s失败，要看哪一个？"}
	PipelineNumber = Text{"Step %s of this run failed, but CodeArts doesn't tell which build of %s it was. Add its number:", "该次流水线执行的步骤%s失败，但无法得知是 %s 的哪次构建。请补上构建号："}

	NoIDInside   = Text{"%s names no %s: it has no 32-digit ID.", "%s中没有%s：缺少 32 位的 ID。"}
	NoBuildFound = Text{"That message names no build: no URL of a build, no task with a number such as web #128. Type it:", "该消息中没有提到构建（构建地址，或如 web #128 的任务名加构建号）。请直接输入："}
	TaskNoNumber = Text{"That message names %s, but no build of it. Add its number:", "该消息提到了 %s，但没有构建号。请补上："}
	RecordNoTask = Text{"That message names record %s, but not its task. You can get its step files:", "该消息提到了记录 %s，但无法得知所属任务。可以获取其步骤文件："}
)

// Elsewhere is what logbot does not do, and where it is done.
var (
	NotStarted  = Text{"logbot reads logs; it can't start builds. Do that in CodeArts.", "logbot 只读取日志，不能启动构建，请在 CodeArts 中操作。"}
	NotStopped  = Text{"logbot reads logs; it can't stop builds. Do that in CodeArts.", "logbot 只读取日志，不能停止构建，请在 CodeArts 中操作。"}
	NotDeployed = Text{"logbot reads logs; it can't deploy. Do that in CodeArts.", "logbot 只读取日志，不能部署或发布，请在 CodeArts 中操作。"}
	NotCompared = Text{"logbot can't compare builds. CodeArts shows the commits of each build.", "logbot 不能对比构建，各次构建的提交请在 CodeArts 中查看。"}
	NoArtifacts = Text{"logbot reads logs; it can't fetch packages. They are in CodeArts.", "logbot 只读取日志，不能获取构建包，请在 CodeArts 中下载。"}
	NotApproved = Text{"logbot reads logs; it can't approve anything. Do that in CodeArts.", "logbot 只读取日志，不能审批，请在 CodeArts 中操作。"}
)
