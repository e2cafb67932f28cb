package commands_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// followed follows a build to its end as another process would each time, and
// returns every line that came and the last reply. each sees every state.
func followed(t *testing.T, h harness, s reply.FollowState, each func(reply.Reply, reply.FollowState)) ([]string, reply.Reply, reply.FollowState) {
	t.Helper()
	var all []string
	for range 10_000 {
		kept, err := json.Marshal(s)
		require.NoError(t, err)
		require.Less(t, len(kept), 64<<10)
		var next reply.FollowState
		require.NoError(t, json.Unmarshal(kept, &next))
		r, next, done, err := h.Follower().Follow(t.Context(), next)
		require.NoError(t, err)
		all = append(all, next.Fresh...)
		if each != nil {
			each(r, next)
		}
		if done {
			return all, r, next
		}
		s = next
		time.Sleep(s.Wait())
	}
	require.Fail(t, "it does not end")
	return nil, reply.Reply{}, s
}

// sameLines fails where a line was lost or came twice. What was followed may begin
// later.
func sameLines(t *testing.T, want, got []string) {
	t.Helper()
	require.LessOrEqual(t, len(got), len(want), "lines that came twice")
	require.Greater(t, len(got), len(want)*9/10, "lines that were lost")
	want = want[len(want)-len(got):]
	for i := range got {
		if i > 0 { // the first may begin inside
			require.Equal(t, want[i], got[i], "line %d", i)
		}
	}
}

// whole are the lines of a build's log as people read them.
func (h harness) whole(t *testing.T, build int64) []string {
	t.Helper()
	log, err := io.ReadAll(h.codearts.BuildLog(webID, build))
	require.NoError(t, err)
	return (&read.Tail{Text: string(log)}).Shown(read.Reader{Gate: redact.New(token)}, true)
}

func TestABuildIsFollowedLineByLineToItsOutcome(t *testing.T) {
	for _, fault := range []codeartsim.Fault{"", codeartsim.OffsetsString, codeartsim.NewestFirst,
		codeartsim.OutOfOrder, codeartsim.MoreWhileRunning, codeartsim.CutLine, codeartsim.Busy + "=3", fiveEndpoints,
	} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var on []codeartsim.Fault
				if fault != "" {
					on = append(on, fault)
				}
				h := newBubbleHarness(t, nil, nil, on...)
				time.Sleep(8 * time.Second)
				r := h.typed(t, "follow web 129")
				require.NotNil(t, r.Follow, shown(r))
				first := r.Follow.Fresh
				assert.Contains(t, r.Heading, "web #129 running")
				began := time.Now()
				before := h.codearts.Requests().LiveLog
				steps := 0
				lines, last, s := followed(t, h, *r.Follow, func(r reply.Reply, _ reply.FollowState) {
					steps++
					assert.LessOrEqual(t, len(r.Lines), 20)
				})
				sameLines(t, h.whole(t, 129), append(first, lines...))
				assert.Contains(t, last.Heading, "web #129 failed")
				assert.NotEmpty(t, last.Reason)
				assert.NotContains(t, shown(last), "--stop")
				assert.Nil(t, last.Follow)
				assert.False(t, s.Log.ByEnd, "the offsets continue")
				assert.Less(t, time.Since(began), 3*time.Minute+40*time.Second)
				if fault == "" {
					assert.LessOrEqual(t, h.codearts.Requests().LiveLog-before, int64(steps+9), "one page a step: only what is new; an empty end is asked for twice")
				}
			})
		})
	}
}

func TestOffsetsThatDoNotLeadOnAreFoundOutAndNothingIsLostOrRepeated(t *testing.T) {
	for name, g := range map[string]growing{
		"they continue":                {},
		"they repeat a line and a bit": {repeat: 12},
		"they repeat many lines":       {repeat: 300},
		"they leave out a line":        {skip: 8},
		"they leave out half a line":   {skip: 3},
		"they never bring anything":    {stuck: true},
		"they stay where they are":     {still: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g.every, g.until = 700*time.Millisecond, time.Now().Add(100*time.Second)
				g.began = time.Now().Add(-time.Minute)
				h := newBubbleHarness(t, nil, func(read.Logs) read.Logs { return &g }, fiveEndpoints)
				r := h.typed(t, "follow web 129")
				require.NotNil(t, r.Follow)
				first := r.Follow.Fresh
				lines, last, s := followed(t, h, *r.Follow, nil)
				sameLines(t, strings.Split(strings.TrimSuffix(g.text(), "\n"), "\n"), append(first, lines...))
				assert.Contains(t, last.Body, "half an hour")
				assert.Equal(t, name != "they continue", s.Log.ByEnd)
				assert.False(t, s.Log.Gap)
			})
		})
	}
}

