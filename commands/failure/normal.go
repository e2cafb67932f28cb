package failure

import (
	"slices"
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
	aTemp   = "<temp>"
)

// normal is one line of a log without what changes from build to build. Of a normal line
// it is the line itself.
func normal(text string) string {
	const rounds = 8 // a bound; nearly all lines need one
	for range rounds {
		next := pass(text)
		if next == text {
			break
		}
		text = next
	}
	return text
}

// pass replaces what changes in text, part by part.
func pass(text string) string {
	text = string(lines.Plain(nil, []byte(text)))
	text = quotes.Replace(text)
	var words []string
	for word := range strings.FieldsSeq(text) {
		var b strings.Builder
		for len(word) > 0 {
			n := strings.IndexFunc(word, delimits)
			if n < 0 {
				n = len(word)
			}
			b.WriteString(atom(word[:n]))
			word = word[n:]
			if len(word) > 0 {
				_, size := utf8.DecodeRuneInString(word)
				b.WriteString(word[:size])
				word = word[size:]
			}
		}
		words = addWord(words, collapse(b.String()))
	}
	for len(words) > 1 && strings.Trim(words[0], "[]()#,.:") == "" { // a stamp
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// quotes makes one of the quotes that tools write by the language of the console.
var quotes = strings.NewReplacer("‘", "'", "’", "'", "`", "'", "“", `"`, "”", `"`)

// delimits says whether r ends a path, a host or a name.
func delimits(r rune) bool {
	switch r {
	case '\'', '"', '(', ')', '[', ']', '{', '}', '<', '>', ',', ';', '|', '=',
		'，', '。', '：', '；', '（', '）', '【', '】', '「', '」', '《', '》', '、':
		return true
	}
	return !unicode.IsPrint(r)
}

// addWord adds a word to those before it. Units, months and zones go with their number,
// and what is counted loses its plural.
func addWord(words []string, word string) []string {
	if word == "" {
		return words
	}
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	bare := strings.Trim(word, ",.;:()[]")
	switch {
	case last == aNumber && (bare == aNumber || units[bare] || zones[bare] || calendar[bare]):
		return words
	case bare == aNumber && calendar[strings.Trim(last, ",.;:()[]")]:
		words[len(words)-1] = aNumber
		return words
	case last == aNumber && len(bare) > 3 && bare == word && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		word = strings.TrimSuffix(word, "s")
	}
	return append(words, word)
}

// atom replaces what changes in a part without delimiters.
func atom(a string) string {
	body := strings.TrimRight(a, ".:!?,")
	end := a[len(body):]
	switch {
	case body == "":
		return a
	case strings.Contains(body, "://"):
		scheme, rest, _ := strings.Cut(body, "://")
		if scheme == "file" {
			return path(rest) + end
		}
		at := strings.IndexByte(rest, '/')
		if at < 0 {
			return aHost + end
		}
		return aHost + segments(rest[at:]) + end
	case len(body) > 2 && body[1] == ':' && (body[2] == '\\' || body[2] == '/') && isLetter(body[0]):
		return path(strings.ReplaceAll(body[2:], `\`, "/")) + end
	case body[0] == '/' || strings.HasPrefix(body, "~/"):
		return path(body) + end
	}
	if user, host, ok := strings.Cut(body, "@"); ok && user != "" {
		name := host
		if at := strings.IndexAny(host, ":/"); at >= 0 {
			name = host[:at]
		}
		if hostName(name) {
			if name == host {
				return aMail + end
			}
			return aHost + segments(host[len(name):]) + end
		}
	}
	if head, rest, ok := strings.Cut(body, "/"); ok {
		body = strings.ReplaceAll(body, "./", "")
		if hostName(head) {
			return aHost + segments("/"+rest) + end
		}
		return segments(body) + end
	}
	if name, port, ok := strings.Cut(body, ":"); hostName(name) && (!ok || number(port)) {
		return aHost + end
	}
	return token(body) + end
}

// segments replaces what changes in the names of a path.
func segments(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = token(parts[i])
	}
	return strings.Join(parts, "/")
}

// path is an absolute path without the folder that the build works in.
func path(p string) string {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	switch first := parts[0]; {
	case slices.Contains(systemRoots, first):
		return segments(p)
	case first == "tmp" || first == "temp" || len(parts) > 1 && (first == "var" || first == "private") && (parts[1] == "tmp" || parts[1] == "folders"):
		if len(parts) < 3 {
			return aTemp
		}
		return aTemp + "/" + segments(strings.Join(parts[2:], "/"))
	}
	for i, part := range parts[:len(parts)-1] {
		if slices.Contains(sources, part) || strings.HasPrefix(part, ".") && len(part) > 1 {
			return segments(strings.Join(parts[i:], "/"))
		}
	}
	return token(parts[len(parts)-1])
}

// systemRoots are folders that are the same on every machine.
var systemRoots = []string{"usr", "bin", "sbin", "lib", "lib64", "opt", "etc", "proc", "sys", "dev"}

// sources are folders that stand in the folder that a build works in.
var sources = []string{"src", "test", "tests", "spec", "include", "node_modules", "site-packages", "dist-packages", "vendor", "packages", "cmd", "pkg", "internal"}

// hostName says whether name has the form of a host of a known domain.
func hostName(name string) bool {
	at := strings.LastIndexByte(name, '.')
	if at <= 0 || !domains[name[at+1:]] {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !('a' <= c && c <= 'z' || isDigit(c) || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

// token replaces numbers and ids in a name.
func token(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if isUUID(s[i:]) {
			b.WriteString(aNumber)
			i += uuidLen
			continue
		}
		n := 0
		for i+n < len(s) && (isLetter(s[i+n]) || isDigit(s[i+n])) {
			n++
		}
		if n == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		b.WriteString(run(s[i : i+n]))
		i += n
	}
	return collapse(b.String())
}

// run replaces numbers and ids in a run of letters and digits.
func run(s string) string {
	if random(s) {
		return aNumber
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		n := 0
		for i+n < len(s) && isDigit(s[i+n]) {
			n++
		}
		switch {
		case n == 0:
			b.WriteByte(s[i])
			i++
			continue
		case i > 0 && n <= 2 || errorCode(s, i, n):
			b.WriteString(s[i : i+n]) // a part of a name: utf8, E0433
		default:
			b.WriteString(aNumber)
			if rest := s[i+n:]; units[rest] || rest == "Z" {
				return b.String()
			} else if len(rest) > 1 && isDigit(rest[1]) { // 12T10, 3x4
				i++
			}
		}
		i += n
	}
	return b.String()
}

// errorCode says whether the n digits of s from i on are of one such as TS2304.
func errorCode(s string, i, n int) bool {
	if i == 0 || i > 6 || n < 3 || n > 5 || i+n != len(s) {
		return false
	}
	for _, c := range []byte(s[:i]) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// random says whether s is an id: hexadecimal, or long with letters and digits mixed.
func random(s string) bool {
	digits, hexes, upper, lower := 0, 0, false, false
	for i := range len(s) {
		c := s[i]
		if isDigit(c) {
			digits++
		}
		if isHex(c) {
			hexes++
		}
		upper = upper || 'A' <= c && c <= 'Z'
		lower = lower || 'a' <= c && c <= 'z'
	}
	switch {
	case strings.HasPrefix(s, "0x") && hexes == len(s)-1:
		return true
	case hexes == len(s):
		return len(s) >= 7 && digits > 0 && !(upper && lower) || len(s) >= 32
	}
	return len(s) >= 16 && digits >= 3 && upper && lower
}

const uuidLen = 36

// isUUID says whether s begins with a UUID.
func isUUID(s string) bool {
	if len(s) < uuidLen {
		return false
	}
	for i := range uuidLen {
		c := s[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !isHex(c) {
			return false
		}
	}
	return true
}

// collapse makes one of several numbers with a mark between each.
func collapse(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '#' {
			b.WriteByte(s[i])
			continue
		}
		for i+1 < len(s) && s[i+1] == '#' || i+2 < len(s) && strings.IndexByte(".:,-+_/", s[i+1]) >= 0 && s[i+2] == '#' {
			i++
		}
		b.WriteByte('#')
	}
	out := b.String()
	if rest, ok := strings.CutPrefix(out, "-#"); ok {
		return "#" + rest
	}
	return out
}

func number(s string) bool {
	return s != "" && strings.Trim(s, "0123456789#") == ""
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isHex(c byte) bool    { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func set(words string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		all[w] = true
	}
	return all
}

var (
	// units of time and size.
	units    = set("ns us µs ms s sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days B b kB KB kb K k MB mb M Mb MiB KiB GB G GiB TB bytes byte kbps % 秒 毫秒 分 分钟 小时 天 字节")
	zones    = set("AM PM am pm UTC GMT CST CET CEST EST EDT PST PDT BST Z")
	calendar = set("Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday Jan Feb Mar Apr May Jun Jul Aug Sep Sept Oct Nov Dec January February March April June July August September October November December")
	domains  = set("com org net io cn dev cloud internal local lan corp intranet localdomain svc")
)
