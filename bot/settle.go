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
	if j.resumed { // its caller stops with the process
		return j.settle(patience.Without(ctx))
	}
	ctx = patience.Without(context.WithoutCancel(ctx))
	begun := a.settlements.begin(func() {
		within, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(a.settlements.open, cancel)()
		if err := j.settle(within); err != nil {
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

// settleWithin is how long a stop waits for what answered commands count. Their callers
// wait for nothing, and another process, or the next one, does the rest.
const settleWithin = 250 * time.Millisecond

// settlements are what answered commands have still to count.
type settlements struct {
	mu      sync.Mutex
	ended   bool // none begins any more
	running sync.WaitGroup
	open    context.Context
	close   context.CancelFunc
}

func newSettlements() *settlements {
	open, cancel := context.WithCancel(context.Background())
	return &settlements{open: open, close: cancel}
}

// begin runs one in a goroutine of its own; not at all after end.
func (s *settlements) begin(settle func()) (begun bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.running.Go(settle)
	}
	return !s.ended
}

// end waits for them, and gives up those that take longer than settleWithin.
func (s *settlements) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	late := time.AfterFunc(settleWithin, s.close)
	s.running.Wait()
	late.Stop()
	s.close()
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
