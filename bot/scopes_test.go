package bot

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

func TestEachMissingScopeIsOneLineAtTheStart(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "im:history", "users:read"}}, Options{})
	<-h.bot.Known()
	said := map[string]logrus.Level{}
	for _, e := range h.logged.AllEntries() {
		for _, s := range Scopes() {
			if strings.Contains(e.Message, "scope "+s.Name+":") {
				_, twice := said[s.Name]
				require.False(t, twice, e.Message)
				said[s.Name] = e.Level
				assert.Contains(t, e.Message, s.Without)
			}
		}
	}
	assert.Equal(t, map[string]logrus.Level{
		"files:write": logrus.ErrorLevel, "chat:write.public": logrus.WarnLevel, "files:read": logrus.WarnLevel,
		"channels:read": logrus.WarnLevel, "groups:read": logrus.WarnLevel, "usergroups:read": logrus.WarnLevel,
	}, said)
}

func TestNoScopeIsMissingIfSlackDoesNotSayWhichAreGranted(t *testing.T) {
	assert.Empty(t, GrantedScopes(http.Header{}))
	for _, list := range []string{"commands,chat:write", "commands, chat:write"} {
		assert.Equal(t, []string{"commands", "chat:write"}, GrantedScopes(http.Header{"X-Oauth-Scopes": {list}}))
	}
}
