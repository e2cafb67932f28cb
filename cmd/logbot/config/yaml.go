package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"logbot/logsapi/lazyregexp"
)

// decode reads YAML into a file. The error names each line that is wrong in words of
// the file, not of Go.
func (f *file) decode(content []byte) error {
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	err := d.Decode(f)
	var types *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF): // the file is empty
		return nil
	case errors.As(err, &types):
		var wrong []error
		for _, line := range types.Errors {
			wrong = append(wrong, errors.New(inWordsOfTheFile(line)))
		}
		return errors.Join(wrong...)
	case err != nil:
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: ")) // such as "line 3: did not find expected key"
	}
	return nil
}

// The errors of the decoder.
var (
	unknownKey = lazyregexp.New(`^line (\d+): field (.*) not found in type (\S+)$`)
	wrongType  = lazyregexp.New("^line (\\d+): cannot unmarshal !!(\\w+)(?: `(.*)`)? into (\\S+)$")
	twice      = lazyregexp.New(`^line (\d+): mapping key "(.*)" already defined at line (\d+)$`)
)

func inWordsOfTheFile(line string) string {
	if m := unknownKey.FindStringSubmatch(line); m != nil {
		known := keysOf(reflect.TypeFor[file](), m[3])
		if near := nearest(strings.ToLower(m[2]), known); near != "" {
			return fmt.Sprintf("line %s: the key %q is unknown; did you mean %q?", m[1], m[2], near)
		}
		return fmt.Sprintf("line %s: the key %q is unknown; expected one of %s", m[1], m[2], strings.Join(known, ", "))
	}
	if m := wrongType.FindStringSubmatch(line); m != nil {
		is := wordOf(m[2])
		if m[3] != "" {
			is = fmt.Sprintf("%s (%s)", is, m[3])
		}
		return fmt.Sprintf("line %s: expected %s, found %s", m[1], formOf(m[4]), is)
	}
	if m := twice.FindStringSubmatch(line); m != nil {
		return fmt.Sprintf("line %s: the key %q stands in line %s already", m[1], m[2], m[3])
	}
	return line
}

// keysOf are the keys of the type of that name, which is in or is the type in.
func keysOf(in reflect.Type, name string) []string {
	switch in.Kind() {
	case reflect.Slice, reflect.Map:
		return keysOf(in.Elem(), name)
	case reflect.Struct:
	default:
		return nil
	}
	var keys, inside []string
	for i := range in.NumField() {
		key := in.Field(i).Tag.Get("yaml")
		if key == "" { // of another package, such as a yaml.Node
			return nil
		}
		keys = append(keys, key)
		inside = append(inside, keysOf(in.Field(i).Type, name)...)
	}
	if in.String() == name {
		return keys
	}
	return inside
}

// wordOf is what a YAML tag stands for.
func wordOf(tag string) string {
	switch tag {
	case "seq":
		return "a list"
	case "map":
		return "keys with values"
	case "str":
		return "a text"
	case "int", "float":
		return "a number"
	case "bool":
		return "true or false"
	case "null":
		return "nothing"
	}
	return tag
}

// formOf is what is written for a type of Go.
func formOf(name string) string {
	switch {
	case strings.HasPrefix(name, "[]string"):
		return "a list such as [a, b]"
	case strings.HasPrefix(name, "[]"):
		return "a list, each entry behind a dash"
	case strings.HasPrefix(name, "map["):
		return "names and ids such as {web: 48c66c6002964721be537cdc6ce0297b}"
	case name == "bool":
		return "true or false"
	case name == "string":
		return "one word"
	}
	return "keys with values"
}
