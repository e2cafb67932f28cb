package texts

import "sync"

// ExpressionFault is what is wrong with an expression, by the words of Go's
// package regexp/syntax; those not known here stay English.
func ExpressionFault(en string) Phrase {
	zh, ok := expressionFaults()[en]
	if !ok {
		zh = en
	}
	return spoken(en, zh)
}

// expressionFaults are the codes of regexp/syntax.
var expressionFaults = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"regexp/syntax: internal error":           "内部错误",
		"invalid character class":                 "字符类无效",
		"invalid character class range":           "字符范围无效",
		"invalid escape sequence":                 "转义序列无效",
		"invalid named capture":                   "命名分组无效",
		"invalid or unsupported Perl syntax":      "不支持的 Perl 语法",
		"invalid nested repetition operator":      "重复运算符不能嵌套",
		"invalid repeat count":                    "重复次数无效",
		"invalid UTF-8":                           "不是有效的 UTF-8",
		"missing closing ]":                       "缺少 ]",
		"missing closing )":                       "缺少 )",
		"missing argument to repetition operator": "重复运算符前缺少内容",
		"trailing backslash at end of expression": "末尾有多余的反斜杠",
		"unexpected )":                            "多余的 )",
		"expression nests too deeply":             "嵌套过深",
		"expression too large":                    "表达式过大",
	}
})
