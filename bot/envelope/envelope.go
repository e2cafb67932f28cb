// Package envelope reads what Slack delivers over a socket: the few fields that the
// bot uses, whatever the other fields hold.
//
// An envelope may contain a message of another app, with blocks that are newer than
// this program and attachments whose fields have any type. A field of a type that is
// not expected is empty, and no error.
package envelope

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"logbot/logsapi/lenient"
)

// Types of envelopes.
const (
	Commands     = "slash_commands"
	Interactions = "interactive"
	Events       = "events_api"
)

// Content is what an envelope holds. At most one of its pointers is set; none is if
// the bot has no use for it.
type Content struct {
	Type        string // for the log, such as "events_api/app_mention"
	From        Sender
	ResponseURL string // where it can be answered, also if the rest cannot be read; may be empty

	Command  *Command
	Press    *Press
	Form     *Form
	Shortcut *Shortcut
	Said     *Said
}

// Sender is what an envelope says about who caused it. It is stored as JSON.
type Sender struct {
	User       string `json:",omitempty"` // empty for apps that have none
	Team       string `json:",omitempty"` // the sender's workspace or organisation; empty if not said
	Enterprise string `json:",omitempty"` // the organisation of Team; empty if not said
	App        bool   `json:",omitempty"` // an app or a workflow, not a person
	Bot        string `json:",omitempty"` // the app's bot_id; may be empty
}

// errIncomplete says that a field is missing or has another type.
var errIncomplete = errors.New("a field is missing or has another type than expected")

// Read reads the payload of an envelope. With an error the content has what could be
// read: its type, and its ResponseURL if it has one.
func Read(kind string, payload json.RawMessage) (c Content, err error) {
	c.Type = kind
	defer func() {
		if u, err := url.Parse(c.ResponseURL); err != nil || u.Host == "" {
			c.ResponseURL = "" // it would be tried again and again
		}
	}()
	switch kind {
	case Commands:
		err = c.readCommand(payload)
	case Interactions:
		err = c.readInteraction(payload)
	case Events:
		err = c.readEvent(payload)
	default:
		var any struct {
			ResponseURL lenient.Text `json:"response_url"`
		}
		_ = Decode(payload, &any) // it may hold anything
		c.ResponseURL = string(any.ResponseURL)
		return c, fmt.Errorf("read an envelope of the unknown type %q", kind)
	}
	if err != nil {
		return c, fmt.Errorf("read an envelope of the type %s: %w", c.Type, err)
	}
	return c, nil
}

// Decode is json.Unmarshal, except that a field of another type is empty and no error.
func Decode(payload json.RawMessage, into any) error {
	err := json.Unmarshal(payload, into)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return nil // Unmarshal has read the other fields
	}
	return err
}
