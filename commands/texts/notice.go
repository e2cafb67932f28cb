package texts

// What one person is told privately when a log shows a credential.
var (
	ExposesBuild = Text{"The log of %s #%d shows %s: %s. It is hidden here, but everyone who can open the build in CodeArts can read it. Replace it, and keep the new one in a private parameter of the build.", "%s #%d 的日志中出现了%s：%s。这里已隐藏，但能在 CodeArts 中打开该构建的人都能看到。请尽快更换，并将新凭证存为构建的私密参数。"}
	Exposes      = Text{"The log of %s shows %s: %s. It is hidden here, but everyone who can open the run in CodeArts can read it. Replace it, and make sure that the log doesn't show the new one.", "%s 的日志中出现了%s：%s。这里已隐藏，但能在 CodeArts 中打开该检查的人都能看到。请尽快更换，并避免新凭证再次出现在日志中。"}
	ACredential  = Text{"a credential", "凭证"}
	Credentials  = Text{"credentials", "凭证"}
	ExposedOnce  = Text{"You get this once a day per task.", "同一任务每天只提醒一次。"}
	ExposedAt    = Text{"%s, %s", "%s，%s"}
	ExposedMore  = Noun{"more place", "more places", "处其他位置"}
	Semicolon    = Text{"; ", "；"}

	ExposedKey     = Text{"a private key", "私钥"}
	ExposedKnown   = Text{"one that logbot itself is configured with", "logbot 自身配置的凭证"}
	ExposedAddress = Text{"a password in an address", "网址中的密码"}
	ExposedHeader  = Text{"one in an HTTP header", "HTTP 请求头中的凭证"}
	ExposedCommand = Text{"a password on a command line", "命令行中的密码"}
	ExposedNamed   = Text{"the value of a password, token or key", "密码、令牌或密钥的值"}
	ExposedToken   = Text{"a token (%s)", "令牌（%s）"}

	ExposedLine      = Text{"line %d", "第 %d 行"}
	ExposedFromEnd   = Text{"line %d from the end", "倒数第 %d 行"}
	ExposedOfStep    = Text{"%s of the step's log", "该步骤日志%s"}
	ExposedOfNamed   = Text{"%[1]s of the log of step %[2]s", "步骤%[2]s日志%[1]s"}
	ExposedInStep    = Text{"%[1]s, in step %[2]s", "步骤%[2]s，%[1]s"}
	ExposedOnlyStep  = Text{"in step %s", "步骤%s"}
	ExposedSomewhere = Text{"in its last lines", "最近几行"}
)
