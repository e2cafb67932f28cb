package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table of threats names tests: each must exist, and the first of a row must drive the
// whole program, as those of this package do.
func TestEveryTestThatTheThreatTableNamesExists(t *testing.T) {
	page, err := os.ReadFile("../../.github/SECURITY.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "\n## Threats\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	tests, whole := map[string]bool{}, map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(source), -1) {
			tests[m[1]] = true
			whole[m[1]] = whole[m[1]] || filepath.Dir(path) == filepath.Join("..", "..", "cmd", "logbot")
		}
		return err
	}))
	rows := 0
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "| ") || strings.HasPrefix(row, "| threat") {
			continue
		}
		rows++
		named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(row, -1)
		if assert.NotEmpty(t, named, row) {
			assert.True(t, whole[named[0][1]], "%s is of a part", named[0][1])
		}
		for _, m := range named {
			assert.True(t, tests[m[1]], "%s does not exist", m[1])
		}
	}
	assert.Greater(t, rows, 15)
}