func TestLinesThatCameTooFastAreSaidToBeLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &growing{every: 5 * time.Millisecond, stuck: true, until: time.Now().Add(25 * time.Second)}
		h := newBubbleHarness(t, nil, func(read.Logs) read.Logs { return g }, fiveEndpoints)
		saw := false
		_, _, s := followed(t, h, *h.typed(t, "follow web 129").Follow, func(r reply.Reply, _ reply.FollowState) {
			saw = saw || strings.Contains(r.Source, "skipped")
		})
		assert.True(t, saw)
		assert.True(t, s.Log.Gap)
	})
}

func TestALongLogIsFollowedFromNearItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBubbleHarness(t, nil, nil)
		r := h.typed(t, "follow monorepo 2000")
		assert.Nil(t, r.Follow, "it has ended")
		assert.Contains(t, r.Heading, `failed · Test queue`)
		assert.LessOrEqual(t, h.codearts.Requests().Pages(), int64(8))
	})
}

func TestTheBuildThatRunsIsMeantWhereNoneIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBubbleHarness(t, nil, nil)
		r := h.typed(t, "follow web")
		require.NotNil(t, r.Follow)
		assert.Equal(t, int64(129), r.Follow.Build)
		assert.Contains(t, r.Heading, "web #129 queued")
		assert.Contains(t, shown(h.typed(t, "fail web 129")), "/logs follow web 129", "there is nothing to explain yet")
		r = h.typed(t, "follow https://devcloud.cn-north-4.huaweicloud.com/cloudbuild/project/"+id("77")+"/build/"+webID+"/128")
		assert.Contains(t, r.Heading, "web #128 failed", "the build that the address names")
		r = h.typed(t, "follow api")
		assert.True(t, r.Refused)
		assert.Contains(t, shown(r), "/logs fail api 57")
		assert.Contains(t, shown(r), "/logs watch api")
		assert.True(t, h.typed(t, "follow web 999").Refused)
		assert.True(t, h.typed(t, "follow web 0").Refused)
		r = h.typed(t, "follow web --me")
		assert.True(t, r.Refused)
		assert.Contains(t, shown(r), "this in a direct message:\n  /logs follow web")
	})
}

func TestAFollowEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A log that never ends: its build is of a task whose record is not told.
		endless := func(read.Logs) read.Logs { return &growing{every: time.Minute} }
		h := newBubbleHarness(t, nil, endless, fiveEndpoints)
		r := h.typed(t, "follow web 129")
		require.NotNil(t, r.Follow)
		began := time.Now()
		_, last, _ := followed(t, h, *r.Follow, nil)
		assert.InDelta(t, 2*time.Hour, time.Since(began), float64(time.Minute))
		assert.Contains(t, last.Body, "two hours")
		assert.Contains(t, shown(last), "/logs follow web 129")

		quiet := func(read.Logs) read.Logs {
			return &growing{every: time.Minute, until: time.Now().Add(5 * time.Minute)}
		}
		h = newBubbleHarness(t, nil, quiet, fiveEndpoints)
		began = time.Now()
		_, last, _ = followed(t, h, *h.typed(t, "follow web 129").Follow, nil)
		assert.InDelta(t, 35*time.Minute, time.Since(began), float64(2*time.Minute))
		assert.Contains(t, last.Body, "half an hour")
	})
}

func TestAFollowEndsWithTheRightToRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy, err := access.New([]access.Rule{{Channels: []string{here}, Users: []string{admin}, Tasks: []string{"web"}}})
		require.NoError(t, err)
		h := newBubbleHarness(t, policy, nil)
		time.Sleep(20 * time.Second)
		s := *h.says(t, here, admin, "follow web 129").Follow
		s.User = ann
		r, _, done, err := h.Follower().Follow(t.Context(), s)
		require.NoError(t, err)
		assert.True(t, done)
		assert.Empty(t, r.Lines)
		assert.Contains(t, r.Body, "You can't read this here")
	})
}

