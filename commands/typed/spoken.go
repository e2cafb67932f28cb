package typed

import (
	"slices"
	"strings"
	"unicode"

	"logbot/logsapi/lazyregexp"
)

// spoken is a line that is said rather than typed, in its usual order: a question
// why a build failed, or a verb behind its task. Any other line stays as it is.
func (p Parser) spoken(words []string) []string {
	said := words
	if at := slices.IndexFunc(words, isFlag); at >= 0 {
		said = words[:at]
	}
	flags := words[len(said):]
	if len(said) == 0 || p.Verbs.Named(said[0]) != nil {
		return words
	}
	if about, ok := p.question(said); ok {
		return slices.Concat([]string{Fail}, about, flags)
	}
	last := said[len(said)-1]
	v := p.Verbs.Named(last)
	if v == nil && hasHan(last) {
		v = p.Verbs.Called(last)
	}
	if v != nil && v.TakesTask() && len(said) > 1 && len(said) <= 3 && p.named(said[0]) == nil && !p.IsTask(last) {
		return slices.Concat([]string{v.Name}, said[:len(said)-1], flags)
	}
	return words
}

// named finds the verb that a word names, by its name or another word for it. The
// name of a task is not another word for a verb.
func (p Parser) named(word string) *Verb {
	if v := p.Verbs.Named(word); v != nil {
		return v
	}
	if p.IsTask(word) {
		return nil
	}
	return p.Verbs.Called(word)
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// What a question why a build failed is made of, besides the task and the build.
var (
	askingWords  = []string{"why", "what", "what's", "how"}
	openingWords = []string{"did", "does", "do", "is", "are", "was", "has", "have"}
	failingWords = []string{
		"fail", "fails", "failed", "failing", "failure", "break", "breaks", "broke", "broken", "breaking", "red", "down",
		"happened", "wrong", "crash", "crashed", "crashing", "error",
	}
	fillingWords = []string{
		"a", "again", "always", "be", "been", "build", "builds", "come", "for", "go", "going", "hey", "in", "it", "its", "job", "just", "keep", "keeps", "now", "of", "on", "please", "run", "so", "still", "task", "that", "the", "this", "to", "today", "went", "with",
	}
	askingHan = lazyregexp.New(`(?:是)?(?:为什么|为何|为啥|怎么|咋|什么原因)(?:会|又|总是|老是|一直)?|(?:的)?(?:失败)?原因(?:是什么|是啥)?`)
	endingHan = lazyregexp.New(`(?:(?:构建|任务)?(?:失败|没过|没通过|没成功|不成功|挂掉|挂|出错|报错|红|崩|失败掉|回事|样)(?:了)?|了|吗|呢|啊|呀|么|的|又|[?？!！。，,.])+$`)
	builtHan  = lazyregexp.New(`(?:这次|那次|这个|的)?(?:构建|任务)$`)
	openHan   = lazyregexp.New(`^(?:请问|帮我|帮忙|麻烦|看看|看一下|看下|查一下|查下|查查|一下|下|这次|任务|构建任务|[,，:：])+`)
	numberHan = lazyregexp.New(`第\s*([0-9０-９]+)\s*(?:次|号)(?:构建)?|([0-9０-９]+)\s*号构建`)
)

// question reads a question why a build failed: about are the words for the task
// and the build, which may be missing; ok is false if it is not such a question.
func (p Parser) question(said []string) (about []string, ok bool) {
	if p.IsTask(said[0]) && len(said) == 1 {
		return nil, false
	}
	text := strings.Join(said, " ")
	if hasHan(text) && askingHan.MatchString(text) {
		about, ok = p.askedInChinese(said), true
	} else if about, ok = p.askedInEnglish(said); !ok {
		return nil, false
	}
	if len(about) > 2 {
		about, ok = p.taskAmong(about)
	}
	if len(about) == 2 && LikeBuild(about[0]) && !LikeBuild(about[1]) {
		about[0], about[1] = about[1], about[0]
	}
	return about, ok
}

func (p Parser) askedInEnglish(said []string) (about []string, ok bool) {
	first := strings.ToLower(said[0])
	asks := slices.Contains(askingWords, first)
	if !asks && !slices.Contains(openingWords, first) || p.IsTask(said[0]) {
		return nil, false
	}
	failing := false
	for _, word := range said[1:] {
		plain := strings.TrimSuffix(strings.TrimRight(strings.ToLower(word), "?？!.,;:"), "'s")
		switch {
		case p.IsTask(strings.TrimRight(word, "?？!.,;:")):
			about = append(about, strings.TrimRight(word, "?？!.,;:"))
		case slices.Contains(failingWords, plain):
			failing = true
		case plain == "", slices.Contains(fillingWords, plain), slices.Contains(openingWords, plain):
		default:
			about = append(about, strings.TrimRight(word, "?？!,;:"))
		}
	}
	return about, failing || first == "why"
}

// askedInChinese takes the asking words out of a question, and what stands around a
// task at the ends of the two parts. Names may have any of these words inside.
func (p Parser) askedInChinese(said []string) (about []string) {
	text := numberHan.ReplaceAllString(strings.Join(said, " "), " #$1$2 ")
	for _, part := range askingHan.Split(text, -1) {
		for _, word := range strings.Fields(part) {
			if p.IsTask(word) {
				about = append(about, word)
				continue
			}
			word = openHan.ReplaceAllString(endingHan.ReplaceAllString(word, ""), "")
			if !p.IsTask(word) {
				word = builtHan.ReplaceAllString(word, "")
			}
			if word != "" {
				about = append(about, word)
			}
		}
	}
	return about
}

// taskAmong is the only task that is known among many words, and the build, if one of
// them can only mean one.
func (p Parser) taskAmong(words []string) (about []string, ok bool) {
	for _, w := range words {
		if p.IsTask(w) {
			about = append(about, w)
		}
	}
	if len(about) != 1 {
		return nil, false
	}
	if at := slices.IndexFunc(words, LikeBuild); at >= 0 {
		about = append(about, words[at])
	}
	return about, true
}
