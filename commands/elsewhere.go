package commands

import (
	"context"
	"slices"
	"strings"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// undone is something that logbot does not do: words for it, and what it says to them.
type undone struct {
	words []string
	says  texts.Text
}

var allUndone = []undone{
	{[]string{"retry", "rerun", "restart", "rebuild", "redo", "run", "start", "trigger", "launch", "重试", "重跑", "重新构建", "重新运行", "启动", "运行", "执行", "触发"}, texts.NotStarted},
	{[]string{"cancel", "abort", "kill", "terminate", "取消", "中止", "终止", "停止"}, texts.NotStopped},
	{[]string{"deploy", "release", "rollback", "publish", "promote", "部署", "发布", "回滚", "上线"}, texts.NotDeployed},
	{[]string{"diff", "compare", "changes", "commits", "对比", "比较", "差异", "变更"}, texts.NotCompared},
	{[]string{"artifacts", "artifact", "package", "packages", "制品", "构建包"}, texts.NoArtifacts},
	{[]string{"approve", "reject", "审批", "批准", "拒绝"}, texts.NotApproved},
}

// elsewhereVerb answers what people type that logbot does not do: it says so, and
// leads to the page where it is done, if the caller may see the task.
func elsewhereVerb(s service, names *find.Names) *verb {
	var also []string
	for _, u := range allUndone {
		also = append(also, u.words...)
	}
	return &verb{
		Verb: typed.Verb{
			Name: "elsewhere", Also: also, Hidden: true, Usage: "[TASK] [BUILD]", Max: 1 << 10,
			Examples: []typed.Suggestion{{Line: typed.Help}},
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			i := slices.IndexFunc(allUndone, func(u undone) bool { return slices.Contains(u.words, strings.ToLower(in.Named)) })
			r := reply.Reply{Private: true, Refused: true, Body: in.say(allUndone[i].says)}
			if len(in.Words) > 0 && elsewhereTask(ctx, names, in) {
				r.Link = s.page(ctx, in)
				r.About = reply.About{Task: in.task.ID(), Name: in.task.Name}
				r.Try = []reply.Example{{Line: typed.Line(typed.Fail, in.task.Word), Does: in.say(texts.FailDoes)}}
			}
			if len(r.Try) == 0 {
				r.Try = []reply.Example{{Line: typed.Help, Does: in.say(texts.HelpDoes)}}
			}
			return r, nil
		},
	}
}

// elsewhereTask resolves the task of the command. Without one, or if the caller may
// not read it, the answer is the same.
func elsewhereTask(ctx context.Context, names *find.Names, in *command) bool {
	fail := &typed.Command{Verb: in.Verb, Named: in.Named, Words: in.Words[:1]}
	t, err := names.Task(ctx, find.Query{Command: fail, Caller: in.Caller, As: find.ByAny, Checked: in.Checked}, in.Words[0])
	in.task = t
	return err == nil
}
