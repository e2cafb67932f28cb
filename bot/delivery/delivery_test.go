package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/commands/texts"
)

var sentAgain = texts.SentAgain.In(texts.English)

func TestMessagesOfAChannelKeepTheirOrderAndSlacksPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return reply{after: 100 * time.Millisecond} })
		var want []string
		var all sync.WaitGroup
		for i := range 8 {
			text := fmt.Sprint(i)
			want = append(want, text)
			all.Go(func() { _, _ = c.Say(t.Context(), Address{Channel: "C1"}, say(text)) })
			synctest.Wait() // in order
		}
		_, err := c.Say(t.Context(), Address{Channel: "C2"}, say("elsewhere"))
		require.NoError(t, err)
		assert.Equal(t, 100*time.Millisecond, time.Since(f.began), "another channel does not wait")
		all.Wait()
		var said []string
		var at []time.Duration
		for _, r := range f.calls("chat.postMessage") {
			if r.args.Get("channel") == "C1" {
				said, at = append(said, r.text()), append(at, r.at)
			}
		}
		assert.Equal(t, want, said)
		assert.Equal(t, []time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond}, at[:3], "a small burst at once")
		for i := 3; i < len(at); i++ {
			assert.Equal(t, time.Duration(i-2)*time.Second, at[i], "then one a second")
		}
	})
}

func TestAllFormsOfTooManyRequestsPauseTheChannelAndNoOther(t *testing.T) {
	for name, form := range map[string]reply{"with a time": busy, "bare": busyBare, "plain": busyPlain} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := true
				c, f := newHarness(t, func(r call) reply {
					if r.args.Get("channel") == "C1" && first {
						first = false
						return form
					}
					return fine
				})
				sayAll(t, c, Address{Channel: "C1"}, "a")
				elsewhere := time.Now()
				sayAll(t, c, Address{Channel: "C2"}, "b")
				assert.Zero(t, time.Since(elsewhere))
				sayAll(t, c, Address{Channel: "C1"}, "c")
				calls := f.calls("chat.postMessage")
				wait := calls[1].at
				if form.retryAfter != "" {
					assert.Equal(t, 3*time.Second, wait)
				}
				assert.GreaterOrEqual(t, wait, time.Second)
				assert.GreaterOrEqual(t, calls[3].at-calls[1].at, time.Second, "no burst after it")
				for _, r := range calls {
					assert.NotContains(t, r.text(), sentAgain, "what was refused is sent again without a word")
				}
				assert.Equal(t, int64(1), c.Stats().Limited)
				assert.Zero(t, c.Stats().Repeats)
			})
		})
	}
}

func TestAPauseHoldsRequestsThatWaitAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c, f := newHarness(t, to(map[string]func(call) reply{"chat.update": func(call) reply {
			if n++; n == 1 {
				return reply{status: 429, retryAfter: "20", after: time.Second}
			}
			return fine
		}}))
		var all sync.WaitGroup
		for i := range 20 { // more than a burst: the last ones wait for their turn when the pause comes
			all.Go(func() { assert.NoError(t, c.Update(t.Context(), "C1", fmt.Sprint(i), say("x"))) })
		}
		all.Wait()
		for _, r := range f.calls("chat.update") {
			assert.True(t, r.at == 0 || r.at >= 21*time.Second, "%v lies in the pause", r.at)
		}
	})
}

func TestAMessageThatMayHaveArrivedIsMarkedWhenSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		first  reply
		marked bool
	}{
		"never sent":            {reply{unsent: true}, false},
		"503":                   {reply{status: 503}, false},
		"service_unavailable":   {no("service_unavailable"), false},
		"reset after sending":   {reply{lost: true}, true},
		"no answer":             {reply{hang: true}, true},
		"500":                   {reply{status: 500}, true},
		"502":                   {reply{status: 502}, true},
		"internal_error":        {no("internal_error"), true},
		"an answer cut in half": {reply{body: `{"ok":tr`}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for way, deliver := range map[string]func(*Courier, Message) error{
					"chat.postMessage": func(c *Courier, m Message) error {
						_, err := c.Say(t.Context(), Address{Channel: "C1"}, m)
						return err
					},
					"hook": func(c *Courier, m Message) error { return c.Whisper(t.Context(), hook("a"), m) },
					"chat.postEphemeral": func(c *Courier, m Message) error {
						return c.Whisper(t.Context(), Address{Channel: "C1", User: "U1"}, m)
					},
				} {
					courier, f := newHarness(t, to(map[string]func(call) reply{way: inTurn(c.first, c.first, fine)}))
					m := say("hello")
					m.Blocks = []slack.Block{slack.NewDividerBlock()}
					m.Lang = texts.Chinese
					require.NoError(t, deliver(courier, m))
					calls := f.calls(way)
					last := calls[len(calls)-1]
					note := texts.SentAgain.ZH
					assert.Equal(t, c.marked, strings.Contains(last.text(), note), "%s: text", way)
					assert.Equal(t, c.marked, strings.Contains(last.args.Get("blocks"), note), "%s: blocks", way)
					repeats := int64(0)
					if c.marked {
						repeats = 2
					}
					assert.Equal(t, repeats, courier.Stats().Repeats, way)
				}
			})
		})
	}
}

func TestABrokenSlackIsRetriedUntilTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return reply{status: 503} })
		f.answer = func(r call) reply {
			if r.at < 10*time.Minute {
				return reply{status: 503}
			}
			return fine
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
		defer cancel()
		_, err := c.Say(ctx, Address{Channel: "C1"}, say("patience"))
		require.NoError(t, err)
		assert.Less(t, len(f.calls("chat.postMessage")), 60, "with pauses that grow")
	})
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			answer reply
			unsure bool
		}{{reply{status: 503}, false}, {reply{status: 500}, true}, {reply{unsent: true}, false}} {
			courier, _ := newHarness(t, inTurn(c.answer))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			_, err := courier.Say(ctx, Address{Channel: "C1"}, say("too late"))
			cancel()
			assert.True(t, isEnd(err), "%v", err)
			assert.ErrorContains(t, err, "post to C1")
			assert.Equal(t, c.unsure, errors.Is(err, send.ErrOutcomeUnknown), "%+v", c.answer)
		}
	})
	synctest.Test(t, func(t *testing.T) { // each of these attempts may show the message
		c, f := newHarness(t, inTurn(reply{lost: true}))
		_, err := c.Say(t.Context(), Address{Channel: "C1"}, say("x"))
		assert.ErrorIs(t, err, send.ErrOutcomeUnknown)
		assert.Len(t, f.calls("chat.postMessage"), 5)
	})
}

func TestRefusedBlocksBecomePlainText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, to(map[string]func(call) reply{
			"chat.postMessage": inTurn(no("invalid_blocks"), fine),
			"hook":             inTurn(reply{status: 400, body: "invalid_blocks"}, fine),
		}))
		m := say("hello")
		m.Blocks = []slack.Block{slack.NewDividerBlock()}
		_, err := c.Say(t.Context(), Address{Channel: "C1"}, m)
		require.NoError(t, err)
		require.NoError(t, c.Whisper(t.Context(), hook("a"), m))
		assert.Equal(t, []string{"hello", "plain hello", "hello", "plain hello"}, textsOf(f.calls("chat.postMessage", "hook")))
	})
}

func TestPlainTextThatWasNeverSentIsSentAgainUnmarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, inTurn(no("invalid_blocks"), reply{unsent: true}, fine))
		m := say("hello")
		m.Blocks = []slack.Block{slack.NewDividerBlock()}
		_, err := c.Say(t.Context(), Address{Channel: "C1"}, m)
		require.NoError(t, err)
		assert.Equal(t, []string{"hello", "plain hello"}, textsOf(f.calls("chat.postMessage")))
		assert.Zero(t, c.Stats().Repeats)
	})
}

func TestAResponseURLIsUsedFiveTimesAndNotesLeaveRoomForTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return fine })
		a := hook("a")
		for range 5 {
			require.NoError(t, c.Note(t.Context(), a, say("note")))
			time.Sleep(time.Minute)
		}
		assert.Len(t, f.calls("hook"), responseUses-usesForAnswer)
		for i := range 5 {
			require.NoError(t, c.Whisper(t.Context(), a, say(fmt.Sprint(i))))
		}
		assert.Len(t, f.calls("hook"), responseUses)
		assert.Equal(t, []string{"3", "4"}, textsOf(f.calls("chat.postEphemeral")), "then an ephemeral message")
		assert.Equal(t, int64(3), c.Stats().LeftOut)
	})
}

