package bot

import (
	"context"
	"sync"
	"time"

	"logbot/cache/patience"
	"logbot/logsapi/requestid"
)

// A command that counts something, such as the builds that failed in one way, does so before
// its answer leaves, unless the store takes longer than a command may wait. Then the answer
// leaves first, and the command is done only when the count is stored; see
// reply.Reply.Settle. If the process dies before that, the command is run again, without an
// answer. That is safe, as what is counted counts once.

// end ends the lease of a command once what it had to count is stored. If the caller of
// Resume ends it, the error says that it is not.
func (a *answerer) end(ctx context.Context, j job) error {
	if j.settle == nil {
		a.leases.finish(ctx, j)
		return nil
	}
	a.leases.posted(ctx, j, "")
	if j.resumed {
		return j.settle(patience.Without(ctx))
	}
	begun := a.settling.begin(func(ends context.Context) {
		if err := j.settle(ends); err != nil {
			a.logFor(j).Warnf("another process will do it: %v", err)
			a.leases.abandon(j)
			return
		}
		a.leases.finish(ctx, j)
	})
	if !begun {
		a.leases.abandon(j)
	}
	return nil
}

// settleWithin is how long a bot that stops waits for what was counted to be stored. A store
// that takes longer is away, and another process does it.
const settleWithin = time.Second

// settling are the commands whose count is being stored.
type settling struct {
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup
	mu     sync.Mutex
	closed bool
}

func newSettling() *settling {
	s := &settling{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// begin runs do, whose context ends when the bot does. It reports false if it has ended.
func (s *settling) begin(do func(context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.all.Go(func() { do(s.ctx) })
	return true
}

// close lets nothing begin any more and waits for what has, for so long at most.
func (s *settling) close(within time.Duration) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	late := time.AfterFunc(within, s.cancel)
	s.all.Wait()
	late.Stop()
	s.cancel()
}

// Settle runs a command of a process that died after its answer, without an answer: what it
// had to count may not be stored. payload is what Begin stored.
func (b *Bot) Settle(ctx context.Context, payload []byte) error {
	j, err := readJob(payload)
	if err != nil || j.Recorded {
		return err
	}
	j.resumed = true
	return b.answerer.settle(requestid.In(patience.Without(ctx), requestid.For(j.ID)), j)
}

func (a *answerer) settle(ctx context.Context, j job) error {
	who, err := a.sender.self.wait(ctx)
	if err != nil {
		return err
	}
	lang := a.people.Language(j.To.User)
	j, refused, err := a.admit(ctx, j, lang)
	if err != nil || refused != nil {
		return err
	}
	if j.Find {
		command, _, found := findBuild(ctx, a.finder, j, lang, who)
		if !found {
			return nil
		}
		j = command
	}
	answer, err := a.run(ctx, j.request(lang, nil))
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case answer.Settle != nil:
		return answer.Settle(ctx)
	}
	return answer.Failure
}
