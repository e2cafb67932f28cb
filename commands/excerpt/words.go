package excerpt

import (
	"strings"
	"sync"
)

// class is a set of kinds of words, one bit each.
type class uint64

const (
	wordError class = 1 << iota
	wordFail
	wordException
	wordFatal
	wordWarning
	wordPass
	wordLack   // what is not there: missing, not found
	wordCannot // what could not be done
	wordExpect // a comparison: expected, but was
	wordExit   // how a process ended
	wordStatus
	wordSummary // counts of tests and errors, totals
	wordAdvice  // see, try, re-run
	wordFetch   // downloads and installations
	wordLegal   // licences, notes of releases
	wordCrash   // signals, panics, memory
	wordNetwork
	wordSyntax
	wordBuild
	wordTest
	wordCause // caused by
	wordWrong // invalid, illegal, undefined
	wordTime
	wordNot
	wordRule // style checkers
	wordFile
	wordDiff
	wordClean // teardown: clean, cache, upload
)

// wordList is the words of each class in lower case; plural and past forms that
// begin with the word and add s, ed or ing count, too.
var wordList = []struct {
	class class
	words string
}{
	{wordError, "error err errno erroneous wrong problem bug"},
	{wordFail, "fail failure failing broke broken abort give gave"},
	{wordException, "exception throw thrown threw raise traceback unhandled uncaught"},
	{wordFatal, "fatal critical severe emerg unrecoverable"},
	{wordWarning, "warning warn deprecated deprecation notice"},
	{wordPass, "ok pass success successful successfully succeed done fine complete satisfied"},
	{wordLack, "missing absent found such exist none unavailable empty"},
	{wordCannot, "cannot can couldn could unable denied refused reject forbidden unauthorized disallowed must"},
	{wordExpect, "expect actual got but was should instead want assert assertion equal mismatch match differ received"},
	{wordExit, "exit return terminate quit stop"},
	{wordStatus, "status code state"},
	{wordSummary, "total tests examples assertions failures errors passed failed skipped pending ran finished completed problems offenses violations specs seconds"},
	{wordAdvice, "see try run please use more details log logs report help hint information documentation consider check visit http https"},
	{wordFetch, "download fetch install get setting unpacking preparing selecting cloning resolving receiving collecting requirement building added updating upgrading remote pull extracting"},
	{wordLegal, "license licence copyright warranty author commit merge release version"},
	{wordCrash, "panic segfault segmentation fault killed signal core dumped memory heap oom sigsegv sigabrt sigkill stack overflow leak"},
	{wordNetwork, "connection connect network host resolve certificate ssl tls proxy socket dns server port"},
	{wordSyntax, "syntax parse token unexpected expecting indentation unterminated unclosed malformed"},
	{wordBuild, "build compile compiling compilation compiler link linking linker make target task goal"},
	{wordTest, "test spec suite case scenario"},
	{wordCause, "cause caused because due reason"},
	{wordWrong, "invalid illegal undefined undeclared unknown unresolved unrecognized unsupported incompatible conflict duplicate ambiguous bad unused redefinition unbound"},
	{wordTime, "timeout timed time elapsed exceeded limit duration ms"},
	{wordNot, "not no never without isn doesn don won"},
	{wordRule, "lint style offense indent whitespace trailing line length rule quotes semicolon"},
	{wordFile, "file directory path folder"},
	{wordDiff, "diff"},
	{wordClean, "clean cleanup cache caching upload artifact archive saving store after_failure"},
}

var wordClasses = sync.OnceValue(func() map[string]class {
	all := map[string]class{}
	for _, l := range wordList {
		for word := range strings.FieldsSeq(l.words) {
			all[word] |= l.class
		}
	}
	return all
})

// chineseWords are the words of Chinese consoles; it has no blanks between them.
var chineseWords = []struct {
	class class
	word  string
}{
	{wordError, "错误"}, {wordError, "出错"}, {wordFail, "失败"}, {wordException, "异常"}, {wordFatal, "致命"}, {wordWarning, "警告"},
	{wordPass, "成功"}, {wordPass, "完成"}, {wordLack, "找不到"}, {wordLack, "不存在"}, {wordCannot, "无法"}, {wordCannot, "不能"},
	{wordExit, "退出"}, {wordStatus, "状态"}, {wordWrong, "未定义"}, {wordWrong, "无效"}, {wordTime, "超时"}, {wordCannot, "拒绝"},
	{wordClean, "清理"}, {wordClean, "上传"}, {wordFetch, "下载"}, {wordBuild, "编译"}, {wordBuild, "构建"}, {wordTest, "测试"},
}

// maxWord is the longest word that is looked up, in bytes.
const maxWord = 16

// wordsOf returns the kinds of words in text. The parts of AssertionFailedError are
// words.
func wordsOf(text []byte) class {
	known := wordClasses()
	var all class
	var word [maxWord]byte
	n, upper, ascii := 0, false, true
	for i := 0; i <= len(text); i++ {
		c := byte(0)
		if i < len(text) {
			c = text[i]
		}
		isUpper := 'A' <= c && c <= 'Z'
		if n > 0 && (isUpper && !upper || !isUpper && (c < 'a' || c > 'z')) {
			all |= classOf(known, word[:min(n, maxWord)])
			n = 0
		}
		if isUpper || 'a' <= c && c <= 'z' {
			if n < maxWord {
				word[n] = fold(c)
			}
			n++
		}
		upper = isUpper
		ascii = ascii && c < 0x80
	}
	if !ascii {
		for _, w := range chineseWords {
			if strings.Contains(string(text), w.word) {
				all |= w.class
			}
		}
	}
	return all
}

// classOf is the kinds of a word in lower case.
func classOf(known map[string]class, word []byte) class {
	if len(word) < 2 {
		return 0
	}
	c := known[string(word)]
	for _, end := range []string{"s", "ed", "ing", "d", "es"} {
		if stem := len(word) - len(end); stem > 1 && string(word[stem:]) == end {
			c |= known[string(word[:stem])]
		}
	}
	if c != 0 {
		return c
	}
	for _, end := range []string{"exception", "error"} { // of IOException
		if stem := len(word) - len(end); stem > 0 && string(word[stem:]) == end {
			return known[end]
		}
	}
	return 0
}
