package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ours is a credential of the bot in the tests: 40 bytes, some of which every encoding
// changes.
const ours = "S3cr/t+Key=W&Odd<Ch>\"a'r$s`0123456789abcd"

func TestOwnValuesAreMaskedInEveryEncoding(t *testing.T) {
	encoded, err := json.Marshal(ours)
	require.NoError(t, err)
	inner := string(encoded[1 : len(encoded)-1])
	twice, err := json.Marshal(inner)
	require.NoError(t, err)
	in64 := func(before, after string) string {
		return base64.StdEncoding.EncodeToString([]byte(before + ours + after))
	}
	each := func(format string) (all string) {
		for _, b := range []byte(ours) {
			all += fmt.Sprintf(format, b)
		}
		return all
	}
	g := New(ours)
	for name, text := range map[string]string{
		"base64": in64("", ""), "base64, one byte before": in64("u:"[:1], ""), "base64, two bytes before": in64("u:", ""), "base64 of a pair": in64("ci:", "\n"), "base64 for URLs": base64.URLEncoding.EncodeToString([]byte("x" + ours + "xyz")),
		"hex": hex.EncodeToString([]byte(ours)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(ours))),
		"every byte in percent": each("%%%02X"), "every byte as \\x": each(`\x%02x`), "every character as \\u": each(`\u%04x`),
		"query": url.QueryEscape(ours), "query in query": url.QueryEscape(url.QueryEscape(ours)), "path": url.PathEscape(ours),
		"JSON": inner, "JSON in JSON": string(twice[1 : len(twice)-1]), "HTML": html.EscapeString(ours), "XML": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(ours),
		"xtrace": strings.ReplaceAll(ours, "'", `'\''`), "double quotes": strings.NewReplacer(`"`, `\"`, "$", `\$`, "`", "\\`").Replace(ours),
		"printf %q": `S3cr/t+Key=W\&Odd\<Ch\>\"a\'r\$s\` + "`0123456789abcd", "between letters": "x" + ours + "y",
		"wrapped": ours[:20] + "\n" + ours[20:], "wrapped, with stamps": ours[:13] + "\n[2026/09/10 17:26:22.772 GMT+08:00] [INFO] [x] : " + ours[13:], "wrapped and indented": ours[:25] + "\r\n    " + ours[25:], "wrapped by a shell": ours[:9] + "\\\n" + ours[9:],
		"wrapped base64": in64("u:", "")[:30] + "\n" + in64("u:", "")[30:], "quoted-printable": ours[:18] + "=\n" + ours[18:],
		"colour inside": ours[:9] + "\x1b[m\x1b[K" + ours[9:], "UTF-16": strings.Join(strings.Split(ours, ""), "\x00"),
	} {
		got := g.Text("value " + text + " end\n")
		bare := strings.NewReplacer("\n", "", "\x00", "").Replace(got)
		for i := 0; i+12 <= len(text); i++ {
			require.NotContains(t, bare, text[i:i+12], "%s: %q", name, got)
		}
		assert.Contains(t, got, "value ", name)
		assert.Contains(t, got, " end\n", name)
		assert.Equal(t, strings.Count(text, "\n"), strings.Count(got, "\n")-1, name)
	}
}

func TestAnyHalfOfAnOwnValueIsMasked(t *testing.T) {
	value := "OwnSecretKeyOfTheBot0123456789abcdefXYZw"
	g := New(value)
	half := len(value) / 2
	for i := 0; i+half <= len(value); i++ {
		assert.Equal(t, "a "+Mask+" b", g.Text("a "+value[i:i+half]+" b"))
	}
	assert.Equal(t, "a "+value[:9]+" b", g.Text("a "+value[:9]+" b"), "less is left, as words would be masked")
	assert.Equal(t, "the word password", New("password1").Text("the word password"))
}

func TestAMaskDoesNotProtectWhatIsBesideIt(t *testing.T) {
	const h = Mask
	g := New(ours)
	token := "gh" + "p_" + strings.Repeat("a1B", 12)
	for text, want := range map[string]string{
		h + token:    h + h,
		token + h:    h + h,
		h + ours + h: h + h + h,
		"X-Auth-Token: " + h + "Rt2LmX9vKb4NsW8y":     "X-Auth-Token: " + h + h,
		"Authorization: Bearer " + h + "Rt2LmX9vKb4N": "Authorization: Bearer " + h + h,
		"password=" + h + planted("@"):                "password=" + h + h,
		"password=" + planted("@") + h:                "password=" + h + h,
		"https://ann:" + h + "rest@h":                 "https://ann:" + h + h + "@h",
		h + " password=" + planted("@") + " " + h:     h + " password=" + h + " " + h,
	} {
		got, hidden := g.String(text)
		assert.Equal(t, want, got)
		assert.Equal(t, strings.Count(want, h)-strings.Count(text, h), hidden, text)
		assert.Equal(t, got, g.Text(got), "masking again")
	}
}

func TestASecretThatAnotherOneHidIsFoundToo(t *testing.T) {
	text := "AKI" + "A0123456789ABCDEF" + "K3Y" + ours // together they are no key id
	assert.Equal(t, Mask, New("K3Y" + ours).Text(text)[:len(Mask)])
}
