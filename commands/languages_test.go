package commands_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
)

// A sentence that people read lives in package texts, in every language. What
// stays here are lines to type and messages for whoever configures the program.
func TestNoSentenceIsWrittenHere(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	verbs := regexp.MustCompile(`%(\[\d+\])?[-+ #0*.\d]*[a-zA-Z]`)
	words := regexp.MustCompile(`\pL[^\s]*\s+\S*\pL|\pL.*[.!?:]$`)
	toType := regexp.MustCompile(`^(web|` + strings.Join(commands.VerbNames(), "|") + `) `)
	seen := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := gotoken.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok && (isCall(call, "fmt", "Errorf") || isCall(call, "errors", "New") || isCall(call, "regexp", "MustCompile") || isCall(call, "lazyregexp", "New")) {
				return false // Aliases.Validate and CheckConsole, for the start of the program
			}
			if _, ok := node.(*ast.ImportSpec); ok {
				return false
			}
			lit, ok := node.(*ast.BasicLit)
			if !ok || lit.Kind != gotoken.STRING {
				return true
			}
			seen++
			s, err := strconv.Unquote(lit.Value)
			require.NoError(t, err)
			plain := verbs.ReplaceAllString(s, "")
			if words.MatchString(plain) && !toType.MatchString(s) && !allowed[s] {
				t.Errorf("%s: %q is a sentence; it belongs into package texts", set.Position(lit.Pos()), s)
			}
			return true
		})
	}
	assert.Greater(t, seen, 150)
}

// allowed are literals with blanks that are the same in every language.
var allowed = map[string]bool{
	"TASK [N]": true, "[TASK] [BUILD]": true, "TASK [BUILD] [STEP] | RECORD STEP": true, "builds TASK": true,
	"NAME TASK":    true,
	"TASK [BUILD]": true, // how a command is typed
}

func isCall(call *ast.CallExpr, pkg, name string) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := f.X.(*ast.Ident)
	return ok && x.Name == pkg && f.Sel.Name == name
}
