package typed

import "strings"

// otherNames are words that people type for a verb, from other tools and other
// bots, and what they mean; "$" is the words that follow.
var otherNames = map[string]string{
	"tail": "show $ --tail",
	"log":  "show $", "logs": "show $", "cat": "show $", "head": "show $", "view": "show $",
	"grep": "show $ --grep", "search": "show $ --grep", "find": "show $ --grep",
	"status": "builds $", "list": "builds $", "ls": "builds $", "history": "builds $",
	"unfollow": "follow $ --stop", "stop": "follow $ --stop",
	"why": "fail $", "explain": "fail $", "error": "fail $", "errors": "fail $",
	"download": "full $", "file": "full $",
	"为什么": "fail $", "日志": "show $", "搜索": "show $ --grep", "构建": "builds $", "帮助": "help $",
}

// otherName is the line that was meant by words that begin with another name of a
// verb; empty if they do not, or if a task is called so.
func (p Parser) otherName(words []string) string {
	meant, ok := otherNames[strings.ToLower(words[0])]
	if !ok || p.IsTask(words[0]) {
		return ""
	}
	before, after, _ := strings.Cut(meant, "$")
	line := []string{strings.TrimSpace(before)}
	rest := words[1:]
	search := strings.HasSuffix(after, SearchEnd)
	switch {
	case line[0] == Help:
		return line[0]
	case len(rest) == 0:
		return Help + " " + line[0]
	case search && len(rest) == 1: // what is searched for is missing
		rest, after = rest[:1], after+" error"
	case search:
		last := len(rest) - 1
		rest, after = rest[:last], after+" "+Quoted(rest[last])
	}
	return Line(append(line, rest...)...) + after
}
