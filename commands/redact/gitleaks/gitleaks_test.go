// Package gitleaks measures the gate on the tests of gitleaks' rules (MIT licence),
// which nobody of this project wrote. It is a module of its own, because gitleaks
// needs more than 80 others.
package gitleaks

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"logbot/commands/redact"
)

const module = "github.com/zricethezav/gitleaks/v8"

//go:embed validate.go.txt
var validate []byte

type sample struct {
	Rule    string
	Text    string
	Secrets []string // none in a near miss
}

// TestRules prints how many of the secrets in the tests of gitleaks' rules the gate
// masks, and how many of their near misses. SHOW=1 prints those that it does not or
// should not.
func TestRules(t *testing.T) {
	type score struct{ masked, all, touched, misses int }
	scores, sum := map[string]score{}, score{}
	g := redact.New()
	show := os.Getenv("SHOW") != ""
	for _, s := range samples(t) {
		c := scores[s.Rule]
		masked, hidden := g.String(s.Text)
		switch {
		case s.Secrets == nil:
			c.misses++
			if hidden > 0 {
				c.touched++
				if show {
					fmt.Printf("touched %s: %.200q\n     -> %.200q\n", s.Rule, s.Text, masked)
				}
			}
		default:
			c.all++
			if isMasked(masked, s.Secrets) {
				c.masked++
			} else if show {
				fmt.Printf("missed %s: %.200q\n", s.Rule, masked)
			}
		}
		scores[s.Rule] = c
	}
	for _, rule := range slices.Sorted(maps.Keys(scores)) {
		c := scores[rule]
		if c.masked < c.all || c.touched > 0 {
			fmt.Printf("%-44s %3d of %3d, near misses %d of %d\n", rule, c.masked, c.all, c.touched, c.misses)
		}
		sum.masked, sum.all, sum.touched, sum.misses = sum.masked+c.masked, sum.all+c.all, sum.touched+c.touched, sum.misses+c.misses
	}
	require.NotZero(t, sum.all)
	fmt.Printf("recall %.3f of %d secrets of %d rules of gitleaks; masked in %d of %d near misses\n", float64(sum.masked)/float64(sum.all), sum.all, len(scores), sum.touched, sum.misses)
}

// isMasked reports whether no run of half of a secret is left.
func isMasked(text string, secrets []string) bool {
	for _, s := range secrets {
		half := (len(s) + 1) / 2
		for i := 0; i+half <= len(s); i++ {
			if strings.Contains(text, s[i:i+half]) {
				return false
			}
		}
	}
	return true
}

// samples runs gitleaks' generator of rules, copied and with a file replaced by one
// that writes the samples down.
func samples(t *testing.T) []sample {
	dir := t.TempDir()
	root := strings.TrimSpace(output(t, exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module)))
	source := filepath.Join(dir, "source")
	for _, part := range []string{"cmd/generate", "cmd/scm", "config", "detect", "logging", "regexp", "report", "sources", "version"} {
		require.NoError(t, os.CopyFS(filepath.Join(source, part), os.DirFS(filepath.Join(root, part))))
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(source, name), content, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(source, "cmd/generate/config/utils/validate.go"), validate, 0o600))
	generator := filepath.Join(dir, "generator")
	build := exec.Command("go", "build", "-o", generator, ".")
	build.Dir = filepath.Join(source, "cmd/generate/config")
	output(t, build)
	run := exec.Command(generator, filepath.Join(dir, "rules.toml"))
	run.Dir = build.Dir // where its template is
	recorded := filepath.Join(dir, "samples.jsonl")
	run.Env = append(os.Environ(), "RECORD="+recorded)
	output(t, run)

	f, err := os.Open(recorded)
	require.NoError(t, err)
	defer f.Close()
	var all []sample
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var s sample
		require.NoError(t, json.Unmarshal(lines.Bytes(), &s))
		all = append(all, s)
	}
	require.NoError(t, lines.Err())
	return all
}

func output(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	require.NoError(t, err, "%s: %s", c, errs.String())
	return string(out)
}
