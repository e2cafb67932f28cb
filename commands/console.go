package commands

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"logbot/logsapi"
)

// What a template of addresses may name.
var consoleParts = []string{"{project}", "{task}", "{build}"}

// CheckConsole reports what is wrong with a template of the addresses of builds,
// as Options take it.
func CheckConsole(template string) error {
	filled := template
	for _, part := range consoleParts {
		filled = strings.ReplaceAll(filled, part, "1")
	}
	u, err := url.Parse(filled)
	switch {
	case template == "":
		return nil
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return fmt.Errorf("%q is no web address", template)
	case strings.ContainsAny(filled, "{}"):
		return fmt.Errorf("%q: only %s are filled in", template, strings.Join(consoleParts, ", "))
	case !strings.Contains(template, "{task}"):
		return errors.New("{task} is missing in it")
	}
	return nil
}

// link begins to find the address of a build's page; the result is empty where
// it cannot be told. A pasted address is used as it is.
func (c *Commands) link(ctx context.Context, t task, build int64) (wait func() string) {
	address := strings.NewReplacer("{task}", t.id, "{build}", itoa(build)).Replace(c.console)
	switch {
	case t.address != "":
		return func() string { return t.address }
	case !strings.Contains(address, "{project}"):
		return func() string { return address }
	}
	project := later(ctx, func(ctx context.Context) (string, error) { return c.projectOf(ctx, t.id) })
	return func() string {
		if id := project(); id != "" {
			return strings.ReplaceAll(address, "{project}", id)
		}
		return ""
	}
}

// projectOf is the CodeArts project of a task, empty where the lists of tasks do
// not have it.
func (c *Commands) projectOf(ctx context.Context, taskID string) (string, error) {
	tasks, err := c.builds.Tasks(ctx)
	i := slices.IndexFunc(tasks, func(t logsapi.Task) bool { return strings.EqualFold(t.ID, taskID) })
	if err != nil || i < 0 {
		return "", err
	}
	return tasks[i].ProjectID, nil
}
