package bot

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
	"logbot/bot/render"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/access"
)

// People and channels of a workspace with Slack Connect. Eve is of another company, Gus is
// a guest.
const (
	eve    = "U0EVE00001"
	gus    = "U0GUS00001"
	joint  = "C0SHARED01" // shared with eve's company
	evil   = "T0EVIL0001"
	anyBot = "B0WEBHOOK1"
)

func connectedWorkspace() slacksim.Config {
	everyone := []string{ann, bob, eve, gus}
	return slacksim.Config{
		Users: []slacksim.User{
			{ID: ann, Name: "ann"}, {ID: bob, Name: "bob"}, {ID: gus, Name: "gus", Guest: true}, {ID: eve, Name: "eve", Team: evil},
		},
		Channels: []slacksim.Channel{
			{ID: builds, Name: "builds", Members: everyone, Bot: true},
			{ID: joint, Name: "joint", Members: everyone, Bot: true, Shared: true},
		},
		Shortcuts: withShortcut().Shortcuts,
		Scopes:    scopes,
	}
}

// recordedAudit is an audit log in memory.
type recordedAudit struct {
	mu    sync.Mutex
	reads []commands.AuditEvent
}

func (a *recordedAudit) add(_ context.Context, r commands.AuditEvent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reads = append(a.reads, r)
}

func (a *recordedAudit) all() []commands.AuditEvent {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reads
}

// newConnectedHarness starts a bot with these rules in the workspace with Slack Connect.
func newConnectedHarness(t *testing.T, workspace slacksim.Config, rules ...access.Rule) (*harness, *sampleRunner, *recordedAudit) {
	t.Helper()
	policy := access.Open()
	if len(rules) > 0 {
		var err error
		policy, err = access.New(rules)
		require.NoError(t, err)
	}
	s, audit := &sampleRunner{}, &recordedAudit{}
	h := newHarnessIn(t, workspace, Options{Commands: s, Finder: finder{}, Admission: commands.Admission{Access: policy, Audit: audit.add}})
	return h, s, audit
}

// entries are all ways into the bot, by a name.
func (h *harness) entries(t *testing.T, channel string, m slacksim.Message) map[string]func(user string) {
	said := func(channel, text string) func(string) {
		return func(user string) {
			_, err := h.Say(t.Context(), slacksim.Saying{User: user, Channel: channel, Text: text})
			require.NoError(t, err)
		}
	}
	all := map[string]func(string){
		"a slash command": func(user string) {
			_, err := h.Slash(t.Context(), slacksim.SlashCommand{User: user, Channel: channel, Command: "/logs", Text: "fail web 128"})
			require.NoError(t, err)
		},
		"help":      said(channel, "@logbot help"),
		"a mention": said(channel, "@logbot fail web 128"),
		"a direct message": func(user string) {
			direct, err := h.DirectMessage(user)
			require.NoError(t, err)
			said(direct, "fail web 128")(user)
		},
		"the shortcut": func(user string) {
			_, err := h.Shortcut(t.Context(), slacksim.ShortcutUse{User: user, Channel: channel, TS: m.TS, CallbackID: explainShortcut})
			require.NoError(t, err)
		},
		"a form": func(user string) {
			to := h.addressOf(m)
			to.User = user
			metadata, err := h.bot.receiver.buttons.forms.metadata(formOrigin{Line: "/logs show web 128 --grep", To: to, Opened: time.Now()})
			require.NoError(t, err)
			h.deliver(t, slacksim.RawEnvelope{Type: envelope.Interactions, Payload: encode(t, map[string]any{
				"type": "view_submission", "user": map[string]any{"id": user, "team_id": h.teamOf(user)},
				"view": map[string]any{"callback_id": "search", "private_metadata": metadata, "state": map[string]any{"values": map[string]any{
					"expression": map[string]any{"value": map[string]any{"value": "x"}}}}},
			})})
		},
	}
	for name, label := range map[string]string{"Full log": "Full log", "More": "More", "Search": "Search"} {
		all["the button "+name] = func(user string) { h.press(t, user, m, label) }
	}
	all["the button Remove"] = func(user string) { h.press(t, user, m, "Remove …") }
	all["the form of Remove"] = func(user string) {
		to := h.addressOf(m)
		to.User = user
		metadata, err := h.bot.receiver.buttons.forms.metadata(formOrigin{To: to, Opened: time.Now(), Removes: &removal{TS: m.TS, Origin: render.Origin{Asker: user}}})
		require.NoError(t, err)
		h.deliver(t, slacksim.RawEnvelope{Type: envelope.Interactions, Payload: encode(t, map[string]any{
			"type": "view_submission", "user": map[string]any{"id": user, "team_id": h.teamOf(user)},
			"view": map[string]any{"callback_id": "remove", "private_metadata": metadata},
		})})
	}
	return all
}

