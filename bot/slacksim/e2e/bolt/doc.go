// Package bolt holds a reference app on @slack/bolt, Slack's own framework for
// Node, which runs unmodified against the local Slack. What satisfies both Bolt
// and slack-go is not shaped after one of them. `make node-packages` installs
// what the app needs.
package bolt
