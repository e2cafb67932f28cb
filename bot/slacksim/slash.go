package slacksim

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// SlashCommand is what a person types.
type SlashCommand struct {
	Channel string // id; the person must be a member
	User    string // id
	Command string // "/logs"
	Text    string // the rest, without the blank
}

// What Slack shows the caller when a command fails before the app answers.
const (
	operationTimeout = "operation_timeout" // not acknowledged within 3 s
	dispatchFailed   = "dispatch_failed"   // no socket to send it to
)

// Invocation is one command on its way. Its fields do not change; Status tells
// how it fares.
type Invocation struct {
	SlashCommand
	EnvelopeID  string
	TriggerID   string
	ResponseURL string // empty when there was no connection
	At          time.Time

	s *Server // its mu guards what follows

	ackedAt time.Time
	late    bool
	failure string
	ackBad  string // why the payload of the acknowledgement was refused
	shown   bool   // the channel has seen what was typed
	stop    func() // the acknowledgement timer
}

// Status is how a command fares.
type Status struct {
	AckedAt time.Time // zero until acknowledged
	Late    bool      // acknowledged after the 3 s
	// Failure is what Slack told the caller: "operation_timeout",
	// "dispatch_failed" (no connection), or nothing.
	Failure string
	// AckRefused is Slack's error name when the answer inside the
	// acknowledgement was no valid message; nobody is told.
	AckRefused string
	// Answers came with the acknowledgement or through the response URL, in
	// order and as they are now.
	Answers []Message
}

// Slash types a command. It returns once the command has been sent to one of
// the app's sockets, or when it is clear that there is none (see Status); an
// error means that such a command cannot be typed.
func (s *Server) Slash(ctx context.Context, cmd SlashCommand) (*Invocation, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: type %s: %w", cmd.Command, err)
	}
	inv, c, err := s.invoke(cmd)
	if err != nil || c == nil {
		return inv, err
	}
	// A command that cannot be written is lost like any other frame on a dying
	// socket: the caller sees operation_timeout, nothing is sent again.
	_ = s.send(c, s.envelope(inv))
	if s.strikes(faultWarning) {
		s.endSoon(c)
	}
	return inv, nil
}

// invoke registers the command and picks the socket it goes to; the socket is
// nil when there is none, which the caller is told.
func (s *Server) invoke(cmd SlashCommand) (*Invocation, *connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.typable(cmd); err != nil {
		return nil, nil, fmt.Errorf("slacksim: type %q: %w", cut(cmd.Command, maxCommandName), err)
	}
	now := s.cfg.Clock.Now()
	inv := &Invocation{
		SlashCommand: cmd, EnvelopeID: uuid(), At: now, s: s,
		TriggerID: fmt.Sprintf("%d.%s", now.UnixMilli(), strings.ToLower(secret())),
		stop:      func() {},
	}
	s.remember(inv)
	c := s.pickConnection()
	if c == nil {
		s.fail(inv, dispatchFailed)
		return inv, nil, nil
	}
	inv.ResponseURL = c.base + "/commands/" + s.cfg.TeamID + "/" + inv.EnvelopeID + "/" + s.newHook(inv).secret
	inv.stop = s.cfg.Clock.AfterFunc(ackWithin, func() { s.timeout(inv) })
	s.touch()
	return inv, c, nil
}

// typable checks that a person could type the command.
func (s *Server) typable(cmd SlashCommand) error {
	r := s.rooms[cmd.Channel]
	switch {
	case s.closed:
		return fmt.Errorf("the workspace is closed")
	case r == nil:
		return fmt.Errorf("no channel %q", cmd.Channel)
	case !slices.ContainsFunc(s.cfg.Users, func(u User) bool { return u.ID == cmd.User }):
		return fmt.Errorf("no user %q", cmd.User)
	case !r.has(cmd.User):
		return fmt.Errorf("user %s is not in channel %s", cmd.User, r.ID)
	case !strings.HasPrefix(cmd.Command, "/") || strings.ContainsAny(cmd.Command, " \n") ||
		len(cmd.Command) < 2 || len(cmd.Command) > maxCommandName:
		return fmt.Errorf("a command is / and up to %d characters without blanks", maxCommandName-1)
	case utf8.RuneCountInString(cmd.Text) > maxCommandText:
		return fmt.Errorf("more than %d characters", maxCommandText)
	case !s.scoped("commands"):
		return fmt.Errorf("the app lacks the scope commands")
	}
	return nil
}

