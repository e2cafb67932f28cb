package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/access"
	"logbot/commands/find"
)

func TestARuleThatNamesAnyAliasAdmitsTheTaskHoweverItWasTyped(t *testing.T) {
	names := find.Aliases{Tasks: map[string]string{"web": webID, "shop": webID, "zebra": webID, "api": apiID}}
	for _, rule := range []string{"shop", "web", "zebra", webID} {
		h := newHarnessWithAliases(t, names, access.Rule{Tasks: []string{rule}})
		for _, typed := range []string{"shop", "web", "ZEBRA", webID, `"Shop web"`, "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/" + project + "/build/detail/" + webID} {
			t.Run(rule+"/"+typed, func(t *testing.T) {
				r := h.says(t, here, ann, "builds "+typed)
				assert.False(t, r.Refused, r.Body)
				assert.Contains(t, r.Excerpt(), "#128")
			})
		}
		for _, typed := range []string{"api", apiID, `"Shop api"`} {
			assert.True(t, h.says(t, here, ann, "builds "+typed).Refused, "%s by %s", typed, rule)
		}
	}
}

func TestAnAliasThatIsSetInSlackGivesNoRight(t *testing.T) {
	h := newHarnessWithAliases(t, find.Aliases{Tasks: map[string]string{"web": webID, "api": apiID}},
		access.Rule{Channels: []string{here}, Tasks: []string{"web", "depot"}}) // a rule for a name that is set in Slack only
	h.store.put(find.Alias{Channel: here, Name: "depot", Target: apiID})
	r := h.says(t, here, ann, "builds depot")
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, `No task is called "depot". Known: Shop web, web. If it exists, you can't see it here`)
}

func TestAnAliasIsFoundInTheSameWayEachTime(t *testing.T) {
	both := find.Aliases{Tasks: map[string]string{"Web": webID, "web": apiID, "Docs": webID}}
	for range 50 {
		id, ok := both.TaskID("web")
		assert.True(t, ok, "as it is written")
		assert.Equal(t, apiID, id)
		id, ok = both.TaskID("Web")
		assert.True(t, ok)
		assert.Equal(t, webID, id)
		id, ok = both.TaskID("DOCS")
		assert.True(t, ok, "the only one in other capitals")
		assert.Equal(t, webID, id)
		_, ok = both.TaskID("WEB")
		assert.False(t, ok, "one of two")
	}
	h := newHarnessWithAliases(t, both)
	for range 20 {
		r := h.says(t, here, ann, "builds WEB")
		assert.True(t, r.Refused)
		assert.Contains(t, r.Body, "Which one?")
		require.Len(t, r.Try, 2)
		assert.Equal(t, "/logs builds "+webID, r.Try[0].Line)
		assert.Equal(t, "Web", r.Try[0].Does)
		assert.Equal(t, "/logs builds "+apiID, r.Try[1].Line)
		assert.True(t, h.says(t, here, admin, "alias WEB api").Refused, "the configuration has the name")
	}
}

func TestWhatAWordMayMeanIsOfferedInTheSameOrderEachTime(t *testing.T) {
	names := map[string]string{}
	for _, name := range []string{"web-a", "web-b", "web-c", "web-d", "web-e", "web-f", "web-g"} {
		names[name] = strings.Repeat(name[len(name)-1:], 32)
	}
	h := newHarnessWithAliases(t, find.Aliases{Tasks: names})
	for _, typed := range []string{"web-", "wb"} { // a beginning; letters in their order
		first := h.says(t, here, ann, "builds "+typed)
		require.NotEmpty(t, first.Try)
		for range 20 {
			assert.Equal(t, first.Try, h.says(t, here, ann, "builds "+typed).Try)
		}
	}
}
