package commands

import (
	"context"
	"strings"

	"logbot/logsapi"
)

// namedBuilds are Builds whose executors have the names by which the workspace shows them,
// as far as the configuration maps them to its users. These are names to read: nobody is
// mentioned.
type namedBuilds struct {
	told
	people executors
	named  func(ctx context.Context, user string) string
}

// named are builds whose executors have the names of the workspace; without people, or
// where nobody knows these names, they are builds.
func named(builds Builds, people executors, name func(ctx context.Context, user string) string) Builds {
	if builds == nil || len(people) == 0 || name == nil {
		return builds
	}
	return namedBuilds{builds, people, name}
}

// name replaces the name of an executor by that of the workspace. If Slack does not tell
// it, the executor's stays.
func (n namedBuilds) name(ctx context.Context, who *string) {
	for executor, user := range n.people {
		if !strings.EqualFold(executor, *who) {
			continue
		}
		if shown := n.named(ctx, user); shown != "" && shown != user {
			*who = shown
		}
		return
	}
}

func (n namedBuilds) Builds(ctx context.Context, taskID string, count int) ([]logsapi.Build, error) {
	all, err := n.told.Builds(ctx, taskID, count)
	return masked(all, err, func(b *logsapi.Build) { n.name(ctx, &b.Who) })
}

func (n namedBuilds) NewestBuilds(ctx context.Context, taskID string, count int) ([]logsapi.Build, error) {
	all, err := n.told.NewestBuilds(ctx, taskID, count)
	return masked(all, err, func(b *logsapi.Build) { n.name(ctx, &b.Who) })
}

func (n namedBuilds) Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error) {
	r, err := n.told.Record(ctx, taskID, build)
	n.name(ctx, &r.Who)
	return r, err
}
