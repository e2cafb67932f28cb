package typed

import (
	"slices"
	"strings"
)

// otherNames are words that people type for a verb with a flag, from other tools and
// other bots, and what they mean; "$" is the words that follow. One in Chinese is a
// word for a verb, the others are asked about.
var otherNames = map[string]string{
	"tail": "show $ --tail",
	"log":  "show $", "logs": "show $", "cat": "show $", "head": "show $", "view": "show $",
	"grep": "show $ --grep", "search": "show $ --grep", "find": "show $ --grep",
	"status": "builds $", "list": "builds $", "ls": "builds $",
	"unfollow": "follow $ --stop", "stop": "follow $ --stop",
	"download": "full $", "file": "full $",
	"搜索": "show $ --grep", "查找": "show $ --grep", "末尾": "show $ --tail", "停止跟踪": "follow $ --stop",
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
	case len(rest) == 0:
		return Help + " " + line[0]
	case search:
		var sought string
		rest, sought = p.sought(rest)
		after += " " + Quoted(sought)
	}
	return Line(append(line, rest...)...) + after
}

// sought divides the words of a search into those for the task, the build and flags,
// and what is searched for, whichever comes first.
func (p Parser) sought(words []string) (task []string, sought string) {
	said, flags := words, []string(nil)
	if at := slices.IndexFunc(words, isFlag); at >= 0 {
		said, flags = words[:at], words[at:]
	}
	at := slices.IndexFunc(said, p.mayBeTask)
	switch {
	case at >= 0:
	case len(said) > 2 && LikeBuild(said[len(said)-1]) && !LikeBuild(said[1]):
		at = len(said) - 2
	default:
		at = 0
	}
	if len(said) == 0 {
		return flags, "error"
	}
	end := at + 1
	if end < len(said) && LikeBuild(said[end]) {
		end++
	}
	others := slices.Concat(said[:at], said[end:])
	if len(others) == 0 {
		return words, "error" // what is searched for is missing
	}
	return slices.Concat(said[at:end], flags), strings.Join(others, " ")
}
