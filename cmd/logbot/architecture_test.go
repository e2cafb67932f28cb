package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// floors says how high each package stands; imports point down only. A package
// that is not here fails the test, so that a new one gets its floor on purpose.
func floors() map[string]int {
	return map[string]int{
		"logbot/logsapi/lines":               0,
		"logbot/logsapi":                     1,
		"logbot/cache":                       2,
		"logbot/commands/excerpt":            2,
		"logbot/commands/redact":             2,
		"logbot/commands/access":             2,
		"logbot/commands":                    3,
		"logbot/commands/texts":              2,
		"logbot/bot/sockets":                 3,
		"logbot/bot/delivery":                3,
		"logbot/bot":                         4,
		"logbot/bot/jobs":                    4,
		"logbot/cmd/logbot":                  5,
		"logbot/logsapi/codeartsim":          0,
		"logbot/bot/slacksim":                0,
		"logbot/cache/redistest":             0, // a real Redis for tests
		"logbot/cache/patience":              0, // how long a command waits for its stores
		"logbot/bot/slacksim/e2e/bench":      5, // measures the program from outside
		"logbot/bot/slacksim/e2e/bench/echo": 5, // what it is measured against
		"logbot/bot/slacksim/e2e/bolt":       0, // tests only
		"logbot/cache/boltfile":              1,
		"logbot/cache/store":                 2, // tables in a file or a Redis
		"logbot/cache/state":                 3,
		"logbot/cache/redisclient":           1, // what opens a Redis, for pages and for state
		"logbot/bot/slacksim/e2e/page":       0, // tests only
		"logbot/bot/slacksim/e2e/replicas":   0, // tests only
	}
}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// packages lists the packages of the module with what they import; test files
// are not part of it.
func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "logbot/...").Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Fatalf("go list: %s", failed.Stderr)
	}
	require.NoError(t, err)
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

func TestImportsPointDown(t *testing.T) {
	floor := floors()
	for _, p := range packages(t) {
		level, known := floor[p.ImportPath]
		if !assert.True(t, known, "%s has no floor; give it one here", p.ImportPath) {
			continue
		}
		for _, imported := range p.Imports {
			below, ours := floor[imported]
			if ours {
				assert.Less(t, below, level, "%s imports %s, which is not below it", p.ImportPath, imported)
			}
		}
	}
}

func TestPackagesKnowOnlyWhatTheyMay(t *testing.T) {
	for _, rule := range []struct {
		pkg       string
		forbidden []string
		why       string
	}{
		{"logbot/commands", []string{"github.com/slack-go/slack", "logbot/cache"}, "a Reply knows nothing of Slack, and pages come from wherever they come"},
		{"logbot/cache", []string{"github.com/slack-go/slack", "logbot/commands"}, "a cache knows pages only"},
		{"logbot/cache/state", []string{"github.com/slack-go/slack", "logbot/commands", "logbot/logsapi"}, "what a payload means is its writer's to know"},
		{"logbot/logsapi/codeartsim", []string{"logbot/logsapi", "logbot/logsapi/lines"}, "a simulator must not be wrong together with what it tests"},
		{"logbot/bot/slacksim", []string{"logbot/bot", "logbot/commands", "github.com/slack-go/slack"}, "a simulator must not be wrong together with what it tests"},
	} {
		p := named(t, rule.pkg)
		for _, dep := range p.Deps {
			for _, f := range rule.forbidden {
				assert.False(t, dep == f || strings.HasPrefix(dep, f+"/"), "%s needs %s: %s", rule.pkg, dep, rule.why)
			}
		}
	}
}

func TestTheseNeedTheStandardLibraryOnly(t *testing.T) {
	for _, pkg := range []string{"logbot/logsapi", "logbot/logsapi/lines", "logbot/commands/excerpt", "logbot/commands/redact", "logbot/commands/access"} {
		for _, dep := range named(t, pkg).Deps {
			first, _, _ := strings.Cut(dep, "/")
			external := strings.Contains(first, ".")
			assert.False(t, external, "%s needs %s", pkg, dep)
		}
	}
}

func named(t *testing.T, path string) listed {
	t.Helper()
	all := packages(t)
	i := slices.IndexFunc(all, func(p listed) bool { return p.ImportPath == path })
	require.GreaterOrEqual(t, i, 0, "package %s is missing", path)
	return all[i]
}
