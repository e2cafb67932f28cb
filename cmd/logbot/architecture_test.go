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
		// The CodeArts client.
		"logbot/logsapi/lazyregexp": 0, // expressions compiled at their first use
		"logbot/logsapi/lines":      0,
		"logbot/logsapi/pace":       0, // rates, backoff and sleeping with a context
		"logbot/logsapi/requestid":  0, // names one request
		"logbot/logsapi/lenient":    0, // JSON whose fields vary
		"logbot/logsapi/dialect":    1, // what hosts do that is not documented
		"logbot/logsapi/wire":       5, // requests and answers
		"logbot/logsapi":            10,

		// Logs and state, kept.
		"logbot/cache/patience":    0, // how long a command waits for its stores
		"logbot/cache/boltfile":    10,
		"logbot/cache/redisclient": 10, // opens a Redis, for pages and for state
		"logbot/cache":             20,
		"logbot/cache/flight":      0,  // one call for all callers that want the same
		"logbot/cache/store":       15, // tables in a file or a Redis
		"logbot/cache/pagestore":   15, // pages in memory, in a file or in a Redis
		"logbot/cache/state":       20,

		// What people type, and the answer.
		"logbot/commands/texts":         20,
		"logbot/commands/access":        20,
		"logbot/commands/excerpt":       20,
		"logbot/commands/excerpt/trees": 0, // learned scores of rows of numbers
		"logbot/commands/testlog":       20,
		"logbot/commands/failure":       21, // what broke, as one thing over several builds
		"logbot/commands/redact":        20,
		"logbot/commands/failure/kind":  21, // what kind of failure
		"logbot/commands/failure/known": 0,  // what is remembered of one failure
		"logbot/commands/read":          22, // lines of a log
		"logbot/commands/green":         23, // lines of builds that succeeded
		"logbot/commands/reply":         24, // the answer to a command
		"logbot/commands/typed":         24, // words, flags and the syntax of verbs
		"logbot/commands/verdict":       25, // what is known of a failure besides its log
		"logbot/commands/find":          26, // what a word names
		"logbot/commands/commits":       24, // between a green and a red build
		"logbot/commands":               30,

		// Slack.
		"logbot/bot/sockets":        30,
		"logbot/bot/envelope":       30, // what Slack delivers
		"logbot/bot/delivery":       30,
		"logbot/bot/delivery/send":  20, // one request
		"logbot/bot/delivery/spool": 0,  // temporary files
		"logbot/bot/jobs/lease":     35, // the right to do stored work
		"logbot/bot/notice":         40, // tells one person that a log shows a credential
		"logbot/bot/people":         40, // users of the workspace
		"logbot/bot/recent":         0,  // a map of the newest keys
		"logbot/bot/work":           45, // commands in progress
		"logbot/bot/render":         40, // replies as Slack messages
		"logbot/bot/jobs":           40,
		"logbot/bot/jobs/post":      42, // one message of work, once
		"logbot/bot/jobs/storeerr":  42, // errors of the state, for commands
		"logbot/bot/jobs/failures":  43, // the memory of failures, for commands
		"logbot/bot/jobs/follow":    45, // messages that follow a build
		"logbot/bot/jobs/watch":     45, // failures of watched tasks
		"logbot/bot":                50,

		// The program.
		"logbot/cmd/logbot/checks":  0,  // registry of checks on what a bot depends on
		"logbot/cmd/logbot/listen":  0,  // health checks and metrics over HTTP
		"logbot/cmd/logbot/logging": 1,  // the log for operators
		"logbot/cmd/logbot/metrics": 55, // counts for Prometheus
		"logbot/cmd/logbot/config":  55,
		"logbot/cmd/logbot/checkup": 56, // the checks for a set of settings
		"logbot/cmd/logbot/doctor":  58,
		"logbot/cmd/logbot/app":     57, // connects the parts
		"logbot/cmd/logbot/sim":     57,
		"logbot/cmd/logbot/demo":    58,
		"logbot/cmd/logbot":         60,

		// Simulators and what only tests use.
		"logbot/commands/excerpt/train":      21, // learns the ranker of excerpts
		"logbot/logsapi/codeartsim/logtext":  0,
		"logbot/logsapi/codeartsim/folder":   1,
		"logbot/logsapi/codeartsim":          2,
		"logbot/bot/slacksim/mrkdwn":         0,
		"logbot/bot/slacksim/blockkit":       1,
		"logbot/bot/slacksim/plaintext":      2,
		"logbot/bot/slacksim":                3,
		"logbot/cache/redistest":             0,  // a real Redis for tests
		"logbot/bot/jobs/jobstest":           50, // replicas for tests
		"logbot/bot/slacksim/e2e/bench":      60, // measures the program from outside
		"logbot/bot/slacksim/e2e/bench/echo": 60, // what it is measured against
		"logbot/bot/slacksim/e2e/bolt":       0,  // tests only
		"logbot/bot/slacksim/e2e/page":       0,  // tests only
		"logbot/bot/slacksim/e2e/replicas":   0,  // tests only
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
		{"logbot/commands", []string{"github.com/slack-go/slack", "logbot/cache"}, "a reply knows nothing of Slack, and pages may come from any source"},
		{"logbot/cache", []string{"github.com/slack-go/slack", "logbot/commands"}, "a cache knows pages only"},
		{"logbot/cache/state", []string{"github.com/slack-go/slack", "logbot/commands", "logbot/logsapi"}, "what a payload means is its writer's to know"},
		{"logbot/logsapi/codeartsim", []string{"logbot/logsapi", "logbot/logsapi/lines"}, "a simulator must not be wrong together with what it tests"},
		{"logbot/bot/slacksim", []string{"logbot/bot", "logbot/commands", "github.com/slack-go/slack"}, "a simulator must not be wrong together with what it tests"},
	} {
		p := named(t, rule.pkg)
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, rule.pkg+"/") {
				continue // a part of the package itself
			}
			if dep == "logbot/logsapi/pace" && rule.pkg == "logbot/cache/state" {
				continue // arithmetic of rates that knows no service
			}
			for _, f := range rule.forbidden {
				assert.False(t, dep == f || strings.HasPrefix(dep, f+"/"), "%s needs %s: %s", rule.pkg, dep, rule.why)
			}
		}
	}
}

func TestTheseNeedTheStandardLibraryOnly(t *testing.T) {
	for _, pkg := range []string{"logbot/logsapi", "logbot/logsapi/dialect", "logbot/logsapi/lazyregexp", "logbot/logsapi/lenient", "logbot/logsapi/lines", "logbot/logsapi/pace", "logbot/logsapi/wire", "logbot/commands/excerpt", "logbot/commands/testlog", "logbot/commands/failure", "logbot/commands/failure/kind", "logbot/commands/redact", "logbot/commands/access"} {
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
