package slacksim

// people do what a person can do in Slack: type, click, choose, submit. What the
// app must be told of goes out as an envelope.
type people struct {
	*channels
	deliveries *deliveries
	responses  *responses
	events     *events
	modals     *modals
}
