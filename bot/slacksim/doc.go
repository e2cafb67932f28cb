// Package slacksim is a Slack workspace on localhost that holds an app to Slack's
// rules, for the demo and the tests.
//
// It implements the parts of the Web API, of Socket Mode and of response URLs that
// a bot for logs needs, refuses what Slack refuses with Slack's error names, and
// shows what a person in a channel would see. A test or the demo plays the people:
// Slash types a command, Say a message, Click presses a button, Shortcut uses a
// message shortcut, Submit and CloseView end a modal, Notify posts as another app.
// Render reads the channel and the modal as text; Messages, Thread and OpenView
// return them as data; Wait waits for a change without sleeping. Faults,
// Disconnect, Freeze and Ghosts make it fail on purpose, and Outcomes counts what
// was lost or answered twice. A person can do all of that, too: the root of the
// server is a web page (page.go and the folder page) on top of the same methods.
//
// The Server is put together from parts, each a type that knows only the parts
// above it in this list:
//
//	workspace    configuration, lock, clock, notification of changes
//	channels     channels, direct messages, messages
//	rates        Slack's rate limits
//	traffic      the record of what the app sent
//	faults       what goes wrong on purpose
//	sockets      Socket Mode connections
//	deliveries   envelopes and their acknowledgements
//	events       what the app is told of messages, with retries
//	responses    response URLs and answers inside acknowledgements
//	modals       views and their stacks
//	files        uploads
//	people       what a person does: commands, clicks, submissions
//	chat, webAPI the methods of the Web API
//	page         the web page
//
// The rules come from Slack's public documentation and, where that is silent, from
// what other projects measured; the constants in limits.go and blockkit/limits.go
// name their sources. Where nothing is known, the simulator takes the stricter
// reading. It knows the blocks and methods that a log bot may use (methods.go,
// blockkit); it refuses all others instead of letting them pass unchecked. Two
// clients that share no code, slack-go and Bolt (e2e/bolt), must work with it.
package slacksim
