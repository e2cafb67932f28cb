package texts

// check: runs of CodeArts Check.
var (
	CheckDoes        = Text{"why a code check failed", "代码检查为什么失败"}
	CheckMore        = Text{"RUN is an alias, the name of a check task or its page (its latest run), or the 32-digit ID of a run.", "检查可以是别名、检查任务名或其页面地址（取最近一次执行），也可以是 32 位的执行 ID。"}
	CheckExample     = Text{"what the check found", "检查发现了什么"}
	CheckExampleTail = Text{"the end of its log", "日志末尾"}
	FlagFull         = Text{"the whole log as a file", "以文件形式获取完整日志"}

	CheckLogOf   = Text{"The log of check run %s", "检查 %s 的日志"}
	CheckRunName = Text{"check run %s", "检查 %s"}
	CheckStands  = Text{"check %s %s", "检查 %s %s"}

	CheckNoLog  = Text{"has no log yet", "暂时没有日志"}
	CheckDetail = Text{"from the failure that CodeArts Check reports, not from the whole log", "以上来自 CodeArts Check 的失败信息，不是完整日志"}
	NoSuchRun   = Text{"Run %s isn't among the last runs of that check task. For its latest run, type:", "最近的执行中没有 %s，查看最近一次执行请输入："}
	NeverRun    = Text{"That check task hasn't run yet.", "该检查任务还未执行过。"}
)
