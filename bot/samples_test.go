package bot

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi/lines"
)

// runnerFunc is a Runner made of a function.
type runnerFunc func(ctx context.Context, r commands.Request) reply.Reply

func (f runnerFunc) Run(ctx context.Context, r commands.Request) reply.Reply { return f(ctx, r) }

// sampleRunner answers with a reply by what was typed, and remembers who typed it.
type sampleRunner struct {
	mu    sync.Mutex
	asked []commands.Request
}

func (s *sampleRunner) Run(_ context.Context, r commands.Request) reply.Reply {
	s.mu.Lock()
	s.asked = append(s.asked, r)
	s.mu.Unlock()
	private := strings.Contains(r.Text, "--me")
	switch verb, rest, _ := strings.Cut(strings.Replace(r.Text, " --me", "", 1), " "); verb {
	case "fail":
		answer := full()
		if private {
			answer.Private = true
			answer.Try = []reply.Example{
				{Line: "/logs fail " + rest + " --lines 40 --me", Button: "More", Place: reply.InPlace},
				{Line: "/logs fail " + rest, Button: "Share", Place: reply.InChannel},
				{Line: "/logs show " + rest + " --me --grep", Button: "Search", Place: reply.AskFirst},
				{Line: "/logs next " + rest, Button: "Next"},
			}
		}
		if strings.Contains(rest, "--lines 40") {
			answer.Heading = "more of " + answer.Heading
		}
		return answer
	case "full":
		return fileOf("for " + r.User + "\n")
	case "show":
		return reply.Reply{Private: private, Heading: "found: " + rest, Try: []reply.Example{{Line: "/logs next " + rest, Button: "Next"}}}
	case "next":
		return reply.Reply{Heading: "next of " + rest}
	}
	return reply.Reply{Private: true, Refused: true, Body: "Unknown command."}
}

func (s *sampleRunner) last() commands.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[len(s.asked)-1]
}

// sampleAnswer answers "fail …" with an excerpt that has a button, "full …" with a
// file, and everything else with an error for the caller.
func sampleAnswer(_ context.Context, r commands.Request) reply.Reply {
	switch verb, rest, _ := strings.Cut(r.Text, " "); verb {
	case "fail":
		answer := explained()
		answer.Try = []reply.Example{
			{Line: "/logs full " + rest, Does: "the whole log as a file", Button: "Full log"},
			{Line: "/logs full " + rest + " 3", Button: "Log of this step"},
			{Line: "/logs help"},
		}
		return answer
	case "full":
		return fileOf("for " + r.User + "\n")
	}
	return reply.Reply{Private: true, Refused: true, Body: fmt.Sprintf("Unknown command %q.", r.Text)}
}

// slowRunner is a command that reads until it is released or stopped.
type slowRunner struct {
	progress read.Progress
	started  chan struct{}
	release  chan struct{}
	more     chan read.Progress
	stopped  atomic.Bool
}

func newSlowRunner(p read.Progress) *slowRunner {
	return &slowRunner{progress: p, started: make(chan struct{}, 8), release: make(chan struct{}), more: make(chan read.Progress)}
}

func (s *slowRunner) Run(ctx context.Context, r commands.Request) reply.Reply {
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

// endless is a log that never ends.
type endless struct{ ctx context.Context }

func (e endless) Read([]byte) (int, error) { <-e.ctx.Done(); return 0, e.ctx.Err() }
func (endless) Close() error               { return nil }

func explained() reply.Reply {
	return reply.Reply{
		Sign: "✗", Heading: "web #128 failed · Maven test · 3 min 12 s",
		Context: []string{"wang.lei", `"round half up"`, "main@1f0c2d9"},
		Started: time.Date(2026, 11, 20, 6, 2, 8, 0, time.UTC),
		Reason:  "OrderApiTest.total:87 expected <200> but was <500>",
		Lines:   []lines.Line{{Number: -2, Text: "[ERROR] <!channel> & *bold* ```"}, {Number: -1, Text: "[ERROR] 失败"}},
		Source:  "2 values hidden",
		Try:     []reply.Example{{Line: "/logs full web 128", Does: "the whole log as a file"}},
	}
}

// full is a reply that has every part.
func full() reply.Reply {
	r := explained()
	r.Link = "https://devcloud.example/cicd/project/p/build/t?buildNo=128&from=<a|b>"
	r.About = reply.About{Task: "48c66c6002964721be537cdc6ce0297b", Name: "web", Build: 128}
	r.Rateable = true
	r.Try = []reply.Example{
		{Line: "/logs full web 128", Does: "the whole log as a file", Button: "Full log"},
		{Line: "/logs fail web 128 --lines 40", Does: "more lines around these", Button: "More", Place: reply.InPlace},
		{Line: "/logs show web 128 --grep", Does: "the lines that match", Button: "Search", Place: reply.AskFirst, Menu: 2},
	}
	return r
}

// fileOf is a reply with a file of that content.
func fileOf(content string) reply.Reply {
	return reply.Reply{Heading: "Step 3 of web #128", File: reply.NewFile("web-128-stage3.log", redact.New(),
		func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil })}
}
