package redact

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Spellings that somebody tried to get a secret through with, beside those of
// TestOwnValuesAreMaskedInEveryEncoding and TestEveryTokenFormatIsMaskedAndSaysWhereItIsFrom.

func TestOwnValuesOfSeveralLinesAreMaskedInEverySpelling(t *testing.T) {
	const first, second = "Zx4-line-one-of-it", "Qm7-line-two-of-it"
	g := New(first + "\n" + second + "\nxy\nlast1")
	for text, want := range map[string]string{
		first + "\n" + second + "\nxy\nlast1":   Mask + "\n\n\n",
		first + `\n` + second + `\nxy\nlast1`:   Mask,
		first + "\r\n" + second + "\r\nxy\r\n":  Mask + "\r\n" + Mask + "\r\nxy\r\n",
		first + " " + second + " xy last1":      Mask + " " + Mask + " xy last1",
		"only " + first + " is here":            "only " + Mask + " is here",
		"a line too short to be one: xy, last1": "a line too short to be one: xy, last1",
	} {
		assert.Equal(t, want, g.Text(text), "%q", text)
	}
}

func TestAPartOfAnOwnValueThatAnEscapeLeavesIsMasked(t *testing.T) {
	const value = "Kd82/r+Vx=Tq&Lm<Np>\"7"
	g := New(value, "OurVeryOwnKey0123456789abcdefWXYZ")
	for text, want := range map[string]string{
		`OurVeryOwnKey0123456789abcdefWXYZ`:      Mask,
		`\u004furVeryOwnKey0123456789abcdefWXYZ`: `\u004f` + Mask,
		"Kd82/r+Vx=Tq&Lm<Np>`\"7":                Mask + "`\"7", // PowerShell
		base64.StdEncoding.EncodeToString([]byte("ci:OurVeryOwnKey0123456789abcdefWXYZ\n")): "Y2k6" + Mask + "Cg==",
		"OurVeryOwnKey0123456789\n    abcdefWXYZ":                                           Mask + "\n",
	} {
		assert.Equal(t, want, g.Text(text), "%q", text)
	}
}

func TestATokenIsMaskedWhateverStandsBesideIt(t *testing.T) {
	g := New()
	for text, want := range map[string]string{
		"token" + ghp:   "token" + Mask,
		"my_" + ghp:     "my_" + Mask,
		ghp + "_x":      Mask + "_x",
		"`" + ghp + "`": "`" + Mask + "`",
		`a\u003d` + ghp: `a\u003d` + Mask,
		"a%3D" + ghp:    "a%3D" + Mask,
		ghp + "[2026/09/10 17:26:22.772 GMT+08:00] x":       Mask + "[2026/09/10 17:26:22.772 GMT+08:00] x",
		ghp[:4] + strings.Repeat("a1", 128):                 Mask,
		strings.Join(strings.Split(ghp, ""), "\x00") + " x": Mask + " x", // UTF-16
		ghp[:9] + "\x1b[m\x1b[K" + ghp[9:]:                  Mask,
	} {
		assert.Equal(t, want, g.Text(text), "%q", text)
	}
}

func TestSecretsOfLinesThatFailAreMasked(t *testing.T) {
	uuid := "7d1e4b0a-93c5-4f28-8a6b-" + "2c9f01d4e7b3"
	account := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k3y-0f-store", 5)))
	for text, want := range map[string]string{
		`with provider["registry.example.com/x/y"], token = "` + random + random + `"`:   `with provider["registry.example.com/x/y"], token = "` + Mask + `"`,
		"unable to access 'https://" + random + random + "@git.example.com/a.git/': 403": "unable to access 'https://" + Mask + "@git.example.com/a.git/': 403",
		"could not read from 'git@git.example.com:a/b.git' with key /root/.ssh/id":       "could not read from 'git@git.example.com:a/b.git' with key /root/.ssh/id",
		"POST /auth username=dev%40corp&password=zebra-%210x7K":                          "POST /auth username=dev%40corp&password=" + Mask,
		"STORAGE_ACCOUNT_KEY " + account:                                                 "STORAGE_ACCOUNT_KEY " + Mask,
		`env: {"NPM_TOKEN":"` + uuid + `","CI":"true"}`:                                  `env: {"NPM_TOKEN":"` + Mask + `","CI":"true"}`,
	} {
		assert.Equal(t, want, New().Text(text))
	}
}

func TestAnOwnValueThatAShellTracesIsMasked(t *testing.T) {
	assert.Equal(t, "+ echo '"+Mask+"'", New("bird'song-Q3xValue77").Text(`+ echo 'bird'\''song-Q3xValue77'`))
}
