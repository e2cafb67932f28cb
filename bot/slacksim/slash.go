package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"logbot/bot/slacksim/mrkdwn"
)

// SlashCommand is what a person types.
type SlashCommand struct {
	Channel string // id; the person must be a member
	User    string // id
	Command string // "/logs"
	Text    string // the rest, without the blank
}

// Invocation is one command on its way.
type Invocation struct {
	SlashCommand
	*Delivery

	shown bool // the channel has seen what was typed; Server.mu guards it
}

// Slash types a command. It returns once the command has been sent to one of
// the app's sockets, or when it is clear that there is none (see Status); an
// error means that such a command cannot be typed.
func (s *Server) Slash(ctx context.Context, cmd SlashCommand) (*Invocation, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: type %s: %w", cmd.Command, err)
	}
	inv, c, payload, err := s.invoke(cmd)
	if err != nil {
		return nil, fmt.Errorf("slacksim: type %q: %w", mrkdwn.Truncate(cmd.Command, maxCommandName), err)
	}
	if c != nil {
		s.sendOff(c, inv.Delivery, payload, nil)
	}
	return inv, nil
}

// invoke registers the command and picks the socket it goes to; the socket is
// nil when there is none, which the caller is told.
func (s *Server) invoke(cmd SlashCommand) (*Invocation, *connection, map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.typable(cmd); err != nil {
		return nil, nil, nil, err
	}
	inv := &Invocation{SlashCommand: cmd}
	inv.Delivery = &Delivery{
		Type: envelopeCommand, Typed: strings.TrimSpace(cmd.Command + " " + cmd.Text), user: cmd.User, channel: cmd.Channel,
	}
	inv.onAck = func(payload json.RawMessage) *refusal { return s.respondInAck(inv.hook, payload) }
	inv.onFail = func(why string) {
		s.whisper(inv.Delivery, fmt.Sprintf("%s failed with the error %q", mrkdwn.Escape(cmd.Command), why))
	}
	s.withTrigger(inv.Delivery)
	c := s.dispatch(inv.Delivery, &hook{kind: "commands", command: inv})
	if c == nil {
		return inv, nil, nil, nil
	}
	return inv, c, s.commandPayload(inv), nil
}

// typable checks that a person could type the command.
func (s *Server) typable(cmd SlashCommand) error {
	switch _, err := s.present(cmd.User, cmd.Channel); {
	case err != nil:
		return err
	case !strings.HasPrefix(cmd.Command, "/") || strings.ContainsAny(cmd.Command, " \n") ||
		len(cmd.Command) < 2 || len(cmd.Command) > maxCommandName:
		return fmt.Errorf("a command is / and up to %d characters without blanks", maxCommandName-1)
	case !s.knowsCommand(cmd.Command):
		return fmt.Errorf("%s is not a valid command", cmd.Command)
	case utf8.RuneCountInString(cmd.Text) > maxCommandText:
		return fmt.Errorf("more than %d characters", maxCommandText)
	case !s.scoped("commands"):
		return fmt.Errorf("the app lacks the scope commands")
	}
	return nil
}

// knowsCommand reports whether the app has such a command.
func (s *Server) knowsCommand(name string) bool {
	return len(s.cfg.Commands) == 0 || slices.ContainsFunc(s.cfg.Commands, func(c Command) bool { return c.Name == name })
}

// present returns the channel if this person can act in it; s.mu is held.
func (s *Server) present(user, channel string) (*room, error) {
	r := s.rooms[channel]
	switch {
	case s.closed:
		return nil, fmt.Errorf("the workspace is closed")
	case r == nil:
		return nil, fmt.Errorf("no channel %q", channel)
	case !s.isUser(user):
		return nil, fmt.Errorf("no user %q", user)
	case !r.has(user):
		return nil, fmt.Errorf("user %s is not in channel %s", user, r.ID)
	}
	return r, nil
}

// commandPayload is what the app is told, in the form of the official SDKs' fixtures.
func (s *Server) commandPayload(inv *Invocation) map[string]any {
	text := inv.Text
	if s.cfg.EscapeCommands {
		text = s.marked(text)
	}
	return map[string]any{
		"token": verification, "team_id": s.cfg.TeamID, "team_domain": s.domain(),
		"channel_id": inv.Channel, "channel_name": s.rooms[inv.Channel].wireName(),
		"user_id": inv.User, "user_name": s.nameOf(inv.User),
		"command": inv.Command, "text": text, "api_app_id": s.cfg.AppID,
		"is_enterprise_install": "false", "response_url": inv.ResponseURL, "trigger_id": inv.TriggerID,
	}
}

// whisper lets Slack itself tell whoever caused the delivery, and nobody else.
func (s *Server) whisper(d *Delivery, text string) {
	s.post(Message{
		Channel: d.channel, User: slackbot, OnlyFor: d.user, Via: viaSlack, Envelope: d.EnvelopeID, Text: text,
	})
}
