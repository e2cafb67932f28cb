package envelope

import (
	"encoding/json"

	"logbot/logsapi/lenient"
)

// Command is a slash command.
type Command struct {
	Name        string // "/logs"
	Text        string // as typed
	Channel     string
	ChannelName string // mpdm-… in a conversation of several people
}

func (c *Content) readCommand(payload json.RawMessage) error {
	var in struct {
		Command      lenient.Text `json:"command"`
		Text         lenient.Text `json:"text"`
		TeamID       lenient.Text `json:"team_id"`
		EnterpriseID lenient.Text `json:"enterprise_id"`
		ChannelID    lenient.Text `json:"channel_id"`
		ChannelName  lenient.Text `json:"channel_name"`
		UserID       lenient.Text `json:"user_id"`
		ResponseURL  lenient.Text `json:"response_url"`
	}
	if err := Decode(payload, &in); err != nil {
		return err
	}
	c.ResponseURL = string(in.ResponseURL)
	c.From = Sender{User: string(in.UserID), Team: string(in.TeamID), Enterprise: string(in.EnterpriseID)}
	if in.UserID == "" || in.ChannelID == "" {
		return errIncomplete
	}
	c.Command = &Command{
		Name: string(in.Command), Text: AsTyped(string(in.Text)), Channel: string(in.ChannelID), ChannelName: string(in.ChannelName),
	}
	return nil
}
