package texts

// audit: who asked for what, for admins.
var (
	AuditDoes        = Text{"who asked for what; for admins of logbot", "查看谁查询过什么，仅限 logbot 管理员"}
	AuditMore        = Text{"Of a task, or of a person by @ and their member id (from their profile, such as @U012A3CDE). In a mention of the bot a person can be mentioned, too. Only you see the answer.", "可以指定任务，或用 @ 加成员 ID 指定某个人（见其个人资料，如 @U012A3CDE）；在提及机器人的消息中也可以直接提及此人。结果仅你可见。"}
	AuditExample     = Text{"the last uses of logbot", "logbot 最近的使用记录"}
	AuditExampleTask = Text{"who asked for web in the last 30 days", "最近 30 天谁查询过 web"}
	FlagSince        = Text{"not older than 7d, 12h or 30m", "时间范围，如 7d、12h、30m"}
	FlagAuditLines   = Text{"how many, at most %d", "显示条数，最多 %d"}
	FlagAuditSkip    = Text{"leave out so many of the newest", "跳过最新的若干条"}

	AuditAdminsOnly = Text{"The audit log is for admins of logbot. Who is one stands under \"admins\" in its configuration.", "审计日志仅限 logbot 管理员查看。管理员由配置文件中的 admins 指定。"}
	AuditNowhere    = Text{"There is no audit log here. On the machine of the bot, type logbot audit.", "这里没有审计日志。请在机器人所在的主机上运行 logbot audit。"}
	AuditAway       = Text{"The audit log cannot be read right now: the state store is away. Please try again in a minute.", "状态存储不可用，暂时无法读取审计日志，请一分钟后再试。"}
	AuditNoSpan     = Text{"%s is no span of time: write 7d, 12h or 30m, up to %d days.", "%s不是有效的时间范围，可写 7d、12h 或 30m，最多 %d 天。"}
	AuditNoID       = Text{"Slack tells logbot no person by the name %s. Type their member id, from their profile:", "Slack 没有提供名为%s的成员，请输入其个人资料中的成员 ID："}

	AuditAll     = Text{"Who asked for what", "谁查询过什么"}
	AuditOf      = Text{"Who asked for %s", "谁查询过 %s"}
	AuditBy      = Text{"What %s asked for", "%s 查询过什么"}
	AuditNone    = Text{"Nothing is recorded for that in the last %s.", "最近 %s没有相关记录。"}
	AuditSource  = Text{"newest first, of the last %s", "最新的在前，最近 %s"}
	AuditDays    = Noun{"day", "days", "天"}
	AuditDropped = Text{"%s older ones have been dropped", "更早的 %s 条已被清除"}
	AuditTimes   = Text{"times in UTC+8", "时间为北京时间"}
	AuditOlder   = Text{"the ones before", "更早的记录"}

	AuditAnswered = Text{"ok", "成功"}
	AuditSent     = Text{"file sent", "已发送文件"}
	AuditRefused  = Text{"refused", "已拒绝"}
	AuditNotFound = Text{"not found", "未找到"}
	AuditFailed   = Text{"failed", "失败"}
	AuditLost     = Text{"records lost", "记录丢失"}
	AuditHidden   = Text{"%d hidden", "隐藏 %d 处"}
)
