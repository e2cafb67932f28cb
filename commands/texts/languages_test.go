package texts

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
)

// source is every file of a folder that is no test.
func source(t *testing.T, folder string) (*token.FileSet, []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		require.NoError(t, err)
		files = append(files, file)
	}
	require.NotEmpty(t, files)
	return set, files
}

// written are the literals of a composite such as Text{"a", "b"}; ok is false where
// one of its fields is no literal.
func written(c *ast.CompositeLit) (fields []string, ok bool) {
	for _, e := range c.Elts {
		if kv, keyed := e.(*ast.KeyValueExpr); keyed {
			e = kv.Value
		}
		lit, isLit := e.(*ast.BasicLit)
		if !isLit || lit.Kind != token.STRING {
			return nil, false
		}
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			return nil, false
		}
		fields = append(fields, s)
	}
	return fields, len(fields) > 0
}

// each calls check for every Text and Noun of the package.
func each(t *testing.T, check func(at, kind string, fields []string)) {
	t.Helper()
	set, files := source(t, ".")
	n := 0
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			c, ok := node.(*ast.CompositeLit)
			if !ok {
				return true
			}
			kind, ok := c.Type.(*ast.Ident)
			if !ok || kind.Name != "Text" && kind.Name != "Noun" {
				return true
			}
			if fields, ok := written(c); ok {
				n++
				check(set.Position(c.Pos()).String(), kind.Name, fields)
			}
			return true
		})
	}
	assert.Greater(t, n, 150, "the texts were found")
}

var verb = regexp.MustCompile(`%(?:\.\d)?(\[\d+\])?([a-zA-Z%])`)

// verbsOf are the verbs of a format by the number of their argument.
func verbsOf(format string) map[int]string {
	out, next := map[int]string{}, 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(strings.Trim(m[1], "[]"))
		}
		out[next] = m[2]
		next++
	}
	return out
}

// kinds are the types of which each has one field a language, or more.
var kinds = map[string]reflect.Type{"Text": reflect.TypeFor[Text](), "Noun": reflect.TypeFor[Noun]()}

func TestEveryTextSaysTheSameInEveryLanguage(t *testing.T) {
	each(t, func(at, kind string, fields []string) {
		if !assert.Len(t, fields, kinds[kind].NumField(), "%s: every language", at) {
			return
		}
		if kind == "Noun" {
			assert.NotContains(t, fields, "", at)
			return
		}
		en := fields[0]
		for _, other := range fields[1:] {
			assert.Equal(t, en == "", other == "", at)
			assert.Equal(t, verbsOf(en), verbsOf(other), "%s: the verbs of %q and %q", at, en, other)
		}
	})
}

