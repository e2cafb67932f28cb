package bot

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
)

// Scope is a right of the app that an admin grants when they install it.
type Scope struct {
	Name     string
	Optional bool   // the bot works without it
	For      string // what it is used for
	Without  string // what does not work without it
}

// Scopes returns the scopes of the bot token. deploy/slack-manifest.yaml and
// deploy/README.md list the same.
func Scopes() []Scope {
	return []Scope{
		{"commands", false, "the slash command and the shortcut", "nobody can type /logs or explain a message"},
		{"chat:write", false, "answers, watches and messages that follow a build", "the bot can answer a slash command or a button to its caller alone, and nothing else"},
		{"files:write", false, "log files", "no log file can be sent"},
		{"app_mentions:read", false, "questions that mention the bot, also in threads", "mentions are not answered"},
		{"im:history", false, "questions in direct messages", "direct messages are not answered"},
		{"chat:write.public", true, "answers, watches and follows in public channels without an invitation", "public channels must invite the bot, too, before it can watch or follow there"},
		{"users:read", true, "who is a guest or from outside; the language of a user; whether they are an admin or have left", "guests are answered like members, answers are in the language of LOGBOT_LANG, only the asker and the admins of LOGBOT_CONFIG can remove an answer, and a watch goes on when its owner leaves"},
		{"channels:read", true, "whether other organisations read a public channel", "public channels count as internal, unless a mention says otherwise"},
		{"groups:read", true, "whether other organisations read a private channel", "private channels count as internal, unless a mention says otherwise"},
		{"usergroups:read", true, "who is in the user groups that rules name", "rules that name groups let nobody read anything, unless they name users, too"},
		{"files:read", true, "checking that a file which Slack accepted is shown", "a file that Slack loses is not noticed"},
	}
}

// ScopeNames are the names of all scopes.
func ScopeNames() (names []string) {
	for _, s := range Scopes() {
		names = append(names, s.Name)
	}
	return names
}

// MissingScopes returns the scopes that are not granted.
func MissingScopes(granted []string) (missing []Scope) {
	for _, s := range Scopes() {
		if !slices.Contains(granted, s.Name) {
			missing = append(missing, s)
		}
	}
	return missing
}

// GrantedScopes are the scopes of the token with which an answer of Slack was asked for;
// nil if Slack does not say.
func GrantedScopes(answer http.Header) []string {
	return strings.FieldsFunc(answer.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
}

// granted are the scopes that Slack reports for the bot token. It is safe for concurrent
// use.
type granted struct{ scopes atomic.Pointer[[]string] }

func (g *granted) set(scopes []string) { g.scopes.Store(&scopes) }

// has reports whether Slack says that a scope is granted; false while it is not known.
func (g *granted) has(scope string) bool {
	scopes := g.scopes.Load()
	return scopes != nil && slices.Contains(*scopes, scope)
}
