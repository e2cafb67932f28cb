package doctor

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/sirupsen/logrus"

	"logbot/cmd/logbot/app"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// task reads one build of a task from end to end, as a command does.
type task struct {
	c    *config.Config
	name string
	read func(context.Context) *read
}

// read is what came of it.
type read struct {
	err         error // the commands could not be made
	found, fail reply.Reply
	dialects    []string
}

// addTask adds the checks of a task: it is found, a build of it is read, and what was
// seen of the hosts meanwhile.
func addTask(to *checks.Registry, c *config.Config, name string) {
	t := &task{c: c, name: name}
	var once sync.Once
	var got *read
	t.read = func(ctx context.Context) *read {
		once.Do(func() { got = t.readOnce(ctx) })
		return got
	}
	to.Add(checks.Check{Part: "task", Name: "task " + name + ", found", Run: t.isFound})
	to.Add(checks.Check{Part: "task", Name: "task " + name + ", latest build read", Run: t.isRead})
	to.Add(checks.Check{Part: "task", Name: "task " + name + ", dialect of CodeArts", Run: t.dialect})
}

func (t *task) readOnce(ctx context.Context) *read {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	alone := *t.c
	alone.RedisURL, alone.CacheRedisURL, alone.DataDir = "", "", "" // pages come from CodeArts itself
	known, err := app.OpenCommands(ctx, &alone, silent)
	if err != nil {
		return &read{err: err}
	}
	defer known.Close()
	run := func(line string) reply.Reply {
		return known.Run(ctx, commands.Request{Text: line, Lang: texts.English})
	}
	r := &read{found: run("builds " + t.name), fail: run("fail " + t.name)}
	for _, d := range known.Dialects() {
		if d.Host != "" {
			r.dialects = append(r.dialects, d.Host+": "+d.String())
		}
	}
	r.dialects = append(slices.Compact(r.dialects), known.Habits().String())
	return r
}

func (t *task) isFound(ctx context.Context) checks.Result {
	r := t.read(ctx)
	switch {
	case r.err != nil:
		return checks.Skip("see the settings")
	case r.found.Refused && len(r.fail.Lines) == 0 && r.fail.Refused:
		return refused(r.found)
	case r.found.Refused:
		return checks.Wrong(checks.Yellow, "no list of builds: "+said(r.found), "")
	}
	return checks.Good("%s", said(r.found))
}

func (t *task) isRead(ctx context.Context) checks.Result {
	r := t.read(ctx)
	switch {
	case r.err != nil:
		return checks.Skip("see the settings")
	case r.fail.Refused && r.found.Refused:
		return checks.Skip("it is not found")
	case r.fail.Refused:
		return refused(r.fail)
	}
	says := said(r.fail)
	if n := len(r.fail.Lines); n > 0 {
		says += fmt.Sprintf("; %d lines of its log", n)
	}
	if r.fail.Reason != "" {
		says += ": " + r.fail.Reason
	}
	return checks.Good("%s", says)
}

// refused is the result for a reply that says why there is no answer.
func refused(r reply.Reply) checks.Result {
	p := checks.Problem{Level: checks.Red, Says: said(r)}
	for _, e := range r.Try {
		if e.Line != "" {
			p.Fix = "try: logbot run '" + e.Line + "'"
			break
		}
	}
	return checks.Result{Problems: []checks.Problem{p}}
}

// said is a reply in one line.
func said(r reply.Reply) string {
	for _, text := range []string{r.Heading, r.Body} {
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			return strings.TrimSuffix(text, ".")
		}
	}
	return "no answer"
}

func (t *task) dialect(ctx context.Context) checks.Result {
	r := t.read(ctx)
	if r.err != nil || len(r.dialects) == 0 || r.fail.Refused {
		return checks.Skip("no log was read")
	}
	return checks.Good("%s", strings.Join(r.dialects, " · "))
}
