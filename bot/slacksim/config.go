package slacksim

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"logbot/logsapi/lazyregexp"
)

const (
	slackbot     = "USLACKBOT"             // the user id of messages by Slack itself
	verification = "slacksim-verification" // the verification token of payloads, which is deprecated
	otherBotID   = "B0WEBHOOK1"            // the bot_id of all messages of other apps
	otherAppID   = "A0WORKFLOW"            // the app_id of all workflows
)

// User is a person of the workspace.
type User struct {
	ID     string // ^[UW][A-Z0-9]{8,}$
	Name   string
	Locale string // such as zh-CN; empty means en-US
	Admin  bool   // of the workspace
	Guest  bool   // of the workspace

	// Team is the workspace of somebody from outside, whom shared channels bring here;
	// empty is this workspace. Enterprise is its organisation; empty is none.
	Team, Enterprise string
}

func (u User) locale() string { return cmp.Or(u.Locale, "en-US") }

// Channel is a channel or direct message of the workspace.
type Channel struct {
	// ID matches ^[CGD][A-Z0-9]{8,}$, as files.completeUploadExternal demands. One that
	// begins with D is a direct message: with the app if Bot, else between two people,
	// and Private.
	ID       string
	Name     string
	Private  bool
	Archived bool
	Members  []string // ids of users; the app is not among them
	Bot      bool     // the app is a member
	Shared   bool     // with other organisations (Slack Connect)
	Group    bool     // a direct message of several people; Private must be set, too
}

// UserGroup is a user group of the workspace.
type UserGroup struct {
	ID       string   // ^S[A-Z0-9]{8,}$
	Handle   string   // what people mention, without @
	Members  []string // ids of users
	Disabled bool
}

// Config describes the workspace and the app installed in it. The zero value is
// a usable workspace: see the default of each field.
type Config struct {
	BotToken string // default "xoxb-slacksim-bot"
	AppToken string // default "xapp-slacksim-app"
	TeamID   string // default "T0SLACKSIM"
	TeamName string // default "Local"
	// Enterprise is the organisation of the workspace; empty is none. OrgInstall says
	// that the app is installed in all of it: payloads then name no workspace.
	Enterprise string
	OrgInstall bool
	AppID      string // default "A0LOGBOT01"
	BotUser    User   // default U0LOGBOT01 "logbot"
	BotID      string // default "B0LOGBOT01"

	// Users and Channels default to ann (U0ANN00001) and bob (U0BOB00001), who are
	// members of #builds (C0BUILDS01, with the app), #general (C0GENERAL1, without
	// the app) and the private #secret (G0SECRET01, without the app).
	Users    []User
	Channels []Channel

	// Groups are the user groups of the workspace; none by default.
	Groups []UserGroup

	// Scopes of the bot token; default commands, chat:write, chat:write.public,
	// files:write.
	Scopes []string

	// EscapeCommands is should_escape of the app's commands: mentions, channels
	// and addresses in their text arrive as markup.
	EscapeCommands bool

	// Shortcuts are the message shortcuts of the app; none by default.
	Shortcuts []Shortcut

	// Commands are the slash commands of the app. If empty, any word that begins
	// with / is one.
	Commands []Command

	Clock    Clock          // default: the system's
	Zone     *time.Location // in which people see times; default UTC
	Listener net.Listener   // for Start; default: a free port of 127.0.0.1
	Faults   []Fault        // what goes wrong from the start; see Faults

	// TLS makes Start serve https and wss with its certificates. All addresses in
	// answers are then https or wss.
	TLS *tls.Config

	// PostBurst enables Slack's limit of one message per second and channel, and is
	// the number of messages that may come at once; 0 disables the limit. It
	// applies to chat.postMessage, public answers through a response URL and shared
	// uploads.
	PostBurst int
	// PostsPerMinute limits the same messages over all channels; 0 disables the
	// limit. Slack speaks of several hundred.
	PostsPerMinute int
	// EventsPerHour is the number of events per hour that the app is sent,
	// including retries; default 30,000. Further events are lost, and the app gets
	// app_rate_limited once a minute.
	EventsPerHour int
	// RateTiers enables the limits of calls per minute of all methods but
	// chat.postMessage.
	RateTiers bool
	// LooseLength accepts an upload whose size differs from the declared length.
	// What Slack does then is not documented; by default the upload is refused.
	LooseLength bool
	// StrictContainers refuses rich_text inside a container as invalid_blocks. The
	// documentation allows it; others saw the live service refuse it.
	StrictContainers bool
}

// withDefaults sets the fields that are not set.
func (c Config) withDefaults() Config {
	c.BotToken = cmp.Or(c.BotToken, "xoxb-slacksim-bot")
	c.AppToken = cmp.Or(c.AppToken, "xapp-slacksim-app")
	c.TeamID = cmp.Or(c.TeamID, "T0SLACKSIM")
	c.TeamName = cmp.Or(c.TeamName, "Local")
	c.AppID = cmp.Or(c.AppID, "A0LOGBOT01")
	c.BotUser = cmp.Or(c.BotUser, User{ID: "U0LOGBOT01", Name: "logbot"})
	c.BotID = cmp.Or(c.BotID, "B0LOGBOT01")
	c.EventsPerHour = cmp.Or(c.EventsPerHour, maxEvents)
	c.Zone = cmp.Or(c.Zone, time.UTC)
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.Scopes == nil {
		c.Scopes = []string{"commands", "chat:write", "chat:write.public", "files:write"}
	}
	if c.Users == nil {
		c.Users = []User{{ID: "U0ANN00001", Name: "ann"}, {ID: "U0BOB00001", Name: "bob"}}
	}
	if c.Channels == nil {
		everyone := make([]string, len(c.Users))
		for i, u := range c.Users {
			everyone[i] = u.ID
		}
		c.Channels = []Channel{
			{ID: "C0BUILDS01", Name: "builds", Members: everyone, Bot: true},
			{ID: "C0GENERAL1", Name: "general", Members: everyone},
			{ID: "G0SECRET01", Name: "secret", Members: everyone, Private: true},
		}
	}
	return c
}

var (
	channelID = lazyregexp.New(`^[CGDZ][A-Z0-9]{8,}$`)
	userID    = lazyregexp.New(`^[UW][A-Z0-9]{8,}$`)
)

// check returns an error for a workspace that Slack could not have.
func (c Config) check() error {
	if !strings.HasPrefix(c.BotToken, "xoxb-") || !strings.HasPrefix(c.AppToken, "xapp-") {
		return errors.New("slacksim: a bot token begins with xoxb-, an app token with xapp-")
	}
	for _, f := range c.Faults {
		if err := f.check(); err != nil {
			return fmt.Errorf("slacksim: %w", err)
		}
	}
	people := map[string]bool{}
	for _, u := range append([]User{c.BotUser}, c.Users...) {
		if !userID.MatchString(u.ID) {
			return fmt.Errorf("slacksim: user id %q does not match %s", u.ID, userID)
		}
		people[u.ID] = true
	}
	seen := map[string]bool{}
	for _, ch := range c.Channels {
		if !channelID.MatchString(ch.ID) || seen[ch.ID] {
			return fmt.Errorf("slacksim: channel id %q is used twice or does not match %s", ch.ID, channelID)
		}
		seen[ch.ID] = true
		for _, m := range ch.Members {
			if !people[m] {
				return fmt.Errorf("slacksim: member %q of channel %s is not a user", m, ch.ID)
			}
		}
	}
	return nil
}

// Shortcut is a message shortcut of the app.
type Shortcut struct {
	Name       string // "Explain this build"
	CallbackID string
}
