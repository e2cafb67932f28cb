package commands

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
	task := later(ctx, func(ctx context.Context) (logsapi.Task, error) { return c.builds.Task(ctx, t.id) })
	return func() string {
		if id := task().ProjectID; logsapi.IsTaskID(id) {
			return strings.ReplaceAll(address, "{project}", id)
		}
		return ""
	}
}
