package texts

// seen and history: what is remembered of failures.
var (
	SeenDoes     = Text{"everything known about this failure: builds, branches, people", "关于这个失败的全部记录：构建、分支、人员"}
	SeenMore     = Text{"It shows what was read of logs in the last 90 days: by commands, follows and watches. Builds that nobody asked about are missing.", "显示最近 90 天内通过命令、跟踪和关注读取过的日志。没有人查询过的构建不在其中。"}
	SeenExample  = Text{"was the last failure seen before", "最近一次失败以前是否出现过"}
	SeenNowhere  = Text{"Nothing is remembered here; ask in Slack.", "此处没有记录，请在 Slack 中使用。"}
	SeenAway     = Text{"Couldn't read the records. Please try again in a minute.", "暂时无法读取记录，请一分钟后重试。"}
	SeenHeading  = Text{"The failure of %s", "%s 的失败"}
	SeenUnread   = Text{"The log of %s has not been read yet, so nothing is known of its failure.", "%s 的日志尚未读取，还没有失败记录。"}
	SeenUnsure   = Text{"What failed in %s is not sure enough to be recognised in other builds.", "%s 的失败原因不够明确，无法与其他构建比较。"}
	SeenCount    = Text{"%s, first %s, last %s.", "共 %s，首次 %s，最近 %s。"}
	SeenOnce     = Text{"%s, %s.", "共 %s，%s。"}
	SeenTasks    = Text{"Tasks: %s.", "任务：%s。"}
	SeenBranches = Text{"Branches: %s.", "分支：%s。"}
	SeenPeople   = Text{"Started by: %s.", "执行人：%s。"}
	SeenTimes    = Text{"%s (%d)", "%s（%d）"}

	HistoryDoes    = Text{"why the task failed lately, each cause once", "任务最近的失败，按原因归类"}
	HistoryMore    = Text{"It shows what was read of logs in the last 90 days. The number opens what is known of a failure.", "显示最近 90 天内读取过的日志。点击编号可查看该失败的全部记录。"}
	HistoryExample = Text{"why web failed lately", "web 最近为什么失败"}
	HistoryButton  = Text{"All failures", "全部失败"}
	HistoryHeading = Text{"Why %s failed lately", "%s 最近的失败原因"}
	HistoryEmpty   = Text{"No failed build of it was read in the last 90 days.", "最近 90 天没有读取过失败的构建。"}
	HistoryUnsure  = Text{"what failed is not sure", "原因不明确"}
)

// OtherFailure is a failure that is not listed.
var OtherFailure = Noun{"other failure", "other failures", "种失败"}
