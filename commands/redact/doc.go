// Package redact is the gate that every byte passes on its way to Slack, to a
// terminal or to our own log: it replaces secrets with [Mask].
//
// What is masked:
//
//   - The values given to [New], our own credentials: as they are, percent-encoded
//     (form, path and strict), in JSON and Go quoting, and as the base64 of exactly
//     the value (standard and URL alphabet). Of a value of several lines each line
//     is masked by itself. Values under [MinSecret] bytes are not.
//   - The credentials of an Authorization header: of the schemes Bearer, Basic,
//     Token, ApiKey and Negotiate any, of other schemes or none what looks random
//     (20 bytes with letters and digits); signatures of signed requests and links;
//     the values of X-Auth-Token and headers like it; random-looking Bearer tokens
//     standing alone. As raw headers, JSON, Go or Python maps and command lines
//     show them.
//   - The password in scheme://user:PASSWORD@host, up to the last @ before a slash,
//     blank or quote.
//   - Private keys (PEM, OpenSSH, PGP, SSH2) between their BEGIN and END lines,
//     which themselves stay: over several lines, with log stamps before each line,
//     indented, on one line with escaped newlines or with blanks for newlines. Of a
//     block that the text shows in part, the part after BEGIN or before END.
//   - Tokens of fixed shape: the table in shapes.go.
//
// What is not: a secret the text holds only a part of (so mask first and cut
// after), one broken by line ends or colour codes, base64 of more than the value
// alone, a run of key lines with neither their BEGIN nor their END in view, and
// whatever has no shape, such as password=hunter2. Hashes, UUIDs, checksums and
// certificates stay, and so do values that the build service masked with
// asterisks.
//
// Limits: a key block is masked to [Reach] bytes after its BEGIN line and before
// its END line, any other value to Reach bytes; given values have no limit. Lines
// may be of any length. Text is bytes: where the input is valid UTF-8 so is the
// output. Newlines are never removed, so line numbers stay true.
//
// Masking is idempotent: masked text passes unchanged and counts nothing. To make
// that hold, nothing that touches a Mask already in the text is masked, but for
// given values beside it.
package redact

const (
	// Mask stands for every hidden value.
	Mask = "‹hidden›"

	// MinSecret is the least length in bytes of a value given to New. Shorter
	// ones are ignored: they occur by chance, so masking them would tear up the
	// log and tell readers where the value stands.
	MinSecret = 6

	// Reach is how far in bytes a value or key block is followed. An RSA key of
	// 16384 bits is under 13 KiB, 30 KiB with CodeArts stamps before its lines.
	Reach = 64 << 10
)
