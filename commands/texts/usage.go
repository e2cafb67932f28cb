package texts

import (
	"slices"
	"strings"

	"logbot/logsapi/lazyregexp"
)

// placeholders are the words that stand for what people fill in, in Chinese. An
// English reader sees the word itself.
var placeholders = map[string]string{
	"TASK": "任务", "BUILD": "构建", "NUMBER": "构建号", "STEP": "步骤", "RECORD": "记录", "RUN": "检查", "NAME": "别名", "COMMAND": "命令",
	"ID": "ID", "N": "N", "RE": "表达式", "S": "步骤", "B": "分支", "SPAN": "时长", "USER": "成员",
}

var capitals = lazyregexp.New(`[A-Z]+`)

// Usage is how a command or a flag is typed, with placeholders in capital letters:
// TASK [BUILD].
type Usage string

// In is the usage with the placeholders of the language.
func (u Usage) In(l Lang) string {
	if l != Chinese {
		return string(u)
	}
	return capitals.ReplaceAllStringFunc(string(u), func(word string) string {
		if zh, ok := placeholders[word]; ok {
			return zh
		}
		return word
	})
}

// toFill are the placeholders in lines that are otherwise ready to be typed.
var toFill = []string{"TASK", "BUILD", "NUMBER", "ID", "RUN", "STEP", "RECORD", "NAME"}

// Unfilled is a line to type, with the placeholders of the language; ok is false if it
// has none. A flag ends the words that are looked at: behind it stands what was typed.
func Unfilled(line string, l Lang) (shown string, ok bool) {
	words := strings.Split(line, " ")
	for i, word := range words {
		if strings.HasPrefix(word, "--") {
			break
		}
		if slices.Contains(toFill, word) {
			words[i], ok = Usage(word).In(l), true
		}
	}
	return strings.Join(words, " "), ok
}
