package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The body of key is no key: counted letters in the form of one.
const (
	begin = "-----BEGIN RSA " + "PRIVATE KEY-----"
	end   = "-----END RSA " + "PRIVATE KEY-----"
	line1 = "MIIEpAIBAAKCAQEAabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
	line2 = "0123456789+/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	line3 = "c2hvcnQ="
	key   = begin + "\n" + line1 + "\n" + line2 + "\n" + line3 + "\n" + end + "\n"
)

func TestKeyBlocksAreMasked(t *testing.T) {
	const h = Mask
	stamp := "[2026/09/10 17:26:22.772 GMT+08:00] "
	platform := stamp + "[INFO] [构建:build_execute] : "
	cases := []struct {
		name, text, want string
	}{
		{"a whole block", "a\n" + key + "b\n", "a\n" + begin + "\n" + h + "\n\n\n" + end + "\nb\n"},
		{"Windows line ends", strings.ReplaceAll(key, "\n", "\r\n"), begin + "\r\n" + h + "\n\n\r\n" + end + "\r\n"},
		{"with stamps", prefixed(stamp, key), stamp + begin + "\n" + stamp + h + "\n\n\n" + stamp + end + "\n"},
		{"with stamps, level and step", prefixed(platform, key), platform + begin + "\n" + platform + h + "\n\n\n" + platform + end + "\n"},
		{"with the name of a container", prefixed("web_1  | ", key), "web_1  | " + begin + "\nweb_1  | " + h + "\n\n\nweb_1  | " + end + "\n"},
		{"indented, in YAML", "key: |\n" + prefixed("    ", key) + "next: 1\n", "key: |\n    " + begin + "\n    " + h + "\n\n\n    " + end + "\nnext: 1\n"},
		{"with headers", begin + "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n" + line1 + "\n" + end, begin + "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n" + h + "\n" + end},
		{"begin and body", "x\n" + begin + "\n" + line1 + "\n" + line2 + "\n", "x\n" + begin + "\n" + h + "\n\n"},
		{"begin and a cut line", begin + "\n" + line1 + "\n0123", begin + "\n" + h + "\n"},
		{"begin and body, then the log", begin + "\n" + line1 + "\n" + line2 + "\n[INFO] build done\n", begin + "\n" + h + "\n\n[INFO] build done\n"},
		{"body and end", line2 + "\n" + line3 + "\n" + end + "\nx\n", h + "\n\n" + end + "\nx\n"},
		{"a cut line, body and end", "xyz\n" + line2 + "\n" + end, h + "\n\n" + end},
		{"body and end after the log", "[INFO] cat\n" + line2 + "\n" + line3 + "\n" + end, "[INFO] cat\n" + h + "\n\n" + end},
		{"body and end with stamps", prefixed(stamp, line2+"\n"+line3+"\n"+end), stamp + h + "\n\n" + stamp + end},
		{"body and a cut end", line2 + "\n" + line3 + "\n-----END OPENSSH " + "PRIVATE KEY", h + "\n\n-----END OPENSSH " + "PRIVATE KEY"},
		{"a cut begin", "RSA " + "PRIVATE KEY-----\n" + line1 + "\n", "RSA " + "PRIVATE KEY-----\n" + h + "\n"},
		{"JSON", `{"private_key":"` + strings.ReplaceAll(key, "\n", `\n`) + `","id":1}`, `{"private_key":"` + begin + `\n` + h + `\n` + end + `\n","id":1}`},
		{"JSON in JSON", strings.ReplaceAll(key, "\n", `\\n`), begin + `\\n` + h + `\\n` + end + `\\n`},
		{"JSON, the beginning cut off", line2 + `\n` + line3 + `\n` + end + `\n","id":1}`, h + `\n` + end + `\n","id":1}`},
		{"JSON, the end cut off", `"` + begin + `\n` + line1 + `\n` + line2, `"` + begin + `\n` + h},
		{"blanks for newlines", "echo " + begin + " " + line1 + " " + line2 + " " + line3 + " " + end, "echo " + begin + " " + h + " " + end},
		{"source code", "\"" + begin + "\\n\" +\n  \"" + line1 + "\\n\" +\n  \"" + line2 + "\\n\"", "\"" + begin + "\\n\" +\n  \"" + h + "\n\\n\""},
		{"OpenSSH", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n" + line1 + "\n", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n" + h + "\n"},
		{"PKCS 8", "-----BEGIN " + "PRIVATE KEY-----\n" + line1 + "\n", "-----BEGIN " + "PRIVATE KEY-----\n" + h + "\n"},
		{"PGP", "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n" + line1 + "\n=abcd\n-----END PGP " + "PRIVATE KEY BLOCK-----", "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n" + h + "\n\n-----END PGP " + "PRIVATE KEY BLOCK-----"},
		{"SSH2", "---- BEGIN SSH2 ENCRYPTED " + "PRIVATE KEY ----\n" + line1 + "\n---- END SSH2 ENCRYPTED " + "PRIVATE KEY ----", "---- BEGIN SSH2 ENCRYPTED " + "PRIVATE KEY ----\n" + h + "\n---- END SSH2 ENCRYPTED " + "PRIVATE KEY ----"},
	}
	g := New()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			masked, hidden := g.String(c.text)
			assert.Equal(t, c.want, masked)
			assert.Equal(t, 1, hidden, "a block counts as one")
			again, more := g.String(masked)
			assert.Equal(t, masked, again, "masking again")
			assert.Zero(t, more, "masking again")
		})
	}
}

func TestTwoKeyBlocksAreTwo(t *testing.T) {
	masked, hidden := New().String(key + key)
	block := begin + "\n" + Mask + "\n\n\n" + end + "\n"
	assert.Equal(t, block+block, masked)
	assert.Equal(t, 2, hidden)
}

func TestAKeyBlockIsFollowedToReach(t *testing.T) {
	long := strings.Repeat(line2+"\n", 2*Reach/65+40)
	masked, hidden := New().String(begin + "\n" + long + end)
	assert.Equal(t, 2, hidden, "after BEGIN and before END")
	assert.Less(t, strings.Count(masked, line2), 45)
	assert.Equal(t, strings.Count(long, "\n")+1, strings.Count(masked, "\n"))
}

func prefixed(prefix, text string) string {
	body, last := strings.CutSuffix(text, "\n")
	out := prefix + strings.ReplaceAll(body, "\n", "\n"+prefix)
	if last {
		out += "\n"
	}
	return out
}
