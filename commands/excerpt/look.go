package excerpt

import "bytes"

// look is what can be told of a line from its text alone.
type look struct {
	words  class
	mask   uint64 // hash without numbers
	tokens []uint64
	length int // bytes
	indent int
	fields int // parts between blanks
	digits int
	signs  int // bytes that are neither letters, digits nor blanks
	upper  int

	position bool // names a file and a line
	colon    bool // ends in one
	period   bool
	quoted   bool
	frame    bool // of a stack trace
	library  bool // a frame of a library
	bullet   bool // begins with a sign
	level    bool // begins with a level: ERROR, [error], E:
	name     bool // begins with a name and a colon
	pair     bool // NAME=VALUE or a table
	command  bool
	link     bool
	sentence bool // begins with a capital letter
	numbered bool // begins with a digit
	dots     bool // of a progress
	passed   bool // ends in a word of success
	specific bool // names what went wrong: a place, a name, a comparison
}

// maxTokens bounds the telling tokens of a line that are looked at.
const maxTokens = 12

func lookAt(text []byte) (l look) {
	l.words, l.mask = wordsOf(text), masked(text)
	body := trimBlank(text)
	l.length, l.indent = len(text), len(text)-len(body)
	body = bytes.TrimRight(body, " \t")
	if len(body) == 0 {
		return l
	}
	l.count(body)
	first, last := body[0], body[len(body)-1]
	l.colon, l.period = last == ':', last == '.'
	l.quoted = bytes.Count(body, []byte("'")) > 1 || bytes.Count(body, []byte(`"`)) > 1 || bytes.Count(body, []byte("`")) > 1 || bytes.Contains(body, []byte("‘"))
	l.bullet = bytes.IndexByte([]byte("-+*|>^~#<=."), first) >= 0 || first >= 0x80
	l.level = leveled(body)
	l.command = bytes.HasPrefix(body, []byte("$ ")) || bytes.HasPrefix(body, []byte("+ ")) || bytes.HasPrefix(body, []byte("> "))
	l.sentence, l.numbered = 'A' <= first && first <= 'Z', '0' <= first && first <= '9'
	l.dots = bytes.Contains(body, []byte("...")) || bytes.Contains(body, []byte("…"))
	l.link = bytes.Contains(body, []byte("://"))
	l.pair = bytes.IndexByte(body, '=') > 0 || bytes.Count(body, []byte("|")) > 1
	if colon := bytes.IndexByte(body, ':'); colon > 0 && colon < len(body)-1 {
		l.name = bytes.IndexByte(body[:colon], ' ') < 0
	}
	l.frame = frame(body)
	l.library = l.frame && libraryFrame(body)
	l.position = !l.frame && position(body)
	l.tokens = tokens(nil, body)
	l.passed = passes(body)
	l.specific = !l.frame && !l.passed && (l.position || l.quoted || l.words&(wordExpect|wordLack|wordWrong|wordCannot|wordSyntax|wordException) != 0)
	return l
}

func (l *look) count(body []byte) {
	blank := true
	for _, c := range body {
		switch {
		case c == ' ' || c == '\t':
			blank = true
			continue
		case '0' <= c && c <= '9':
			l.digits++
		case 'A' <= c && c <= 'Z':
			l.upper++
		case 'a' <= c && c <= 'z' || c >= 0x80:
		default:
			l.signs++
		}
		if blank {
			l.fields++
		}
		blank = false
	}
}

// passes says whether the last word of body tells of a success.
func passes(body []byte) bool {
	body = bytes.TrimRight(body, ".!)] ")
	at := bytes.LastIndexAny(body, " \t.")
	last := wordsOf(body[at+1:])
	return last&wordPass != 0 && last&(wordFail|wordError) == 0
}

// leveled says whether body begins with a level.
func leveled(body []byte) bool {
	body = bytes.TrimLeft(body, "[(#*! ")
	for _, level := range []string{"error", "fatal", "fail", "err!", "e:", "severe", "critical"} {
		if len(body) >= len(level) && bytes.EqualFold(body[:len(level)], []byte(level)) {
			return true
		}
	}
	return false
}

