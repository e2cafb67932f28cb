// Package lenient decodes JSON whose fields have another type, form or name at
// each endpoint and in each region.
//
// A field that cannot be understood is empty and no error, unless its type says
// otherwise: what a caller needs it must check itself.
package lenient

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Text decodes from a string or a number; anything else is empty.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case b[0] >= '0' && b[0] <= '9' || b[0] == '-':
		*t = Text(b)
	}
	return nil
}

// Number is the whole number that t is written as; anything else, and what is
// below 0, is 0.
func (t Text) Number() int64 {
	n, err := whole(strings.TrimSpace(string(t)))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// First returns the first of texts that is not empty: one field under its several
// names.
func First(texts ...Text) Text {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// Flag decodes from true, "true" and 1; anything else is false.
type Flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *Flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(string(b)) {
	case "true", `"true"`, "1":
		*f = true
	default:
		*f = false
	}
	return nil
}

// Offset decodes from a number, a string of digits, or null. The documentation's
// table has strings and its example numbers.
type Offset struct {
	Value int64
	Set   bool  // neither absent nor null
	Err   error // why it is not an offset
}

// UnmarshalJSON implements json.Unmarshaler. It returns no error for a wrong
// offset, so that the rest of the answer can be read.
func (o *Offset) UnmarshalJSON(b []byte) error {
	*o = Offset{}
	var t Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	s := strings.TrimSpace(string(t))
	if s == "" {
		return nil
	}
	value, err := whole(s)
	if err != nil || value < 0 {
		o.Err = errors.New("an offset is not a number from 0")
		return nil
	}
	o.Value, o.Set = value, true
	return nil
}

// whole reads an integer, also one that was written as a float, such as
// 2.4351e4, as far as a float is exact.
func whole(s string) (int64, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, errors.New("not an integer")
	}
	return int64(f), nil
}
