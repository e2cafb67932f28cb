package lazyregexp

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAWrongExpressionPanicsInTestsAtOnce(t *testing.T) {
	assert.True(t, inTest, os.Args[0])
	assert.Panics(t, func() { New("(") })
}

func TestOutsideTestsItIsCompiledAtItsFirstUse(t *testing.T) {
	inTest = false
	defer func() { inTest = true }()
	wrong := New("(")
	assert.Equal(t, "(", wrong.String())
	assert.Panics(t, func() { wrong.MatchString("") })

	r := New("b(.)d")
	assert.True(t, r.Match([]byte("abcd")))
	assert.Equal(t, []string{"bcd", "c"}, r.FindStringSubmatch("abcde"))
	assert.Equal(t, "a-e", r.ReplaceAllString("abcde", "-"))
}
