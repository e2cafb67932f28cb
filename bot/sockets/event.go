package sockets

import (
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// parseFrame reads one frame. With an error, the event holds the request and the
// type as far as they could be read.
func parseFrame(frame []byte) (socketmode.Event, error) {
	r := &socketmode.Request{}
	event := socketmode.Event{Request: r}
	if err := json.Unmarshal(frame, r); err != nil {
		return event, fmt.Errorf("not a JSON object: %w", err)
	}
	event.Type = socketmode.EventType(r.Type)
	var err error
	switch r.Type {
	case socketmode.RequestTypeHello, socketmode.RequestTypeDisconnect:
		return event, nil
	case socketmode.RequestTypeSlashCommands:
		var c slack.SlashCommand
		err = json.Unmarshal(r.Payload, &c)
		event.Data = c
	case socketmode.RequestTypeInteractive:
		var c slack.InteractionCallback
		err = json.Unmarshal(r.Payload, &c)
		event.Data = c
	case socketmode.RequestTypeEventsAPI:
		event.Data, err = slackevents.ParseEvent(r.Payload, slackevents.OptionNoVerifyToken())
	default:
		return event, fmt.Errorf("unknown type %q", r.Type)
	}
	if err == nil && r.EnvelopeID == "" {
		err = fmt.Errorf("%s without an envelope", r.Type)
	}
	if err != nil {
		return event, fmt.Errorf("read %s: %w", r.Type, err)
	}
	return event, nil
}
