package texts

// Which task or check run is meant.
var (
	TaskWord      = Text{"task", "任务"}
	CommandOrTask = Text{"command or task", "命令或任务"}
	CheckWord     = Text{"check run", "检查任务"}

	IDLength       = Text{"%s has %d characters; the id of a %s has 32 hex digits.", "%s有 %d 个字符，而%s的 ID 是 32 位十六进制数。"}
	NotListedBy    = Text{"%s (CodeArts did not list its own: %s)", "%s（无法从 CodeArts 获取列表：%s）"}
	FitsSeveral    = Text{"%s fits %s. Which one?", "%s匹配 %s，要看哪一个？"}
	Meant          = Text{"No %s is called %s. Did you mean:", "没有名为%[2]s的%[1]s，是否想输入："}
	NoneCalled     = Text{"No %s is called %s. Give its id of 32 hex digits: it stands at the end of the address of the %s's page.", "没有名为%[2]s的%[1]s。请输入 32 位的 ID：它在%[3]s页面地址的末尾。"}
	KnownSome      = Text{"No %s is called %s. Known are %s and %d others.", "没有名为%[2]s的%[1]s。已知的有 %[3]s 等，另有 %[4]d 个。"}
	KnownAll       = Text{"No %s is called %s. Known: %s.", "没有名为%[2]s的%[1]s。已知的有：%[3]s。"}
	NoAddress      = Text{"%s is not a whole web address.", "%s不是完整的网址。"}
	NotCodeArts    = Text{"%s is not a page of a CodeArts %s.", "%s不是 CodeArts %s的页面。"}
	OtherRegion    = Text{"That page is in the region %s; this bot reads %s.", "该页面属于区域 %s，而本机器人只读取 %s。"}
	IsCheckPage    = Text{"That is the page of a code check. Type:", "这是代码检查的页面，请输入："}
	IsBuildPage    = Text{"That is the page of a build. Type:", "这是构建任务的页面，请输入："}
	IsPipelinePage = Text{"That is the page of a pipeline. For the builds of its run type:", "这是流水线的页面，查看其中的构建请输入："}
	NoPipelineID   = Text{"That is a page of pipelines, and names none of them. Paste the address of one run, such as .../pipeline/detail/PIPELINE/RUN.", "这是流水线页面，但没有指明哪条流水线。请粘贴某次执行的页面地址，如 .../pipeline/detail/流水线/执行。"}
	PipelineAway   = Text{"That is the page of a pipeline, and CodeArts does not let logbot look into pipelines here. Open the failed build step on that page and paste the address of its build, or type the task and the number:", "这是流水线的页面，但 CodeArts 在此不允许查询流水线。请在该页面打开失败的构建步骤，粘贴其构建地址，或输入任务和构建号："}
	PipelineGone   = Text{"That is the page of a pipeline, and CodeArts does not find that run of it here: %s. Open the failed build step on that page and paste the address of its build, or type the task and the number:", "这是流水线的页面，但在此找不到该次执行：%s。请在该页面打开失败的构建步骤，粘贴其构建地址，或输入任务和构建号："}
	PipelineFine   = Text{"No CodeArts Build step of that pipeline run has failed.", "该次流水线执行中没有失败的构建步骤。"}
	PipelineOther  = Text{"No CodeArts Build step of that pipeline run has failed; these steps did: %s.", "该次流水线执行中没有失败的构建步骤；失败的步骤有：%s。"}
	PipelineMany   = Text{"%s of that pipeline run failed. Which one?", "该次流水线执行中有 %s失败，要看哪一个？"}
	PipelineNumber = Text{"The step %s of that pipeline run failed, but CodeArts does not tell which build of %s it was. Look at the list, or add the number:", "该次流水线执行的步骤%s失败，但无法得知是 %s 的哪次构建。请查看列表或补上构建号："}

	NoIDInside   = Text{"%s names no %s: an id of 32 hex digits is missing in it.", "%s中没有%s：缺少 32 位的 ID。"}
	NoBuildFound = Text{"No build is named in that message. An address of a build's page, an id of 32 hex digits with a number, or a name with a number such as web #128 was looked for. Type it yourself:", "该消息中没有提到构建。可识别：构建页面地址、32 位任务 ID 加构建号，或任务名加构建号（如 web #128）。也可以直接输入："}
	TaskNoNumber = Text{"That message names %s but no build of it. Type its number:", "该消息提到了 %s，但没有构建号。请补上："}
	RecordNoTask = Text{"That message names the record %s, which does not tell its task. Its step files can be had:", "该消息提到了记录 %s，但无法得知所属任务。可以获取其步骤文件："}
)

// Elsewhere is what logbot does not do, and where it is done.
var (
	NotStarted  = Text{"logbot reads logs; it does not start builds. Start them in CodeArts.", "logbot 只读取日志，不能启动构建，请在 CodeArts 中操作。"}
	NotStopped  = Text{"logbot reads logs; it does not stop builds. Stop them in CodeArts.", "logbot 只读取日志，不能停止构建，请在 CodeArts 中操作。"}
	NotDeployed = Text{"logbot reads logs; it does not deploy. Deploy in CodeArts.", "logbot 只读取日志，不能部署或发布，请在 CodeArts 中操作。"}
	NotCompared = Text{"logbot does not compare builds. CodeArts shows the commits of each build.", "logbot 不能对比构建，各次构建的提交请在 CodeArts 中查看。"}
	NoArtifacts = Text{"logbot reads logs; it does not fetch packages. They are in CodeArts.", "logbot 只读取日志，不能获取构建包，请在 CodeArts 中下载。"}
	NotApproved = Text{"logbot reads logs; it does not approve anything. Approve in CodeArts.", "logbot 只读取日志，不能审批，请在 CodeArts 中操作。"}
)
