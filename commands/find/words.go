package find

import (
	"regexp"
	"strconv"
	"strings"

	"logbot/commands/typed"
	"logbot/logsapi"
)

// lastWord stands for the last build that has ended.
const lastWord = "last"

// hexWord is a word that was meant to be an id.
var hexWord = regexp.MustCompile(`^[0-9a-fA-F]{20,}$`)

// buildWord is a word that means a build or a step.
var buildWord = regexp.MustCompile(`^(?i:#?[0-9]+|last(-[0-9]+)?|stage[0-9]+|all)$`)

// LikeID reports whether a word would be read as an id, a build or a step.
func LikeID(word string) bool {
	return hexWord.MatchString(word) || logsapi.IsTaskID(word) || logsapi.IsRecordID(strings.ToLower(word)) || buildWord.MatchString(word)
}

// failLine is the line that explains a build.
func failLine(word string, build int64) string {
	return typed.Line(typed.Fail, word, strconv.FormatInt(build, 10))
}
