package render

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnOriginFitsIntoItsButton(t *testing.T) {
	o := Origin{Asker: "U0ANN00001"}
	for range 200 {
		o.Files, o.Posts = append(o.Files, "F0123456789"), append(o.Posts, "1732600000.000100")
	}
	v := o.value()
	assert.LessOrEqual(t, len(v), maxValue)
	back := readOrigin(v)
	assert.Equal(t, "U0ANN00001", back.Asker)
	assert.Greater(t, len(back.Files), 100, "files last, for they have no other way to go")
	assert.Equal(t, Origin{}, readOrigin("nonsense"))
	assert.Equal(t, Origin{}, OriginOf(nil))
}
