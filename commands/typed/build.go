package typed

import (
	"strconv"
	"strings"

	"logbot/logsapi/lazyregexp"
)

// lastWords stand for the last build that has ended. 上次 and 上一次 are what the
// build server under CodeArts calls it.
var lastWords = []string{"last", "latest", "最后一次", "最近一次", "最新一次", "上一次", "最后", "最近", "最新", "上次"}

var (
	backSuffix = lazyregexp.New(`^(?:[-~]([0-9]+))?$`)
	backWord   = lazyregexp.New(`^~([0-9]+)$`)
	// gluedBuild is a build in one word with its task: web#128, web~1.
	gluedBuild = lazyregexp.New(`^([^#＃~～]+)([#＃][0-9０-９]+|[~～][0-9０-９]+)$`)
	countWord  = lazyregexp.New(`^#?[0-9]+$`)
)

// Back reads a word for one of the last builds: 0 for last, latest and 最后, 1 for
// last-1, latest~1 and ~1.
func Back(word string) (back int, ok bool) {
	word = strings.ToLower(Narrow(word))
	match := backWord.FindStringSubmatch(word)
	for i := 0; match == nil && i < len(lastWords); i++ {
		if rest, found := strings.CutPrefix(word, lastWords[i]); found {
			match = backSuffix.FindStringSubmatch(rest)
		}
	}
	if match == nil {
		return 0, false
	}
	back, err := strconv.Atoi(match[1])
	return back, err == nil || match[1] == ""
}

// LikeBuild reports whether a word can only mean a build: 128, #128, last-1.
func LikeBuild(word string) bool {
	_, back := Back(word)
	return back || countWord.MatchString(Narrow(word))
}

// apart sets the build apart from a task in whose word it was typed. Names of tasks
// have neither # nor ~.
func (p Parser) apart(v *Verb, words []string) []string {
	if !v.TakesBuild() || len(words) == 0 || len(words) > 1 && !isFlag(words[1]) || p.IsTask(words[0]) {
		return words
	}
	m := gluedBuild.FindStringSubmatch(words[0])
	if m == nil || strings.Contains(m[1], "://") {
		return words
	}
	return append([]string{m[1], Narrow(m[2])}, words[1:]...)
}

func isFlag(word string) bool { return strings.HasPrefix(word, "--") || likeFlag(word) }
