package bot

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
)

// slow is a command that reads until it is released or stopped.
type slow struct {
	progress read.Progress
	started  chan struct{}
	release  chan struct{}
	more     chan read.Progress
	stopped  atomic.Bool
}

func newSlow(p read.Progress) *slow {
	return &slow{progress: p, started: make(chan struct{}, 8), release: make(chan struct{}), more: make(chan read.Progress)}
}

func (s *slow) Run(ctx context.Context, r commands.Request) reply.Reply {
	r.Progress(s.progress)
	s.started <- struct{}{}
	for {
		select {
		case p := <-s.more:
			r.Progress(p)
		case <-s.release:
			return reply.Reply{Heading: "done"}
		case <-ctx.Done():
			s.stopped.Store(true)
			return reply.Reply{Private: true, Refused: true, Body: "context canceled"}
		}
	}
}

func hurriedWork(t *testing.T, options Options) *office {
	t.Helper()
	return startWork(t, slacksim.Config{}, options, &work.NoteTiming{First: time.Millisecond, Every: time.Millisecond})
}

// repeating is a pace at which a note comes again and again.
func repeating() *work.NoteTiming {
	p := work.NoteTiming{First: time.Millisecond, Every: time.Millisecond}
	for range 10 {
		p.Later = append(p.Later, 20*time.Millisecond)
	}
	return &p
}

// note waits for the note about progress that only the caller sees.
func (o *office) note(t *testing.T) slacksim.Message {
	t.Helper()
	o.wait(t, "a note", func() bool { return strings.Contains(o.Render(o.channel, o.user), "[Stop]") })
	return o.Ephemerals(o.channel, o.user)[0]
}

func TestProgressTellsHowMuchWasRead(t *testing.T) {
	s := newSlow(read.Progress{Pages: 12, Bytes: 12e6, About: 40e6})
	o := hurriedWork(t, Options{Commands: s})
	o.types(t, o.channel, "show web 128 --grep x")
	m := o.note(t)
	assert.Contains(t, o.Render(o.channel, o.user), "Reading the log takes a while: 12 of about 40 MB …")
	assert.NotContains(t, o.Render(o.channel, bob), "takes a while", "the caller alone sees it")

	o.press(t, o.user, m, "How far?")
	o.wait(t, "the press to be answered", func() bool { return o.Counts()["response_url"] >= 2 })
	close(s.release)
	o.said(t, o.channel, 1)
	o.wait(t, "the note to go", func() bool { return !strings.Contains(o.Render(o.channel, o.user), "takes a while") })
}

func TestStopEndsTheWorkAtOnce(t *testing.T) {
	s := newSlow(read.Progress{})
	o := hurriedWork(t, Options{Commands: s})
	o.types(t, o.channel, "show web 128 --grep x")
	o.press(t, o.user, o.note(t), "Stop")
	o.wait(t, "an outcome", func() bool { return strings.Contains(o.Render(o.channel, o.user), "Stopped.") })
	assert.True(t, s.stopped.Load())
	shown := o.Render(o.channel, o.user)
	assert.Contains(t, shown, "/logs show web 128 --grep x", "with the line to type again")
	assert.NotContains(t, shown, "[Stop]")
	assert.NotContains(t, shown, "context canceled")
	assert.Len(t, o.Ephemerals(o.channel, o.user), 1)
}

func TestInADirectMessageTheNoteItselfChanges(t *testing.T) {
	s := newSlow(read.Progress{Pages: 3, Bytes: 1_234_567})
	o := hurriedWork(t, Options{Commands: s})
	direct, err := o.DirectMessage(o.user)
	require.NoError(t, err)
	_, err = o.Say(t.Context(), slacksim.Saying{User: o.user, Channel: direct, Text: "show web 128 --grep x"})
	require.NoError(t, err)
	<-s.started
	o.wait(t, "a note", func() bool { return strings.Contains(o.Render(direct, o.user), "1.2 MB so far, 3 pages") })
	s.more <- read.Progress{Pages: 5, Bytes: 5e6}
	o.wait(t, "a change", func() bool { return strings.Contains(o.Render(direct, o.user), "5 MB so far, 5 pages") })
	assert.Equal(t, 1, strings.Count(o.Render(direct, o.user), "takes a while"))
	close(s.release)
	o.wait(t, "the answer alone", func() bool {
		shown := o.Render(direct, o.user)
		return strings.Contains(shown, "done") && !strings.Contains(shown, "takes a while")
	})
}

func TestThePressOfAnOldStopIsExplained(t *testing.T) {
	s := newSlow(read.Progress{})
	o := hurriedWork(t, Options{Commands: s})
	o.types(t, o.channel, "show web 128 --grep x")
	m := o.note(t)
	close(s.release)
	o.said(t, o.channel, 1)
	o.wait(t, "the end of the work", func() bool { return o.bot.tasks.Len() == 0 })
	o.press(t, o.user, m, "Stop")
	o.wait(t, "words", func() bool { return strings.Contains(o.Render(o.channel, o.user), "it cannot be stopped from here") })
	assert.NotContains(t, o.Render(o.channel, o.user), "[Stop]")
}

func TestNotesStayBelowWhatSlackTakesForOneCommand(t *testing.T) {
	release := make(chan struct{})
	o := startWork(t, slacksim.Config{}, Options{Commands: answers(func(_ context.Context, r commands.Request) reply.Reply {
		reading := time.NewTicker(time.Millisecond)
		defer reading.Stop()
		for n := int64(1); ; n++ {
			select {
			case <-reading.C:
				r.Progress(read.Progress{Pages: int(n), Bytes: 1000 * n})
			case <-release:
				return reply.Reply{Heading: "done"}
			}
		}
	})}, repeating())
	o.types(t, private, "show web 128 --grep x")
	o.wait(t, "both notes", func() bool { return len(o.Ephemerals(private, o.user)) >= 2 })
	close(release)
	assert.Equal(t, "done", o.said(t, private, 1)[0].Text, "there is a use left for the answer")
	assert.LessOrEqual(t, o.Counts()["response_url"], 5)
}
