package commands_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommandsAreReadHoweverTheyAreTyped(t *testing.T) {
	o := open(t, nil)
	for typed, heading := range map[string]string{
		"--me fail web 128":      "web #128 failed",
		"--ME web 128":           "web #128 failed",
		"fail web １２８":           "web #128 failed",
		"fail web ＃128":          "web #128 failed",
		"fail web 128.":          "web #128 failed",
		"fail web 128 －－me":      "web #128 failed",
		"fail web 128 ——me":      "web #128 failed",
		"/logs fail web 128":     "web #128 failed",
		"logs fail web 128":      "web #128 failed",
		"show web --lines １":     "The start of web #128",
		"show web 128 --step ３":  `The start of "Maven test" of web #128`,
		"--help":                 "Why did the build fail?",
		"-h":                     "Why did the build fail?",
		"/logs":                  "Why did the build fail?",
		"show --help":            "show: lines of the log",
		"fail web 128 -h":        "fail: why the build failed",
		"show web --grep -error": `"-error" in web #128`,
	} {
		r := o.typed(t, typed)
		assert.False(t, r.Refused, "%s: %s", typed, r.Body)
		assert.Contains(t, r.Heading, heading, typed)
	}
	assert.True(t, o.typed(t, "--me fail web 128").Private)
}
