package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/logsapi"
)

const (
	boss       = "U0BOSS0001"
	eve        = "U0EVE00001"
	bossDirect = "D0BOSS0001" // a conversation of two
)

// newGuarded is the demo under a policy: everybody may read api in here, and the boss
// everything, for themselves.
func newGuarded(t *testing.T) harness {
	t.Helper()
	policy, err := access.New([]access.Rule{
		{Channels: []string{here}, Tasks: []string{"api"}},
		{Users: []string{boss}, Tasks: []string{"*"}},
	})
	require.NoError(t, err)
	policy, err = policy.WithAdmins(admin)
	require.NoError(t, err)
	return newHarness(t, policy)
}

// TestNobodyReadsWhatNoRuleAllowsInAnyWay has the ways of an attacker who may read api
// alone.
func TestNobodyReadsWhatNoRuleAllowsInAnyWay(t *testing.T) {
	h := newGuarded(t)
	h.store.put(find.Alias{Channel: here, Name: "depot", Target: webID, By: boss})
	_, err := h.store.AddWatch(t.Context(), commands.Watch{Channel: here, Task: webID, Name: "web", Owner: boss})
	require.NoError(t, err)
	upper, address := strings.ToUpper(webID), page+webID
	before := h.codearts.Requests()
	for _, typed := range []string{
		"fail web 128", "web 128", "WEB 128", "show web 128", "show web 128 --step 3", "show web 128 --grep .", "show web 128 --tail", "full web 128",
		"full web 128 all", "full web 128 stage3", "full " + record + " stage3", "full " + strings.ToUpper(record) + " stage3", "full " + record + " 3 --debug",
		"full api " + record, "builds web", "follow web 128", "follow web 128 --stop", "watch web", "alias x web", "alias x " + webID, "unwatch web",
		"fail " + webID + " 128", "fail " + upper + " 128", "fail " + address + " 128", "fail " + address + "?buildNumber=128",
		"check " + webID, "check style", "check style --full", "check style --grep .", "check a777ff00d3cf4d369d87066806ae51c4",
		"fail depot 128", "fail dep 128", "check depot", "fail 网 1", "fail we 128", "fail nosuchtask 128", "fail web 128 --me",
		"fail api/../" + webID + " 128", "fail api%2f" + webID + " 1", "fail api 57/../../" + webID,
	} {
		r := h.says(t, here, eve, typed)
		assert.True(t, r.Refused, typed)
		assert.True(t, r.Private, typed)
		assert.Nil(t, r.File, typed)
		assert.Empty(t, r.Lines, typed)
		assert.Empty(t, r.Link, typed)
		assert.NotContains(t, shown(r), "Invoice", typed)
	}
	for _, text := range []string{"web #128 failed", webID + " #128", record, "看 " + address + " #128", "weB #128", "wbe #128", address, "depot #128"} {
		line, why, ok := h.FindBuild(t.Context(), commands.Request{Text: text, Channel: here, User: eve})
		said := strings.ReplaceAll(line+shown(why), "such as web #128", "")
		assert.NotContains(t, said, "web", "the alias of an id is not told: %s", text)
		if ok {
			assert.True(t, h.says(t, here, eve, strings.TrimPrefix(line, "/logs ")).Refused, text)
		}
	}
	after := h.codearts.Requests()
	before.Further, after.Further = 0, 0 // lists
	assert.Equal(t, before, after, "nothing of it was read")
	assert.True(t, h.says(t, here, eve, "show api 57 --step ../"+webID).Refused)

	for _, typed := range []string{"watches", "aliases", "help", "help fail", "help alias"} {
		r := h.says(t, here, eve, typed)
		assert.NotContains(t, shown(r), "depot", typed)
		assert.NotContains(t, shown(r), "/logs fail web", typed)
		if !strings.HasPrefix(typed, "help") {
			assert.NotContains(t, shown(r), "web", typed)
		}
	}
	assert.True(t, h.says(t, elsewhere, eve, "fail api 57").Refused)
}

