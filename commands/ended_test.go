package commands_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/logsapi"
)

const lineStamp = "[2026/11/29 10:00:00.000 GMT+08:00] "

// console is the log of a build to which the test writes. Its offsets are bytes.
type console struct {
	logs
	text   string
	ends   []logsapi.PageRequest // requests that took the build for finished
	record func(context.Context) (logsapi.Record, error)
	service
}

func (c *console) write(lines ...string) {
	for _, line := range lines {
		c.text += lineStamp + line + "\n"
	}
}

func (c *console) Page(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	if r.Finished {
		c.ends = append(c.ends, r)
	}
	end := int64(len(c.text))
	if r.Order == logsapi.Descending {
		return logsapi.Page{Text: c.text, Last: true, Next: logsapi.Cursor{End: end}}, nil
	}
	return logsapi.Page{Text: c.text[r.At.End:], Last: true, Next: logsapi.Cursor{Start: r.At.End, End: end}}, nil
}

func (c *console) Record(ctx context.Context, _ string, _ int64) (logsapi.Record, error) {
	return c.record(ctx)
}

// says makes the record tell one state.
func says(s logsapi.State) func(context.Context) (logsapi.Record, error) {
	return func(context.Context) (logsapi.Record, error) { return logsapi.Record{State: s}, nil }
}

func refuses(err error) func(context.Context) (logsapi.Record, error) {
	return func(context.Context) (logsapi.Record, error) { return logsapi.Record{}, err }
}

// commandsOn are commands that read c, through pages where they are not nil.
func commandsOn(c *console, pages *cache.Pages) *commands.Commands {
	l := read.Logs(c)
	if pages != nil {
		l = logs{page: func(r logsapi.PageRequest) (logsapi.Page, error) { return pages.Page(context.Background(), r) }}
	}
	return newCommands(commands.Options{Logs: l, Builds: c})
}

// followFor makes the steps of a follow for so long, or until it is done.
func followFor(t *testing.T, c *commands.Commands, s *reply.FollowState, d time.Duration) (last reply.Reply, done bool) {
	t.Helper()
	for began := time.Now(); time.Since(began) < d; time.Sleep(s.Wait()) {
		var err error
		last, *s, done, err = c.Follower().Follow(t.Context(), *s)
		require.NoError(t, err)
		if done {
			return last, true
		}
	}
	return last, false
}

func followed7() *reply.FollowState {
	return &reply.FollowState{Task: webID, Name: "web", Word: "web", Build: 7, Began: time.Now(), News: time.Now()}
}

func TestAMarkerDoesNotEndAFollowWhileTheRecordSaysThatTheBuildRuns(t *testing.T) {
	for _, state := range []logsapi.State{logsapi.Running, logsapi.Queued} {
		t.Run(string(state), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on := &console{record: says(state)}
				c, s := commandsOn(on, nil), followed7()
				on.write("+ start downstream job", "Finished: SUCCESS") // of another build
				_, done := followFor(t, c, s, 10*time.Minute)
				assert.False(t, done, "ten silent minutes behind the marker")
				on.write("compiling")
				_, done = followFor(t, c, s, time.Minute)
				assert.False(t, done)
				on.write("second job", "Finished: SUCCESS")
				_, done = followFor(t, c, s, 10*time.Minute)
				assert.False(t, done, "a second marker")

				on.record = says(logsapi.Failed)
				on.write("main.c:3:1: error: expected ';'", "make: *** [all] Error 2", "Finished: FAILURE")
				last, done := followFor(t, c, s, 30*time.Second)
				assert.True(t, done)
				assert.Contains(t, last.Heading, "web #7 failed")
				assert.Contains(t, last.Reason, "expected ';'")
			})
		})
	}
}

