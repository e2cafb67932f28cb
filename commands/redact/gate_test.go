package redact

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Tokens are put together from parts, so that scanners of source code do not take
// the tests for a leak.
const (
	own    = "S3cr/t+Väl\"ue&1"
	random = "q7Rt2LmX9vKb4NsW8yZc"
	aJWT   = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)

func TestSecretsAreMaskedAndTheRestStays(t *testing.T) {
	const h = Mask
	cases := []struct {
		name, text, want string
		hidden           int
	}{
		{"own value", "sk=" + own + ";", "sk=" + h + ";", 1},
		{"own value twice, side by side", own + own, h + h, 2},
		{"own value between Chinese", "密钥" + own + "无效", "密钥" + h + "无效", 1},
		{"own value in another case", "x=" + strings.ToUpper(own), "x=" + strings.ToUpper(own), 0},
		{"bearer header", "Authorization: Bearer abc.def-1", "Authorization: Bearer " + h, 1},
		{"basic header", "authorization:Basic dTpw", "authorization:Basic " + h, 1},
		{"header of curl", `curl -H "Authorization: Bearer abc1" https://h/p`, `curl -H "Authorization: Bearer ` + h + `" https://h/p`, 1},
		{"verbose curl", "> Proxy-Authorization: Basic dXNlcjpwdw==\r\n> Accept: */*", "> Proxy-Authorization: Basic " + h + "\r\n> Accept: */*", 1},
		{"header in JSON", `{"Authorization":"Bearer abc1","a":1}`, `{"Authorization":"Bearer ` + h + `","a":1}`, 1},
		{"header in JSON in JSON", `"{\"authorization\": \"token abc1\"}"`, `"{\"authorization\": \"token ` + h + `\"}"`, 1},
		{"header in a Python dict", `{'Authorization': 'Bearer abc1'}`, `{'Authorization': 'Bearer ` + h + `'}`, 1},
		{"header in a Go map", `map[Accept:[a] Authorization:[Bearer abc1]]`, `map[Accept:[a] Authorization:[Bearer ` + h + `]]`, 1},
		{"header without scheme", "Authorization: " + random, "Authorization: " + h, 1},
		{"header with another scheme", "Authorization: AWS4 " + random, "Authorization: AWS4 " + h, 1},
		{"signed request", "Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=6392d5bccda1272077d9", "Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=" + h, 1},
		{"signed link", "GET /o?AccessKeyId=A&Expires=1&Signature=" + random + "%3D&x=1", "GET /o?AccessKeyId=A&Expires=1&Signature=" + h + "&x=1", 1},
		{"bearer without header", "using bearer " + random + ", retry", "using bearer " + h + ", retry", 1},
		{"token header", "X-Auth-Token: MIIFxyz1", "X-Auth-Token: " + h, 1},
		{"token header in a Go call", `req.Header.Set("X-Auth-Token", "MIIFxyz1")`, `req.Header.Set("X-Auth-Token", "` + h + `")`, 1},
		{"token header of an answer", "< x-subject-token: MIIF" + random, "< x-subject-token: " + h, 1},
		{"token in a query", "?X-Amz-Security-Token=IQoJ%2F1234&b=2", "?X-Amz-Security-Token=" + h + "&b=2", 1},
		{"GitLab header", "PRIVATE-TOKEN: abcdef1", "PRIVATE-TOKEN: " + h, 1},
		{"password in a URL", "git clone https://ann:hunter2@git.example.com/r.git", "git clone https://ann:" + h + "@git.example.com/r.git", 1},
		{"password without user", "redis://:hunter2@h:6379/0", "redis://:" + h + "@h:6379/0", 1},
		{"password with colons and ats", "https://ann:p@s:s#?@h/", "https://ann:" + h + "@h/", 1},
		{"Chinese password", "ftp://小明:密码@h/", "ftp://小明:" + h + "@h/", 1},
		{"URL in JSON of PHP", `{"u":"https:\/\/ann:pw@h\/"}`, `{"u":"https:\/\/ann:` + h + `@h\/"}`, 1},
		{"two URLs", "https://a:b@c https://d:e@f", "https://a:" + h + "@c https://d:" + h + "@f", 2},
		{"JSON web token", "session " + aJWT + ".", "session " + h + ".", 1},
		{"JSON web token after an escape", `\n` + aJWT + `\n`, `\n` + h + `\n`, 1},
		{"JSON web token in colour", "\x1b[31m" + aJWT + "\x1b[0m", "\x1b[31m" + h + "\x1b[0m", 1},
		{"JSON web token in a link", "?a%3D" + aJWT, "?a%3D" + h, 1},
		{"Slack bot token", "SLACK_BOT_TOKEN=xox" + "b-123456789012-abcdefABCDEF", "SLACK_BOT_TOKEN=" + h, 1},
		{"Slack app token", "xap" + "p-1-A012-3456-abcdefabcdef", h, 1},
		{"Slack response URL", "POST https://hooks.slack.com/commands/T1/2345/abcdef", "POST https://hooks.slack.com/" + h, 1},
		{"AWS key id", "id AKI" + "A0123456789ABCDEF.", "id " + h + ".", 1},
		{"GitHub token", "令牌gh" + "p_" + strings.Repeat("a1", 18) + "。", "令牌" + h + "。", 1},
		{"GitHub fine-grained token", "github" + "_pat_" + strings.Repeat("a_1", 20), h, 1},
		{"GitLab token", "--token=glp" + "at-" + random, "--token=" + h, 1},
		{"npm token", "//registry/:_authToken=np" + "m_" + strings.Repeat("aB1", 12), "//registry/:_authToken=" + h, 1},
		{"one value known in two ways", "https://ann:x" + random + "@h Authorization: Bearer " + aJWT, "https://ann:" + h + "@h Authorization: Bearer " + h, 2},
	}
	g := New(own, random+"-unused")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			masked, hidden := g.String(c.text)
			assert.Equal(t, c.want, masked)
			assert.Equal(t, c.hidden, hidden)
			again, more := g.String(masked)
			assert.Equal(t, masked, again, "masking again")
			assert.Zero(t, more, "masking again")
		})
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	for _, text := range []string{
		"", "\n", " ", "\xff\xfe", "-----",
		"commit 1f0c2d9e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e",
		"record 2cc26382-b2cb-4234-8eb0-b37d362f4d4c of task 48c66c6002964721be537cdc6ce0297b",
		"integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
		"h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n-----END CERTIFICATE-----",
		"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\n-----END PUBLIC KEY-----",
		"parse key: expected -----BEGIN PRIVATE KEY----- in key.pem\nat com.example.Keys.load(Keys.java:12)\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ",
		"no PRIVATE KEY found\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ",
		"-----BEGIN RSA PRIVATE KEY-----\nABORTED: not a key\n",
		"remote: username and password**** https://ann:***@h/ https://***:***@h/ https://ann:xxxxx@h/ Authorization: Bearer *** X-Auth-Token: ***",
		"401 Unauthorized: the authorization header is missing; bearer token expected",
		`WWW-Authenticate: Bearer realm="api", error="invalid_token"`,
		"Authorization failed for user ann on 2026-09-10",
		"x-auth-token not found; X-Auth-Token: missing; allowed headers: X-Auth-Token, X-Project-Id, Content-Type",
		"https://host:8080/a@b http://h:80 git@github.com:a/b.git ssh://git@h:22/r mailto:a@b.c http://[::1]:80/",
		"访问 http://10.0.0.1:8080，联系a@b.com；或 http://10.0.0.1:8080、a@b.com",
		"curl https://ann:pw%s/ https://ann: pw@h",
		"http://" + strings.Repeat("a", 1100) + ":pw@h",
		"signature=(Ljava/lang/String;)V signature=valid",
		"eyJhbGciOiJIUzI1NiJ9 eyJ.a.b a.eyJ.b",
		"xoxb- xoxb-short npm_config_registry npm_package_dependencies_react_dom ghp_ glpat- AKIA",
		"AKI" + "A0123456789ABCDEFx AKIAIOSFODNN7EXAMPLEX1 xAKI" + "A0123456789ABCDEF AAAAKIAAAAAAAAAAAAAAAAAAAAAAAA",
		"https://hooks.slack.com/ is down",
		Mask, "a" + Mask + "b", Mask[:5] + Mask, Mask + Mask,
		"https://ann:" + Mask + "@h", "Authorization: Bearer " + Mask,
	} {
		masked, hidden := New("hidden", "own-value").String(text)
		assert.Equal(t, text, masked)
		assert.Zero(t, hidden, "%q", text)
	}
}

