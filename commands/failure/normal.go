package failure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// What stands for parts of a line that change from build to build.
const (
	aNumber = "#" // a number, a time, an id; several in a row
	aHost   = "<host>"
	aMail   = "<mail>"
	aTemp   = "<temp>" // a folder for temporary files
)

// maxLine bounds how much of a line is looked at, in bytes.
const maxLine = 2 << 10

// normal is one line of a log without what changes from build to build. Of a normal line
// it is the line itself.
func normal(text string) string { return normalizer{known()}.line(text) }

// normalName is the normal name of a test. Numbers in its words stay: they tell tests
// apart.
func normalName(name string) string { return normalizer{known()}.name(name) }

type normalizer struct{ *vocabulary }

func (n normalizer) line(text string) string { return settle(text, n.pass) }

func (n normalizer) name(text string) string {
	return settle(text, func(text string) string {
		words := strings.Fields(clean(text))
		for i, w := range words {
			words[i] = n.nameWord(w)
		}
		return strings.Join(words, " ")
	})
}

// settle applies pass until it changes nothing.
func settle(text string, pass func(string) string) string {
	if len(text) > maxLine {
		text = strings.TrimRight(lines.HeadBy(text, maxLine, func(r rune) int { return utf8.RuneLen(r) }), " ")
	}
	const rounds = 16 // a bound; nearly all lines need two
	for range rounds {
		next := pass(text)
		if next == text {
			break
		}
		text = next
	}
	return text
}

// clean is text without control characters and with one kind of quotes.
func clean(text string) string {
	return quotes.Replace(string(lines.Plain(nil, []byte(text))))
}

// quotes makes one of the quotes that tools write by the language of the console.
var quotes = strings.NewReplacer("‘", "'", "’", "'", "`", "'", "“", `"`, "”", `"`)

