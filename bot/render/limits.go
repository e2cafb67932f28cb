package render

// Slack's limits, in characters unless stated otherwise. Sources: the pages of
// Block Kit (reference/block-kit), the doc comments of @slack/types 3.2.0, or
// measurements by others.
const (
	maxHeader   = 150  // header block: @slack/types
	maxSection  = 3000 // text of a section: @slack/types
	maxActions  = 25   // elements of an actions block: @slack/types
	maxButton   = 75   // text of a button: @slack/types
	maxValue    = 2000 // value of a button: @slack/types
	headerExtra = 100  // what a header adds to the size of a message: measured by others

	// maxCounted is our ceiling for a whole message, counted in escaped form. Slack
	// publishes none; 13,200 were still accepted, 15,181 refused (measured by others).
	maxCounted = 10000
	// maxTextBytes bounds the text beside or instead of blocks: chat.update takes
	// 4,000 (one project measured bytes), and chat.postMessage splits longer ones.
	maxTextBytes = 4000
)

// counted is the number of characters that Slack counts: those of the escaped text.
func counted(s string) int {
	n := 0
	for _, r := range s {
		n += escapedLen(r)
	}
	return n
}

// escapedLen is the length of a character in escaped form.
func escapedLen(r rune) int {
	switch r {
	case '&':
		return len("&amp;")
	case '<', '>':
		return len("&lt;")
	}
	return 1
}