// Each verb that there is, also one that is added later, says of what is hidden what it
// says of what does not exist, and reads nothing of it.
func TestEveryVerbTreatsWhatIsHiddenAsWhatDoesNotExist(t *testing.T) {
	const noRecord = "f5d2de18-0fe5-221f-5215-000000000000"
	pairs := map[string]string{"web": "wxb", webID: nobodys, page + webID: page + nobodys, page + webID + "/128": page + nobodys + "/128", record: noRecord, "style": "stylo", "code-style": "code-stylo"}
	lines := []string{"%v %w", "%v %w 128", "%v %w 128 stage3", "%v %w last", "%v x %w", "%v %w x", "%v x %w --check", "%v %w 3", "%v %w --me", "%v %w 128 --tail", "%v %w --stop", "%w", "%v %w --mine"}
	h := newGuarded(t)
	_, err := h.store.AddWatch(t.Context(), commands.Watch{Channel: here, Task: webID, Name: "web", Owner: boss})
	require.NoError(t, err)
	h.says(t, here, eve, "builds") // what is listed once is known then
	said := func(line, verb, word string) string {
		r := h.says(t, here, eve, strings.NewReplacer("%v", verb, "%w", word).Replace(line))
		assert.Nil(t, r.File, line)
		assert.Nil(t, r.Follow, line)
		says := shown(r) + "\n" + r.Link
		for _, known := range []string{word, webID, nobodys, webID[:8], nobodys[:8]} {
			says = strings.ReplaceAll(says, known, "WORD")
		}
		return says
	}
	before := h.codearts.Requests()
	for _, verb := range commands.VerbNames() {
		for _, line := range lines {
			for hidden, missing := range pairs {
				assert.Equal(t, said(line, verb, missing), said(line, verb, hidden), "%s with %s for %s", line, verb, hidden)
			}
		}
	}
	after := h.codearts.Requests()
	before.Further, after.Further = 0, 0 // lists
	assert.Equal(t, before, after, "nothing was read")
	left, err := h.store.ListWatches(t.Context(), here)
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func TestOnlyARuleThatNamesTheChannelLetsTheBotPostInIt(t *testing.T) {
	h := newGuarded(t)
	for _, typed := range []string{"fail web 128", "show web 128 --tail", "check style", "builds web", "show web 128 --grep x", "alias depot web", "unalias depot"} {
		r := h.says(t, here, boss, typed)
		require.False(t, r.Refused, "%s: %s", typed, r.Body)
		assert.True(t, r.Private, typed)
		assert.Contains(t, r.Source, "only you see this: no access rule lets it be posted here", typed)
		assert.Empty(t, pressed(r, "Share").Line, typed)
		for _, e := range r.Try {
			again := h.says(t, here, boss, strings.TrimPrefix(strings.TrimSuffix(e.Line, " --grep")+map[bool]string{true: " --grep x"}[e.Place == reply.AskFirst], "/logs "))
			assert.True(t, again.Private && again.File == nil || again.Direct && again.File != nil, e.Line)
		}
	}
	for _, typed := range []string{"full web 128", "full web 128 all", "full web 128 stage3", "full " + record + " 3", "check style --full", "follow web 129", "watch web", "watch web --every"} {
		r := h.says(t, here, boss, typed)
		assert.True(t, r.Refused && r.Private, typed)
		assert.Contains(t, r.Body, "Only you may read this; ", typed)
		assert.Contains(t, r.Body, "Use a direct message", typed)
		assert.Nil(t, r.File, typed)
		assert.Nil(t, r.Follow, typed)
	}
	all, err := h.store.ListWatches(t.Context(), here)
	require.NoError(t, err)
	assert.Empty(t, all, "nor is anything set up")

	for _, typed := range []string{"fail api 57", "full api 57", "watch api"} {
		r := h.says(t, here, boss, typed)
		assert.False(t, r.Private || r.Refused, "%s: a rule that names the channel: %s", typed, r.Body)
	}
	for _, typed := range []string{"full web 128", "watch web"} {
		r := h.says(t, bossDirect, boss, typed)
		assert.False(t, r.Refused, "%s: in a direct message: %s", typed, r.Body)
	}
	assert.True(t, h.says(t, bossDirect, boss, "fail web 128").Private, "the conversation may be one with another person")
	r := h.Run(t.Context(), commands.Request{Text: "fail web 128", Channel: bossDirect, User: boss, Direct: true})
	assert.False(t, r.Private)
	assert.NotContains(t, shown(r), "only you see this")
}

func TestALaterMessageNeedsTheRightToPostToo(t *testing.T) {
	h := newGuarded(t)
	f := h.Follower()
	for channel, posts := range map[string]bool{here: false, bossDirect: true} {
		s := reply.FollowState{Task: webID, Name: "web", Word: "web", Build: 129, Channel: channel, User: boss, Began: time.Now(), News: time.Now()}
		r, _, done, err := f.Follow(t.Context(), s)
		require.NoError(t, err)
		assert.Equal(t, posts, !done, r.Body)
		_, err = h.Announcer().Broke(t.Context(), commands.Announcement{Channel: channel, Owner: boss, Task: webID, Name: "web", Build: 128, State: logsapi.Failed})
		if posts {
			assert.NoError(t, err)
		} else {
			assert.ErrorIs(t, err, commands.ErrNoRight)
			assert.Contains(t, r.Body, "follow can't post it")
		}
	}
}

func TestARuleMayNameCommands(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{here}, Tasks: []string{"web"}, Verbs: []string{"fail", "watch"}}})
	require.NoError(t, err)
	h := newHarness(t, policy)
	r := h.says(t, here, eve, "fail web 128")
	require.False(t, r.Refused, r.Body)
	for _, e := range r.Try {
		assert.True(t, strings.HasPrefix(e.Line, "/logs fail "), "nothing is offered that would be refused: %s", e.Line)
	}
	for _, typed := range []string{"show web 128", "full web 128", "builds web", "follow web 129", "alias x web"} {
		r := h.says(t, here, eve, typed)
		assert.True(t, r.Refused, typed)
		assert.Contains(t, r.Body, "You can't use "+strings.Fields(typed)[0]+" on this here", typed)
	}
	require.False(t, h.says(t, here, eve, "watch web").Refused)
	told, err := h.Announcer().Broke(t.Context(), commands.Announcement{Channel: here, Owner: eve, Task: webID, Name: "web", Build: 128, State: logsapi.Failed})
	require.NoError(t, err)
	assert.NotEmpty(t, told.Lines, "the right to watch is enough for what a watch tells")
	assert.False(t, h.says(t, here, eve, "unwatch web").Refused)
	help := shown(h.says(t, here, eve, "help"))
	assert.Contains(t, help, "/logs fail web")
	assert.NotContains(t, help, "/logs full")
}