func (h *harness) teamOf(user string) string {
	for _, u := range h.Users() {
		if u.ID == user && u.Team != "" {
			return u.Team
		}
	}
	return "T0SLACKSIM"
}

func encode(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

// told waits until somebody was told these words n times, in the channel or directly.
func (h *harness) told(t *testing.T, user, channel, words string, n int) {
	t.Helper()
	direct, err := h.DirectMessage(user)
	require.NoError(t, err)
	h.wait(t, words, func() bool {
		return strings.Count(h.Render(channel, user), words)+strings.Count(h.Render(direct, user), words) >= n
	})
}

func TestStrangersAndGuestsLearnNothingInAnyWay(t *testing.T) {
	for _, c := range []struct {
		name, user, channel, words, why string
		rules                           []access.Rule
	}{
		{"a stranger", eve, joint, "answers only members of its own workspace", "stranger", nil},
		{"a stranger where members read", eve, joint, "answers only members of its own workspace", "stranger",
			[]access.Rule{{Channels: []string{joint}, Tasks: []string{"*"}, Shared: true}}},
		{"a guest", gus, builds, "doesn't answer guests", "guest", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, s, audit := newConnectedHarness(t, connectedWorkspace(), c.rules...)
			ts, err := h.bot.sender.say(t.Context(), deliveryTo(c.channel), full(), optionsOf(ann))
			require.NoError(t, err)
			m := h.posted(t, c.channel, 1)[0]
			require.Equal(t, ts, m.TS)
			n := 0
			for name, enter := range h.entries(t, c.channel, m) {
				n++
				enter(c.user)
				h.told(t, c.user, c.channel, c.words, n)
				reads := audit.all()
				require.Len(t, reads, n, name)
				last := reads[n-1]
				assert.Equal(t, commands.AuditEvent{At: last.At, User: c.user, Channel: last.Channel, Verb: last.Verb, Result: commands.Refused, Reason: c.why}, last, name)
				assert.Contains(t, []string{"fail", "show", "full", "help", "explain", "search", "remove", "stop"}, last.Verb, name)
			}
			s.mu.Lock()
			assert.Empty(t, s.asked, "no command ran")
			s.mu.Unlock()
			for _, one := range append(h.Ephemerals(c.channel, c.user), h.Messages(c.channel)...) {
				if one.TS != m.TS && one.User != c.user {
					assert.NotContains(t, one.Text+string(one.Blocks), "web")
				}
			}
			_, open := h.OpenView(c.user)
			assert.False(t, open, "no form was opened")
			assert.Equal(t, string(m.Blocks), string(h.current(t, m).Blocks), "the answer of others is as it was")
			assert.Empty(t, h.current(t, m).Files)
		})
	}
}

func TestRulesAdmitGuestsStrangersAndBots(t *testing.T) {
	h, s, _ := newConnectedHarness(t, connectedWorkspace(),
		access.Rule{Channels: []string{builds}, Tasks: []string{"*"}, Guests: true},
		access.Rule{Channels: []string{joint}, Tasks: []string{"*"}, Strangers: true, Shared: true},
		access.Rule{Channels: []string{builds}, Tasks: []string{"*"}, Bots: []string{anyBot}},
	)
	_, err := h.Say(t.Context(), slacksim.Saying{User: gus, Channel: builds, Text: "@logbot fail web 1"})
	require.NoError(t, err)
	h.wait(t, "the guest's answer", func() bool { return strings.Contains(h.Render(builds, ann), "web #128 failed") })
	assert.Equal(t, access.Guest, s.last().Standing)
	_, err = h.Say(t.Context(), slacksim.Saying{User: eve, Channel: joint, Text: "@logbot fail web 2"})
	require.NoError(t, err)
	h.wait(t, "the stranger's answer", func() bool { return strings.Contains(h.Render(joint, ann), "web #128 failed") })
	assert.Equal(t, access.Stranger, s.last().Standing)
	assert.True(t, s.last().Shared, "the rules for tasks know it, too")

	_, err = h.Notify(t.Context(), slacksim.Notice{Channel: builds, Text: "<@U0LOGBOT01> fail web 3"})
	require.NoError(t, err)
	h.wait(t, "the bot's answer", func() bool { return strings.Count(h.Render(builds, ann), "web #128 failed") == 2 })
	assert.Equal(t, anyBot, s.last().Bot)
	_, err = h.Notify(t.Context(), slacksim.Notice{Channel: builds, Text: "<@U0LOGBOT01> nonsense"})
	require.NoError(t, err)
	h.wait(t, "words for all, because an app sees no whisper", func() bool { return strings.Contains(h.Render(builds, ann), "Unknown command.") })
}

