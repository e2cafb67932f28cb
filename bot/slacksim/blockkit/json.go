package blockkit

import "fmt"

// Field returns the named field of a decoded JSON object. It returns nil if v is
// not an object or lacks the field.
func Field(v any, name string) any {
	o, _ := v.(map[string]any)
	return o[name]
}

// String is Field for a string; "" if it is missing or of another type.
func String(v any, name string) string {
	s, _ := Field(v, name).(string)
	return s
}

// List is Field for an array; nil if it is missing or of another type.
func List(v any, name string) []any {
	list, _ := Field(v, name).([]any)
	return list
}

// At formats a message and adds the JSON pointer of the place that it is about.
func At(pointer, format string, args ...any) string {
	return fmt.Sprintf(format, args...) + " [json-pointer:" + pointer + "]"
}
