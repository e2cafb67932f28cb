package texts

// What is said about typing commands, whatever the command.
var (
	FlagMe       = Text{"only you see the answer", "仅自己可见"}
	FlagLines    = Text{"how many lines, at most %d", "行数，最多 %d"}
	NoCommand    = Text{"Unknown command %s.", "未知命令%s。"}
	MeantVerb    = Text{"Unknown command %s. Did you mean:", "未知命令%s，是否想输入："}
	VerbWhat     = Text{"%[1]s needs more: %[1]s %[2]s. For example:", "%[1]s 缺少参数，用法：%[1]s %[2]s。例如："}
	NeedsMore    = Text{"%s needs more: %s %s. For example:", "%s 缺少参数，用法：%s %s。例如："}
	TooMany      = Text{"I don't know what %s means here. Usage: %s %s", "这里的%s无法识别，用法：%s %s"}
	TakesNothing = Text{"%s takes no arguments.", "%s 后面不需要参数。"}
	NoValue      = Text{"--%s takes no value, but got %s.", "--%s 不带值，却给了%s。"}
	NeedsValue   = Text{"--%s needs a value: --%s %s.", "--%s 需要一个值，写作 --%s %s。"}
	NoFlag       = Text{"%s has no flag %s. Use %s.", "%s 没有选项%s，可用的有：%s。"}
	MeantFlag    = Text{"%s has no flag %s. Did you mean %s?", "%s 没有选项%s，是否想输入 %s？"}
	NumberFlag   = Text{"--%s takes a number from %d to %d, not %s.", "--%s 应为 %d 到 %d 之间的数字，不能是%s。"}
	Together     = Text{"--%s and --%s can't be combined.", "--%s 和 --%s 不能同时使用。"}
	GoesWith     = Text{"--%s works only with --%s.", "--%s 需要与 --%s 一起使用。"}

	TooLong       = Text{"The command has %s characters; at most %s are allowed.", "命令共 %s 个字符，最多 %s 个。"}
	NotText       = Text{"The command isn't valid text (UTF-8). Please type it again.", "命令不是有效的 UTF-8 文本，请重新输入。"}
	ControlChar   = Text{"There is a control character (%s) after %s. Please type it without.", "%[2]s之后有控制字符（%[1]s），请去掉后重新输入。"}
	QuoteMissing  = Text{"The quotation mark before %s isn't closed.", "%s前的引号没有闭合。"}
	TookTooLong   = Text{"This took too long and was stopped. Please try again.", "操作超时，已停止，请重试。"}
	WentWrong     = Text{"Something went wrong: %s", "出错了：%s"}
	NoRule        = Text{"You can't read this here. Ask an admin of logbot to allow channel %s or user %s (config: access).", "你没有在此查看的权限。请联系 logbot 管理员为频道 %s 或用户 %s 开放（配置项 access）。"}
	NoRuleVerb    = Text{"You can't use %s on this here. An admin of logbot can allow it to channel %s or user %s.", "你没有在此对它使用 %s 的权限。请联系 logbot 管理员为频道 %s 或用户 %s 开放。"}
	OrNoRule      = Text{"If it exists, you can't see it here: an admin of logbot can allow channel %s or user %s.", "如果它存在，则是你没有在此查看的权限，可请 logbot 管理员为频道 %s 或用户 %s 开放。"}
	PrivateAlone  = Text{"only you see this: no access rule lets it be posted here", "仅你可见：没有规则允许发布到本频道"}
	NotPostedHere = Text{"Only you may read this; %s can't post it. Use a direct message, or have an admin allow channel %s.", "只有你可以查看，因此 %s 不能发到本频道。请私信 logbot，或请管理员为频道 %s 开放。"}
	NoRuleAtAll   = Text{"You can't read any log here. Ask an admin of logbot to allow channel %s or user %s (config: access).", "你没有在此查看日志的权限。请联系 logbot 管理员为频道 %s 或用户 %s 开放（配置项 access）。"}
	Share         = Text{"Share", "分享到频道"}
	DoesShare     = Text{"show it to everyone here", "让频道内所有人看到"}
	StartedAt     = Text{"started %s", "%s 开始"}
	ContextAt     = Text{"%s, %s", "%s，%s"}
	OpenCodeArts  = Text{"Open in CodeArts", "在 CodeArts 中打开"}
	RefusedBy     = Text{"CodeArts: %s.", "CodeArts：%s。"}
	RefusedHint   = Text{" %s.", "%s。"}
	RefusedDetail = Text{" (%s)", "（%s）"}
	RequestID     = Text{"request %s", "请求编号 %s"}
)

// What is said in a terminal alone.
var (
	Reading   = Text{"reading: %s, %.1f MB", "正在读取：%s，%.1f MB"}
	Saving    = Text{"saving: %.1f MB", "正在保存：%.1f MB"}
	ReadingOf = Text{"%.1f of %.1f MB", "%.1f / %.1f MB"}
	Saved     = Text{"saved %s, %d bytes, %s hidden", "已保存 %s，%d 字节，已隐藏 %s"}
)

// Help.
var (
	HelpDoes     = Text{"this page, or one command in detail", "显示本页，或某个命令的详细用法"}
	HelpShow     = Text{"show in detail", "show 的详细用法"}
	HelpHeading  = Text{"Why did the build fail?", "构建为什么失败？"}
	HelpPick     = Text{"Try one …", "试一试……"}
	HelpOn       = Text{"%s: %s", "%s：%s"}
	HelpFlagLine = Text{"%s: %s", "%s：%s"}
)
