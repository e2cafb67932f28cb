package redact

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// sampleOf returns a made-up token of a format.
func sampleOf(f format, r *rand.Rand) string {
	const all = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789-_"
	body := []byte{}
	for len(body) < max(f.least, f.most*f.least/max(f.least, 1)) || len(body) < f.least {
		c := all[r.IntN(len(all))]
		if f.class(c) && (isAlnum(c) || f.kind == "huawei-iam-token" && len(body) > 2 && len(body) < f.least-2) {
			body = append(body, c)
		}
	}
	// What the flags ask for.
	for i, want := range []byte("1a2B3") {
		if f.class(want) && f.class('1') {
			body[i+1] = want
		}
	}
	return string(body)
}

func TestEveryTokenFormatIsMaskedAndSaysWhereItIsFrom(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	g := New()
	for _, f := range formats {
		assert.NotEmpty(t, f.source, f.kind)
		assert.GreaterOrEqual(t, f.least, 10, "%s: a token so short is not one", f.kind)
		body := sampleOf(f, r)
		for _, around := range [][2]string{{"", ""}, {"the token ", " is wrong"}, {"https://h/?x=", "&y=1"}, {"令牌", "。"}, {`"`, `",`}, {"\x1b[31m", "\x1b[0m"}} {
			if around[1] == "&y=1" && f.class('&') {
				continue
			}
			got := g.Text(around[0] + f.prefix + body + around[1])
			assert.NotContains(t, got, body[len(body)/2:], "%s %s", f.kind, f.prefix)
			assert.NotContains(t, got, body[:(len(body)+1)/2], "%s %s", f.kind, f.prefix)
			assert.True(t, strings.HasPrefix(got, around[0]), "%s: %q", f.kind, got)
			assert.True(t, strings.HasSuffix(got, around[1]), "%s: %q", f.kind, got)
		}
	}
}

func TestOtherTokensAreMasked(t *testing.T) {
	const h = Mask
	g := New()
	for text, want := range map[string]string{
		"TFE=Ab1Cd2Ef3Gh4Ij.atlas" + "v1." + strings.Repeat("aB3_", 16):                                 "TFE=" + h,
		"secret abc8" + "Q~" + strings.Repeat("aB3.", 8) + "x":                                          "secret " + h,
		"/bot1234567890:" + "AA" + strings.Repeat("aB3", 11) + "/getMe":                                 "/bot" + h + "/getMe",
		"key-data: LS0tLS1CRUdJTi" + "BSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3":                             "key-data: " + h,
		"licence abc123_" + strings.Repeat("a", 29) + "_m" + "mk":                                       "licence " + h,
		"hook https://open.feishu.cn/open-apis/bot/v2/hook/2cc26382-b2cb-4234-8eb0-b37d362f4d4c!":       "hook https://open.feishu.cn/open-apis/bot/v2/hook/" + h + "!",
		"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=2cc26382-b2cb-4234-8eb0-b37d362f4d4c&x=1": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + h + "&x=1",
		"https://h/?sv=1&sig=" + "q7Rt2LmX9vKb4NsW8yZcP3dF6hJ1aaBB%3D&se=2":                             "https://h/?sv=1&sig=" + h + "&se=2",
	} {
		assert.Equal(t, want, g.Text(text))
	}
}

func TestWhatOnlyBeginsLikeATokenStays(t *testing.T) {
	g := New()
	for _, text := range []string{
		"certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUREekND",
		"MII" + strings.Repeat("Ab1+/c", 40), "s.equals(abcdefghijklmnopqrst)", "hf_model_name", "sk-learn-extra-package-for-images", "API-VERSION", "SKIPPED", "at-least-one",
		"key-value-store", "pat.tern", "EAAA", "AKIDs", "secret_name_of_the_thing", "SG.example", "SECURITY", "oy2", "cio", "v1.0-beta", "npm_lifecycle_event", "r8_code", "12:AM",
	} {
		assert.Equal(t, text, g.Text(text))
	}
}
