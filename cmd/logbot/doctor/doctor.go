// Package doctor is the command "logbot doctor": it looks at everything that a bot with
// the settings of the environment depends on, and says what to mend.
package doctor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/checkup"
	"logbot/cmd/logbot/config"
)

// How long one check may take; all run at the same time.
const (
	within     = 10 * time.Second
	withinTask = time.Minute // if a build is read, which takes as long as it takes
)

// ErrRed ends the program with status 1. What was found is printed already.
var ErrRed = errors.New("something must be mended before the bot can work")

// NewCommand returns "logbot doctor". environ are the lines NAME=VALUE of the
// environment, in which it looks for misspelled names.
func NewCommand(getenv func(string) string, environ []string) *cobra.Command {
	var asJSON bool
	var named string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the settings, Slack, CodeArts, the stores and the disk, and say what to mend",
		Long: "Checks everything that a bot with the settings of the environment depends on. Each line begins with\n" +
			"ok, skip, warn or FAIL and says what to do. The status is 1 if there is a FAIL. It changes nothing,\n" +
			"and may run beside a bot.",
		Example: "  logbot doctor\n  logbot doctor --task web\n  logbot doctor --json | jq '.checks[] | select(.level == \"red\")'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, _ := config.Load(getenv) // its problems are lines
			all, opened := checkup.Doctor(c, environ)
			defer func() { err = errors.Join(err, opened.Close()) }()
			addMessages(all, c)
			limit := within
			if named != "" {
				addTask(all, c, named)
				limit = withinTask
			}
			reports := all.Run(cmd.Context(), limit, nil)
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			out := c.Gate().Writer(cmd.OutOrStdout())
			defer out.Close()
			if asJSON {
				err = printJSON(out, reports)
			} else {
				err = printLines(out, reports, colourOf(cmd.OutOrStdout(), getenv))
			}
			if err == nil && checks.Worst(reports) == checks.Red {
				err = ErrRed
			}
			return err
		},
	}
	cmd.Flags().StringVar(&named, "task", "", "also read the latest build of this `TASK`, an alias, a name or an id, from end to end")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was found as JSON")
	return cmd
}

// colour reports whether lines are coloured.
type colour bool

// colourOf is true for a terminal, unless NO_COLOR is set (https://no-color.org) or the
// terminal is a dumb one.
func colourOf(out io.Writer, getenv func(string) string) colour {
	f, isFile := out.(*os.File)
	return colour(isFile && term.IsTerminal(int(f.Fd())) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb")
}

// mark is the word that a line begins with.
func (c colour) mark(l checks.Level) string {
	word, code := "ok  ", "32"
	switch l {
	case checks.Skipped:
		word, code = "skip", "90"
	case checks.Yellow:
		word, code = "warn", "33"
	case checks.Red:
		word, code = "FAIL", "31"
	}
	if !c {
		return word
	}
	return "\x1b[" + code + "m" + word + "\x1b[0m"
}

// printLines prints a line for each check that is well, and for each problem.
func printLines(out io.Writer, reports []checks.Report, c colour) error {
	var b strings.Builder
	counts := map[checks.Level]int{}
	for _, r := range reports {
		counts[r.Level()]++
		if len(r.Problems) == 0 {
			fmt.Fprintf(&b, "%s  %s: %s\n", c.mark(r.Level()), r.Name, r.Says)
		}
		for _, p := range r.Problems {
			fmt.Fprintf(&b, "%s  %s\n", c.mark(p.Level), r.Line(p))
		}
	}
	fmt.Fprintf(&b, "\n%d checks: %d ok, %d skipped, %d to look at, %d to mend\n", len(reports), counts[checks.Green], counts[checks.Skipped], counts[checks.Yellow], counts[checks.Red])
	_, err := io.WriteString(out, b.String())
	return err
}

// printJSON prints an object with the worst level and the checks.
func printJSON(out io.Writer, reports []checks.Report) error {
	type check struct {
		Part     string           `json:"part"`
		Name     string           `json:"name"`
		Level    checks.Level     `json:"level"`
		Says     string           `json:"says,omitempty"`
		Problems []checks.Problem `json:"problems,omitempty"`
	}
	all := struct {
		Level  checks.Level `json:"level"`
		Checks []check      `json:"checks"`
	}{checks.Worst(reports), nil}
	for _, r := range reports {
		all.Checks = append(all.Checks, check{r.Part, r.Name, r.Level(), r.Says, r.Problems})
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(all)
}