// pass replaces what changes in a line, word by word.
func (n normalizer) pass(text string) string {
	raw := strings.Fields(clean(text))
	var words []string
	for i, word := range raw {
		if n.isCode(raw, i) {
			words = append(words, word)
			continue
		}
		words = n.add(words, collapse(n.word(word)))
	}
	for len(words) > 1 && strings.Trim(words[0], "[]()#,.:") == "" { // a stamp
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// isCode says whether a word is a number of three to five digits that a word beside it
// makes the code of an error, such as in "404 Not Found".
func (n normalizer) isCode(words []string, i int) bool {
	bare := strings.Trim(words[i], ",.;:()[]'\"")
	if len(bare) < 3 || len(bare) > 5 || strings.Trim(bare, "0123456789") != "" {
		return false
	}
	if i+1 < len(words) && len(bare) == 3 && (bare[0] == '4' || bare[0] == '5') && n.phrases[strings.ToLower(strings.Trim(words[i+1], ",.;:()[]'\""))] {
		return true
	}
	if i == 0 {
		return false
	}
	before := strings.ToLower(strings.Trim(words[i-1], "[]('\""))
	name, _, _ := strings.Cut(before, "/") // HTTP/1.1
	return n.coded[before] || n.coded[strings.TrimRight(name, ":")]
}

// word replaces what changes in a word, between its delimiters.
func (n normalizer) word(word string) string {
	var b strings.Builder
	for len(word) > 0 {
		end := strings.IndexFunc(word, delimits)
		if end < 0 {
			end = len(word)
		}
		b.WriteString(n.atom(word[:end]))
		word = word[end:]
		if len(word) > 0 {
			_, size := utf8.DecodeRuneInString(word)
			b.WriteString(word[:size])
			word = word[size:]
		}
	}
	return b.String()
}

// delimits says whether r ends a path, a host or a name.
func delimits(r rune) bool {
	switch r {
	case '\'', '"', '(', ')', '[', ']', '{', '}', '<', '>', ',', ';', '|', '=',
		'，', '。', '：', '；', '（', '）', '【', '】', '「', '」', '《', '》', '、':
		return true
	}
	return !unicode.IsPrint(r)
}

// add adds a word to those before it. Units, months and zones go with their number, and
// what is counted loses its plural.
func (n normalizer) add(words []string, word string) []string {
	if word == "" {
		return words
	}
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	const marks = ",.;:()[]"
	bare := strings.Trim(word, marks)
	switch {
	case last == aNumber && (bare == aNumber || n.units[bare] || n.calendar[bare]):
		return words
	case bare == aNumber && n.calendar[strings.Trim(last, marks)]:
		words[len(words)-1] = aNumber
		return words
	case last == aNumber && len(word) > 3 && bare == word && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		word = strings.TrimSuffix(word, "s")
	}
	return append(words, word)
}

// atom replaces what changes in a part without delimiters.
func (n normalizer) atom(a string) string {
	body := strings.TrimRight(strings.ReplaceAll(a, `\`, "/"), ".:!?")
	end := strings.ReplaceAll(a, `\`, "/")[len(body):]
	switch scheme, rest, isURL := strings.Cut(body, "://"); {
	case body == "":
		return end
	case isURL && scheme == "file":
		return n.path(rest) + end
	case isURL:
		at := strings.IndexByte(rest, '/')
		if at < 0 {
			return aHost + end
		}
		return aHost + n.segments(rest[at:]) + end
	case len(body) > 2 && body[1] == ':' && body[2] == '/' && isLetter(body[0]): // a drive
		return n.path(body[2:]) + end
	case body[0] == '/' || strings.HasPrefix(body, "~/"):
		return n.path(body) + end
	case len(body) > 3 && body[0] == '-' && body[2] == '/': // -I/folder
		return body[:2] + n.path(body[2:]) + end
	}
	if at := strings.Index(body, ":/"); at > 0 {
		return n.atom(body[:at]) + ":" + n.atom(body[at+1:]) + end
	}
	if user, host, ok := strings.Cut(body, "@"); ok && user != "" {
		name := host[:len(host)-len(strings.TrimLeftFunc(host, func(r rune) bool { return r != ':' && r != '/' }))]
		switch {
		case !n.isHost(name):
		case name == host:
			return aMail + end
		default:
			return aHost + n.segments(host[len(name):]) + end
		}
	}
	if head, rest, ok := strings.Cut(body, "/"); ok {
		if n.isHost(head) {
			return aHost + n.segments("/"+rest) + end
		}
		for strings.HasPrefix(body, "./") || strings.HasPrefix(body, "../") {
			_, body, _ = strings.Cut(body, "/")
		}
		return n.segments(body) + end
	}
	if name, port, ok := strings.Cut(body, ":"); n.isHost(name) && (!ok || strings.Trim(port, "0123456789#") == "") {
		return aHost + end
	}
	return n.token(body) + end
}

// segments replaces what changes in the names of a path.
func (n normalizer) segments(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = n.token(parts[i])
	}
	return strings.Join(parts, "/")
}

// path is an absolute path without the folder that the build works in.
func (n normalizer) path(p string) string {
	parts := strings.Split(strings.TrimLeft(p, "/"), "/")
	if len(parts) > 1 && parts[0] == "private" { // macOS
		parts = parts[1:]
	}
	switch first := parts[0]; {
	case first == "tmp" || first == "temp" || len(parts) > 1 && first == "var" && (parts[1] == "tmp" || parts[1] == "folders"):
		if len(parts) < 3 {
			return aTemp
		}
		return aTemp + "/" + n.segments(strings.Join(parts[n.source(parts, len(parts)-1):], "/"))
	case n.workspace(parts) > 0:
		return n.segments(strings.Join(parts[n.workspace(parts):], "/"))
	case n.system[first]:
		return n.segments("/" + strings.Join(parts, "/"))
	}
	if from := n.source(parts, 0); from > 0 {
		return n.segments(strings.Join(parts[from:], "/"))
	}
	return n.segments("/" + strings.Join(parts, "/"))
}

// source is where the first folder with sources stands in a path; otherwise if there is
// none.
func (n normalizer) source(parts []string, otherwise int) int {
	for i, part := range parts[:len(parts)-1] {
		if n.sources[part] {
			return i
		}
	}
	return otherwise
}

// workspace is how many folders of a path are those that the build works in.
func (n normalizer) workspace(parts []string) int {
	longest := 0
	for _, w := range n.workspaces {
		if len(w) >= len(parts) || len(w) <= longest {
			continue
		}
		matches := true
		for i := range w {
			matches = matches && (w[i] == "*" || w[i] == parts[i])
		}
		if matches {
			longest = len(w)
		}
	}
	if longest > 0 {
		return longest
	}
	for i, part := range parts[:len(parts)-1] {
		if part == "workspace" {
			if next := parts[i+1]; i+2 < len(parts) && !n.sources[next] { // the folder of a job
				return i + 2
			}
			return i + 1
		}
	}
	return 0
}

// isHost says whether name has the form of a host of a known domain.
func (n normalizer) isHost(name string) bool {
	at := strings.LastIndexByte(name, '.')
	if at <= 0 || !n.domains[name[at+1:]] {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !('a' <= c && c <= 'z' || isDigit(c) || c == '-' || c == '.' || c == '#') {
			return false
		}
	}
	return true
}
