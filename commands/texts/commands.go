package texts

// What is said about typing commands, whatever the command.
var (
	FlagMe       = Text{"answer to me alone", "仅自己可见"}
	FlagLines    = Text{"how many lines, at most %d", "行数，最多 %d"}
	NoCommand    = Text{"There is no command %s.", "没有命令%s。"}
	MeantVerb    = Text{"There is no command %s. Did you mean:", "没有命令%s，是否想输入："}
	VerbWhat     = Text{"%s what? It takes %s.", "%[1]s 缺少参数，用法：%[1]s %[2]s。"}
	NeedsMore    = Text{"%s needs more: %s %s.", "%s 缺少参数，用法：%s %s。"}
	TooMany      = Text{"%s is one word too many: %s takes %s.", "多了一个参数%s，%s 的用法：%s。"}
	TakesNothing = Text{"%s takes nothing.", "%s 不需要参数。"}
	NoValue      = Text{"--%s takes no value; %s was given.", "--%s 不带值，却给了%s。"}
	NeedsValue   = Text{"--%s needs a value: --%s %s.", "--%s 需要一个值，写作 --%s %s。"}
	NoFlag       = Text{"%s has no flag %s; it takes %s.", "%s 没有选项%s，可用的有：%s。"}
	MeantFlag    = Text{"%s has no flag %s. Did you mean %s?", "%s 没有选项%s，是否想输入 %s？"}
	NumberFlag   = Text{"--%s takes a number from %d to %d, not %s.", "--%s 应为 %d 到 %d 之间的数字，不能是%s。"}
	Together     = Text{"--%s and --%s do not go together.", "--%s 和 --%s 不能同时使用。"}
	GoesWith     = Text{"--%s goes with --%s.", "--%s 需要与 --%s 一起使用。"}

	TooLong       = Text{"That command has %s characters; at most %s are read.", "命令共 %s 个字符，最多支持 %s 个。"}
	NotText       = Text{"That command is not valid text (UTF-8). Please type it again.", "命令不是有效的 UTF-8 文本，请重新输入。"}
	ControlChar   = Text{"That command has a control character (%s) after %s. Please type it again without it.", "命令中%[2]s之后有控制字符（%[1]s），请去掉后重新输入。"}
	QuoteMissing  = Text{"A quotation mark is missing: %s was opened and not closed.", "引号未闭合：%s。"}
	TookTooLong   = Text{"That took too long and was stopped. Please try again.", "操作超时，已停止，请重试。"}
	WentWrong     = Text{"Something went wrong: %s", "出错了：%s"}
	NoRule        = Text{"No access rule lets you read that here: ask whoever runs logbot to add it for channel %s or user %s in the file that LOGBOT_CONFIG names.", "没有访问规则允许你在此读取该日志：请联系 logbot 管理员，在 LOGBOT_CONFIG 指定的文件中为频道 %s 或用户 %s 添加规则。"}
	NoRuleVerb    = Text{"No access rule lets you use %s on that here: ask whoever runs logbot to add it for channel %s or user %s in the file that LOGBOT_CONFIG names.", "没有访问规则允许你在此对它使用 %s：请联系 logbot 管理员，在 LOGBOT_CONFIG 指定的文件中为频道 %s 或用户 %s 添加规则。"}
	OrNoRule      = Text{"If there is one, no access rule lets you see it here: ask whoever runs logbot to add a rule for channel %s or user %s.", "如果确有其名，则没有访问规则允许你在此查看：请联系 logbot 管理员为频道 %s 或用户 %s 添加规则。"}
	PrivateAlone  = Text{"Only you can see this: no access rule lets it be posted in this channel.", "仅你可见：没有访问规则允许将其发布到本频道。"}
	NotPostedHere = Text{"You may read that, but only for yourself: no access rule lets %s post it in this channel. Type the command in a direct message to logbot, or ask whoever runs logbot to name channel %s in a rule.", "你可以查看，但仅限你本人：没有访问规则允许 %s 将其发布到本频道。请在给 logbot 的私信中输入该命令，或联系 logbot 管理员在规则中加入频道 %s。"}
	NoRuleAtAll   = Text{"You may not read any log here: ask whoever runs logbot to add a rule for channel %s or user %s in the file that LOGBOT_CONFIG names.", "你在此无权读取任何日志：请联系 logbot 管理员，在 LOGBOT_CONFIG 指定的文件中为频道 %s 或用户 %s 添加规则。"}
	Share         = Text{"Share", "分享到频道"}
	DoesShare     = Text{"the same for everybody here", "让频道内所有人看到"}
	StartedAt     = Text{"started %s", "%s 开始"}
	ContextAt     = Text{"%s, %s", "%s，%s"}
	OpenCodeArts  = Text{"Open in CodeArts", "在 CodeArts 中打开"}
	RefusedBy     = Text{"CodeArts: %s.", "CodeArts：%s。"}
	RefusedHint   = Text{" %s.", "%s。"}
	RefusedDetail = Text{" (%s)", "（%s）"}
	RequestID     = Text{"request %s", "请求 ID %s"}
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
	HelpDoes     = Text{"this page, or more about one command", "显示本页，或某个命令的详细用法"}
	HelpShow     = Text{"more about show", "show 的详细用法"}
	HelpHeading  = Text{"Why did the build fail?", "构建为什么失败？"}
	HelpOn       = Text{"%s: %s", "%s：%s"}
	HelpFlagLine = Text{"%s: %s", "%s：%s"}
)
