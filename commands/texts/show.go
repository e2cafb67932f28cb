package texts

// show: lines of a log.
var (
	ShowDoes        = Text{"lines of the log: its start, its end, or a search", "查看日志的开头、末尾，或搜索日志"}
	ShowMore        = Text{"RE is a Go regular expression. If it is all lowercase, it ignores case.", "表达式为 Go 正则表达式，全小写时忽略大小写。"}
	ShowExampleTail = Text{"the last lines", "最后几行"}
	ShowExampleGrep = Text{"every line that matches", "所有匹配的行"}
	FlagStep        = Text{"one step only: its name, 3 or stage3", "只看某个步骤：名称、3 或 stage3"}
	FlagTail        = Text{"the end instead of the start", "看末尾而不是开头"}
	FlagFrom        = Text{"start at this line; -100 is the 100th from the end", "从第 N 行开始；-100 表示倒数第 100 行"}
	FlagGrep        = Text{"only lines that match", "只看匹配的行"}
	FlagContext     = Text{"lines around each match", "每处匹配前后的行数"}
	FlagSkip        = Text{"skip the first N matches", "跳过前 N 处匹配"}

	StepNumber = Text{"step %d", "步骤 %d"}
	StepOf     = Text{"%s of %s", "%[2]s %[1]s"}
	StartOf    = Text{"The start of %s", "%s 日志开头"}
	EndOf      = Text{"The end of %s", "%s 日志末尾"}
	LogOf      = Text{"The log of %s", "%s 日志"}
	FoundIn    = Text{"%s in %s", "在 %[2]s 中搜索%[1]s"}

	NoLogText   = Text{"No log yet.", "还没有日志。"}
	NoLine      = Text{"The log has %s; there is no line %d.", "日志共 %s，没有第 %d 行。"}
	NoPosition  = Text{"--from takes the number of a line (1 is the first, -1 the last), not %s.", "--from 应为行号（1 为首行，-1 为末行），不能是%s。"}
	NoMatch     = Text{"No line matches.", "没有匹配的行。"}
	NoMatchYet  = Text{"No match in the part that was read.", "已读取的部分中没有匹配的行。"}
	NoMoreMatch = Text{"No more matches.", "没有更多匹配的行。"}
	MatchesIn   = Text{"%s in %s", "%[2]s中有 %[1]s"}
	MatchesOf   = Text{"showing %s-%s of %s in %s", "显示第 %s 到 %s 处，%[4]s中共 %[3]s"}
	SearchLimit = Text{"the search stopped after %s; the log goes on", "已搜索 %s，达到上限，后面的日志未搜索"}
	SearchCut   = Text{"the search ended here, couldn't read the rest: %s", "仅搜索到此处，后面的日志未能读取：%s"}
	ReadLimit   = Text{"One command reads at most %s, and line %d is further on.", "单次命令最多读取 %s，未到达第 %d 行。"}

	Older     = Text{"Older", "上一段"}
	DoesOlder = Text{"the lines before these", "前面的日志"}
	Newer     = Text{"Newer", "下一段"}
	DoesNewer = Text{"the lines after these", "后面的日志"}
	Next      = Text{"Next", "下一批"}
	DoesNext  = Text{"the next matches", "后面的匹配"}
)

// Searching.
var (
	ExpressionEmpty = Text{"Type a word or a regular expression to search for.", "请输入要搜索的词或表达式。"}
	ExpressionLong  = Text{"The expression has %d characters; at most %d are allowed.", "表达式共 %d 个字符，最多 %d 个。"}
	ExpressionLarge = Text{"The expression is too large when its repetitions are written out. Repeat less.", "表达式展开后过大，请减少重复次数。"}
	ExpressionBad   = Text{"Invalid regular expression %s: %s.", "%s不是有效的正则表达式：%s。"}
	ExpressionOdd   = Text{"The expression has a control character. Please remove it.", "表达式中有控制字符，请去掉。"}
	ContextBad      = Text{"Lines around a match: 0 to %[2]d, not %[1]d.", "匹配前后的行数应为 0 到 %[2]d，不能是 %[1]d。"}
)
