package typed_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/texts"
	"logbot/commands/typed"
)

func TestAFormThatCannotBeSearchedForIsRefused(t *testing.T) {
	const base = "/logs show web 1 --grep"
	for expression, says := range map[string]string{
		"":                       "请输入要搜索的词",
		" ":                      "请输入要搜索的词",
		"(":                      "“(”不是有效的正则表达式",
		strings.Repeat("长", 201): "共 201 个字符，最多 200 个",
		"((a{50}){50}){50}":      "不是有效的正则表达式",
		"(a{30}){30}":            "展开后过大",
		"a\x00b":                 "控制字符",
		"\xff":                   "控制字符",
	} {
		_, err := typed.SearchLine(base, typed.SearchForm{Expression: expression})
		require.Error(t, err, expression)
		assert.Contains(t, typed.Sentence(err, texts.Chinese), says)
		assert.NotRegexp(t, regexp.MustCompile(`\p{Han}`), strings.ReplaceAll(err.Error(), "长", ""), "an error's own message is English")
	}
	_, err := typed.SearchLine(base, typed.SearchForm{Expression: "x", Context: 11})
	assert.ErrorContains(t, err, "0 to 10")
	_, err = typed.SearchLine(base, typed.SearchForm{Expression: "x", Step: "a\x00"})
	assert.Error(t, err)
}
