package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"logbot/bot/slacksim/mrkdwn"
)

// Slash types a command. It returns after the envelope was sent, or at once if no
// socket is connected (see Status). An error means that a person could not type the
// command.
func (ps *people) Slash(ctx context.Context, cmd SlashCommand) (*Invocation, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: type %s: %w", cmd.Command, err)
	}
	inv, c, payload, err := ps.newInvocation(cmd)
	if err != nil {
		return nil, fmt.Errorf("slacksim: type %q: %w", mrkdwn.Truncate(cmd.Command, maxCommandName), err)
	}
	if c != nil {
		ps.deliveries.sendEnvelope(c, inv.Delivery, payload, nil)
	}
	return inv, nil
}

// newInvocation registers the command and picks its socket, which is nil if there
// is no connection.
func (ps *people) newInvocation(cmd SlashCommand) (*Invocation, *connection, map[string]any, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if err := ps.checkCommand(cmd); err != nil {
		return nil, nil, nil, err
	}
	inv := &Invocation{SlashCommand: cmd}
	inv.Delivery = &Delivery{
		Type: envelopeCommand, Typed: strings.TrimSpace(cmd.Command + " " + cmd.Text), user: cmd.User, channel: cmd.Channel,
	}
	inv.onAck = func(payload json.RawMessage) *refusal { return ps.responses.respondInAck(inv.responseURL, payload) }
	inv.onFail = func(why string) {
		ps.deliveries.whisper(inv.Delivery, fmt.Sprintf("%s failed with the error %q", mrkdwn.Escape(cmd.Command), why))
	}
	ps.deliveries.addTrigger(inv.Delivery)
	c := ps.deliveries.dispatch(inv.Delivery, &responseURL{path: "commands", command: inv})
	if c == nil {
		return inv, nil, nil, nil
	}
	return inv, c, ps.commandPayload(inv), nil
}

// checkCommand checks that a person could type the command.
func (ps *people) checkCommand(cmd SlashCommand) error {
	switch _, err := ps.memberChannel(cmd.User, cmd.Channel); {
	case err != nil:
		return err
	case !strings.HasPrefix(cmd.Command, "/") || strings.ContainsAny(cmd.Command, " \n") ||
		len(cmd.Command) < 2 || len(cmd.Command) > maxCommandName:
		return fmt.Errorf("a command is / and up to %d characters without blanks", maxCommandName-1)
	case !ps.knowsCommand(cmd.Command):
		return fmt.Errorf("%s is not a valid command", cmd.Command)
	case utf8.RuneCountInString(cmd.Text) > maxCommandText:
		return fmt.Errorf("more than %d characters", maxCommandText)
	case !ps.scoped("commands"):
		return fmt.Errorf("the app lacks the scope commands")
	}
	return nil
}

// commandPayload returns the payload of the envelope. Its form is that of the
// fixtures of the official SDKs.
func (ps *people) commandPayload(inv *Invocation) map[string]any {
	text := inv.Text
	if ps.cfg.EscapeCommands {
		text = ps.toMarkup(text)
	}
	payload := map[string]any{
		"token": verification, "team_id": ps.teamOf(inv.User), "team_domain": ps.domain(),
		"channel_id": inv.Channel, "channel_name": ps.conversations[inv.Channel].payloadName(),
		"user_id": inv.User, "user_name": ps.nameOf(inv.User),
		"command": inv.Command, "text": text, "api_app_id": ps.cfg.AppID,
		"is_enterprise_install": strconv.FormatBool(ps.cfg.OrgInstall), "response_url": inv.ResponseURL, "trigger_id": inv.TriggerID,
	}
	if organisation := ps.enterpriseOf(inv.User); organisation != "" {
		payload["enterprise_id"], payload["enterprise_name"] = organisation, "Organisation"
	}
	return payload
}
