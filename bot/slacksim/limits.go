package slacksim

import "time"

// Limits of messages. Characters are counted as Unicode code points.
const (
	maxText        = 40_000 // chat.postMessage cuts longer text off (methods/chat.postMessage)
	splitText      = 4_000  // text above this arrives as several messages (slack-ruby-client #259)
	maxUpdateBytes = 4_000  // chat.update: msg_too_long; one project measured bytes, not characters
	maxReactions   = 23     // different emoji on a message; too_many_emoji
	maxQuoted      = 255    // ours: characters of a request that an error message repeats
)

// Limits of modals (reference/views/modal-views, surfaces/modals).
const (
	maxViewBytes = 250_000 // view_too_large
	maxViews     = 3       // on top of each other
	triggerLife  = 3 * time.Second
)

// Limits of uploads (methods/files.getUploadURLExternal, help centre).
const (
	maxFile        = 1 << 30     // one file: file_upload_size_restricted
	maxStorage     = 5 << 30     // all files: storage_limit_reached (free teams)
	maxSnippet     = 1 << 20     // a file with a snippet_type: snippet_too_large
	maxFiles       = 1_000       // ours: uploads kept at the same time
	maxAltFile     = 1_000       // alt_txt_too_large
	maxShares      = 100         // channels of one completeUploadExternal
	uploadLife     = time.Hour   // ours: until an upload that was not completed is discarded
	shareDelay     = time.Second // ours: until files.info knows the shares; Slack gives no figure
	maxExcess      = 64 << 20    // ours: read and dropped of an upload longer than declared
	spoolAbove     = 1 << 20     // ours: larger files live in a temporary file
	maxFilesMemory = 32 << 20
)

// Limits of Socket Mode, commands and response URLs (apis/events-api/using-socket-mode,
// interactivity/implementing-slash-commands, interactivity/handling-user-interaction).
const (
	maxConnections  = 10
	ackTimeout      = 3 * time.Second
	maxAckFrame     = 20 << 10         // a larger acknowledgement is lost without a word
	pingInterval    = 10 * time.Second // Slack's clients expect one within 30 s
	closeDelay      = time.Second      // ours: between the last disconnect and the close
	writeTimeout    = 5 * time.Second  // ours: a frame that cannot be written ends the connection
	ticketLife      = time.Minute      // ours: Slack does not say how long a ticket lives
	connectionLife  = 18_060 * time.Second
	debugLife       = 360 * time.Second // with debug_reconnects=true
	warnBefore      = 10 * time.Second  // between disconnect "warning" and "refresh_requested"
	responseUses    = 5
	responseLife    = 30 * time.Minute
	maxCommandName  = 32
	maxCommandText  = 12_000 // ours: about what the composer takes
	maxDeliveries   = 10_000 // ours: envelopes remembered
	maxTickets      = 1_000  // ours
	maxFrame        = 1 << 20
	maxWebAPIBody   = 1 << 20 // ours
	maxEvents       = 30_000  // an hour (apis/events-api, rate limiting)
	maxMessagesKept = 10_000  // ours: per channel, the oldest go first
	maxChannelBytes = 64 << 20
	maxCallsKept    = 10_000 // ours: traffic record
	maxCallsBytes   = 64 << 20
	postInterval    = time.Second // one message a second per channel (apis/web-api/rate-limits)
)

// What faults do.
const (
	slowDelay       = 2 * time.Second // call-slow, socket-late
	slowShareDelay  = 30 * time.Second
	trickleBytes    = 256 << 10 // bytes of an upload, every
	trickleInterval = 100 * time.Millisecond
)
