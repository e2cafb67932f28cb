package bot

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

const engineers = "S0ENG00001"

func TestAMemberOfAUserGroupIsKnownToTheRulesInEveryWay(t *testing.T) {
	w := connectedWorkspace()
	w.Groups = []slacksim.UserGroup{{ID: engineers, Handle: "eng", Members: []string{ann}}}
	h, s, _ := newConnectedHarness(t, w, access.Rule{Channels: []string{builds}, Groups: []string{engineers}, Tasks: []string{"*"}})
	ts, err := h.bot.sender.say(t.Context(), deliveryTo(builds), full(), optionsOf(ann))
	require.NoError(t, err)
	m := h.posted(t, builds, 1)[0]
	require.Equal(t, ts, m.TS)
	n := 0
	for name, enter := range h.entries(t, builds, m) {
		if name == "the button Remove" || name == "the form of Remove" || name == "the button Search" || name == "the shortcut" {
			continue // they run no command, or find no build
		}
		n++
		enter(ann)
		h.wait(t, name, func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.asked) == n })
		assert.Equal(t, []string{engineers}, s.last().Groups, name)
		assert.Equal(t, name == "a direct message", s.last().Direct, name)
	}
	h.user = bob
	h.slash(t, builds, "fail web 128")
	h.wait(t, "bob", func() bool { return s.last().User == bob })
	assert.Empty(t, s.last().Groups)
	assert.Equal(t, 1, h.Counts()["usergroups.users.list"], "asked once in ten minutes, for all people")
	c, err := h.bot.Caller(t.Context(), access.Caller{Channel: builds, User: ann})
	require.NoError(t, err)
	assert.Equal(t, []string{engineers}, c.Groups, "and to work that goes on later")
}

func TestWithoutTheScopeNobodyIsInAUserGroup(t *testing.T) {
	w := connectedWorkspace()
	w.Groups = []slacksim.UserGroup{{ID: engineers, Members: []string{ann}}}
	w.Scopes = without("usergroups:read")
	h, s, _ := newConnectedHarness(t, w, access.Rule{Channels: []string{builds}, Groups: []string{engineers}, Tasks: []string{"*"}})
	h.slash(t, builds, "fail web 128")
	h.posted(t, builds, 1)
	assert.Empty(t, s.last().Groups)
	assert.Len(t, h.warnings("nobody counts as a member of the user group "+engineers), 1)
}

func TestIDsThatSlackDoesNotKnowAreNamed(t *testing.T) {
	w := connectedWorkspace()
	w.Groups = []slacksim.UserGroup{{ID: engineers}, {ID: "S0OLD00001", Disabled: true}}
	h, _, _ := newConnectedHarness(t, w)
	lines := h.bot.UnknownIDs(t.Context(), []string{builds, "C0GONE0001"}, []string{ann, "U0GONE0001"}, []string{engineers, "S0OLD00001"})
	require.Len(t, lines, 3, lines)
	for i, id := range []string{"C0GONE0001", "U0GONE0001", "S0OLD00001"} {
		assert.Contains(t, lines[i], id)
	}
}

// restricted is a workspace with a private channel that ann and bob are in, and the bot.
func restricted() slacksim.Config {
	return slacksim.Config{
		Users:    []slacksim.User{{ID: ann, Name: "ann"}, {ID: bob, Name: "bob"}},
		Channels: []slacksim.Channel{{ID: private, Name: "secret", Private: true, Members: []string{ann, bob}, Bot: true}, {ID: builds, Name: "builds", Members: []string{ann}, Bot: true}},
	}
}

func TestAFormIsNotAnsweredOnceItsSenderHasLeftTheChannel(t *testing.T) {
	for name, c := range map[string]struct {
		channel, user, words string
		scopes               []string
	}{
		"a private channel":          {private, bob, "no longer in the channel of this form", scopes},
		"a public channel":           {builds, ann, "", scopes},
		"Slack does not tell, early": {private, bob, "", without("groups:read")},
	} {
		t.Run(name, func(t *testing.T) {
			w := restricted()
			w.Scopes = c.scopes
			s := &sampleRunner{}
			h := newHarnessIn(t, w, Options{Commands: s})
			h.user = ann
			h.slash(t, c.channel, "fail web 128")
			m := h.posted(t, c.channel, 1)[0]
			h.openForm(t, c.user, m)
			require.NoError(t, h.Leave(c.user, c.channel))
			_, err := h.Submit(t.Context(), slacksim.Submission{User: c.user, Values: map[string][]string{"expression": {"x"}}})
			require.NoError(t, err)
			if c.words == "" {
				h.wait(t, "an answer", func() bool { return strings.Contains(s.last().Text, "--grep") })
				return
			}
			h.wait(t, "the refusal", func() bool {
				return strings.Contains(h.Render(c.channel, c.user)+h.Render(h.direct(t, c.user), c.user), c.words)
			})
			assert.NotContains(t, s.last().Text, "--grep", "nothing was read")
		})
	}
}

func TestAFormThatSlackDoesNotTellAboutCountsForFifteenMinutes(t *testing.T) {
	w := restricted()
	w.Scopes = without("groups:read")
	h := newHarnessIn(t, w, Options{Commands: &sampleRunner{}})
	<-h.bot.Known()
	j := job{To: delivery.Address{Channel: private, User: ann}, From: envelope.Sender{User: ann}}
	j.caller = access.Caller{User: ann}
	for age, taken := range map[time.Duration]bool{time.Minute: true, formLives + time.Minute: false} {
		j.Opened = time.Now().Add(-age)
		assert.Equal(t, taken, h.bot.admitter.admitForm(t.Context(), j, 0) == nil, age)
	}
}

