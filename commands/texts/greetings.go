package texts

import (
	"slices"
	"strings"
	"unicode"
)

// greetings are what people say to somebody whom they ask nothing, in each language.
var greetings = map[Lang][]string{
	English: {"hello", "hello there", "hi", "hi there", "hey", "hey there", "good morning", "thanks", "thank you", "thx"},
	Chinese: {"你好", "你好啊", "您好", "大家好", "嗨", "哈喽", "早", "早上好", "在吗", "在么", "在不在", "谢谢", "谢谢你", "谢谢您", "多谢"},
}

// Greeting reads words that greet or thank and say nothing else, whatever their
// letter case and the marks around them, and the language that they are in.
func Greeting(words string) (Lang, bool) {
	mark := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	said := strings.ToLower(strings.Join(strings.Fields(strings.TrimFunc(words, mark)), " "))
	for lang, all := range greetings {
		if slices.Contains(all, said) {
			return lang, true
		}
	}
	return English, false
}
