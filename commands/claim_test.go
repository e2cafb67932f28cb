package commands_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/failure/known"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

const bob = "U0BOB00001"

// claiming are commands with a memory that knows how builds of shop-web and shop-api failed.
type claiming struct {
	*commands.Commands
	memory  *memoryFailures
	audited *[]commands.AuditEvent
}

func newClaiming(t *testing.T) claiming { return newClaimingBy(t, access.Open()) }

func newClaimingBy(t *testing.T, policy *access.Policy) claiming {
	t.Helper()
	memory := newMemoryFailures()
	for _, b := range []known.Sighting{
		{Key: "1:npe", Text: "java.lang.NullPointerException", Task: id("1"), Name: "shop-web", Build: 11, Branch: "main", At: time.Now().Add(-time.Hour)},
		{Key: "1:npe", Text: "java.lang.NullPointerException", Task: id("2"), Name: "shop-api", Build: 57, Branch: "main", At: time.Now().Add(-time.Minute)},
		{Task: id("1"), Name: "shop-web", Build: 9, Branch: "main", At: time.Now().Add(-2 * time.Hour)},
	} {
		_, err := memory.Saw(t.Context(), b)
		require.NoError(t, err)
	}
	names := map[string]string{ann: "wang.lei", bob: "李四"}
	audited := &[]commands.AuditEvent{}
	service := shop()
	service.record = &logsapi.Record{State: logsapi.Succeeded} // of builds that nobody read
	c := commands.New(commands.Options{
		Logs:   logs{page: func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{Text: "ok\n", Last: true}, nil }},
		Builds: service, Gate: redact.New(), Access: policy, Failures: memory,
		PersonName: func(_ context.Context, user string) string { return names[user] },
		Audit:      func(_ context.Context, e commands.AuditEvent) { *audited = append(*audited, e) },
	})
	t.Cleanup(c.Close)
	return claiming{c, memory, audited}
}

func (c claiming) says(t *testing.T, user, text string) reply.Reply {
	t.Helper()
	return c.Run(t.Context(), commands.Request{Text: text, Channel: here, User: user})
}

func TestAFailureIsClaimedTakenOverAndReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClaiming(t)
		began := time.Now()
		r := c.says(t, ann, "claim shop-web 11")
		assert.Equal(t, reply.Claim{Name: "wang.lei", Since: began}, r.Claim)
		assert.Equal(t, "shop-web #11 failed", r.Heading)
		assert.Equal(t, "java.lang.NullPointerException", r.Reason)
		assert.False(t, r.Private, "the channel is told")
		assert.Contains(t, r.Text(began), "wang.lei is on it since "+began.Format("15:04"))
		require.Len(t, r.Try, 1)
		assert.Equal(t, "/logs claim shop-web 11 --release", r.Try[0].Line)

		time.Sleep(time.Minute)
		r = c.says(t, bob, "认领 shop-api 57") // the same failure, elsewhere
		assert.Equal(t, reply.Claim{Name: "wang.lei", Since: began}, r.Claim, "first come")
		assert.True(t, r.Private)
		assert.Equal(t, "Take it over with --take.", r.Body)
		r = c.says(t, bob, "claim shop-api 57 --release")
		assert.Equal(t, "Only wang.lei can release it. You can take it over:", r.Body)
		assert.Equal(t, "wang.lei", r.Claim.Name)
		r = c.says(t, ann, "claim shop-api 57")
		assert.Equal(t, began, r.Claim.Since, "asked again it stays")

		r = c.says(t, bob, "claim shop-api 57 --take")
		assert.Equal(t, reply.Claim{Name: "李四", Since: began.Add(time.Minute)}, r.Claim)
		assert.Equal(t, "Taken over from wang.lei.", r.Body)
		r = c.says(t, bob, "claim shop-web 11 --release")
		assert.Equal(t, "李四 is no longer on it.", r.Body)
		assert.Zero(t, r.Claim)
		r = c.says(t, bob, "claim shop-web 11 --release")
		assert.Equal(t, "Nobody is on the failure of shop-web #11.", r.Body)
		for _, e := range *c.audited {
			assert.Equal(t, "claim", e.Verb)
			assert.NotEmpty(t, e.Task)
			assert.Equal(t, commands.Answered, e.Result)
		}
		assert.Len(t, *c.audited, 7)
	})
}