func TestMetadataThatTheBotDidNotWriteIsNoForm(t *testing.T) {
	s := &sampleRunner{}
	h := newHarness(t, Options{Commands: s})
	<-h.bot.Known()
	genuine, err := h.bot.receiver.buttons.forms.metadata(formOrigin{Line: "/logs show web 128 --grep", To: delivery.Address{Channel: builds, User: bob}, Opened: time.Now()})
	require.NoError(t, err)
	stolen := newForms("xoxb-another")
	forged, err := stolen.metadata(formOrigin{Line: "/logs show web 128 --grep", To: delivery.Address{Channel: private, User: ann}, Opened: time.Now()})
	require.NoError(t, err)
	for name, metadata := range map[string]string{
		"without a signature":      `{"l":"show web 128 --grep","t":{"Channel":"G0SECRET01","User":"U0ANN00001"},"a":false}`,
		"of another bot":           forged,
		"of another person's form": genuine,
		"with another channel":     strings.Replace(genuine, builds, private, 1),
		"cut off":                  genuine[:len(genuine)-1],
		"empty":                    "", "a dot": ".", "text": "不是\u200b表单",
	} {
		payload := encode(t, map[string]any{
			"type": "view_submission", "user": map[string]any{"id": ann, "team_id": "T0SLACKSIM"},
			"view": map[string]any{"callback_id": "search", "private_metadata": metadata, "state": map[string]any{"values": map[string]any{
				"expression": map[string]any{"value": map[string]any{"value": "x"}}}}},
		})
		h.settled(t, h.deliver(t, slacksim.RawEnvelope{Type: envelope.Interactions, Payload: payload}).EnvelopeID)
		c, err := envelope.Read(envelope.Interactions, payload)
		require.NoError(t, err)
		_, wrong, ok := h.bot.receiver.buttons.forms.submitted(c, texts.English)
		require.True(t, ok, name)
		assert.Contains(t, wrong.Errors["expression"], "Please press the button again", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	assert.Empty(t, s.asked, "nothing ran")
}

// countedQuota lets everybody send so many commands.
type countedQuota struct {
	mu   sync.Mutex
	left map[string]int
	err  error
}

func (q *countedQuota) Take(_ context.Context, who string) (time.Duration, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.left[who]--; q.left[who] < 0 {
		return 11500 * time.Millisecond, q.err
	}
	return 0, q.err
}

func TestOnePersonsCommandsAreLimitedAndNobodyElses(t *testing.T) {
	s, q := &sampleRunner{}, &countedQuota{left: map[string]int{ann: 2, bob: 9}}
	h := newHarness(t, Options{Commands: s, Quota: q})
	for range 3 {
		h.slash(t, builds, "fail web 128")
	}
	assert.Contains(t, h.whispers(t, builds, 1)[0].Text, "Try again in 12 s:")
	h.posted(t, builds, 2)
	m := h.posted(t, builds, 2)[1]
	h.press(t, ann, m, "Full log")
	h.wait(t, "a press counts, too", func() bool { return len(h.Ephemerals(builds, ann)) == 2 })
	h.remove(t, ann, m)
	h.wait(t, "Remove does not", func() bool { return !strings.Contains(h.Render(builds, ann), m.TS) && len(h.Messages(builds)) < 6 })
	h.user = bob
	h.slash(t, builds, "fail web 128")
	h.wait(t, "bob's answer", func() bool { return s.last().User == bob })

	q.mu.Lock()
	q.err = errors.New("the store is away")
	q.mu.Unlock()
	h.user = ann
	h.slash(t, builds, "fail web 129")
	h.wait(t, "an answer without a count", func() bool { return s.last().Text == "fail web 129" })
}

func TestAPrivateAnswerToAPressIsNotPosted(t *testing.T) {
	answers := runnerFunc(func(_ context.Context, r commands.Request) (answer reply.Reply) {
		answer = full()
		answer.Private = r.User == bob
		return answer
	})
	h := newHarnessWith(t, answers)
	h.slash(t, builds, "fail web 128")
	m := h.posted(t, builds, 1)[0]
	before := string(h.current(t, m).Blocks)
	h.user = bob
	for i, label := range []string{"Full log", "More"} {
		h.press(t, bob, m, label)
		h.whispers(t, builds, i+1)
	}
	assert.Equal(t, before, string(h.current(t, m).Blocks), "nor is the message replaced")
	assert.Len(t, h.posted(t, builds, 1), 1)
}

func TestRightsAreAskedAgainWhenAStoredCommandIsResumed(t *testing.T) {
	h, s, audit := newConnectedHarness(t, connectedWorkspace(), access.Rule{Channels: []string{builds}, Tasks: []string{"*"}})
	<-h.bot.Known()
	q := &countedQuota{left: map[string]int{}}
	h.bot.admitter.quota = q
	for user, answered := range map[string]bool{ann: true, gus: false, eve: false} {
		stored := encode(t, job{ID: "env-" + user, Text: "fail web 128", To: delivery.Address{Channel: builds, User: user}, From: envelope.Sender{User: user, Team: h.teamOf(user)}})
		before := len(audit.all())
		require.NoError(t, h.bot.Resume(t.Context(), nil, stored, false))
		assert.Equal(t, !answered, len(audit.all()) > before, user)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Len(t, s.asked, 1)
	assert.Equal(t, ann, s.asked[0].User, "and it was counted when it came")
}
