package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"logbot/bot/people"
	"logbot/cmd/logbot/app"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/logging"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/logsapi"
)

// errNotAllowed ends "access explain" with status 1. What it printed says why.
var errNotAllowed = errors.New("no rule allows that")

func newAccessCommand(getenv func(string) string) *cobra.Command {
	cmd := &cobra.Command{Use: "access", Short: "Explain who may read what"}
	cmd.AddCommand(newExplainCommand(getenv))
	return cmd
}

// attempt is what "access explain" is asked about.
type attempt struct {
	user, channel, task, verb   string
	standing, bot, project      string
	groups                      []string
	check, shared, groupsAsked  bool
	projectAsked, groupsUnknown bool
}

func newExplainCommand(getenv func(string) string) *cobra.Command {
	var a attempt
	cmd := &cobra.Command{
		Use:   "explain --user U… --channel C… --task TASK [--verb fail]",
		Short: "Say which rule lets somebody read a task, or why none does",
		Long: `Prints the rule of the file that LOGBOT_CONFIG names which allows it, with its line, or
the nearest rule and what in it is not met. Exits with status 1 if no rule allows it.

It decides as the bot does, by the file alone. Who is in a user group is asked of Slack if
SLACK_BOT_TOKEN is set, and the project of a task of CodeArts if an account is set; --group
and --project say so instead. Somebody counts as a member unless --standing says otherwise.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(getenv)
			if err != nil {
				return err
			}
			p, err := c.Policy()
			if err != nil {
				return err
			}
			a.groupsAsked, a.projectAsked = cmd.Flags().Changed("group"), cmd.Flags().Changed("project")
			return a.explain(cmd.Context(), c, p, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&a.user, "user", "", "id of the user, such as U012A3CDE")
	f.StringVar(&a.channel, "channel", "", "id of the channel, such as C024BE91L")
	f.StringVar(&a.task, "task", "", "alias in the file, or id of 32 hex digits")
	f.StringVar(&a.verb, "verb", "", "command (default fail, or check for a check run)")
	f.BoolVar(&a.check, "check", false, "the task is a check run")
	f.StringSliceVar(&a.groups, "group", nil, "id of a user group that the user is in; may be repeated")
	f.StringVar(&a.project, "project", "", "id of the task's project")
	f.StringVar(&a.standing, "standing", "member", "member, guest, stranger or app")
	f.StringVar(&a.bot, "bot", "", "bot_id of an app, such as B012A3CDE")
	f.BoolVar(&a.shared, "shared", false, "other organisations read the channel")
	for _, name := range []string{"user", "channel", "task"} {
		_ = cmd.MarkFlagRequired(name) // it is a flag
	}
	cmd.MarkFlagsMutuallyExclusive("bot", "group")
	return cmd
}

func (a *attempt) explain(ctx context.Context, c *config.Config, p *access.Policy, out, errs io.Writer) error {
	task, err := a.read(c)
	if err != nil {
		return err
	}
	caller := access.Caller{Channel: a.channel, User: a.user, Bot: a.bot, Shared: a.shared, Groups: a.groups}
	if caller.Standing, err = a.standingOf(); err != nil {
		return err
	}
	if caller.Groups, err = a.groupsOf(ctx, c, p, errs); err != nil {
		return err
	}
	if task.Project, err = a.projectOf(ctx, c, p, task.ID, errs); err != nil {
		return err
	}
	posted := p.Explain(caller, task, a.verb, access.Posted)
	alone := p.Explain(caller, task, a.verb, access.Privately)
	if a.groupsUnknown && !posted.Allowed {
		fmt.Fprintf(errs, "It is not known whether %s is in a user group of the rules; give --group, or set SLACK_BOT_TOKEN.\n", a.user)
	}
	what := fmt.Sprintf("%s may use %s on %s", cmp.Or(a.bot, a.user), a.verb, a.task)
	switch {
	case posted.Open:
		fmt.Fprintf(out, "%s in %s: LOGBOT_OPEN lets every member read everything.\n", what, a.channel)
	case posted.Allowed:
		fmt.Fprintf(out, "%s in %s, and the answer may be posted there: %s allows it.\n", what, a.channel, ruleName(c, posted))
	case alone.Allowed:
		fmt.Fprintf(out, "%s, but not post it in %s: %s allows answers that %s alone sees, also in a direct message.\n", what, a.channel, ruleName(c, alone), a.user)
		fmt.Fprintf(out, "To post it there, the nearest is %s. Not met:\n", ruleName(c, posted))
		a.unmet(out, posted, task)
	case alone.Number == 0:
		fmt.Fprintf(out, "%s: there is no rule for it. LOGBOT_OPEN is for members of the workspace, in channels that no other organisation reads.\n", strings.Replace(what, " may ", " may not ", 1))
		return errNotAllowed
	default:
		fmt.Fprintf(out, "%s in %s: no rule allows it. The nearest is %s. Not met:\n", strings.Replace(what, " may ", " may not ", 1), a.channel, ruleName(c, alone))
		a.unmet(out, alone, task)
		return errNotAllowed
	}
	return nil
}

// read resolves the task and the verb, as far as the file knows them.
func (a *attempt) read(c *config.Config) (access.Task, error) {
	id, known := c.Aliases.TaskID(a.task)
	if checkID, ok := c.Aliases.CheckID(a.task); ok && (a.check || !known) {
		id, known, a.check = checkID, true, true
	} else if a.check {
		known = false
	}
	if logsapi.IsTaskID(a.task) {
		id, known = a.task, true
	}
	if !known {
		return access.Task{}, fmt.Errorf("--task: %q is neither an alias of the file that LOGBOT_CONFIG names nor an id of 32 hex digits; a name in CodeArts or one set in Slack gives no right, so give its id", a.task)
	}
	a.verb = cmp.Or(a.verb, map[bool]string{true: "check", false: "fail"}[a.check])
	if names := commands.VerbNames(); !slices.Contains(names, a.verb) {
		return access.Task{}, fmt.Errorf("--verb: there is no command %q; expected one of %s", a.verb, strings.Join(names, ", "))
	}
	return access.Task{ID: strings.ToLower(id), Check: a.check, Aliases: c.Aliases.Of(id, a.check)}, nil
}

func (a *attempt) standingOf() (access.Standing, error) {
	if a.bot != "" {
		a.standing = "app"
	}
	s, ok := map[string]access.Standing{"member": access.Member, "guest": access.Guest, "stranger": access.Stranger, "app": access.App}[a.standing]
	if !ok {
		return s, fmt.Errorf("--standing: %q is none of member, guest, stranger, app", a.standing)
	}
	return s, nil
}

// groupsOf are the groups of the rules that the user is in: as given, else as Slack says.
func (a *attempt) groupsOf(ctx context.Context, c *config.Config, p *access.Policy, errs io.Writer) ([]string, error) {
	if a.groupsAsked || len(p.Groups()) == 0 {
		return a.groups, nil
	}
	if c.BotToken == "" {
		a.groupsUnknown = true
		return nil, nil
	}
	lookup := people.Ask(c.SlackURL, c.BotToken, http.DefaultClient, logging.New(c.LogLevel, false, errs))
	return lookup.Groups(ctx, a.user, p.Groups()), nil
}

// projectOf is the project of the task: as given, else as CodeArts lists it.
func (a *attempt) projectOf(ctx context.Context, c *config.Config, p *access.Policy, id string, errs io.Writer) (func() string, error) {
	known := func(project string) func() string { return func() string { return project } }
	if a.projectAsked || !p.NamesProjects() {
		return known(a.project), nil
	}
	if _, err := c.Credential(); err != nil {
		fmt.Fprintf(errs, "It is not known which project %s belongs to; give --project, or set the account for CodeArts.\n", a.task)
		return known(""), nil
	}
	cmds, err := app.OpenCommands(ctx, c, logging.New(c.LogLevel, false, errs))
	if err != nil {
		return nil, err
	}
	project, err := cmds.ProjectOf(ctx, id, a.check)
	if err != nil {
		fmt.Fprintf(errs, "It is not known which project %s belongs to: %v\n", a.task, err)
	}
	return known(project), cmds.Close()
}

// ruleName is "rule 2 (config.yaml, line 14)".
func ruleName(c *config.Config, e access.Explanation) string {
	if e.Rule.Place == "" {
		return fmt.Sprintf("rule %d", e.Number)
	}
	return fmt.Sprintf("rule %d (%s, %s)", e.Number, c.Path(), e.Rule.Place)
}

// unmet writes a line for each condition of a rule that is not met.
func (a *attempt) unmet(out io.Writer, e access.Explanation, task access.Task) {
	r := e.Rule
	for _, condition := range e.Unmet {
		says := ""
		switch condition {
		case access.OfChannel:
			says = fmt.Sprintf("channels: %s is not among %s", a.channel, strings.Join(r.Channels, ", "))
		case access.OfShared:
			says = fmt.Sprintf("shared: other organisations read %s; the rule must name it and say shared: true", a.channel)
		case access.OfStanding:
			says = map[string]string{
				"guest": "guests: the rule does not say guests: true", "stranger": "strangers: the rule does not say strangers: true",
				"app": fmt.Sprintf("bots: %s is not among %s", cmp.Or(a.bot, "the app"), cmp.Or(strings.Join(r.Bots, ", "), "the apps of the rule, which names none")),
			}[a.standing]
			if says == "" {
				says = "bots: the rule is for these apps alone"
			}
		case access.OfPeople:
			says = a.unmetPeople(r)
		case access.OfVerb:
			says = fmt.Sprintf("verbs: %s is not among %s", a.verb, strings.Join(r.Verbs, ", "))
		case access.OfTask:
			says = a.unmetTask(r, task)
		case access.OfPosting:
			says = fmt.Sprintf("channels: the rule names none, so its answers are private; to post in %s it must name it, or \"*\"", a.channel)
		}
		fmt.Fprintf(out, "  %s\n", says)
	}
}

func (a *attempt) unmetPeople(r access.Rule) string {
	var says []string
	if len(r.Users) > 0 {
		says = append(says, fmt.Sprintf("users: %s is not among %s", a.user, strings.Join(r.Users, ", ")))
	}
	if len(r.Groups) > 0 {
		is := "is not"
		if a.groupsUnknown {
			is = "is not known to be"
		}
		says = append(says, fmt.Sprintf("groups: %s %s in %s", a.user, is, strings.Join(r.Groups, ", ")))
	}
	return strings.Join(says, "; ")
}

func (a *attempt) unmetTask(r access.Rule, task access.Task) string {
	says := fmt.Sprintf("tasks, checks, projects: %s", a.task)
	if names := slices.DeleteFunc(slices.Clone(task.Aliases), func(name string) bool { return name == a.task }); len(names) > 0 {
		says += " (also " + strings.Join(names, ", ") + ")"
	}
	if task.Check {
		says += ", a check run,"
	}
	says += " is not among " + strings.Join(slices.Concat(r.Tasks, r.Checks), ", ")
	if len(r.Projects) > 0 {
		says += fmt.Sprintf("; its project is %s, not %s", cmp.Or(task.Project(), "not known"), strings.Join(r.Projects, ", "))
	}
	return strings.Replace(says, " is not among ;", ";", 1)
}
