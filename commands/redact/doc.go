// Package redact is the gate that every byte passes on its way to Slack, to a
// terminal or to our own log: it replaces secrets with [Mask].
//
// What is masked:
//
//   - The values given to [New], our own credentials: as they are, in every encoding
//     that a log may hold (percent, JSON, Go, HTML, shell quoting, hex, base64 at each
//     of its three offsets, some of these twice), wrapped over lines, and any half of
//     one that is not made of words. Values under [MinSecret] bytes are not.
//   - Values with the name of a secret: password, passwd, pwd, secret, token, api_key
//     and other keys, credential, auth, sk, 密码, 口令, 密钥, 令牌 and their kind, in
//     the spelling of environments, properties, JSON, YAML, XML, source code,
//     connection strings and prose (names.go). A password is anything but words,
//     variables, paths, calls and placeholders; a token has at least eight bytes and
//     is not made of words and numbers; a plain "key" must look random (judge.go).
//   - Passwords on command lines: the flags of 60 programs, what echo pipes into one
//     that reads a password, SQL, netrc and expect (commandline.go).
//   - Tokens of known form, over 200 of them with their sources (tokens.go).
//   - The headers Authorization, Cookie, Set-Cookie, X-Auth-Token and their kind, and
//     signatures of signed requests and links (headers.go).
//   - The password in scheme://user:PASSWORD@host, up to the last @ before a slash,
//     blank or quote, and a token that stands for the user.
//   - Private keys (PEM, OpenSSH, PGP, SSH2) between their BEGIN and END lines, which
//     themselves stay: over several lines, with log stamps before each line, indented,
//     on one line with escaped newlines or with blanks for newlines, or in base64. Of
//     a block that the text shows in part, the part after BEGIN or before END.
//   - What the operator adds: values, expressions on lines ([Extra]).
//
// Colour codes, zero-width characters and what else is not seen are skipped when
// secrets are looked for, so that removing them later brings none to light. Those
// inside a secret go with it, others stay.
//
// What is not masked: a secret of another kind the text holds only a part of (so mask
// first and cut after), one wrapped over lines, a run of key lines with neither their
// BEGIN nor their END in view, a password that is a word, and whatever has neither
// form nor name. Hashes, UUIDs, checksums and certificates stay, and so do values that
// the build service masked with asterisks.
//
// Of what is masked, [Gate.Inspect] and [Reader.Findings] tell with its [Kind] and line
// what is certainly a credential that somebody should rotate: private keys, given values,
// tokens whose form is unmistakable, and passwords and tokens in addresses, headers,
// command lines and beside a name, if they have digits and letters, at least eight bytes
// and no part of a password from documentation or a throw-away database ("test", "admin",
// "1234"). Not told: ids of keys, cookies, signatures of links, what only looks random,
// what an operator's expression masks.
//
// Limits: a key block is masked to [Reach] bytes after its BEGIN line and before its
// END line; another value of Reach bytes or more is none. Lines may be of any length.
// Text is bytes: where the input is valid UTF-8 so is the output. Newlines are never
// removed, so line numbers stay true.
//
// Masking is idempotent: masked text passes unchanged and counts nothing. A Mask in the
// text protects nothing: what stands beside it is masked as beside other text.
package redact

import "strings"

// Masks counts the values that are hidden in a masked text.
func Masks(text string) int { return strings.Count(text, Mask) }

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
