package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"logbot/commands"
	"logbot/commands/reply"
)

// followHere prints the lines of a build as they come, then its outcome. It returns
// nil when ctx ends: Ctrl-C stops it. It warns once of what the lines show, if what has
// begun does not.
func followHere(ctx context.Context, f *commands.Follower, begun reply.Reply, stdout, stderr io.Writer) error {
	s, r := *begun.Follow, begun
	warned := begun.Notice != nil // the caller prints that
	fmt.Fprintln(stdout, r.Title())
	for done := false; ; {
		for _, line := range s.Fresh {
			fmt.Fprintln(stdout, line)
		}
		if done {
			if r.Reason == "" { // these lines are printed already; those of an excerpt are not
				r.Lines = nil
			}
			fmt.Fprintf(stdout, "\n%s\n", r.Text(time.Now()))
			return nil
		}
		timer := time.NewTimer(s.Wait())
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		var err error
		if r, s, done, err = f.Follow(ctx, s); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if r.Notice != nil && !warned {
			warn(r.Notice, s.Lang, stderr)
			warned = true
		}
	}
}