func TestAnAnswerFallsBackWhenTheResponseURLIsExpired(t *testing.T) {
	expired := reply{status: 404, body: `{"ok":false,"error":"expired_url"}`}
	outside := no("not_in_channel")
	for name, c := range map[string]struct {
		answers map[string]func(call) reply
		send    func(context.Context, *Courier) error
		want    string // where the last call goes
		to      string
	}{
		"whisper": {
			map[string]func(call) reply{"hook": inTurn(expired)},
			func(ctx context.Context, c *Courier) error { return c.Whisper(ctx, hook("a"), say("x")) }, "chat.postEphemeral", "C1",
		},
		"whisper outside": {
			map[string]func(call) reply{"hook": inTurn(expired), "chat.postEphemeral": inTurn(outside)},
			func(ctx context.Context, c *Courier) error { return c.Whisper(ctx, hook("a"), say("x")) }, "chat.postMessage", "U1",
		},
		"say outside": {
			map[string]func(call) reply{"hook": inTurn(expired), "chat.postMessage": inTurn(outside, fine)},
			func(ctx context.Context, c *Courier) error { _, err := c.Answer(ctx, hook("a"), say("x")); return err }, "chat.postMessage", "U1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				courier, f := newHarness(t, to(c.answers))
				require.NoError(t, c.send(t.Context(), courier))
				last := f.got[len(f.got)-1]
				assert.Equal(t, c.want, last.method)
				assert.Equal(t, c.to, last.args.Get("channel"))
				require.NoError(t, c.send(t.Context(), courier))
				assert.Len(t, f.calls("hook"), 1, "an expired URL is not tried again")
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // what may have arrived is marked on its next way, too
		c, f := newHarness(t, to(map[string]func(call) reply{"hook": inTurn(reply{lost: true}, expired)}))
		require.NoError(t, c.Whisper(t.Context(), hook("a"), say("x")))
		assert.Contains(t, f.calls("chat.postEphemeral")[0].text(), sentAgain)
	})
	synctest.Test(t, func(t *testing.T) { // 30 minutes
		c, f := newHarness(t, func(call) reply { return fine })
		require.NoError(t, c.Whisper(t.Context(), hook("a"), say("x")))
		time.Sleep(31 * time.Minute)
		require.NoError(t, c.Whisper(t.Context(), hook("a"), say("late")))
		assert.Equal(t, []string{"late"}, textsOf(f.calls("chat.postEphemeral")))
	})
}

func TestOfSeveralWaitingUpdatesTheLastIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return reply{after: time.Second} })
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() { assert.NoError(t, c.Update(t.Context(), "C1", "17.1", say(fmt.Sprint(i)))) })
			synctest.Wait()
		}
		all.Wait()
		assert.Equal(t, []string{"0", "5"}, textsOf(f.calls("chat.update")))
	})
}

func TestDeletingAndChangingTwiceIsNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, to(map[string]func(call) reply{
			"chat.delete":  inTurn(reply{lost: true}, no("message_not_found")),
			"files.delete": inTurn(reply{status: 500}, no("file_deleted")),
			"chat.update":  inTurn(reply{lost: true}, fine),
			"hook":         inTurn(reply{lost: true}, fine),
		}))
		assert.NoError(t, c.Retract(t.Context(), "C1", "17.1"))
		assert.NoError(t, c.RemoveFile(t.Context(), "F1"))
		assert.NoError(t, c.Update(t.Context(), "C1", "17.1", say("x")))
		assert.NoError(t, c.Replace(t.Context(), hook("a"), say("x")))
		assert.NoError(t, c.Remove(t.Context(), hook("a")))
		assert.Zero(t, c.Stats().Repeats, "a message changed twice is one message")
		for _, r := range f.calls("chat.update", "hook") {
			assert.NotContains(t, r.text(), sentAgain)
		}
	})
}

func TestAModalIsOpenedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newHarness(t, to(map[string]func(call) reply{"views.open": inTurn(reply{lost: true}, no("exchanged_trigger_id"))}))
		_, err := c.OpenView(t.Context(), "1.2", slack.ModalViewRequest{Type: slack.VTModal})
		assert.ErrorIs(t, err, send.ErrOutcomeUnknown)
		c, _ = newHarness(t, func(call) reply { return fine })
		id, err := c.OpenView(t.Context(), "1.2", slack.ModalViewRequest{Type: slack.VTModal})
		assert.NoError(t, err)
		assert.Equal(t, "V1", id)
	})
}

func TestDeliveriesThatWaitEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return fine })
		ctx, cancel := context.WithTimeout(t.Context(), 10500*time.Millisecond)
		defer cancel()
		failed := make(chan error, 20)
		for i := range 20 {
			go func() {
				_, err := c.Say(ctx, Address{Channel: "C1"}, say(fmt.Sprint(i)))
				failed <- err
			}()
		}
		synctest.Wait()
		assert.Equal(t, int64(17), c.Stats().Waiting)
		lost := 0
		for range 20 {
			if err := <-failed; err != nil {
				assert.True(t, isEnd(err), "%v", err)
				lost++
			}
		}
		assert.Equal(t, 7, lost)
		assert.Len(t, f.calls("chat.postMessage"), 13)
		assert.Zero(t, c.Stats().Waiting)
	})
}