func TestAMarkerEndsAFollowAfterAQuietTimeWhereNoRecordIsTold(t *testing.T) {
	for name, record := range map[string]func(context.Context) (logsapi.Record, error){
		"not published":        refuses(notPublished),
		"not allowed":          refuses(&logsapi.Error{Kind: logsapi.ErrForbidden}),
		"away":                 refuses(errors.New("connection refused")),
		"a state nobody knows": says(logsapi.Unknown),
		"it answers no longer": nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on := &console{record: record}
				if record == nil {
					on.record = says(logsapi.Running)
				}
				c, s := commandsOn(on, nil), followed7()
				on.write("+ start downstream job")
				_, done := followFor(t, c, s, 20*time.Second)
				require.False(t, done)
				if record == nil {
					on.record = refuses(errors.New("connection refused"))
				}

				on.write("Finished: SUCCESS") // of another build
				_, done = followFor(t, c, s, 12*time.Second)
				require.False(t, done, "it may go on")
				on.write("compiling")
				_, done = followFor(t, c, s, time.Minute)
				require.False(t, done, "it went on")
				on.write("second job", "Finished: SUCCESS")
				_, done = followFor(t, c, s, 12*time.Second)
				require.False(t, done, "the first marker is forgotten")
				on.write("third job", "Finished: SUCCESS")
				_, done = followFor(t, c, s, 12*time.Second)
				require.False(t, done, "each marker has its own quiet time")

				on.write("make: *** [all] Error 2", "Finished: FAILURE")
				began := time.Now()
				last, done := followFor(t, c, s, time.Minute)
				assert.True(t, done)
				assert.InDelta(t, 18*time.Second, time.Since(began), float64(4*time.Second))
				assert.Contains(t, last.Heading, "web #7 failed")
				assert.Empty(t, on.ends, "only a record makes the end of a log final")
			})
		})
	}
}

func TestOtherWordsOfAToolDoNotEndAFollow(t *testing.T) {
	for _, line := range []string{"Finished: 12 files", "Finished: running", "  Finished: SUCCESS", "[INFO] [a:b] : Finished: SUCCESS"} {
		t.Run(line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on := &console{record: refuses(notPublished)}
				c, s := commandsOn(on, nil), followed7()
				on.write(line)
				_, done := followFor(t, c, s, 5*time.Minute)
				assert.False(t, done)
			})
		})
	}
}

// What a look at a build that runs leaves in the cache must not hide how it ends.
func TestAFailureIsSeenThoughTheBuildWasLookedAtBehindAToolsMarker(t *testing.T) {
	for name, record := range map[string]func(context.Context) (logsapi.Record, error){
		"not published": refuses(notPublished),
		"too slow": func(ctx context.Context) (logsapi.Record, error) {
			select {
			case <-ctx.Done():
				return logsapi.Record{}, ctx.Err()
			case <-time.After(3 * time.Second):
				return logsapi.Record{State: logsapi.Running}, nil
			}
		},
	} {
		for _, look := range []string{"fail web 7", "show web 7 --tail", "follow web 7"} {
			t.Run(name+", "+look, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					on := &console{record: record}
					pages := cache.New(on, cache.Options{Scope: "s"})
					defer pages.Close()
					c := commandsOn(on, pages)
					on.write("+ start downstream job", "Finished: SUCCESS")
					r := c.Run(t.Context(), commands.Request{Text: look})
					if r.Follow != nil {
						followFor(t, c, r.Follow, time.Minute)
					}
					on.write("main.c:3:1: error: expected ';'", "make: *** [all] Error 2", "Finished: FAILURE")
					for _, later := range []time.Duration{3 * time.Second, 15 * time.Minute, 2 * time.Hour} {
						time.Sleep(later)
						assert.Contains(t, c.Run(t.Context(), commands.Request{Text: "fail web 7"}).Reason, "expected ';'", later)
					}
				})
			})
		}
	}
}

func TestASecondLookAtABuildWhoseRecordSaysThatItFinishedReadsNoLog(t *testing.T) {
	for _, look := range []string{"fail web 7", "show web 7", "show web 7 --tail", "show web 7 --grep Error", "full web 7 all"} {
		t.Run(look, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on, asked := &console{record: says(logsapi.Failed)}, 0
				on.write("main.c:3:1: error: expected ';'", "make: *** [all] Error 2", "Finished: FAILURE")
				counted := logs{page: func(r logsapi.PageRequest) (logsapi.Page, error) {
					asked++
					return on.Page(t.Context(), r)
				}}
				pages := cache.New(counted, cache.Options{Scope: "s"})
				defer pages.Close()
				c := commandsOn(on, pages)
				for range 3 {
					r := c.Run(t.Context(), commands.Request{Text: look})
					assert.False(t, r.Refused)
					time.Sleep(time.Minute)
				}
				assert.Equal(t, 1, asked)
			})
		})
	}
}
