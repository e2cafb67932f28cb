package checkup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"logbot/cmd/logbot/checks"
	"logbot/commands/access"
	"logbot/logsapi"
)

// maxLookups bounds the requests for tasks, and for channels, that one check makes.
const maxLookups = 20

// projects says whether the tasks of LOGBOT_PROJECTS can be listed.
func (a *codeArts) projects(ctx context.Context) checks.Result {
	if reason := a.inTheWay(ctx); reason != "" {
		return checks.Skip("%s", reason)
	}
	listed, _ := a.listed(ctx)
	var r checks.Result
	tasks := 0
	for i, project := range a.c.Projects {
		err := listed.errs[i]
		tasks += len(listed.tasks[i])
		switch {
		case errors.Is(err, logsapi.ErrNotPublished):
			return checks.Skip("CodeArts does not publish lists of tasks here")
		case err != nil:
			r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: "project " + project + ": " + summary(err), Fix: "check the id, and that the account is a member of the project"})
		case len(listed.tasks[i]) == 0:
			r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: "project " + project + " has no task that the account sees", Fix: "check the id, and that the account is a member of the project"})
		}
	}
	r.Says = fmt.Sprintf("%s in %s", counted(tasks, "task"), counted(len(a.c.Projects), "project"))
	return r
}

// tasksOf are the tasks of each project, and the errors of those that cannot be listed.
type tasksOf struct {
	tasks [][]logsapi.Task
	errs  []error
}

func (a *codeArts) listProjects(ctx context.Context) (tasksOf, error) {
	n := len(a.c.Projects)
	l := tasksOf{make([][]logsapi.Task, n), make([]error, n)}
	var listing sync.WaitGroup
	for i, project := range a.c.Projects {
		listing.Go(func() { l.tasks[i], l.errs[i] = a.client.Tasks(ctx, project, "") })
	}
	listing.Wait()
	return l, nil
}

// inTheWay is why nothing can be asked with the credential; empty if it can.
func (a *codeArts) inTheWay(ctx context.Context) string {
	if _, err := a.c.Credential(); err != nil {
		return "see the settings"
	}
	if !a.reached(ctx) {
		return "no host is reached"
	}
	if _, err := a.accepted(ctx); err != nil {
		return "the credential is not accepted"
	}
	return ""
}

// aliases says whether CodeArts has the tasks that aliases and access rules name.
func (a *codeArts) aliases(ctx context.Context) checks.Result {
	if reason := a.inTheWay(ctx); reason != "" {
		return checks.Skip("%s", reason)
	}
	named := a.named()
	ids := slices.Sorted(maps.Keys(named))
	listed, _ := a.listed(ctx)
	for _, task := range slices.Concat(listed.tasks...) {
		ids = slices.DeleteFunc(ids, func(id string) bool { return strings.EqualFold(id, task.ID) })
	}
	left := max(0, len(ids)-maxLookups)
	ids = ids[:len(ids)-left]
	errs := make([]error, len(ids))
	var asking sync.WaitGroup
	for i, id := range ids {
		asking.Go(func() { _, errs[i] = a.client.Task(ctx, id) })
	}
	asking.Wait()
	var r checks.Result
	for i, id := range ids {
		switch {
		case errs[i] == nil:
		case errors.Is(errs[i], logsapi.ErrNotPublished):
			left++
		default:
			r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: fmt.Sprintf("%s %s: %s", named[id], id, summary(errs[i])),
				Fix: "copy the 32 digits from the end of the address of the task's page"})
		}
	}
	r.Says = "CodeArts has the " + counted(len(named)-left, "task") + " that they name"
	if left > 0 {
		r.Says += fmt.Sprintf("; %d were not looked at", left)
	}
	return r
}

// named are the ids that aliases and access rules name, with what names them.
func (a *codeArts) named() map[string]string {
	named := map[string]string{}
	for i, rule := range a.c.AccessRules() {
		for _, name := range rule.Tasks {
			if logsapi.IsTaskID(name) {
				named[strings.ToLower(name)] = fmt.Sprintf("access rule %d, task", i+1)
			}
		}
	}
	for alias, id := range a.c.Aliases.Tasks {
		named[strings.ToLower(id)] = fmt.Sprintf("alias %q, task", alias)
	}
	return named
}

// summary is what an error of CodeArts says, without what was being done.
func summary(err error) string {
	var e *logsapi.Error
	if !errors.As(err, &e) {
		return firstLine(err.Error())
	}
	if e.Status == 0 {
		return e.Summary
	}
	return e.Summary + strings.TrimRight(fmt.Sprintf(" (HTTP %d %s", e.Status, e.Code), " ") + ")"
}

// channels says whether the bot sees the channels that access rules name.
func (s *slackSide) channels(ctx context.Context) checks.Result {
	if !s.c.Usable("SLACK_BOT_TOKEN") {
		return checks.Skip("no bot token, see the settings")
	}
	if _, err := s.identify(ctx); err != nil {
		return checks.Skip("Slack does not accept the bot token")
	}
	ids := channelsOf(s.c.AccessRules())
	left := max(0, len(ids)-maxLookups)
	var r checks.Result
	for _, id := range ids[:len(ids)-left] {
		about, err := s.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		var refused slack.SlackErrorResponse
		switch {
		case errors.As(err, &refused) && refused.Err == "missing_scope":
			return checks.Skip("the app lacks channels:read and groups:read, which tell")
		case errors.As(err, &refused) && refused.Err == "channel_not_found":
			r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: "Slack shows the bot no channel " + id,
				Fix: "check the id (channel details in Slack end with it); if the channel is private, type there: /invite @logbot"})
		case err != nil:
			return checks.Wrong(checks.Yellow, "Slack cannot be asked: "+firstLine(err.Error()), "")
		case about.IsArchived:
			r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: fmt.Sprintf("channel %s (#%s) is archived", id, about.Name), Fix: "remove it from the rules"})
		}
	}
	r.Says = "Slack has the " + counted(len(ids)-left, "channel") + " that they name"
	return r
}

// channelsOf are the channels that rules name, without direct messages.
func channelsOf(rules []access.Rule) []string {
	var ids []string
	for _, rule := range rules {
		for _, id := range rule.Channels {
			if !strings.HasPrefix(id, "D") {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
