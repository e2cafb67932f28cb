package redact

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ghp = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"

func TestWhatIsCertainlyACredentialIsFoundWithItsKind(t *testing.T) {
	g := New(own)
	for text, want := range map[string]Kind{
		"token " + ghp + " rejected":      "github-token",
		"令牌" + ghp + "。":                  "github-token",
		"GITHUB_TOKEN=" + ghp:             "github-token", // its form says more than its name
		"Cookie: a=1; session=" + ghp:     "github-token", // also inside what is not certain
		"Authorization: Bearer " + aJWT:   "json-web-token",
		key:                               PrivateKey,
		"signing with " + own + " failed": Known,
		"git clone https://ci:" + random + "@git.example.com/r":   Address,
		"git clone https://" + random + "q8@git.example.com/r":    Address,
		"X-Api-Key: " + random:                                    Header,
		"$ docker login -u ci -p " + random + " registry.local":   CommandLine,
		"echo " + random + " | docker login --password-stdin":     CommandLine,
		`{"db_password":"x8#Kd92mQz"}`:                            Named,
		"登录失败，密码：" + random:                                       Named,
		"export DB_PASSWORD='x8#Kd92mQz'":                         Named,
		"api_key: \"q7Rt2LmX9vKb4\"":                              Named,
		ghp[:9] + "\x1b[m\u200b" + ghp[9:] + " is split by marks": "github-token",
	} {
		_, hidden, found := g.Inspect([]byte("first line\n" + text + "\n"))
		require.Positive(t, hidden, text)
		require.NotEmpty(t, found, text)
		assert.Equal(t, want, found[0].Kind, text)
		line := 2
		if want == PrivateKey {
			line = 3
		}
		assert.Equal(t, line, found[0].Line, text)
		assert.Equal(t, want == "github-token" || want == "json-web-token", found[0].Kind.IsToken())
	}
}

func TestWhatIsHiddenAndPerhapsNoCredentialIsNotFound(t *testing.T) {
	g, err := NewWith(Extra{Expressions: []string{`host-\w+`}, Exceptions: []string{ghp}})
	require.NoError(t, err)
	for _, text := range []string{
		"POSTGRES_PASSWORD=postgres1", "password: Test1234!", `MYSQL_ROOT_PASSWORD="sample-pw-19"`, "db.password=demo#2024x", // throw-away
		"https://user:secret99@localhost/", "https://ann:hunter@h/", // of a test, and a word
		"curl -u admin:admin123 http://localhost:8080", "aws key AKI" + "A0123456789ABCDEF", // an id opens nothing
		"cookie: JSESSIONID=0F1E2D3C4B5A69788796A5B4C3D2E1F0", "GET /o?Signature=" + random + random, // short-lived
		"gh" + "p_" + strings.Repeat("a", 36),          // nobody's token
		"key=" + random + "zzT4", "connect to host-a7", // only looks random; anything
	} {
		masked, hidden, found := g.Inspect([]byte(text))
		assert.Positive(t, hidden, "%s: %s", text, masked)
		assert.Empty(t, found, text)
	}
	for _, text := range []string{"token " + ghp, "nothing", "password: " + Mask, "https://a:" + Mask + "@h"} {
		_, hidden, found := g.Inspect([]byte(text))
		assert.Zero(t, hidden, text)
		assert.Empty(t, found, text)
	}
}

func TestFindingsHaveTheirLinesHoweverTheTextArrives(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const n, every = 9000, 700
	var text strings.Builder
	var want []Finding
	for i := 1; i <= n; i++ {
		switch {
		case i%every != 0:
			text.WriteString("\x1b[32m[INFO]\x1b[0m compiling 文件 ok\r\n")
		default:
			text.WriteString("clone https://ci:" + random + "@git.example.com\n")
			want = append(want, Finding{Address, i})
		}
	}
	g := New()
	_, _, found := g.Inspect([]byte(text.String()))
	assert.Equal(t, want, found)
	reader := g.Reader(&cutReader{text.String(), r})
	_, err := io.Copy(io.Discard, reader)
	require.NoError(t, err)
	assert.Equal(t, want, reader.Findings())

	many := strings.Repeat("clone https://ci:"+random+"@git.example.com\n", 100)
	_, hidden, found := g.Inspect([]byte(many))
	assert.Equal(t, 100, hidden)
	assert.Len(t, found, maxFindings, "bounded")
}
