package typed_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/typed"
)

func TestWordsAreReadAsPeopleAndPhonesWriteThem(t *testing.T) {
	for text, want := range map[string][]string{
		`a  b`:    {"a", "b"},
		`"a b" c`: {"a b", "c"},
		`“a b” ‘c d’ „e f” 「g h」`: {"a b", "c d", "e f", "g h"},
		`--grep="a b"`:        {"--grep=a b"},
		`—tail –me - —`:       {"--tail", "--me", "-", "—"},
		`"—tail"`:             {"—tail"},
		`"say ""hi"""`:        {`say "hi"`},
		`'it''s'`:             {"it's"},
		`it's`:                {"it's"},
		`"" x`:                {"", "x"},
		"a\u200bb \u200b":     {"ab"},
		"\u202eweb\u202c":     {"\u202eweb\u202c"},
		"构建 👩‍👩‍👧":            {"构建", "👩👩👧"},
		"web\u00a0128\u3000x": {"web", "128", "x"},
	} {
		got, err := typed.Split(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// FuzzQuoting holds the writer of lines against their reader: what one writes the
// other reads back.
func FuzzQuoting(f *testing.F) {
	for _, seed := range [][2]string{
		{"web", "Maven test"}, {`say "hi"`, `it's`}, {"“编译”", "「固件」 构建"}, {"—dash", "--flag"}, {"=\"", "a=“b"}, {"", " "},
		{"\u202egnp\u202c", "👩‍👩‍👧"}, {"a\u200b\"\u200b\"b", "\ufeff"}, {"\u00a0", "\u0085x"}, {`""""`, "”’」"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			t.Skip("no word is, for split refuses such a text")
		}
		line := typed.Quoted(a) + " " + typed.Quoted(b)
		readable := utf8.RuneCountInString(line) <= 1000 &&
			!strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
		got, err := typed.Split(line)
		if (err == nil) != readable {
			t.Fatalf("%q: %v", line, err)
		}
		if want := []string{visible(a), visible(b)}; readable && !slices.Equal(got, want) {
			t.Fatalf("%q was read as %q, not %q", line, got, want)
		}
	})
}

// visible is what a parser must make of a word: the characters that nobody can
// see are gone.
func visible(s string) string {
	return strings.NewReplacer("\u200b", "", "\u200c", "", "\u200d", "", "\u200e", "", "\u200f", "", "\u2060", "", "\ufeff", "").Replace(s)
}