// Nobody needs a token to use a response_url or the address of an upload.
func TestSecretURLsAreInNoErrorAndNoLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, answer := range []reply{{unsent: true}, {lost: true}} {
			f := &fakeSlack{answer: to(map[string]func(call) reply{"hook": inTurn(answer), "bytes": inTurn(answer)}), began: time.Now()}
			log, logged := logtest.NewNullLogger()
			c := NewCourier(f.client(), t.TempDir(), nil, log)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			soon, cancelSoon := context.WithTimeout(ctx, time.Minute)
			defer cancelSoon()
			said := []string{c.Replace(soon, hook("secret"), say("x")).Error()}
			_, err := c.SendFile(ctx, channel, fileOf("a line\n"))
			said = append(said, err.Error())
			for _, e := range logged.AllEntries() {
				said = append(said, e.Message)
			}
			require.Greater(t, len(said), 2, "tried again, and said so")
			for _, words := range said {
				assert.NotContains(t, words, "secret")
				assert.NotContains(t, words, "slack.test/")
			}
			assert.Contains(t, said[0], "https://slack.test", "where it was sent is said")
		}
	})
}

func TestADroppedNoteDoesNotDelayTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return fine })
		sayAll(t, c, Address{Channel: "C1"}, "1", "2", "3") // a burst: the next one has to wait a second
		for range 5 {
			_, _, err := c.PostNote(t.Context(), Address{Channel: "C1"}, say("note"))
			require.ErrorIs(t, err, send.ErrWouldWait)
		}
		sayAll(t, c, Address{Channel: "C1"}, "answer")
		assert.Len(t, f.calls("chat.postMessage"), 4)
		assert.Equal(t, time.Second, f.calls("chat.postMessage")[3].at)
	})
}

func TestWhatTheCallerAloneIsToldOfProgressUsesNothingOfTheChannelsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return fine })
		for range 20 {
			require.NoError(t, c.Note(t.Context(), Address{Channel: "C1", User: "U1"}, say("note")))
		}
		sayAll(t, c, Address{Channel: "C1"}, "1", "2", "3")
		require.NoError(t, c.Note(t.Context(), hook("C1"), say("note")))
		sayAll(t, c, Address{Channel: "C1"}, "answer")
		assert.Len(t, f.calls("chat.postEphemeral"), 20)
		assert.Len(t, f.calls("hook"), 1)
		assert.Zero(t, f.calls("chat.postMessage")[2].at)
		assert.Equal(t, time.Second, f.calls("chat.postMessage")[3].at)
		for range 20 {
			require.NoError(t, c.Note(t.Context(), Address{Channel: "C1", User: "U1"}, say("note")))
		}
		assert.Positive(t, c.Stats().LeftOut, "those above the limit of the method are dropped")
	})
}

func TestTheEndOfTheWorkDoesNotLoseWhereItsNoteIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c, f := newHarness(t, func(call) reply { cancel(); return fine })
		channel, ts, err := c.PostNote(ctx, Address{Channel: "U1"}, say("note"))
		require.NoError(t, err)
		assert.Equal(t, []string{"C1", "17.1"}, []string{channel, ts})
		assert.Len(t, f.calls("chat.postMessage"), 1)
	})
}

func TestANoteWithoutResponseURLUsesDoesNotDelayTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return fine })
		for range 10 { // two are sent; the others leave the address its uses
			require.NoError(t, c.Note(t.Context(), hook("a"), say("note")))
		}
		require.NoError(t, c.Whisper(t.Context(), hook("a"), say("answer")))
		assert.Len(t, f.calls("hook"), 3)
		assert.Zero(t, f.calls("hook")[2].at, "within the burst")
	})
}

func TestADeliveryThatCannotStartInTimeDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return fine })
		sayAll(t, c, Address{Channel: "C1"}, "1", "2", "3")
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			_, err := c.Say(ctx, Address{Channel: "C1"}, say("too late"))
			cancel()
			assert.True(t, isEnd(err), "%v", err)
		}
		sayAll(t, c, Address{Channel: "C1"}, "4")
		assert.Equal(t, time.Second, f.calls("chat.postMessage")[3].at)
	})
}

func TestIdentifyRetriesLongerThanADelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(r call) reply {
			if r.at < 30*time.Minute {
				return reply{status: 503}
			}
			return reply{body: `{"ok":true,"user":"logbot"}`}
		})
		who, err := c.Identify(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "logbot", who.User)
		f.answer = inTurn(no("invalid_auth"))
		_, err = c.Identify(t.Context())
		assert.ErrorContains(t, err, "invalid_auth")
	})
}
