package commands

import (
	"context"
	"errors"
	"time"

	"logbot/commands/access"
	"logbot/commands/failure/known"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/commands/verdict"
	"logbot/logsapi"
)

// The flags of claim.
const (
	release = "release"
	take    = "take"
)

// claims are what claim needs.
type claims struct {
	store FailureStore                                  // nil: nothing can be claimed
	named func(ctx context.Context, user string) string // may be nil
	ask   asking
	past  *memory
}

func claimVerb(c claims) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:   "claim",
			Beside: "seen",
			Also:   []string{"认领", "领取", "我来处理", "接手"},
			Usage:  "TASK [BUILD]",
			Does:   texts.ClaimDoes,
			More:   texts.ClaimMore,
			Examples: []typed.Suggestion{
				{Line: "claim web", Does: texts.ClaimExample.With()},
				{Line: "claim web --release", Does: texts.ClaimExampleRelease.With()},
			},
			Flags: []typed.Flag{
				{Name: take, Does: texts.FlagTake.With()},
				{Name: release, Does: texts.FlagRelease.With()},
			},
			Changes: true,
			Min:     1, Max: 2,
		},
		refuse: func(in *command) error {
			switch {
			case c.store == nil || in.User == "":
				return typed.Wrong(texts.ClaimNowhere.With(), typed.Help)
			case in.request.Standing == access.App:
				return typed.Wrong(texts.ClaimNeedsPerson.With())
			case in.Has(take) && in.Has(release):
				return typed.Wrong(texts.ClaimEitherFlag.With(), in.Without(release).Line(), in.Without(take).Line())
			}
			return nil
		},
		names: aBuild,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			b := buildFacts{in: in}
			seen, found, err := c.sighting(ctx, b)
			switch {
			case err != nil:
				return reply.Reply{}, err
			case !found:
				return reply.Reply{
					Private: true, Body: in.say(texts.ClaimNoFailure, b.name()), About: b.about(),
					Try: []reply.Example{{Line: b.line(typed.Fail), Does: in.say(texts.FailDoes)}},
				}, nil
			case seen.Key == "":
				return reply.Reply{}, unsure(b)
			}
			if in.Has(release) {
				return c.release(ctx, b, seen)
			}
			return c.claim(ctx, b, seen)
		},
	}
}

// sighting is what the memory has of the build. A build that was never read is read now;
// found is false if it did not fail.
func (c claims) sighting(ctx context.Context, b buildFacts) (seen known.Sighting, found bool, err error) {
	in := b.in
	seen, found, err = c.store.OfBuild(ctx, in.task.ID(), in.build)
	if err == nil && !found {
		ask := in.request
		ask.Text = b.line(typed.Fail)
		if _, err := c.ask(ctx, ask, &in.task); err != nil {
			return known.Sighting{}, false, err
		}
		c.past.settled(ctx, in.task.ID(), in.build)
		seen, found, err = c.store.OfBuild(ctx, in.task.ID(), in.build)
	}
	if err != nil {
		return known.Sighting{}, false, notStored(in, err, texts.ClaimAway, texts.ClaimAway, "claim")
	}
	return seen, found, nil
}

// unsure refuses a failure that later builds cannot be compared with.
func unsure(b buildFacts) error {
	return typed.Wrong(texts.ClaimUnsure.With(b.name()), b.line(typed.Fail))
}

// claim makes the caller the one who is on the failure.
func (c claims) claim(ctx context.Context, b buildFacts, seen known.Sighting) (reply.Reply, error) {
	in := b.in
	before, _, _ := c.store.Failure(ctx, seen.Key) // only to say who had it
	is, err := c.store.Claim(ctx, known.NewClaim{
		Key: seen.Key, Task: in.task.ID(), Build: in.build, User: in.User, Name: c.name(ctx, in.User), At: time.Now(), Take: in.Has(take),
	})
	switch {
	case errors.Is(err, ErrGreenSince):
		return reply.Reply{}, typed.Wrong(texts.ClaimGreen.With(b.name()), typed.Line("builds", in.task.Word))
	case errors.Is(err, ErrNotSeen): // another reading has found another cause meanwhile
		return reply.Reply{}, unsure(b)
	case err != nil:
		return reply.Reply{}, notStored(in, err, texts.ClaimAway, texts.ClaimAway, "claim")
	}
	r := b.claimed(seen, &is)
	if is.User != in.User {
		r.Private, r.Body = true, in.say(texts.ClaimTaken)
		if c.visible(in, &is) == nil {
			r.Claim, r.Body = reply.Claim{}, in.say(texts.ClaimTakenUnseen)
		}
		r.Try = []reply.Example{{Line: b.line("claim", "--"+take), Does: in.say(texts.FlagTake)}}
		return r, nil
	}
	if was := c.visible(in, before.Claim); was != nil && was.User != in.User {
		r.Body = in.say(texts.ClaimTakenFrom, texts.Plain(nameOf(*was)))
	}
	r.Try = []reply.Example{b.offer(b.line("claim", "--"+release), texts.FlagRelease, texts.ReleaseIt, reply.InThread)}
	return r, nil
}

// release ends the caller's claim.
func (c claims) release(ctx context.Context, b buildFacts, seen known.Sighting) (reply.Reply, error) {
	in := b.in
	was, ended, err := c.store.Release(ctx, seen.Key, in.User)
	if !ended {
		was = c.visible(in, was)
	}
	switch {
	case err != nil:
		return reply.Reply{}, notStored(in, err, texts.ClaimAway, texts.ClaimAway, "claim")
	case was == nil:
		return reply.Reply{
			Private: true, Body: in.say(texts.ClaimNobody, b.name()), About: b.about(),
			Try: []reply.Example{{Line: b.line("claim"), Does: in.say(texts.ClaimItDoes)}},
		}, nil
	case !ended:
		r := b.claimed(seen, was)
		r.Private, r.Body = true, in.say(texts.ClaimNotYours, texts.Plain(nameOf(*was)))
		r.Try = []reply.Example{{Line: b.line("claim", "--"+take), Does: in.say(texts.FlagTake)}}
		return r, nil
	}
	r := b.claimed(seen, nil)
	r.Body = in.say(texts.ClaimReleased, texts.Plain(nameOf(*was)))
	r.Try = []reply.Example{b.offer(b.line("claim"), texts.ClaimItDoes, texts.ClaimIt, reply.InThread)}
	return r, nil
}

// visible returns the claim if everybody who sees the answer may know of it, otherwise nil.
func (c claims) visible(in *command, claim *known.Claim) *known.Claim {
	return verdict.Visible(known.Failure{Claim: claim}, in.task.ID(), c.past.may(in)).Claim
}

// name is how the workspace shows a user.
func (c claims) name(ctx context.Context, user string) string {
	if c.named == nil {
		return user
	}
	return c.named(ctx, user)
}

// claimed is a card that says which failure it is about and who is on it.
func (b buildFacts) claimed(seen known.Sighting, c *known.Claim) reply.Reply {
	r := b.stands(logsapi.Failed)
	r.Reason, r.Claim = seen.Text, claimOf(known.Failure{Claim: c})
	return r
}