func TestAClaimIsRefusedWithAReason(t *testing.T) {
	c := newClaiming(t)
	for text, says := range map[string]string{
		"claim shop-web 9":                   "shop-web #9 can't be claimed: it isn't clear what failed, so later builds can't be matched.",
		"claim shop-web 10":                  "shop-web #10 can't be claimed: its log shows no failure.",
		"claim shop-web 11 --take --release": "Type either --take or --release.",
	} {
		r := c.says(t, ann, text)
		assert.Equal(t, says, r.Body, text)
		assert.True(t, r.Private, text)
		assert.NotEmpty(t, r.Try, text)
	}
	require.NoError(t, c.memory.SawGreen(t.Context(), []known.Green{{Task: id("1"), Build: 12, Branch: "main", At: time.Now()}}))
	assert.Equal(t, "shop-web #11 can't be claimed: a later build of this branch has succeeded.", c.says(t, ann, "claim shop-web 11").Body)
	c.memory.refuse(commands.ErrStoreAway)
	r := c.says(t, ann, "claim shop-web 11")
	assert.Equal(t, texts.ClaimAway.In(texts.English), r.Body)
	assert.Error(t, r.Failure, "operators hear of it")
	r = c.Run(t.Context(), commands.Request{Text: "claim shop-web 11", Channel: here, User: "U0APP00001", Standing: access.App})
	assert.True(t, r.Refused)

	none := commands.New(commands.Options{Builds: shop(), Gate: redact.New(), Access: access.Open()})
	assert.Equal(t, texts.ClaimNowhere.In(texts.Chinese), none.Run(t.Context(), commands.Request{Text: "认领 shop-web 11", Channel: here, User: ann, Lang: texts.Chinese}).Body)
}

func TestWhoMayNotReadATaskMayNotClaimItsFailure(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{elsewhere}, Tasks: []string{"*"}}})
	require.NoError(t, err)
	c := commands.New(commands.Options{Builds: shop(), Gate: redact.New(), Access: policy, Failures: newMemoryFailures()})
	r := c.Run(t.Context(), commands.Request{Text: "claim shop-web 11", Channel: here, User: ann})
	assert.True(t, r.Refused)
	assert.Zero(t, r.Claim)
}

// A claim tells that the failure is known where it was made.
func TestAClaimIsHiddenFromThoseWhoMayNotSeeItsTask(t *testing.T) {
	policy, err := access.New([]access.Rule{
		{Users: []string{ann}, Tasks: []string{id("1"), id("2")}},
		{Users: []string{bob}, Tasks: []string{id("2")}},
	})
	require.NoError(t, err)
	c := newClaimingBy(t, policy)
	says := func(user, text string) reply.Reply {
		return c.Run(t.Context(), commands.Request{Text: text, Channel: "D0" + user, User: user, Direct: true})
	}
	require.Equal(t, "wang.lei", says(ann, "claim shop-web 11").Claim.Name)
	assert.Equal(t, "wang.lei", says(ann, "seen shop-api 57").Claim.Name, "who may read both")
	for _, text := range []string{"seen shop-api 57", "claim shop-api 57", "claim shop-api 57 --release"} {
		r := says(bob, text)
		assert.Zero(t, r.Claim, text)
		assert.NotContains(t, shown(r), "wang.lei", text)
	}
	assert.Equal(t, "Somebody else is on it. Take it over with --take.", says(bob, "claim shop-api 57").Body)
	assert.Equal(t, "Nobody is on the failure of shop-api #57.", says(bob, "claim shop-api 57 --release").Body)
	taken := says(bob, "claim shop-api 57 --take")
	assert.Equal(t, "李四", taken.Claim.Name)
	assert.NotContains(t, shown(taken), "wang.lei")
	assert.Equal(t, "李四", says(ann, "seen shop-web 11").Claim.Name)
}
