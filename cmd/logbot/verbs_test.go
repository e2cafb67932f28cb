package main

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// verbsPackage has a file for each verb.
const verbsPackage = "logbot/commands"

// TestVerbFilesDoNotUseEachOther holds that a verb is changed in its own file. A file
// that makes a value of the type verb is a verb file; anything that it declares, a
// field or a method included, is for that file and for files without a verb.
func TestVerbFilesDoNotUseEachOther(t *testing.T) {
	p := check(t, verbsPackage)
	verbFile := map[string]bool{}
	for e, is := range p.info.Types {
		if _, literal := e.(*ast.CompositeLit); literal && isVerb(is.Type) {
			verbFile[p.file(e.Pos())] = true
		}
	}
	require.Greater(t, len(verbFile), 5, "the files with a verb were not recognized")
	uses := map[string]bool{}
	for id, object := range p.info.Uses {
		from, of := p.file(id.Pos()), p.file(object.Pos())
		if object.Pkg() == p.types && from != of && verbFile[from] && verbFile[of] {
			uses[fmt.Sprintf("%s uses %s of %s", from, object.Name(), of)] = true
		}
	}
	if len(uses) > 0 {
		t.Errorf("In %s a file with a verb must not use what another file with a verb declares.\nMove what two verbs need into a file without a verb, or pass it in:\n  %s",
			verbsPackage, strings.Join(slices.Sorted(maps.Keys(uses)), "\n  "))
	}
}

func isVerb(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && strings.EqualFold(named.Obj().Name(), "verb")
}

// checked is a package with the types of its expressions.
type checked struct {
	fset  *token.FileSet
	types *types.Package
	info  *types.Info
}

// file returns the name of the file of a position.
func (c checked) file(p token.Pos) string {
	if !p.IsValid() {
		return ""
	}
	return filepath.Base(c.fset.Position(p).Filename)
}

// check type-checks the product files of a package of the module.
func check(t *testing.T, path string) checked {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", path).Output()
	require.NoError(t, err)
	exports := map[string]string{} // file with the types of an import path
	for line := range strings.Lines(string(out)) {
		imported, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[imported] = file
	}
	c := checked{token.NewFileSet(), nil, &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}}
	names, err := filepath.Glob(filepath.Join("../..", strings.TrimPrefix(path, "logbot/"), "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(c.fset, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, f)
	}
	config := types.Config{Importer: importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	c.types, err = config.Check(path, c.fset, files, c.info)
	require.NoError(t, err)
	return c
}
