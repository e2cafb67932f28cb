package envelope

import (
	"cmp"
	"encoding/json"

	"logbot/logsapi/lenient"
)

// Press is the press of a button in a message.
type Press struct {
	Channel string
	Action  string // the action id
	At      string // Slack's action_ts
	Value   string
	Label   string // as shown on the button
	Trigger string // opens one modal within 3 s

	TS     string // of the message
	Thread string // ts of its parent, if it is in a thread
	Alone  bool   // one person alone sees the message, and Slack does not return it
	Text   string // of the message
	Blocks json.RawMessage
}

// Form is a submitted form.
type Form struct {
	Callback string
	Metadata string
	Values   map[string]map[string]string // what was typed, by block and action
}

// Shortcut is the use of a shortcut on a message.
type Shortcut struct {
	Callback string
	Channel  string
	TS       string // of the message
	Thread   string // ts of its parent, if it is in a thread
	Text     string // every text and address of the message, one a line
}

type interaction struct {
	Type        lenient.Text `json:"type"`
	CallbackID  lenient.Text `json:"callback_id"`
	TriggerID   lenient.Text `json:"trigger_id"`
	ResponseURL lenient.Text `json:"response_url"`
	MessageTS   lenient.Text `json:"message_ts"`
	Team        struct {
		ID           lenient.Text `json:"id"`
		EnterpriseID lenient.Text `json:"enterprise_id"`
	} `json:"team"`
	Enterprise struct {
		ID lenient.Text `json:"id"`
	} `json:"enterprise"`
	User struct {
		ID     lenient.Text `json:"id"`
		TeamID lenient.Text `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID lenient.Text `json:"id"`
	} `json:"channel"`
	Container struct {
		Type        lenient.Text `json:"type"`
		ChannelID   lenient.Text `json:"channel_id"`
		MessageTS   lenient.Text `json:"message_ts"`
		ThreadTS    lenient.Text `json:"thread_ts"`
		IsEphemeral lenient.Flag `json:"is_ephemeral"`
	} `json:"container"`
	Message json.RawMessage `json:"message"`
	Actions []action        `json:"actions"`
	View    struct {
		CallbackID      lenient.Text `json:"callback_id"`
		PrivateMetadata lenient.Text `json:"private_metadata"`
		State           struct {
			Values map[string]json.RawMessage `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

type action struct {
	ActionID lenient.Text `json:"action_id"`
	ActionTS lenient.Text `json:"action_ts"`
	Value    lenient.Text `json:"value"`
	Text     label        `json:"text"`
	Selected struct {
		Value lenient.Text `json:"value"`
		Text  label        `json:"text"`
	} `json:"selected_option"`
}

type label struct {
	Text lenient.Text `json:"text"`
}

func (c *Content) readInteraction(payload json.RawMessage) error {
	var in interaction
	if err := Decode(payload, &in); err != nil {
		return err
	}
	c.ResponseURL = string(in.ResponseURL)
	c.From = in.sender()
	if in.Type != "" {
		c.Type += "/" + string(in.Type)
	}
	switch in.Type {
	case "block_actions":
		return c.readPress(in)
	case "view_submission":
		return c.readForm(in)
	case "message_action":
		return c.readShortcut(in)
	case "":
		return errIncomplete
	}
	return nil // such as view_closed
}

// sender reads who caused an interaction. The organisation in it is that of the
// workspace in which it happened, which may be another than the person's. That
// workspace is null if the app is installed in a whole organisation.
func (in interaction) sender() Sender {
	from := Sender{User: string(in.User.ID), Team: string(cmp.Or(in.User.TeamID, in.Team.ID))}
	if in.Team.ID == "" || string(in.Team.ID) == from.Team {
		from.Enterprise = string(cmp.Or(in.Team.EnterpriseID, in.Enterprise.ID))
	}
	return from
}

func (c *Content) readPress(in interaction) error {
	if in.Container.Type == "view" {
		return nil // inputs of a form; the bot waits for its submission
	}
	channel := cmp.Or(in.Channel.ID, in.Container.ChannelID)
	if len(in.Actions) == 0 || in.Actions[0].ActionID == "" || channel == "" || in.User.ID == "" {
		return errIncomplete
	}
	var message struct {
		Text   lenient.Text    `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if len(in.Message) > 0 {
		_ = Decode(in.Message, &message) // it is part of a payload that was read
	}
	pressed := in.Actions[0]
	c.Press = &Press{
		Channel: string(channel), Action: string(pressed.ActionID), At: string(pressed.ActionTS), Trigger: string(in.TriggerID),
		Value: string(cmp.Or(pressed.Value, pressed.Selected.Value)), Label: string(cmp.Or(pressed.Text.Text, pressed.Selected.Text.Text)),
		TS: string(in.Container.MessageTS), Thread: string(in.Container.ThreadTS), Alone: bool(in.Container.IsEphemeral),
		Text: string(message.Text), Blocks: message.Blocks,
	}
	return nil
}

func (c *Content) readForm(in interaction) error {
	if in.User.ID == "" {
		return errIncomplete
	}
	c.Form = &Form{Callback: string(in.View.CallbackID), Metadata: string(in.View.PrivateMetadata), Values: map[string]map[string]string{}}
	for block, raw := range in.View.State.Values {
		var inputs map[string]json.RawMessage
		_ = Decode(raw, &inputs) // a block that is not an object has no inputs
		c.Form.Values[block] = map[string]string{}
		for name, raw := range inputs {
			var input struct {
				Value lenient.Text `json:"value"`
			}
			_ = Decode(raw, &input)
			c.Form.Values[block][name] = string(input.Value)
		}
	}
	return nil
}

func (c *Content) readShortcut(in interaction) error {
	if in.Channel.ID == "" || in.User.ID == "" {
		return errIncomplete
	}
	var message struct {
		TS       lenient.Text `json:"ts"`
		ThreadTS lenient.Text `json:"thread_ts"`
	}
	if len(in.Message) > 0 {
		_ = Decode(in.Message, &message)
	}
	c.Shortcut = &Shortcut{
		Callback: string(in.CallbackID), Channel: string(in.Channel.ID), TS: string(cmp.Or(in.MessageTS, message.TS)),
		Thread: string(message.ThreadTS), Text: messageText(in.Message),
	}
	return nil
}
