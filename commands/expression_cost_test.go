package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/commands"
	"logbot/logsapi"
)

// Expressions that take other engines hours: a search through 600 kB ends soon, and one
// that is too large is refused.
func TestNoExpressionHoldsUpASearch(t *testing.T) {
	log := strings.Repeat(strings.Repeat("a", 999)+"\n", 600)
	c := commandsReading(logs{page: func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{Text: log, Last: true}, nil }})
	for expression, refused := range map[string]bool{
		"(a*)*b": false, "(a+)+$": false, "(.*)(.*)(.*)(.*)(.*)[^a]": false, "(x+x+)+y": false, "[^b]{1000}b": true, strings.Repeat("(a|b)", 38): false, ".": false,
		"((a{1,30}){1,30})x": true, "(?:a?){200}a{200}z": true, "(((((a{1,10}){1,10}){1,10}){1,10}){1,10})b": true, `\pL{900}q`: true,
	} {
		began := time.Now()
		r := c.Run(t.Context(), commands.Request{Text: "show " + webID + " 7 --grep '" + expression + "'"})
		assert.Equal(t, refused, r.Refused, "%s: %s", expression, r.Body)
		assert.Less(t, time.Since(began), 10*time.Second, expression)
	}
}
