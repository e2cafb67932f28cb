package texts

// What lies between the last build that succeeded and the first that failed.
var (
	CommitsSince   = Text{"since #%d: %s", "#%d 之后：%s"}
	CommitsSame    = Text{"same commit as #%d, which passed", "与成功的 #%d 是同一提交"}
	CommitsThen    = Text{", then %s", "，之后 %s"}
	CommitsBetween = Text{"Between #%d (green) and #%d: %s.", "#%d（成功）与 #%d 之间：%s。"}
	CommitsSameAs  = Text{"#%d is of the same commit as #%d (green): no commit lies between.", "#%d 与成功的 #%d 是同一提交，其间没有新提交。"}
	CommitsMore    = Text{"%s and %s more", "%s，另有 %s 个"}
	CommitsNone    = Text{"commits that are not known", "未知的提交"}
	CommitsPart    = Text{"%s %s", "%s %s"}
	CommitsComma   = Text{", ", "、"}
	CommitsCompare = Text{"Compare: %s", "对比：%s"}
)