func TestAppsAreNotAnsweredAndTheirTriesAreRecorded(t *testing.T) {
	h, s, audit := newConnectedHarness(t, connectedWorkspace())
	for i, n := range []slacksim.Notice{{}, {Workflow: true}} {
		n.Channel, n.Text = builds, "<@U0LOGBOT01> fail web 128"
		_, err := h.Notify(t.Context(), n)
		require.NoError(t, err)
		h.wait(t, "the record", func() bool { return len(audit.all()) == i+1 })
	}
	h.slash(t, builds, "help")
	h.whispers(t, builds, 1) // by then the others would be answered
	assert.Equal(t, "app", audit.all()[1].Reason)
	assert.Equal(t, anyBot, audit.all()[0].User)
	assert.Equal(t, "help", s.last().Text)
	assert.Len(t, h.Messages(builds), 2)
}

func TestASharedChannelGetsNoLogsUnlessARuleNamesIt(t *testing.T) {
	h, _, audit := newConnectedHarness(t, connectedWorkspace(), access.Rule{Channels: []string{joint, builds}, Tasks: []string{"*"}})
	h.slash(t, joint, "fail web 128")
	h.told(t, ann, joint, "Other organizations can read this channel", 1)
	assert.Equal(t, "shared channel", audit.all()[0].Reason)
	_, err := h.Say(t.Context(), slacksim.Saying{User: ann, Channel: joint, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	h.told(t, ann, joint, "Other organizations can read this channel", 2)
	assert.NotContains(t, h.Render(joint, eve), "failed")
	h.slash(t, builds, "fail web 128")
	h.posted(t, builds, 1)
	assert.LessOrEqual(t, h.Counts()["conversations.info"], 2, "once for each channel in ten minutes")
}

func TestAChannelCountsAsInternalIfSlackDoesNotTellWhichIsSaidOnce(t *testing.T) {
	w := connectedWorkspace()
	w.Scopes = []string{"commands", "chat:write", "files:write", "app_mentions:read", "im:history", "users:read"}
	h, _, _ := newConnectedHarness(t, w)
	for range 3 {
		h.slash(t, joint, "fail web 128")
	}
	h.posted(t, joint, 3)
	assert.Len(t, h.warnings("channels count as internal where Slack does not tell"), 1)
	_, err := h.Say(t.Context(), slacksim.Saying{User: ann, Channel: joint, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	h.told(t, ann, joint, "Other organizations can read this channel", 1) // the event says so
}

func TestWithoutUsersReadMembersAreAnsweredAndStrangersAreNot(t *testing.T) {
	w := connectedWorkspace()
	w.Scopes = []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history"}
	h, _, audit := newConnectedHarness(t, w)
	h.slash(t, builds, "fail web 128")
	h.posted(t, builds, 1)
	_, err := h.Say(t.Context(), slacksim.Saying{User: eve, Channel: joint, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	h.told(t, eve, joint, "answers only members", 1)
	assert.Equal(t, "stranger", audit.all()[0].Reason)
	assert.Len(t, h.warnings("guests of the workspace are answered like members"), 1)
}

func TestAnAppOfAWholeOrganisationIsAtHomeInAllItsWorkspaces(t *testing.T) {
	const org = "E0HOME0001"
	w := connectedWorkspace()
	w.Enterprise, w.OrgInstall = org, true
	w.Users[1] = slacksim.User{ID: bob, Name: "bob", Team: "T0SISTER01", Enterprise: org}
	w.Users[3].Enterprise = "E0EVIL0001"
	h, _, _ := newConnectedHarness(t, w)
	for i, user := range []string{ann, bob} {
		h.user = user
		h.slash(t, builds, "fail web 128")
		answers := func() (all []slacksim.Message) {
			for _, m := range h.Messages(builds) {
				if m.User == "U0LOGBOT01" && strings.Contains(m.Text, "web #128 failed") {
					all = append(all, m)
				}
			}
			return all
		}
		h.wait(t, "an answer", func() bool { return len(answers()) == i+1 })
		m := answers()[i]
		_, err := h.Say(t.Context(), slacksim.Saying{User: user, Channel: builds, Text: "@logbot show web " + user})
		require.NoError(t, err)
		h.wait(t, "the answer to the mention", func() bool { return strings.Contains(h.Render(builds, user), "found: web "+user) })
		h.press(t, user, m, "Full log")
		h.wait(t, "the file", func() bool {
			thread := h.Thread(builds, m.TS)
			return len(thread) == 2 && len(thread[1].Files) == 1
		})
	}
	h.press(t, eve, h.posted(t, builds, 1)[0], "More")
	h.told(t, eve, builds, "answers only members", 1)
}

func (h *harness) addressOf(m slacksim.Message) delivery.Address {
	return delivery.Address{Channel: m.Channel, Thread: m.TS}
}

func deliveryTo(channel string) delivery.Address { return delivery.Address{Channel: channel} }

func optionsOf(asker string) render.Options {
	return render.Options{Origin: render.Origin{Asker: asker}}
}
