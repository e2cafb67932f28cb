package texts

import (
	"fmt"
	"go/ast"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// longest is how many characters an error may have: three rows of a phone.
const longest = 120

// fillings stand for what is named in an error: a long name, and a large number.
var fillings = map[string]any{"s": "shop-service", "d": 12345, "v": "shop-service"}

// isError reports whether a text is one that people read when something did not work: a
// sentence, or one that a line to type follows.
func isError(name, en string) bool {
	return strings.ContainsAny(en[len(en)-1:], ".:") && !strings.HasSuffix(name, "More") && !allowedLong[name]
}

// allowedLong are no errors, or name what somebody has to do elsewhere.
var allowedLong = map[string]bool{
	"ExposesBuild": true, "Exposes": true, // a warning, once a day
	"WatchForbidden": true, "WatchUnauthorized": true, // in a channel, for whoever can mend it
}

func named(t *testing.T, check func(name, en, zh string)) {
	t.Helper()
	_, files := source(t, ".")
	n := 0
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			var names []string
			var values []ast.Expr
			switch node := node.(type) {
			case *ast.ValueSpec:
				for _, name := range node.Names {
					names = append(names, name.Name)
				}
				values = node.Values
			case *ast.KeyValueExpr:
				if key, ok := node.Key.(*ast.Ident); ok {
					names, values = []string{key.Name}, []ast.Expr{node.Value}
				}
			}
			for i, value := range values {
				c, ok := value.(*ast.CompositeLit)
				if kind, isIdent := typeOf(c, ok); !isIdent || kind != "Text" || i >= len(names) {
					continue
				}
				if fields, ok := written(c); ok && len(fields) == 2 && fields[0] != "" {
					n++
					check(names[i], fields[0], fields[1])
				}
			}
			return true
		})
	}
	assert.Greater(t, n, 300, "the texts were found")
}

func typeOf(c *ast.CompositeLit, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	kind, ok := c.Type.(*ast.Ident)
	if !ok {
		return "", false
	}
	return kind.Name, true
}

// filled is a form with an example in the place of each argument.
func filled(form string) string {
	out := verb.ReplaceAllStringFunc(form, func(v string) string {
		if v == "%%" {
			return "%"
		}
		return fmt.Sprint(fillings[v[len(v)-1:]])
	})
	return out
}

func TestAnErrorIsShort(t *testing.T) {
	named(t, func(name, en, zh string) {
		if !isError(name, en) {
			return
		}
		assert.LessOrEqual(t, utf8.RuneCountInString(filled(en)), longest, "%s: %s", name, filled(en))
		assert.LessOrEqual(t, utf8.RuneCountInString(filled(zh)), longest, "%s: %s", name, filled(zh))
	})
}

// A word has one name, and idioms that are no English or no Chinese stay away.
func TestNoTextHasAWordThatIsNotOurs(t *testing.T) {
	words := regexp.MustCompile(`(?i)short names?\b|监视|简称|whoever|\b(is|are) no (member|build|step|expression|number)\b|stands? for .* now|any longer$|of which|\bhow many .* were read|it stands at|what shall|given up|\bthe state store is away\b|no longer told|没有 logbot 进程|多了一个参数`)
	named(t, func(name, en, zh string) {
		assert.NotRegexp(t, words, en, name)
		assert.NotRegexp(t, words, zh, name)
	})
}

func TestPlaceholdersAreOfTheLanguage(t *testing.T) {
	assert.Equal(t, "TASK [BUILD] [STEP] | RECORD STEP", Usage("TASK [BUILD] [STEP] | RECORD STEP").In(English))
	assert.Equal(t, "任务 [构建] [步骤] | 记录 步骤", Usage("TASK [BUILD] [STEP] | RECORD STEP").In(Chinese))
	assert.Equal(t, "--grep 表达式", Usage("--grep RE").In(Chinese))
	shown, ok := Unfilled("/logs fail web NUMBER", Chinese)
	assert.True(t, ok)
	assert.Equal(t, "/logs fail web 构建号", shown)
	shown, ok = Unfilled(`/logs show "a  b" --grep NAME`, Chinese)
	assert.False(t, ok, "what somebody searches for is no placeholder")
	assert.Equal(t, `/logs show "a  b" --grep NAME`, shown)
	named(t, func(name, _, zh string) {
		assert.NotRegexp(t, `\b(TASK|BUILD|NUMBER|STEP|RECORD|RUN|NAME|COMMAND|SPAN)\b`, zh, name)
	})
}
