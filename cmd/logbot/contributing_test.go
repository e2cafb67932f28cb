package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheMapNamesEveryPackage(t *testing.T) {
	page, err := os.ReadFile("../../.github/CONTRIBUTING.md")
	require.NoError(t, err)
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, "logbot/")
		_, last, _ := strings.Cut(path, "sim/") // …/folder stands for a simulator's own package
		named := strings.Contains(string(page), "`"+path+"`") || last != "" && strings.Contains(string(page), "`…/"+strings.TrimPrefix(last, "e2e/")+"`")
		assert.True(t, named, "%s is missing in the map of .github/CONTRIBUTING.md", path)
	}
}