// frame says whether body is a frame of a stack trace.
func frame(body []byte) bool {
	if bytes.Contains(body, []byte(":in `")) {
		return true // Ruby
	}
	for _, begin := range []string{"at ", "File \"", "from ", "#", "in "} {
		if bytes.HasPrefix(body, []byte(begin)) {
			switch begin {
			case "at ":
				return true
			case "#":
				return len(body) > 2 && '0' <= body[1] && body[1] <= '9' && bytes.Contains(body, []byte(" in "))
			}
			return position(body) || bytes.Contains(body, []byte("\", line "))
		}
	}
	if len(body) > 4 && bytes.HasPrefix(body, []byte("... ")) && '0' <= body[4] && body[4] <= '9' && bytes.HasSuffix(body, []byte(" more")) {
		return true
	}
	return false
}

// libraryFrame says whether a frame is of a library or of the runtime rather than
// of the code that was built.
func libraryFrame(body []byte) bool {
	for _, part := range []string{"at java.", "at javax.", "at sun.", "at jdk.", "at scala.", "at kotlin.", "at groovy.", "at org.junit.", "at org.gradle.",
		"at org.apache.maven.", "at org.testng.", "at org.codehaus.", "at org.scalatest.", "at junit.", "at com.sun.", "at org.mockito.", "at org.hamcrest.", "at org.assertj.",
		"at org.opentest4j.", "at org.springframework.", "at io.netty.", "at System.", "at Microsoft.", "at Xunit.", "at NUnit.",
		"node_modules/", "node:internal", "(internal/", "(node.js:", "(module.js", "(timers.js", "(events.js", "at Module.", "at processTicksAndRejections", "at <anonymous>",
		"site-packages/", "dist-packages/", "/lib/python", "/gems/", "/lib/ruby/", "/usr/lib/", "/vendor/", "/rustc/", "/go/src/runtime/", "/usr/local/go/src/", "... "} {
		if bytes.Contains(body, []byte(part)) && (part[0] != '.' || bytes.HasPrefix(body, []byte(part))) {
			return true
		}
	}
	return false
}

// position says whether text names a file and a line in it: a.c:3, a.cs(3,1).
func position(text []byte) bool {
	for i := 1; i+1 < len(text); i++ {
		c, next := text[i], text[i+1]
		if (c != ':' && c != '(') || next < '0' || next > '9' {
			continue
		}
		dot := false
		for k := i - 1; k >= 0 && k > i-12; k-- {
			if text[k] == '.' {
				dot = k > 0 && text[k-1] > ' ' && k < i-1 && !('0' <= text[k+1] && text[k+1] <= '9')
				break
			}
			if b := text[k] | 0x20; (b < 'a' || b > 'z') && (text[k] < '0' || text[k] > '9') && text[k] != '_' {
				break
			}
		}
		if dot {
			return true
		}
	}
	return false
}

// tokens are hashes of the words of text that hardly stand in another line by
// chance: paths, names with a sign, a digit or a capital letter inside.
func tokens(all []uint64, text []byte) []uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a, 64 bits
	for i := 0; i < len(text) && len(all) < maxTokens; {
		if !inToken(text[i]) {
			i++
			continue
		}
		begin, odd := i, false
		for ; i < len(text) && inToken(text[i]); i++ {
			if k := i - begin; k > 0 {
				c := text[i]
				odd = odd || c == '_' || c == '/' || c == '.' && i+1 < len(text) && inToken(text[i+1]) || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' && text[i-1] >= 'a' || c >= 0x80
			}
		}
		word := bytes.TrimRight(text[begin:i], ".")
		if len(word) < 5 || !odd || bytes.IndexFunc(word, func(r rune) bool { return r >= 'A' }) < 0 {
			continue
		}
		hash := uint64(offset)
		for _, c := range word {
			hash = (hash ^ uint64(c)) * prime
		}
		all = append(all, hash)
	}
	return all
}

func inToken(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '/' || c == '.' || c == '$' || c >= 0x80
}
