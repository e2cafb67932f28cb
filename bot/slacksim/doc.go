// Package slacksim is a Slack workspace on localhost that holds an app to
// Slack's rules, for the demo and the tests.
//
// It speaks the parts of the Web API, of Socket Mode and of response URLs that
// a bot for logs needs, refuses what Slack refuses and with Slack's error
// names, and shows what a person in a channel would see. A test or the demo
// plays the people: Slash types a command, Say a message, Click presses a
// button, Shortcut picks an entry of a message's menu, Submit and CloseView end
// a modal, Notify lets another app post; Render reads the channel with the modal,
// Messages, Thread and OpenView give the same as data, Wait waits without
// sleeping. Faults, Disconnect, Freeze and Ghosts make it fail on purpose, and
// Outcomes counts what was then lost or doubled. A person can do all of
// that, too: the server's root is a web page (page.go and the folder page), built
// on the same methods.
//
// The rules come from Slack's public documentation and, where that is silent,
// from what other projects measured; each constant in limits.go says which.
// Where nobody knows, the simulator takes the stricter reading. It knows the
// blocks and methods a log bot may use (methods.go, blocks.go); anything else is
// refused rather than let through unchecked. Two clients that share no code,
// slack-go and Bolt (e2e/bolt), must be content with it.
package slacksim