// remember keeps the newest commands; the response URLs of forgotten ones end.
func (s *Server) remember(inv *Invocation) {
	s.invocations[inv.EnvelopeID] = inv
	s.oldest = append(s.oldest, inv.EnvelopeID)
	if len(s.oldest) <= maxInvocations {
		return
	}
	old := s.invocations[s.oldest[0]]
	old.stop()
	delete(s.invocations, s.oldest[0])
	if i := strings.LastIndexByte(old.ResponseURL, '/'); i >= 0 {
		delete(s.hooks, old.ResponseURL[i+1:])
	}
	s.oldest = slices.Delete(s.oldest, 0, 1)
}

// envelope is the frame of a command, in the form of the official SDKs' fixtures.
func (s *Server) envelope(inv *Invocation) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.rooms[inv.Channel].Name
	switch {
	case s.rooms[inv.Channel].Private:
		name = "privategroup"
	case inv.Channel[0] == 'D':
		name = "directmessage"
	}
	return map[string]any{
		"envelope_id": inv.EnvelopeID, "type": "slash_commands", "accepts_response_payload": true,
		"payload": map[string]any{
			"token": "slacksim-verification", "team_id": s.cfg.TeamID, "team_domain": strings.ToLower(s.cfg.TeamName),
			"channel_id": inv.Channel, "channel_name": name,
			"user_id": inv.User, "user_name": s.nameOf(inv.User),
			"command": inv.Command, "text": inv.Text, "api_app_id": s.cfg.AppID,
			"is_enterprise_install": "false", "response_url": inv.ResponseURL, "trigger_id": inv.TriggerID,
		},
	}
}

// timeout ends the 3 s; after Close it does nothing.
func (s *Server) timeout(inv *Invocation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if inv.ackedAt.IsZero() && !s.closed {
		s.fail(inv, operationTimeout)
	}
}

// fail tells the caller, and only the caller, that the command failed.
func (s *Server) fail(inv *Invocation, why string) {
	inv.failure = why
	s.post(Message{
		Channel: inv.Channel, User: slackbot, OnlyFor: inv.User, Via: viaSlack, Envelope: inv.EnvelopeID,
		Text: fmt.Sprintf("%s failed with the error %q", escape(inv.Command), why),
	})
}

// acked takes an acknowledgement from whatever socket; the error it returns is
// for the traffic record.
func (s *Server) acked(envelope string, payload json.RawMessage) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	inv := s.invocations[envelope]
	if inv == nil {
		return "no such envelope"
	}
	if !inv.ackedAt.IsZero() {
		return "acknowledged before"
	}
	inv.stop()
	inv.ackedAt = s.cfg.Clock.Now()
	s.touch()
	if inv.failure != "" {
		inv.late = true
		return "late"
	}
	if no := s.respondInAck(inv, payload); no != nil {
		inv.ackBad = no.code
		return no.code
	}
	return ""
}

// Status returns how the command fares now.
func (inv *Invocation) Status() Status {
	inv.s.mu.Lock()
	defer inv.s.mu.Unlock()
	st := Status{AckedAt: inv.ackedAt, Late: inv.late, Failure: inv.failure, AckRefused: inv.ackBad}
	for _, m := range inv.s.rooms[inv.Channel].messages {
		if m.Envelope == inv.EnvelopeID && (m.Via == viaAck || m.Via == viaResponseURL) {
			st.Answers = append(st.Answers, m.copy())
		}
	}
	return st
}

// Settled waits until the command was acknowledged or has failed.
func (inv *Invocation) Settled(ctx context.Context) error {
	return inv.s.Wait(ctx, func() bool {
		st := inv.Status()
		return st.Failure != "" || !st.AckedAt.IsZero()
	})
}

// uuid returns a random id in the form of envelope ids.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