func TestAnAliasIsRemovedByWhoMayReadItsTaskOrSetItOrIsAdmin(t *testing.T) {
	for _, c := range []struct {
		user, target, by string
		removed          bool
	}{
		{eve, webID, boss, false}, {eve, webID, eve, true}, {eve, apiID, boss, true}, {boss, webID, eve, true}, {admin, webID, boss, true}, {eve, webID, "", false},
	} {
		for _, typed := range []string{"unalias depot", "alias depot api"} {
			h := newGuarded(t)
			unknown := h.says(t, here, c.user, strings.Replace(typed, "depot", "nosuch", 1))
			h.store.put(find.Alias{Channel: here, Name: "depot", Target: c.target, By: c.by})
			r := h.says(t, here, c.user, typed)
			left, err := h.store.Named(t.Context(), here, "depot")
			require.NoError(t, err)
			assert.Equal(t, c.removed, len(left) == 0 || left[0].Target == apiID, "%s by %s: %s", typed, c.user, r.Body)
			if !c.removed {
				assert.Equal(t, strings.ReplaceAll(shown(unknown), "nosuch", "depot"), shown(r), "as if there were none")
			}
			if c.removed && c.target == webID && strings.HasPrefix(typed, "un") {
				assert.True(t, r.Private, "not told to a channel that may not read it")
			}
		}
	}
}