func TestOwnValuesAreFoundInEverySpelling(t *testing.T) {
	g := New(own)
	escaped, err := json.Marshal(own)
	require.NoError(t, err)
	cases := map[string]string{
		"as it is":           own,
		"form":               url.QueryEscape(own),
		"path":               url.PathEscape(own),
		"strict":             "S3cr%2Ft%2BV%C3%A4l%22ue%261",
		"strict, lower case": "S3cr%2ft%2bV%c3%a4l%22ue%261",
		"JSON":               string(escaped[1 : len(escaped)-1]),
		"JSON without HTML":  `S3cr/t+Väl\"ue&1`,
		"JSON of PHP":        `S3cr\/t+Väl\"ue&1`,
		"Go":                 strings.Trim(strconv.Quote(own), `"`),
		"base64":             base64.RawStdEncoding.EncodeToString([]byte(own)),
		"base64 for URLs":    base64.RawURLEncoding.EncodeToString([]byte(own)),
	}
	for name, form := range cases {
		masked, hidden := g.String("x=" + form + " y")
		assert.Equal(t, "x="+Mask+" y", masked, name)
		assert.Equal(t, 1, hidden, name)
	}
}

func TestOwnValuesOfSeveralLinesAreMaskedLineByLine(t *testing.T) {
	masked, hidden := New("first-line\r\n  second-line\nend\n").String("[10:00] first-line\n[10:00]   second-line\n[10:00] end\n")
	assert.Equal(t, "[10:00] "+Mask+"\n[10:00]   "+Mask+"\n[10:00] end\n", masked)
	assert.Equal(t, 2, hidden)
}

