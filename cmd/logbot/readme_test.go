package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/texts"
)

// frontPage bounds README.md, in words as wc counts them.
const frontPage = 1200

func TestReadmeIsShortAndShowsTheWayIn(t *testing.T) {
	page, err := os.ReadFile(root + "README.md")
	require.NoError(t, err)
	assert.Less(t, len(strings.Fields(string(page))), frontPage, "what is more belongs beside the code that it describes")
	for _, line := range []string{"make demo", "make test"} {
		assert.Regexp(t, "(?m)^"+line+"( |$)", string(page))
	}
}

// clocks are the parts of a transcript that depend on when it was made.
var clocks = regexp.MustCompile(`(?m)^logbot \(app\)  \d\d:\d\d|(, |  | · )(today|yesterday|[A-Z][a-z]+ \d+(st|nd|rd|th)?(, \d{4})?)( at)? \d\d:\d\d( UTC)?( · asked by @ann)?$`)

func TestReadmeShowsARealTranscript(t *testing.T) {
	status, out, _ := program(t, nil, "demo", "--once", "/logs fail web 128", "--once", "/logs fail firmware 12",
		"--once", "/logs full web 128 stage3", "--once", "/logs fial api 57")
	require.Equal(t, 0, status)
	quotes(t, "commands/README.md", "transcript", "```text\n"+strings.TrimSpace(out)+"\n```\n", func(s string) string { return clocks.ReplaceAllString(s, "TIME") })
}

func TestReadmeListsEveryCommandAndFlag(t *testing.T) {
	var table, flags strings.Builder
	table.WriteString("| typed | does | other words for it |\n|---|---|---|\n")
	flags.WriteString("| flag | of | does |\n|---|---|---|\n")
	type flagOf struct{ typed, does string }
	var order []flagOf
	verbs := map[flagOf][]string{}
	all := commands.New(commands.Options{}).Usages(texts.English)
	for _, u := range all {
		typed := strings.TrimSpace("/logs " + u.Verb + " " + u.Follows)
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", strings.ReplaceAll(typed, "|", `\|`), u.Does, strings.Join(u.Also, ", "))
		for _, f := range u.Flags {
			one := flagOf{f.Typed, f.Does}
			if verbs[one] == nil {
				order = append(order, one)
			}
			verbs[one] = append(verbs[one], u.Verb)
		}
	}
	for _, f := range order {
		of := strings.Join(verbs[f], ", ")
		if len(verbs[f]) == len(all) {
			of = "all"
		}
		fmt.Fprintf(&flags, "| `%s` | %s | %s |\n", f.typed, of, f.does)
	}
	quotes(t, "commands/README.md", "commands", table.String(), nil)
	quotes(t, "commands/README.md", "flags", flags.String(), nil)
}

// The front page shows six commands, each by a line to type.
func TestReadmeShowsSixCommands(t *testing.T) {
	page, err := os.ReadFile(root + "README.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `/logs (\\w+)[^`|]*` \\|").FindAllStringSubmatch(string(page), -1)
	assert.Len(t, rows, 6)
	for _, m := range rows {
		assert.True(t, slices.Contains(commands.VerbNames(), m[1]), m[0])
	}
}
