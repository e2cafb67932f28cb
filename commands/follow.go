package commands

import (
	"context"
	"errors"
	"strings"
	"time"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

func followVerb(f *Follower, follows Follows) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "follow",
			Also:  []string{"跟踪", "跟随", "实时日志"},
			Usage: "TASK [BUILD]",
			Does:  texts.FollowDoes,
			More:  texts.FollowMore,
			Examples: []typed.Suggestion{
				{Line: "follow web", Does: texts.FollowExample.With()},
				{Line: "follow web --stop", Does: texts.FollowExampleStop.With()},
			},
			Flags:   []typed.Flag{{Name: "stop", Does: texts.FlagStop.With()}},
			Changes: true,
			Min:     1, Max: 2,
		},
		later: true,
		refuse: func(in *command) error {
			if in.Has(typed.Me) && !in.Has("stop") && !strings.HasPrefix(in.Channel, "D") {
				return typed.Wrong(texts.FollowNoMe.With(), in.Without(typed.Me).Line())
			}
			return nil
		},
		names: aRunningBuild,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			if in.Has("stop") {
				return stopFollow(ctx, follows, in)
			}
			return startFollow(ctx, f, in)
		},
	}
}

// startFollow makes the first step.
func startFollow(ctx context.Context, f *Follower, in *command) (reply.Reply, error) {
	now := time.Now()
	s := reply.FollowState{
		Task: in.task.ID(), Name: in.task.Name, Word: in.task.Word, Build: in.build,
		Channel: in.Channel, User: in.User, Bot: in.request.Bot, Lang: in.request.Lang,
		Began: now, News: now,
	}
	step := f.following(&s)
	r, done, err := step.take(ctx)
	in.meter.Expose(step.in.meter.Exposed...)
	if errors.Is(err, ErrShared) {
		return reply.Reply{}, typed.Wrong(texts.Admission.NotShared.With())
	}
	if err != nil {
		return reply.Reply{}, err
	}
	if runs := s.State == logsapi.Running || s.State == logsapi.Queued; !done && !runs && s.Misses > 0 {
		// It has never been read: the reason is worth more than a message that waits.
		return reply.Reply{}, buildFacts{in: in}.unreadable(s.Err)
	}
	if !done {
		r.Follow = &s
	}
	return r, nil
}

func stopFollow(ctx context.Context, follows Follows, in *command) (reply.Reply, error) {
	t := in.task
	if follows == nil {
		return reply.Reply{Private: true, Body: in.say(texts.FollowNotOn, t.Name, in.build)}, nil
	}
	found, err := follows.Stop(ctx, in.Channel, t.ID(), in.build, in.User)
	switch {
	case err != nil:
		return reply.Reply{}, notStored(in, err, texts.FollowStopAway, texts.FollowStopAway, "follow")
	case !found:
		return reply.Reply{Private: true, Body: in.say(texts.FollowNotOn, t.Name, in.build), Try: []reply.Example{{Line: typed.Line("follow", t.Word, itoa(in.build))}}}, nil
	}
	return reply.Reply{Private: true, Body: in.say(texts.FollowDone, t.Name, in.build)}, nil
}
