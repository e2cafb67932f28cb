package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
)

func TestATaskIsAnAliasAnIDOrAnAddress(t *testing.T) {
	h := newHarness(t, nil)
	want := h.typed(t, "fail web 128")
	for _, typed := range []string{
		"web 128",
		"WEB #128",
		"FAIL Web 128",
		"  fail\tweb  128 ",
		webID + " 128",
		strings.ToUpper(webID) + " 128",
		"fail https://devcloud.cn-north-4.huaweicloud.com/cicd/project/6b1f0c7e94d24a3f8a5e2d907c3b41f8/build/detail/" + webID + " 128",
	} {
		got := h.typed(t, typed)
		got.Link = "" // of the pasted address
		assert.Equal(t, shown(want), shown(got), typed)
		assert.Equal(t, reply.About{Task: webID, Name: "web", Build: 128}, got.About)
	}
}

func TestOnlyWhatThePolicyAllowsIsRead(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{"C0BUILDS01"}, Tasks: []string{"web"}}})
	require.NoError(t, err)
	h := newHarness(t, policy)

	assert.False(t, h.typed(t, "fail web 128").Refused)
	assert.False(t, h.typed(t, "fail "+webID+" 128").Refused, "the same task by its id")

	before := h.codearts.Requests()
	before.Further = 0
	elsewhere := h.Run(t.Context(), commands.Request{Text: "fail web 128", Channel: "C0GENERAL1", User: "U0ANN00001"})
	assert.True(t, elsewhere.Refused)
	const nobodys = "0123456789abcdef0123456789abcdef"
	for typed, unknown := range map[string]string{
		"fail api 57": "fail nosuch 57", "show api 57": "show nosuch 57", "full api 57": "full nosuch 57", "full api 57 3": "full nosuch 57 3",
		"check style": "check nosuch", "watch api": "watch nosuch", "unwatch api": "unwatch nosuch", "alias x api": "alias x nosuch",
		"full " + record + " 3": "full 01234567-0fe5-221f-5215-6b9b8519e81e 3", "fail " + apiID + " 7": "fail " + nobodys + " 7",
	} {
		r := h.typed(t, typed)
		assert.True(t, r.Refused, typed)
		assert.Nil(t, r.File, typed)
		if strings.Contains(r.Body, "called") {
			r.Body = strings.NewReplacer("api", "nosuch", "style", "nosuch").Replace(r.Body)
		}
		assert.Equal(t, h.typed(t, unknown).Body, r.Body, "a refusal does not tell whether the thing exists")
	}
	after := h.codearts.Requests()
	after.Further = 0 // lists, whose own order of work is tested in package find
	assert.Equal(t, before, after, "nothing is read for somebody who may not see it")
}

func TestNoSecretOfALogIsSaid(t *testing.T) {
	h := newHarness(t, nil)
	for _, typed := range []string{
		"fail web 128", "show web 128", "show web 128 --lines 100", "show web 128 --grep git.example.com --context 3",
		"show web 128 --grep Bearer", "show web 128 --tail --lines 100", "show web 128 --step 23",
		"full web 128", "full web 128 all", "full web 128 1", "full web 128 2", "full web 128 3", "full web 128 3 --debug",
		"fail s3cr3t-Pa55 1", "fail https://ci:s3cr3t-Pa55@git.example.com/x 1", token,
	} {
		r := h.typed(t, typed)
		said := shown(r)
		if r.File != nil {
			content, _ := contentOf(t, r.File)
			said += content
		}
		if !strings.HasPrefix(typed, "fail s3cr3t") {
			assert.NotContains(t, said, "s3cr3t-Pa55", typed)
		}
		assert.NotContains(t, said, "eyJhbGciOiJIUzI1NiJ9", typed)
		assert.NotContains(t, said, token, typed)
	}
	r := h.typed(t, "show web 128 --grep git.example.com")
	assert.Contains(t, r.Excerpt(), redact.Mask)
	assert.Contains(t, r.Source, "hidden")
}

func TestACallerWhoGoesAwayEndsTheWork(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
			cancel()
			return logsapi.Page{}, ctx.Err()
		}},
		Builds: noBuilds{}, Gate: redact.New(), Access: access.Open(),
	})
	r := c.Run(ctx, commands.Request{Text: "fail " + webID + " 7"})
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "took too long")
}
