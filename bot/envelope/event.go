package envelope

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"logbot/logsapi/lenient"
)

// Said is a mention of the bot, or a direct message to it.
type Said struct {
	Event   string // id of the event; a message has a new one each time Slack tells of it
	Channel string
	TS      string // of the message
	Thread  string // ts of its parent, if it is in a thread
	Text    string // with Slack's markup: mentions of the bot are removed before it is read as typed

	// Told is when Slack told of the message first; zero if it does not say.
	Told time.Time
	// Edited is how long after the message was written Slack told of it: seconds for a
	// new message, anything for one that was edited or whose link was unfurled.
	Edited time.Duration

	// Shared says whether other organisations read the channel; nil if Slack does not
	// say.
	Shared *bool
}

type event struct {
	EventID   lenient.Text    `json:"event_id"`
	EventTime lenient.Text    `json:"event_time"`
	Type      lenient.Text    `json:"type"`
	Shared    json.RawMessage `json:"is_ext_shared_channel"`
	Event     struct {
		Type        lenient.Text    `json:"type"`
		Subtype     lenient.Text    `json:"subtype"`
		ChannelType lenient.Text    `json:"channel_type"`
		Channel     lenient.Text    `json:"channel"`
		User        lenient.Text    `json:"user"`
		UserTeam    lenient.Text    `json:"user_team"`
		SourceTeam  lenient.Text    `json:"source_team"`
		Team        lenient.Text    `json:"team"`
		BotID       lenient.Text    `json:"bot_id"`
		AppID       lenient.Text    `json:"app_id"`
		BotProfile  json.RawMessage `json:"bot_profile"`
		Text        lenient.Text    `json:"text"`
		TS          lenient.Text    `json:"ts"`
		EventTS     lenient.Text    `json:"event_ts"`
		ThreadTS    lenient.Text    `json:"thread_ts"`
	} `json:"event"`
}

func (c *Content) readEvent(payload json.RawMessage) error {
	var in event
	if err := Decode(payload, &in); err != nil {
		return err
	}
	e := in.Event
	if kind := cmp.Or(e.Type, in.Type); kind != "" {
		c.Type += "/" + string(kind)
	}
	if e.Type == "" && in.Type == "" {
		return errIncomplete
	}
	c.From = Sender{User: string(e.User), Team: string(cmp.Or(e.UserTeam, e.SourceTeam, e.Team)), Bot: string(e.BotID)}
	c.From.App = e.User == "" || e.BotID != "" || e.AppID != "" || isObject(e.BotProfile) || e.Subtype == "bot_message"
	switch {
	case e.Type == "app_mention":
	case e.Type == "message" && e.ChannelType == "im" && isTyped(string(e.Subtype)):
	default:
		return nil
	}
	if e.Channel == "" {
		return errIncomplete
	}
	c.Said = &Said{
		Event: string(in.EventID), Channel: string(e.Channel), TS: string(e.TS), Thread: string(e.ThreadTS), Text: string(e.Text),
		Told: moment(in.EventTime),
	}
	if told := moment(cmp.Or(in.EventTime, e.EventTS)); !told.IsZero() && !moment(e.TS).IsZero() {
		c.Said.Edited = told.Sub(moment(e.TS))
	}
	if shared := false; json.Unmarshal(in.Shared, &shared) == nil && string(in.Shared) != "null" {
		c.Said.Shared = &shared
	}
	return nil
}

// isTyped reports whether somebody typed a direct message of that subtype: a plain
// one, one with a file, or one of a thread that is sent to the conversation, too. That
// of an app is not typed; it is told from a person's by its sender.
func isTyped(subtype string) bool {
	return subtype == "" || subtype == "file_share" || subtype == "thread_broadcast" || subtype == "bot_message"
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// moment is a time in Unix seconds, such as a ts; zero if it is none.
func moment(t lenient.Text) time.Time {
	seconds, err := strconv.ParseFloat(string(t), 64)
	if err != nil || !(seconds > 0 && seconds < math.MaxInt32*4) {
		return time.Time{}
	}
	return time.UnixMicro(int64(seconds * 1e6))
}
