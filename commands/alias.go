package commands

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi/lazyregexp"
)

// maxAliasName bounds an alias that is set in Slack, in characters.
const maxAliasName = 40

// aliasWord is what an alias may look like: letters, digits and signs between
// them. Signs that Slack or a shell would read are left out.
var aliasWord = lazyregexp.New(`^[\pL\pN][\pL\pM\pN._/+-]*$`)

func aliasVerb(places aliasPlaces, names *find.Names, verbs func() typed.Verbs) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "alias",
			Also:  []string{"别名", "设置别名"},
			Usage: "NAME TASK",
			Does:  texts.AliasDoes,
			More:  texts.AliasMore,
			Examples: []typed.Suggestion{
				{Line: "alias shop web", Does: texts.AliasExample.With()},
				{Line: "alias shop web --workspace", Does: texts.AliasExampleWorkspace.With(), Admin: true},
			},
			Flags:   []typed.Flag{workspaceFlag(), {Name: "check", Does: texts.FlagAliasCheck.With()}},
			Changes: true,
			Min:     2, Max: 2, Task: 1,
		},
		refuse: func(in *command) error {
			if err := refuseName(in, names, verbs()); err != nil {
				return err
			}
			_, err := places.of(in)
			return err
		},
		names: func(ctx context.Context, n *find.Names, in *command) (err error) {
			if in.Has("check") {
				in.task, err = n.CheckRun(ctx, in.Query, in.Words[1])
			} else {
				in.task, err = n.Task(ctx, in.Query, in.Words[1])
			}
			return err
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			in.audited.Name = in.Words[0]
			channel, err := places.of(in)
			if err != nil {
				return reply.Reply{}, err
			}
			return places.set(ctx, names, in, channel)
		},
	}
}

// refuseName refuses a name that could not be typed or would be read as something
// else.
func refuseName(in *command, names *find.Names, verbs typed.Verbs) error {
	name := in.Words[0]
	other := typed.Line(in.Verb.Name, "shop", in.Words[1])
	switch {
	case !aliasWord.MatchString(name) || utf8.RuneCountInString(name) > maxAliasName || strings.ContainsFunc(name, unicode.IsControl):
		return typed.Wrong(texts.AliasNotOneWord.With(texts.Quote(name), maxAliasName), names.Examples(in.Caller, in.Verb)...)
	case verbs.Named(name) != nil, verbs.Listed().Called(name) != nil:
		return typed.Wrong(texts.AliasIsVerb.With(name), other)
	case find.LikeID(name):
		return typed.Wrong(texts.AliasLikeID.With(name), other)
	}
	if taken, ok := names.Configured(in.Caller, name); ok {
		return typed.Wrong(texts.AliasTaken.With(taken), other)
	}
	return nil
}

// set sets the alias of a command. One of the same name that the caller may not remove
// stays, and the new one is kept beside it: people who may see the older one get that one,
// and for the others it does not exist. So nobody learns of an alias of what they may not read,
// nor takes it from those who may.
func (p aliasPlaces) set(ctx context.Context, names *find.Names, in *command, channel string) (reply.Reply, error) {
	name, check, target := in.Words[0], in.Has("check"), in.task.AliasTarget()
	if names.NameTaken(ctx, in.Caller, name, target, check) {
		return reply.Reply{}, typed.Wrong(texts.AliasIsTask.With(name), typed.Line(in.Verb.Name, "shop", in.Words[1]))
	}
	set := find.Alias{Channel: channel, Name: name, Target: target, Check: check, By: in.User, At: time.Now()}
	if err := p.store.SetAlias(ctx, set, p.mayRemove(names, in)); err != nil {
		return reply.Reply{}, notStored(in, err, texts.AliasAway, texts.AliasFull, "aliases")
	}
	says := texts.AliasSet
	if channel == "" {
		says = texts.AliasSetWorkspace
	}
	verb := typed.Fail
	if check {
		verb = "check"
	}
	return reply.Reply{Body: in.say(says, name, in.task.Name), Try: []reply.Example{{Line: typed.Line(verb, name)}}}, nil
}
