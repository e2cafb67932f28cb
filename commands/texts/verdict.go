package texts

// The verdict: what is known of a failure besides its log. Its parts stand side by side
// in one line; the first begins with a capital.
var (
	VerdictNew       = Text{"new in #%d", "#%d 首次出现"}
	VerdictSame      = Text{"same as %s", "与 %s 相同"}
	VerdictTwo       = Text{"#%d and #%d", "#%d 和 #%d"}
	VerdictIn        = Text{" (%s in %s)", "（%[2]s内 %[1]s 次）"}
	VerdictOverIn    = Text{" (over %s in %s)", "（%[2]s内超过 %[1]s 次）"}
	VerdictBetween   = Text{", green in between (#%d)", "，其间 #%d 成功"}
	VerdictFirst     = Text{"first at %s", "最早见于 %s"}
	VerdictUnlike    = Text{"not the same as #%d", "与 #%d 不同"}
	VerdictLater     = Text{"again in %s", "%s 再次出现"}
	VerdictFlaky     = Text{"flaky: #%d passed with the same commit", "不稳定：同一提交的 #%d 成功"}
	VerdictFlakyOf   = Text{"flaky: %s failed #%d, passed #%d", "不稳定：提交 %s 在 #%d 失败、在 #%d 成功"}
	VerdictStill     = Text{"also fails on %s since #%d", "%s 分支自 #%d 起也失败"}
	VerdictBranch    = Text{"also failed on %s in #%d", "%s 分支的 #%d 也是"}
	VerdictElse      = Text{"also in %s #%d", "%s #%d 也是"}
	VerdictElseMore  = Text{"also in %s #%d and %s", "%s #%d 和另外 %s也是"}
	VerdictElseOver  = Text{"also in %s #%d and over %s", "%s #%d 和另外至少 %s也是"}
	VerdictLastGreen = Text{"last green #%d", "上次成功 #%d"}
	// VerdictSince is before the time that ends the line.
	VerdictSince = Text{" since", "，始于"}
)

// The nouns of a span.
var (
	Minute     = Noun{"minute", "minutes", "分钟"}
	Hour       = Noun{"hour", "hours", "小时"}
	Day        = Noun{"day", "days", "天"}
	OtherBuild = Noun{"other build", "other builds", "次构建"}
)