func TestAnAppFollowsWithItsOwnRightAndSetsNoWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const app = "B0DEPLOY001"
		policy, err := access.New([]access.Rule{{Channels: []string{here}, Bots: []string{app}, Tasks: []string{"web"}}})
		require.NoError(t, err)
		h := newBubbleHarness(t, policy, nil)
		time.Sleep(20 * time.Second)
		as := commands.Request{Channel: here, Bot: app, Standing: access.App}
		as.Text = "follow web 129"
		r := h.Run(t.Context(), as)
		require.NotNil(t, r.Follow, r.Body)
		r, next, _, err := h.Follower().Follow(t.Context(), *r.Follow)
		require.NoError(t, err)
		assert.NotContains(t, r.Body, "You can't read this here")
		next.Bot = "B0ANOTHER01"
		r, _, done, err := h.Follower().Follow(t.Context(), next)
		require.NoError(t, err)
		assert.True(t, done)
		assert.Contains(t, r.Body, "You can't read this here")

		as.Text = "watch web"
		assert.Contains(t, h.Run(t.Context(), as).Body, "an app can't set one")
	})
}

func TestAFollowLivesThroughErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBubbleHarness(t, nil, nil)
		time.Sleep(20 * time.Second)
		r := h.typed(t, "follow web 129")
		first := r.Follow.Fresh
		step := 0
		lines, last, _ := followed(t, h, *r.Follow, func(r reply.Reply, s reply.FollowState) {
			step++
			switch step {
			case 3:
				require.NoError(t, h.codearts.SetFaults(codeartsim.BadGateway+"=1"))
			case 9:
				assert.Contains(t, r.Body, "trying again")
				assert.ErrorContains(t, r.Failure, "502", "an operator is told, too")
				assert.NotEmpty(t, r.Lines, "what was read stays")
				require.NoError(t, h.codearts.SetFaults())
			}
		})
		assert.Contains(t, last.Heading, "web #129 failed")
		sameLines(t, h.whole(t, 129), append(first, lines...))
	})
}

func TestAKeyThatComesLineByLineIsMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret := "MIIEpAIBAAKCAQEA7bq0zSECRETSECRETSECRETSECRETSECRETSECRETSECRET"
		text := []string{"begin", "-----BEGIN RSA PRIVATE KEY-----"}
		for i := range 25 {
			text = append(text, fmt.Sprintf("%s%02d", secret[:60], i))
		}
		text = append(text, "-----END RSA PRIVATE KEY-----", "end")
		keys := func(read.Logs) read.Logs { return &growing{every: 3 * time.Second, lines: text} }
		h := newBubbleHarness(t, nil, keys, fiveEndpoints)
		r := h.typed(t, "follow web 129")
		require.NotNil(t, r.Follow)
		lines, _, _ := followed(t, h, *r.Follow, func(r reply.Reply, _ reply.FollowState) {
			assert.NotContains(t, shown(r), "SECRET")
		})
		assert.NotContains(t, strings.Join(lines, "\n"), "SECRET")
		assert.Contains(t, lines, "end")
	})
}

func TestStopEndsTheFollowOfTheChannel(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "follow web 129 --stop")
	assert.Contains(t, r.Body, "isn't followed in this channel")
	h.store.follows[here+" "+webID] = true
	r = h.typed(t, "follow web 129 --stop")
	assert.True(t, r.Private)
	assert.Contains(t, r.Body, "Stopped following")
	assert.Equal(t, []string{ann}, h.store.stopped)
	h.store.refuse(commands.ErrStoreAway)
	assert.Contains(t, h.typed(t, "follow web 129 --stop").Body, "Couldn't stop it")
}

func TestWhatIsFollowedIsToldForTheAuditLog(t *testing.T) {
	h := newHarness(t, nil)
	h.typed(t, "follow web 129")
	require.Len(t, *h.reads, 1)
	r := (*h.reads)[0]
	assert.Equal(t, []any{"follow", webID, int64(129), ann, true}, []any{r.Verb, r.Task, r.Build, r.User, r.Result != commands.Refused})
	_, err := h.Announcer().Broke(t.Context(), commands.Announcement{Channel: here, Owner: admin, Task: webID, Name: "web", Build: 128, State: logsapi.Failed, Failures: 1})
	require.NoError(t, err)
	require.Len(t, *h.reads, 2)
	r = (*h.reads)[1]
	assert.Equal(t, []any{"fail", webID, int64(128), admin, true}, []any{r.Verb, r.Task, r.Build, r.User, r.Result != commands.Refused}, "by the owner's right")
}

func TestABranchIsFollowedInTheBuildThatRuns(t *testing.T) {
	c, _ := over(shop(), access.Open(), broken)
	for _, typed := range []string{"follow web main", "follow web", "follow web last", "follow web 12", "follow web 1f0c2d9"} {
		r := c.Run(t.Context(), commands.Request{Text: typed, Channel: "C1", User: "U1"})
		require.False(t, r.Refused, "%s: %s", typed, r.Body)
		assert.Contains(t, r.Heading, "#12", typed)
	}
}