// An alias of what the caller may not read looks and works as if there were none, and
// nobody loses theirs.
func TestAnAliasBesideAHiddenOneIsAnAliasLikeAnyOther(t *testing.T) {
	h := newGuarded(t)
	h.store.put(find.Alias{Channel: here, Name: "depot", Target: webID, By: boss})
	h.store.put(find.Alias{Name: "store", Target: apiID, By: admin})
	h.store.put(find.Alias{Channel: here, Name: "store", Target: webID, By: boss})
	means := func(user, name string) string {
		r := h.Run(t.Context(), commands.Request{Text: "fail " + name + " last", Channel: here, User: user})
		return r.About.Task
	}
	assert.Equal(t, apiID, means(eve, "store"), "the workspace's, as if the channel had none of its own")
	assert.Equal(t, webID, means(boss, "store"))
	empty := shown(h.says(t, here, eve, "aliases"))
	assert.NotContains(t, empty, "depot")

	free := h.says(t, here, eve, "alias nosuch api")
	taken := h.says(t, here, eve, "alias depot api")
	require.False(t, taken.Refused, taken.Body)
	assert.Equal(t, strings.ReplaceAll(shown(free), "nosuch", "depot"), shown(taken))
	assert.Equal(t, strings.ReplaceAll(shown(h.says(t, here, eve, "alias nosuch api")), "nosuch", "depot"), shown(h.says(t, here, eve, "alias depot api")), "again")
	for _, user := range []string{eve, ann} {
		assert.Equal(t, apiID, means(user, "depot"), "for all who may not see the other: %s", user)
		assert.Contains(t, shown(h.says(t, here, user, "aliases")), "depot")
	}
	assert.Equal(t, webID, means(boss, "depot"), "whoever may see the other means it")
	assert.Equal(t, 1, strings.Count(shown(h.says(t, here, boss, "aliases")), "depot"), "and sees it alone")

	gone := h.says(t, here, ann, "unalias depot")
	require.False(t, gone.Refused, gone.Body)
	assert.Equal(t, strings.ReplaceAll(shown(h.says(t, here, ann, "unalias nosuch")), "nosuch", "depot"), shown(gone))
	assert.Equal(t, shown(h.says(t, here, eve, "unalias nosuch")), strings.ReplaceAll(shown(h.says(t, here, eve, "unalias depot")), "depot", "nosuch"), "there is none any more")
	assert.Equal(t, webID, means(boss, "depot"))
}

func TestAWatchIsEndedByWhoMayReadItsTaskOrSetItOrIsAdmin(t *testing.T) {
	for _, c := range []struct {
		user, task, owner string
		ended             bool
	}{
		{eve, webID, boss, false}, {eve, webID, eve, true}, {eve, apiID, boss, true}, {boss, webID, eve, true}, {admin, webID, boss, true},
	} {
		for _, word := range []string{"gizmo", c.task} {
			h := newGuarded(t)
			unknown := shown(h.says(t, here, c.user, "unwatch "+word))
			none := shown(h.says(t, here, c.user, "watches"))
			_, err := h.store.AddWatch(t.Context(), commands.Watch{Channel: here, Task: c.task, Name: "gizmo", Owner: c.owner})
			require.NoError(t, err)
			listed := shown(h.says(t, here, c.user, "watches"))
			r := h.says(t, here, c.user, "unwatch "+word)
			left, err := h.store.ListWatches(t.Context(), here)
			require.NoError(t, err)
			assert.Equal(t, c.ended, len(left) == 0, "%s by %s: %s", word, c.user, r.Body)
			assert.Equal(t, c.ended, strings.Contains(listed, "gizmo"), "whoever may end it sees it")
			if !c.ended {
				assert.Equal(t, none, listed)
				assert.Equal(t, unknown, shown(r), "as if there were none")
			}
		}
	}
}

func TestNamesThatAreHiddenAreFreeForAliases(t *testing.T) {
	h := newGuarded(t)
	for _, name := range []string{"web", "style", "code-style", "nobody-knows"} {
		r := h.says(t, here, eve, "alias "+name+" api")
		require.False(t, r.Refused, "%s: %s", name, r.Body)
		assert.Equal(t, apiID, h.says(t, here, eve, "fail "+name+" 57").About.Task, "for who may not see the other")
	}
	r := h.Run(t.Context(), commands.Request{Text: "fail web 128", Channel: bossDirect, User: boss, Direct: true})
	assert.Contains(t, r.Heading, "web #128", "who may see it means it")
	assert.Contains(t, h.says(t, here, boss, "alias web api").Body, "is an alias from the configuration")
}
