package redact

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notSeen are sequences that whoever shows a log removes.
var notSeen = []string{
	"\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\u202e", "\u2066", "\u0000", "\b", "\x7f", "\x1b[m\x1b[K", "\x1b[01;31m", "\u009b0m", "\x1b]8;;http://h\a", "\x1b]0;t\x1b\\", "\x1b(B", "\U000e0041",
}

// cleaned is text without what is not seen.
func cleaned(text string) string {
	s := (&Gate{}).stream(true)
	s.take([]byte(text), true)
	return string(s.text)
}

func TestWhatIsNotSeenDoesNotHideASecret(t *testing.T) {
	g := New(ours)
	token := "gh" + "p_" + strings.Repeat("a1B2", 9)
	for _, unseen := range notSeen {
		for _, secret := range []string{ours, token, aJWT} {
			text := "token " + secret[:9] + unseen + secret[9:] + " rejected"
			got := g.Text(text)
			assert.Equal(t, "token "+Mask+" rejected", got, "%q", unseen)
		}
		assert.Equal(t, "pass"+unseen+"word="+Mask+unseen+" next", g.Text("pass"+unseen+"word="+somePassword+unseen+" next"), "%q", unseen)
		clean := "no" + unseen + "thing here" + unseen + "\n"
		assert.Equal(t, clean, g.Text(clean))
	}
}

func TestTheAddressOfATerminalLinkIsMasked(t *testing.T) {
	assert.Equal(t, "see \x1b]8;;https://ann:"+Mask+"@h/\x1b\\this\x1b]8;;\x1b\\", New().Text("see \x1b]8;;https://ann:"+somePassword+"@h/\x1b\\this\x1b]8;;\x1b\\"))
}

func TestASequenceThatDoesNotEndIsText(t *testing.T) {
	g := New(ours)
	for _, text := range []string{"\x1b", "\x1b[", "\x1b[31", "\x1b]8;;x", "\x1b]8;;x\ny", "a\xe2\x80", "\xc2", "\xf3\xa0", "\x1b[" + strings.Repeat("1;", 4000) + "m"} {
		assert.Equal(t, text, g.Text(text))
		assert.Equal(t, text+"\n"+Mask, g.Text(text+"\n"+ours))
	}
}

// checkCleaning checks that cleaning undoes no mask: after it there is nothing left to
// mask, and nothing of an own value to read.
func checkCleaning(t *testing.T, g *Gate, text string) {
	t.Helper()
	got := g.Text(text)
	after := cleaned(got)
	require.Equal(t, after, g.Text(after), "cleaning brings a secret to light: %q", text)
	if !strings.Contains(text, Mask) {
		require.NotContains(t, after, ours)
	}
}

func FuzzMaskAfterClean(f *testing.F) {
	for i, unseen := range notSeen {
		f.Add("token "+ours[:9]+unseen+ours[9:], uint64(i))
		f.Add("密码："+somePassword+unseen+"\n", uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := newGate(200+r.IntN(200), 1+r.IntN(300), []string{ours})
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(notSeen[r.IntN(len(notSeen))])
			b.WriteString([]string{ours[:r.IntN(len(ours))], ours, "password=", somePassword, "\n", " ", "https://ann:", "@h", text}[r.IntN(9)])
		}
		checkCleaning(t, g, text+b.String())
	})
}

// FuzzMaskAcrossPages masks pages alone and then what they make together, as the
// parts of an answer are.
func FuzzMaskAcrossPages(f *testing.F) {
	f.Add("ERROR: X-Auth-Token: MIIFRt2LmX9vKb4NsW8yZc\n", uint64(1))
	f.Add("令牌\u200b："+someKey+"\n", uint64(2))
	f.Add(key, uint64(3))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 2))
		g := newGate(200+r.IntN(200), 1+r.IntN(300), []string{ours})
		text += randomText(r, r.IntN(600)) + ours + text
		var pages [][]byte
		for rest := []byte(text); len(rest) > 0; {
			n := min(len(rest), 1+r.IntN(300))
			page, _ := g.Page(rest[:n])
			pages = append(pages, page)
			rest = rest[n:]
		}
		joined := g.Text(string(bytes.Join(pages, nil)))
		require.NotContains(t, joined, ours)
		half := len(ours) / 2
		for i := 0; i+half+2 <= len(ours); i++ {
			require.NotContains(t, joined, ours[i:i+half+2], "a half is left of %q", text)
		}
		again := g.Text(joined)
		require.Equal(t, joined, again, "masking again")
	})
}

func TestWhatIsSeenIsFoundEightBytesAtATimeAsOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	const often = "\n\n\n\t \x00\x0b\r\x1b\x7f~a\x80\xc2\xe5"
	for range 20000 {
		text := make([]byte, r.IntN(40))
		for i := range text {
			text[i] = often[r.IntN(len(often))]
			if r.IntN(3) > 0 {
				text[i] = byte(' ' + r.IntN(90))
			}
		}
		want := 0
		for want < len(text) && !suspect[text[want]] {
			want++
		}
		require.Equal(t, want, seen(text), "%q", text)
	}
}

// A text of which only the end holds a secret wakes the later passes.
func TestASecretLateInATextIsMaskedAsInAShortOne(t *testing.T) {
	g := New(ours)
	text := string(cleanLog(200<<10)) + "\n" + ours + "\x1b[0m password=" + somePassword + "\n" + string(cleanLog(150<<10))
	whole := g.Text(text)
	require.Equal(t, 2, strings.Count(whole, Mask))
	for _, n := range []int{1 << 10, 7 << 10, 100 << 10} {
		reader := g.Reader(&slow{text: text, n: n})
		streamed, err := io.ReadAll(reader)
		require.NoError(t, err)
		require.Equal(t, whole, string(streamed))
		require.Equal(t, 2, reader.Hidden())
	}
}
