// Package slacksim is a Slack workspace on localhost that holds an app to
// Slack's rules, for the demo and the tests.
//
// It speaks the parts of the Web API, of Socket Mode and of response URLs that
// a slash-command bot needs, refuses what Slack refuses and with Slack's error
// names, and shows what a person in a channel would see. A test or the demo
// plays the people: Slash types a command, Render reads the channel, Wait
// waits without sleeping.
//
// The rules come from Slack's public documentation and, where that is silent,
// from what other projects measured; each constant in limits.go says which.
// Where nobody knows, the simulator takes the stricter reading. It knows the
// blocks a log bot may send; any other block is refused as unsupported rather
// than let through unchecked.
package slacksim