func TestValuesThatCannotBeMaskedAreIgnored(t *testing.T) {
	g := New("", "ab", "12345", " \n ", " 12345 ", "a"+Mask, "\x80\x81abcdef")
	text := "ab 12345 a" + Mask + " €\x80\x81abcdef"
	masked, hidden := g.String(text)
	assert.Equal(t, text, masked)
	assert.Zero(t, hidden)
}

func TestOverlappingValuesAreOne(t *testing.T) {
	g := New("abcdefgh", "efghijkl", "abcdefghijklmnop")
	for text, want := range map[string]string{
		"abcdefghijkl":            Mask,
		"abcdefghijklmnop":        Mask,
		"abcdefghijklmno":         Mask,
		"abcdefghabcdefgh":        Mask + Mask,
		"https://u:xefghijklx@h/": "https://u:" + Mask + "@h/",
	} {
		assert.Equal(t, want, g.Text(text))
	}
}

func TestPageGivesBackCleanTextAndLeavesItsInputAlone(t *testing.T) {
	g := New(own)
	clean := []byte("nothing here\n")
	masked, hidden := g.Page(clean)
	assert.Same(t, &clean[0], &masked[0])
	assert.Zero(t, hidden)

	text := []byte("a " + own + " b\n")
	before := string(text)
	masked, hidden = g.Page(text)
	assert.Equal(t, "a "+Mask+" b\n", string(masked))
	assert.Equal(t, 1, hidden)
	assert.Equal(t, before, string(text))
}

func TestAnErrorIsMaskedAndStillFound(t *testing.T) {
	g := New(own)
	cause := &url.Error{Op: "Get", URL: "https://h/?sk=" + own, Err: io.ErrUnexpectedEOF}
	err := g.Error(fmt.Errorf("fetch page 3: %w", cause))
	assert.Equal(t, `fetch page 3: Get "https://h/?sk=`+Mask+`": unexpected EOF`, err.Error())
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	var found *url.Error
	assert.ErrorAs(t, err, &found)
	assert.NotContains(t, fmt.Sprintf("%v %+v %s %q", err, err, err, err), own)

	assert.NoError(t, g.Error(nil))
	clean := errors.New("no such build")
	assert.Same(t, clean, g.Error(clean))
	assert.Same(t, err, g.Error(err), "a masked error has nothing left to hide")
}

func TestNewlinesStay(t *testing.T) {
	text := "1\n" + key + "2\n" + own + "\n"
	masked := New(own).Text(text)
	assert.Equal(t, strings.Count(text, "\n"), strings.Count(masked, "\n"))
}
