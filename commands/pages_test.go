package commands_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/texts"
)

// linesToType are the lines for /logs that a page names: in backticks, in quotes, or at
// the start of a line of a code block. A conversation that the program printed is left
// out; another test compares it.
func linesToType(page string) (lines []string) {
	page = regexp.MustCompile(`(?s)<!-- transcript -->.*?<!-- /transcript -->`).ReplaceAllString(page, "")
	for _, m := range regexp.MustCompile("`/logs ([^`\n]+)`|'/logs ([^'\n]+)'|(?m)^/logs ([^\n]+?)(?:  .*)?$").FindAllStringSubmatch(page, -1) {
		lines = append(lines, m[1]+m[2]+m[3])
	}
	return lines
}

func TestEveryLineThatAPageNamesWorks(t *testing.T) {
	h := newHarness(t, nil)
	flags := map[string][]string{}
	for _, u := range h.Usages(texts.English) {
		flags[u.Verb] = []string{}
		for _, f := range u.Flags {
			name, _, _ := strings.Cut(f.Typed, " ")
			flags[u.Verb] = append(flags[u.Verb], name)
		}
	}
	form := regexp.MustCompile(`[\[\]…|\\]|\b[A-Z]{1,}\b`) // how a line is typed, not a line
	typed, forms := map[string]bool{}, 0
	root := os.DirFS("..")
	require.NoError(t, fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && slices.Contains([]string{"node_modules", ".git", "testdata"}, d.Name()) {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		page, err := fs.ReadFile(root, path)
		for _, line := range linesToType(string(page)) {
			if _, named := flags[line]; named {
				continue // the name of a command
			}
			if form.MatchString(line) {
				forms++
				verb, _, _ := strings.Cut(line, " ")
				if verb == "TASK" {
					verb = "fail"
				}
				if assert.Contains(t, flags, verb, "%s: /logs %s", path, line) {
					for _, flag := range regexp.MustCompile(`--[a-z]+`).FindAllString(line, -1) {
						assert.Contains(t, flags[verb], flag, "%s: /logs %s", path, line)
					}
				}
				continue
			}
			if !typed[line] {
				typed[line] = true
				r := h.says(t, here, admin, line)
				assert.False(t, r.Refused, "%s: /logs %s: %s", path, line, r.Body)
			}
		}
		return err
	}))
	assert.Greater(t, len(typed), 5)
	assert.Greater(t, forms, 10, "the table of all commands")
}

// The buttons that the page of commands explains are called so.
func TestThePageOfCommandsNamesTheButtons(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "\n## Buttons\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\nA used button")
	var labels strings.Builder
	files, err := filepath.Glob("texts/*.go")
	require.NoError(t, err)
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		labels.Write(source)
	}
	named := regexp.MustCompile(`\*\*([^*]+)\*\*`).FindAllStringSubmatch(table, -1)
	assert.Greater(t, len(named), 5)
	for _, m := range named {
		assert.Contains(t, labels.String(), `Text{"`+m[1]+`",`, "a button in commands/README.md")
	}
}
