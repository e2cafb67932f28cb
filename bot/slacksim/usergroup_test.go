package slacksim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUserGroupsHaveTheirMembers(t *testing.T) {
	s := start(t, Config{Scopes: []string{"usergroups:read"}, Groups: []UserGroup{
		{ID: "S0ENG00001", Handle: "eng", Members: []string{ann}}, {ID: "S0OLD00001", Handle: "old", Members: []string{bob}, Disabled: true},
	}})
	assert.Equal(t, []any{ann}, api(t, s, "usergroups.users.list", "usergroup", "S0ENG00001").Body["users"])
	assert.Equal(t, "no_such_subteam", api(t, s, "usergroups.users.list", "usergroup", "S0OLD00001").err())
	assert.Equal(t, "no_such_subteam", api(t, s, "usergroups.users.list", "usergroup", "S0NONE0001").err())
	assert.Equal(t, []any{bob}, api(t, s, "usergroups.users.list", "usergroup", "S0OLD00001", "include_disabled", "true").Body["users"])
	assert.Len(t, api(t, s, "usergroups.list", "include_users", "true").Body["usergroups"], 1)
	assert.Len(t, api(t, s, "usergroups.list", "include_disabled", "true").Body["usergroups"], 2)
}

func TestTheMembersOfAChannelComeInPages(t *testing.T) {
	s := start(t, Config{Scopes: []string{"channels:read"}})
	a := api(t, s, "conversations.members", "channel", builds, "limit", "1")
	assert.Equal(t, []any{ann}, a.Body["members"])
	next, _ := a.Body["response_metadata"].(map[string]any)["next_cursor"].(string)
	require.NotEmpty(t, next)
	a = api(t, s, "conversations.members", "channel", builds, "limit", "1", "cursor", next)
	assert.Equal(t, []any{bob}, a.Body["members"])
	require.NoError(t, s.Leave(bob, builds))
	assert.Equal(t, []any{ann}, api(t, s, "conversations.members", "channel", builds).Body["members"])
	assert.Equal(t, "invalid_cursor", api(t, s, "conversations.members", "channel", builds, "cursor", "x").err())
	assert.Equal(t, "channel_not_found", api(t, s, "conversations.members", "channel", private).err())
	require.NoError(t, s.InviteBot(private))
	assert.Equal(t, "groups:read", api(t, s, "conversations.members", "channel", private).Body["needed"])
	assert.Error(t, s.Leave("U0NOBODY01", builds))
}
