package excerpt

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRulesOfTheProgramParse(t *testing.T) {
	_, err := ParseRules(strings.NewReader(embedded))
	assert.NoError(t, err)
}
