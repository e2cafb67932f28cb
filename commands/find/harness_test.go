package find_test

import (
	"context"
	"strings"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/typed"
	"logbot/logsapi"
)

const (
	webID = "48c66c6002964721be537cdc6ce0297b"
	apiID = "5a90e1c47d3b4f2683bc0d1fe2a5b719"
)

// id is a task id that ends in the given digits.
func id(end string) string { return strings.Repeat("0", 32-len(end)) + end }

// newNames are names over a service with a few tasks, of which the configuration
// knows web and somebody set shop.
func newNames(policy *access.Policy) *find.Names {
	return find.New(find.Options{
		Lists: lists{}, Access: policy, Set: set{},
		Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
	})
}

// query is a command of a caller in a channel.
func query(verb string, words ...string) find.Query {
	return find.Query{
		Command: &typed.Command{Verb: &typed.Verb{Name: verb, Examples: []typed.Suggestion{{Line: "fail web 128"}}}, Words: words},
		Caller:  find.Caller{Channel: "C1", User: "U1"},
		Checked: func(string, access.Grant) {},
	}
}

type lists struct{}

func (lists) Tasks(context.Context) ([]logsapi.Task, error) {
	return []logsapi.Task{
		{ID: id("1"), Name: "shop-web"}, {ID: id("2"), Name: "shop-api"}, {ID: id("3"), Name: "Payment"},
		{ID: id("4"), Name: "固件 构建"}, {ID: id("5"), Name: "twin"}, {ID: id("6"), Name: "Twin"},
	}, nil
}

func (lists) CheckTasks(context.Context) ([]logsapi.CheckTask, error) {
	return []logsapi.CheckTask{{ID: id("c1"), Name: "style"}}, nil
}

func (lists) CheckRuns(context.Context, string) ([]logsapi.CheckRun, error) {
	return []logsapi.CheckRun{{ID: id("d2")}, {ID: id("d1")}}, nil
}

func (lists) Builds(context.Context, string, int) ([]logsapi.Build, error) { return nil, nil }

func (lists) Steps(context.Context, string, int64, string) ([]logsapi.Step, error) { return nil, nil }

func (lists) RecordBuild(context.Context, string) (int64, error) { return 0, nil }

func (lists) PipelineSteps(context.Context, string, string, string) ([]logsapi.PipelineStep, error) {
	return nil, nil
}

// set has one alias, shop.
type set struct{}

func (set) Named(_ context.Context, channel, name string) ([]find.Alias, error) {
	if name != "shop" {
		return nil, nil
	}
	return []find.Alias{{Channel: channel, Name: "shop", Target: apiID}}, nil
}

func (set) ListAliases(context.Context, string) ([]find.Alias, error) { return nil, nil }