func TestEachLanguageIsWrittenInItsOwnSigns(t *testing.T) {
	each(t, func(at, kind string, fields []string) {
		for i, text := range fields {
			if kinds[kind].Field(i).Name == "ZH" {
				assert.Empty(t, mess(text), "%s: %q", at, text)
				continue
			}
			assert.False(t, strings.ContainsFunc(text, han) || strings.ContainsAny(text, "，。：；！？（）“”、"), "%s: %q", at, text)
		}
	})
	for en, zh := range serviceSentences() {
		assert.Empty(t, mess(zh), "%q: %q", en, zh)
	}
	for en, zh := range expressionFaults() {
		assert.Empty(t, mess(zh), "%q: %q", en, zh)
	}
	for _, k := range serviceKinds {
		assert.Empty(t, mess(k.zh), k.zh)
	}
	for _, p := range servicePatterns {
		assert.Empty(t, mess(p.zh), p.zh)
	}
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

// mess is what is wrong with the signs of a Chinese text: a narrow sign beside a
// Chinese character, or a Latin letter or digit that clings to one.
func mess(zh string) string {
	runes := []rune(zh)
	for i := range runes[:max(0, len(runes)-1)] {
		a, b := runes[i], runes[i+1]
		switch {
		case han(a) && strings.ContainsRune(`,.:;!?()"'`, b), strings.ContainsRune(`,;!?()"'`, a) && han(b):
			return fmt.Sprintf("narrow sign in %q", string([]rune{a, b}))
		case han(a) && latin(b), latin(a) && han(b) && !afterVerb(runes, i):
			return fmt.Sprintf("no blank in %q", string([]rune{a, b}))
		}
	}
	return ""
}

func latin(r rune) bool { return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// afterVerb reports whether the letter at i ends a verb such as %s or %[2]s, whose
// argument may be Chinese or quoted.
func afterVerb(runes []rune, i int) bool {
	return regexp.MustCompile(`%(\[\d+\])?[a-z]$`).MatchString(string(runes[:i+1]))
}

func TestTheMessIsSeen(t *testing.T) {
	for _, bad := range []string{"没有,", "构建:", "（构建)", "构建ID", "第3行", "结束.", "32位"} {
		assert.NotEmpty(t, mess(bad), bad)
	}
	for _, good := range []string{"没有，", "第 %d 行", "%s页面", "https://x：好", "ID 是 32 位。"} {
		assert.Empty(t, mess(good), good)
	}
	assert.Equal(t, map[int]string{1: "s", 2: "d"}, verbsOf("%[2]d 100%% %[1]s"))
}

func TestCountsAreInTheirNumber(t *testing.T) {
	assert.Equal(t, "1 value", Value.Count(1).In(English))
	assert.Equal(t, "0 values", Value.Count(0).In(English))
	assert.Equal(t, "12,431 lines", LineNoun.Count(12431).In(English))
	assert.Equal(t, "12,431 行", LineNoun.Count(12431).In(Chinese))
	assert.Equal(t, "-1,000", Thousands(-1000))
	assert.Equal(t, "-100", Thousands(-100))
	assert.Equal(t, "3 分 12 秒", Duration(192*time.Second).In(Chinese))
	assert.Equal(t, "1 h 5 min", Duration(65*time.Minute).In(English))
}

func TestQuotesAndListsFollowTheLanguage(t *testing.T) {
	assert.Equal(t, `"a\u202eb"`, Quote("a\u202eb").In(English), "nothing turns the sentence around")
	assert.Equal(t, `“a"b”`, Quote(`a"b`).In(Chinese))
	assert.Equal(t, "“"+strings.Repeat("长", maxQuote)+"…”", Quote(strings.Repeat("长", 100)).In(Chinese))
	assert.Equal(t, "a, b or c", List{"a", "b", "c"}.In(English))
	assert.Equal(t, "a、b 或 c", List{"a", "b", "c"}.In(Chinese))
	assert.Equal(t, "a", List{"a"}.In(Chinese))
	assert.Equal(t, "a、b", Names{"a", "b"}.In(Chinese))
	assert.Equal(t, "1 page · x", Join(Dot, Page.Count(1), "x").In(English))
	assert.True(t, Join(Dot).Empty())
	assert.Equal(t, "Try again", Sentence{Plain("try again")}.In(English))
	assert.Equal(t, "", Phrase{}.In(Chinese))
	assert.Equal(t, "100%", Plain("100%").In(Chinese))
}

// said are the summaries and hints that logsapi writes, with samples in the place
// of what they name. Each is a list of which one has to be known.
func said(t *testing.T) map[string][]string {
	t.Helper()
	names := []string{"Summary", "summary", "Hint", "hint"}
	out := map[string][]string{}
	for _, dir := range []string{"../../logsapi", "../../logsapi/wire"} {
		collect(t, dir, names, out)
	}
	return out
}

func collect(t *testing.T, dir string, names []string, out map[string][]string) {
	t.Helper()
	set, files := source(t, dir)
	add := func(at token.Pos, e ast.Expr) {
		if s := samples(e); s != nil {
			out[set.Position(at).String()] = s
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && slices.Contains(names, key.Name) {
					add(n.Pos(), n.Value)
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if s, ok := left.(*ast.SelectorExpr); ok && slices.Contains(names, s.Sel.Name) && len(n.Rhs) == len(n.Lhs) && n.Tok == token.ASSIGN {
						add(left.Pos(), n.Rhs[i])
					}
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "misled" {
					for _, s := range samples(n.Args[2]) {
						out[set.Position(n.Pos()).String()] = []string{"host.example answered with " + s}
					}
				}
			}
			return true
		})
	}
}

// samples are forms that an expression may take; nil where it is not written down
// in one place.
func samples(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value)
		return []string{s}
	case *ast.BinaryExpr:
		if what, ok := e.Y.(*ast.Ident); ok && what.Name == "what" {
			return nil // of misled, whose callers are looked at
		}
		sides := [2][]string{samples(e.X), samples(e.Y)}
		for i, s := range sides {
			if s == nil {
				sides[i] = []string{"host.example"}
			}
		}
		return []string{sides[0][0] + sides[1][0]}
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.SelectorExpr)
		if !ok || f.Sel.Name != "Sprintf" {
			return nil
		}
		var out []string
		for _, word := range []string{"host.example", "ahead of", "behind", " of 5", ""} {
			s := strings.NewReplacer("%d", "3", "%v", "2s", "%s", word).Replace(samples(e.Args[0])[0])
			out = append(out, s)
		}
		return out
	}
	return nil
}

