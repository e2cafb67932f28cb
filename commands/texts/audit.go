package texts

// audit: who asked for what, for admins.
var (
	AuditDoes        = Text{"who asked for what; admins only", "谁查询过什么，仅限管理员"}
	AuditMore        = Text{"Give a task, or @ and a member ID from a Slack profile, such as @U012A3CDE. In a mention of the bot you can also mention the person. Only you see the answer.", "可以指定任务，或用 @ 加成员 ID（见个人资料，如 @U012A3CDE）指定某个人；在提及机器人的消息中也可以直接提及此人。结果仅你可见。"}
	AuditExample     = Text{"the latest uses of logbot", "logbot 最近的使用记录"}
	AuditExampleTask = Text{"who asked for web in the last 30 days", "最近 30 天谁查询过 web"}
	FlagSince        = Text{"how far back: 7d, 12h or 30m", "时间范围：7d、12h 或 30m"}
	FlagAuditLines   = Text{"how many, at most %d", "显示条数，最多 %d"}
	FlagAuditSkip    = Text{"skip that many of the newest", "跳过最新的若干条"}

	AuditAdminsOnly = Text{"Only admins of logbot can read the audit log. They are listed under \"admins\" in its configuration.", "只有 logbot 管理员可以查看审计日志，管理员由配置文件中的 admins 指定。"}
	AuditNowhere    = Text{"There is no audit log here. Run logbot audit on the bot's machine.", "这里没有审计日志，请在机器人所在的主机上运行 logbot audit。"}
	AuditAway       = Text{"Couldn't read the audit log: the state store is unavailable. Please try again in a minute.", "状态存储不可用，暂时无法读取审计日志，请一分钟后重试。"}
	AuditNoSpan     = Text{"%s isn't a time span. Use 7d, 12h or 30m, up to %d days.", "%s不是有效的时间范围，可用 7d、12h 或 30m，最多 %d 天。"}
	AuditNoID       = Text{"Slack doesn't know the name %s. Type the member ID from their profile:", "Slack 中没有名为%s的成员，请输入其个人资料中的成员 ID："}

	AuditAll     = Text{"Who asked for what", "谁查询过什么"}
	AuditOf      = Text{"Who asked for %s", "谁查询过 %s"}
	AuditBy      = Text{"What %s asked for", "%s 查询过什么"}
	AuditNone    = Text{"Nothing recorded in the last %s.", "最近 %s没有相关记录。"}
	AuditSource  = Text{"newest first, last %s", "最新的在前，最近 %s"}
	AuditDays    = Noun{"day", "days", "天"}
	AuditDropped = Text{"%s older ones were dropped", "更早的 %s 条已被清除"}
	AuditTimes   = Text{"times in UTC+8", "时间为北京时间"}
	AuditOlder   = Text{"older ones", "更早的记录"}

	AuditAnswered = Text{"ok", "成功"}
	AuditSent     = Text{"file sent", "已发送文件"}
	AuditRefused  = Text{"refused", "已拒绝"}
	AuditNotFound = Text{"not found", "未找到"}
	AuditFailed   = Text{"failed", "失败"}
	AuditLost     = Text{"records lost", "记录丢失"}
	AuditHidden   = Text{"%d hidden", "隐藏 %d 处"}
)
