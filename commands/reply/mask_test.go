package reply_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/commands/redact"
	"logbot/commands/reply"
)

// Every text of a reply must pass the gate, also one that is added later: the
// test fills all of them by reflection.
func TestEveryTextOfAReplyIsMasked(t *testing.T) {
	const secret = "a-secret-of-ours-123"
	var r reply.Reply
	fill(reflect.ValueOf(&r).Elem(), "x "+secret+" y")
	masked := reply.Mask(redact.New(secret), r)
	assert.NotContains(t, fmt.Sprintf("%+v %+v", masked, masked.File), secret)
	assert.Contains(t, masked.Heading, redact.Mask)
}

// fill sets every exported text of a value.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	}
}