func TestWhatTheServiceRefusesIsKnownInChinese(t *testing.T) {
	all := said(t)
	assert.Greater(t, len(all), 50)
	for at, forms := range all {
		known := slices.ContainsFunc(forms, func(s string) bool { _, ok := translated(s); return ok })
		assert.True(t, known, "%s: %q", at, forms)
	}
	for _, where := range []string{"region cn-north-1 may not have this endpoint", "CodeArts Check is not known to exist in region xx; check the region"} {
		_, ok := translated(where)
		assert.True(t, ok, where)
	}
}

func TestWhatIsWrongWithAnExpressionIsKnownInChinese(t *testing.T) {
	for _, bad := range []string{"[", "(", ")", "*", "a**", "[z-a]", `\`, "a{1001}", "(?P<n", "(?z)", `\8`, "[[:x:]]", "\xff", strings.Repeat("(", 1001) + strings.Repeat(")", 1001), "((a{100}){100}){100}"} {
		_, err := syntax.Parse(bad, syntax.Perl)
		require.Error(t, err, bad)
		var wrong *syntax.Error
		require.ErrorAs(t, err, &wrong)
		code := wrong.Code.String()
		assert.NotEqual(t, code, ExpressionFault(code).In(Chinese), bad)
		assert.Equal(t, code, ExpressionFault(code).In(English))
	}
}

func TestWhatTheServiceSaysIsSaidInTheLanguage(t *testing.T) {
	summary, hint := Service(&logsapi.Error{Kind: logsapi.ErrThrottled, Summary: "the service asks for fewer requests", Hint: "try again in 30s"})
	assert.Equal(t, "请求过于频繁，已被限流", summary.In(Chinese))
	assert.Equal(t, "请 30s 后重试", hint.In(Chinese))
	assert.Equal(t, "try again in 30s", hint.In(English))

	summary, hint = Service(&logsapi.Error{Kind: logsapi.ErrUnauthorized, Summary: "something new", Hint: "do something"})
	assert.Equal(t, "鉴权失败", summary.In(Chinese), "by its kind")
	assert.Equal(t, "something new", summary.In(English))
	assert.Equal(t, "do something", hint.In(Chinese))

	_, hint = Service(&logsapi.Error{Summary: "x", Hint: "check the secret key; requests are held until 14:02:10, since repeated failures lock the access"})
	assert.Equal(t, "请检查 SK；为避免账号被锁定，14:02:10 前暂停请求", hint.In(Chinese))
	_, hint = Service(&logsapi.Error{Summary: "x"})
	assert.True(t, hint.Empty())
}
