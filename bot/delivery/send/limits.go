package send

// Limit is how often one thing may be done at Slack.
type Limit struct {
	name      string
	perSecond float64
	burst     int
}

// Slack's limits (apis/web-api/rate-limits), with room left to stay below them: a
// tier counts calls in a minute, so burst + 60·rate is less than the tier.
//
// Messages: one a second in a channel, "short bursts" tolerated; response URLs and
// ephemeral messages "in general" too. All channels together: "several hundred" a
// minute.
const (
	inChannelPerSecond, inChannelBurst     = 1.0, 3
	inWorkspacePerSecond, inWorkspaceBurst = 5.0, 300
	tier3PerSecond, tier3Burst             = 0.6, 12 // 48 of 50 a minute
	tier4PerSecond, tier4Burst             = 1.2, 25 // 97 of 100 a minute
)

// InChannel is the limit of messages in one channel.
func InChannel(channel string) Limit {
	return Limit{"post/" + channel, inChannelPerSecond, inChannelBurst}
}

// InWorkspace is the limit of messages in all channels together.
func InWorkspace() Limit {
	return Limit{"chat.postMessage", inWorkspacePerSecond, inWorkspaceBurst}
}

// Tier3 is the limit of a method that Slack puts into this tier.
func Tier3(method string) Limit { return Limit{method, tier3PerSecond, tier3Burst} }

// Tier4 is the limit of a method that Slack puts into this tier.
func Tier4(method string) Limit { return Limit{method, tier4PerSecond, tier4Burst} }
