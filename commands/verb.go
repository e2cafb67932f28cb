package commands

import (
	"context"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/typed"
)

// verb is one command: how it is typed and how it is answered.
type verb struct {
	typed.Verb
	sendsFile bool // its answers are files
	later     bool // it promises later messages

	// refuse says what is wrong before anything is looked up; may be nil.
	refuse func(in *command) error
	// names resolves what the words name, if the caller may read it; nil if they
	// name nothing, or if answer resolves them.
	names func(ctx context.Context, n *find.Names, in *command) error
	// answer reads what was asked for and explains it.
	answer func(ctx context.Context, in *command) (reply.Reply, error)
}

// posts reports whether the command posts something where others see it, and could not
// show it to the caller alone.
func (v *verb) posts(in *command) bool {
	alone := in.Has(typed.Me) || in.Has("mine")
	return (v.sendsFile || v.later && !in.Has("stop")) && !alone
}

func (v *verb) check(in *command) error {
	if v.refuse == nil {
		return nil
	}
	return v.refuse(in)
}

func (v *verb) resolve(ctx context.Context, n *find.Names, in *command) error {
	if v.names == nil {
		return nil
	}
	return v.names(ctx, n, in)
}

// aTask resolves TASK, the first word. The lines of an answer name it by task.Word:
// what was typed may mean another task later.
func aTask(ctx context.Context, n *find.Names, in *command) (err error) {
	if in.resolved != nil {
		in.task, err = n.Resolved(ctx, in.Query, in.resolved.ID(), in.resolved.Label)
		return err
	}
	in.task, err = n.Task(ctx, in.Query, in.Words[0])
	return err
}

// aBuild resolves TASK [BUILD], the first words, and makes the command name both.
func aBuild(ctx context.Context, n *find.Names, in *command) (err error) {
	if err := aTask(ctx, n, in); err != nil {
		return err
	}
	if in.build, err = n.Build(ctx, in.Query, in.task); err != nil {
		return err
	}
	in.audited.Build = in.build
	in.Pin(in.task.Word, in.build)
	return nil
}

// aRunningBuild resolves TASK [BUILD], the first words. Left out, BUILD is the one
// that runs.
func aRunningBuild(ctx context.Context, n *find.Names, in *command) (err error) {
	if err := aTask(ctx, n, in); err != nil {
		return err
	}
	in.build, err = n.Running(ctx, in.Query, in.task)
	in.audited.Build = in.build
	return err
}

// aCheckRun resolves RUN, the first word.
func aCheckRun(ctx context.Context, n *find.Names, in *command) (err error) {
	in.task, err = n.CheckRun(ctx, in.Query, in.Words[0])
	return err
}

// grammar is how verbs are typed.
func grammar(verbs []*verb) typed.Verbs {
	var all typed.Verbs
	for _, v := range verbs {
		all = append(all, &v.Verb)
	}
	return all
}
