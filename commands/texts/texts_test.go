package texts

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestALanguageIsReadAsSystemsWriteIt(t *testing.T) {
	for s, want := range map[string]Lang{"en": English, "en-US": English, "zh": Chinese, "zh-CN": Chinese, "zh_TW": Chinese, "ZH": Chinese} {
		got, ok := Parse(s)
		assert.True(t, ok, s)
		assert.Equal(t, want, got, s)
	}
	for _, s := range []string{"", "de", "zhx", "c.utf-8"} {
		_, ok := Parse(s)
		assert.False(t, ok, s)
	}
}

func TestAPhraseIsFilledInItsLanguage(t *testing.T) {
	pages := Text{"%d pages", "%d 页"}
	read := Text{"read %s of %q", "从 %[2]q 读取了 %[1]s"}
	p := read.With(pages.With(2), "web")
	assert.Equal(t, `read 2 pages of "web"`, p.In(English))
	assert.Equal(t, `从 "web" 读取了 2 页`, p.In(Chinese))
	assert.Equal(t, "100%", Text{"100%", "100%"}.In(Chinese), "without arguments it stands as it is")
}
