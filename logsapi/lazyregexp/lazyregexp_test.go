package lazyregexp

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestItIsCompiledAtItsFirstUse(t *testing.T) {
	wrong := New("(")
	assert.Equal(t, "(", wrong.String())
	assert.Panics(t, func() { wrong.MatchString("") })

	r := New("b(.)d")
	assert.True(t, r.Match([]byte("abcd")))
	assert.Equal(t, []string{"bcd", "c"}, r.FindStringSubmatch("abcde"))
	assert.Equal(t, "a-e", r.ReplaceAllString("abcde", "-"))
}

func TestAllExpressionsOfTheProgramCompile(t *testing.T) {
	found := 0
	require.NoError(t, filepath.WalkDir("../..", func(name string, f fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case f.IsDir() && (f.Name() == "node_modules" || f.Name() == "testdata"):
			return filepath.SkipDir
		case f.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			if of, ok := call.Fun.(*ast.SelectorExpr); !ok || of.Sel.Name != "New" || nameOf(of.X) != "lazyregexp" {
				return true
			}
			if text, ok := textOf(call.Args[0]); ok {
				found++
				_, err := regexp.Compile(text)
				assert.NoError(t, err, name)
			}
			return true
		})
		return nil
	}))
	assert.Greater(t, found, 80)
}

func nameOf(e ast.Expr) string {
	if name, ok := e.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// textOf is the text of literals, joined with +.
func textOf(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		x, okX := textOf(e.X)
		y, okY := textOf(e.Y)
		return x + y, okX && okY
	}
	return "", false
}
