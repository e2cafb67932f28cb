package main

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cmd/logbot/config"
)

var update = flag.Bool("update", false, "write what the pages quote from the program: tables, transcripts")

const root = "../../"

// pages are the pages of the project, by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"node_modules", ".git", "bin", "testdata"}, d.Name()):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			page, err := os.ReadFile(root + path)
			all[path] = string(page)
			return err
		}
		return nil
	}))
	require.Greater(t, len(all), 8, "the pages were not found")
	return all
}

// quotes compares a part of a page, between <!-- name --> and <!-- /name -->, with what
// the program says. alike, if it is not nil, makes equal what may differ. With -update
// it writes the part.
func quotes(t *testing.T, path, name, want string, alike func(string) string) {
	t.Helper()
	page, err := os.ReadFile(root + path)
	require.NoError(t, err)
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, ok := strings.Cut(string(page), begin)
	require.True(t, ok, "%s has no %s", path, begin)
	got, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "%s has no %s", path, end)
	if *update {
		require.NoError(t, os.WriteFile(root+path, []byte(before+begin+want+end+after), 0o644))
		return
	}
	if alike == nil {
		alike = strings.TrimSpace
	}
	assert.Equal(t, alike(want), alike(got), "%s, %s: go test ./cmd/logbot -run Readme -update writes it anew", path, name)
}

func TestReadmeConsolesShowWhatTheProgramPrints(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```")
	all, seen := pages(t), 0
	t.Chdir(root)
	for path, page := range all {
		anew := blocks.ReplaceAllStringFunc(page, func(block string) string {
			command, _, _ := strings.Cut(blocks.FindStringSubmatch(block)[1], "\n")
			args, ok := strings.CutPrefix(command, "$ logbot ")
			require.True(t, ok, "%s: %s", path, command)
			seen++
			_, out, _ := program(t, map[string]string{"LOGBOT_CONFIG": "deploy/config.example.yaml"}, strings.Fields(args)...)
			return "```console\n" + command + "\n" + out + "```"
		})
		if *update && anew != page {
			require.NoError(t, os.WriteFile(path, []byte(anew), 0o644))
		} else {
			assert.Equal(t, anew, page, "%s: go test ./cmd/logbot -run Readme -update writes it anew", path)
		}
	}
	assert.GreaterOrEqual(t, seen, 2)
}

// anchor is the anchor that a heading gets on a page.
func anchor(heading string) string {
	kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
	return strings.ReplaceAll(kept, " ", "-")
}

func TestReadmeLinksLeadSomewhere(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"`)
	headings := regexp.MustCompile(`(?m)^#+ (.+)$`)
	all, seen := pages(t), 0
	for path, page := range all {
		for _, m := range links.FindAllStringSubmatch(page, -1) {
			link := m[1] + m[2]
			if strings.Contains(link, "://") {
				continue
			}
			seen++
			file, fragment, _ := strings.Cut(link, "#")
			target := path
			if file != "" {
				target = filepath.Join(filepath.Dir(path), file)
			}
			_, err := os.Stat(root + target)
			if !assert.NoError(t, err, "%s links to %s", path, link) || fragment == "" {
				continue
			}
			var anchors []string
			for _, h := range headings.FindAllStringSubmatch(all[target], -1) {
				anchors = append(anchors, anchor(h[1]))
			}
			assert.Contains(t, anchors, fragment, "%s links to %s", path, link)
		}
	}
	assert.Greater(t, seen, 20)
}

// codeOf is what a page sets as code: its fenced blocks, and what stands in backticks.
func codeOf(page string) string {
	fenced := regexp.MustCompile("(?s)```.*?```")
	code := fenced.FindAllString(page, -1)
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		code = append(code, m[1])
	}
	return strings.Join(code, "\n")
}

func TestReadmeMakeTargetsExist(t *testing.T) {
	makefile, err := os.ReadFile(root + "Makefile")
	require.NoError(t, err)
	var targets []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z][a-z-]*):`).FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, m[1])
	}
	require.Contains(t, targets, "demo")
	calls := regexp.MustCompile(`(?m)(?:^|&& )make((?: [a-z][a-z-]*)+)`)
	seen := 0
	for path, page := range pages(t) {
		for _, m := range calls.FindAllStringSubmatch(codeOf(page), -1) {
			for target := range strings.FieldsSeq(m[1]) {
				seen++
				assert.Contains(t, targets, target, "%s names make %s", path, target)
			}
		}
	}
	assert.Greater(t, seen, 20)
}

// The table of settings is compared with the settings in package config.
func TestReadmeSettingsExist(t *testing.T) {
	all := pages(t)
	known := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(all["deploy/README.md"], -1) {
		known[m[1]] = true
	}
	require.Greater(t, len(known), 25)
	makefile, err := os.ReadFile(root + "Makefile")
	require.NoError(t, err)
	name := regexp.MustCompile(`\b(?:LOGBOT|SLACK|HUAWEICLOUD)_[A-Z_]*[A-Z]\b`)
	for _, found := range name.FindAllString(string(makefile), -1) { // switches of tests
		known[found] = true
	}
	for path, page := range all {
		for _, found := range name.FindAllString(page, -1) {
			assert.True(t, known[found] || known[strings.TrimSuffix(found, "_FILE")], "%s names %s", path, found)
		}
	}
}

func TestReadmeConfigurationsAreValid(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(pages(t)["deploy/README.md"], -1)
	assert.NotEmpty(t, blocks)
	for _, block := range blocks {
		file := write(t, "config.yaml", block[1])
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(file), "names.txt"), []byte("somebody\n"), 0o600))
		c, err := config.Load(func(name string) string { return map[string]string{"LOGBOT_CONFIG": file}[name] })
		assert.NoError(t, err, block[1])
		assert.NotNil(t, c)
	}
}
