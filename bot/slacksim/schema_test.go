package slacksim

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// schemaJudge holds decoded JSON against a JSON Schema, as far as the schema of
// Block Kit goes; a keyword it does not know is a fault, not ignored.
type schemaJudge struct{ root map[string]any }

// faults returns what the schema finds wrong with v.
func (j schemaJudge) faults(schema, v any, at string) []string {
	var bad []string
	if schema == false {
		return []string{at + ": not allowed"}
	}
	rules, _ := schema.(map[string]any)
	for keyword, rule := range rules {
		bad = append(bad, j.keyword(keyword, rule, rules, v, at)...)
	}
	slices.Sort(bad)
	return bad
}

func (j schemaJudge) keyword(keyword string, rule any, all map[string]any, v any, at string) []string {
	fails := func(bad bool) []string {
		if bad {
			return []string{fmt.Sprintf("%s: %s %v", at, keyword, rule)}
		}
		return nil
	}
	object, isObject := v.(map[string]any)
	list, isList := v.([]any)
	text, isText := v.(string)
	number, isNumber := v.(float64)
	limit, _ := rule.(float64)
	switch keyword {
	case "$schema", "$id", "$defs", "title", "description", "format", "then":
		return nil // format is a remark by default; then belongs to if
	case "$ref":
		return j.faults(j.root["$defs"].(map[string]any)[strings.TrimPrefix(rule.(string), "#/$defs/")], v, at)
	case "type":
		return fails(kindOf(v) != rule && (rule != "integer" || !isNumber || number != float64(int64(number))))
	case "const":
		return fails(!reflect.DeepEqual(rule, v))
	case "enum":
		return fails(!slices.ContainsFunc(rule.([]any), func(e any) bool { return reflect.DeepEqual(e, v) }))
	case "minLength":
		return fails(isText && utf8.RuneCountInString(text) < int(limit))
	case "maxLength":
		return fails(isText && utf8.RuneCountInString(text) > int(limit))
	case "pattern":
		return fails(isText && !regexp.MustCompile(rule.(string)).MatchString(text))
	case "minimum":
		return fails(isNumber && number < limit)
	case "exclusiveMinimum":
		return fails(isNumber && number <= limit)
	case "maximum":
		return fails(isNumber && number > limit)
	case "minItems":
		return fails(isList && len(list) < int(limit))
	case "maxItems":
		return fails(isList && len(list) > int(limit))
	case "minProperties":
		return fails(isObject && len(object) < int(limit))
	case "uniqueItems":
		for i, a := range list {
			if slices.ContainsFunc(list[:i], func(b any) bool { return reflect.DeepEqual(a, b) }) {
				return fails(true)
			}
		}
		return nil
	case "required":
		var bad []string
		for _, name := range rule.([]any) {
			if _, there := object[name.(string)]; isObject && !there {
				bad = append(bad, at+": lacks "+name.(string))
			}
		}
		return bad
	case "properties":
		var bad []string
		for name, sub := range rule.(map[string]any) {
			if value, there := object[name]; there {
				bad = append(bad, j.faults(sub, value, at+"/"+name)...)
			}
		}
		return bad
	case "additionalProperties":
		known, _ := all["properties"].(map[string]any)
		for name := range object {
			if _, there := known[name]; !there {
				return fails(rule == false)
			}
		}
		return nil
	case "items":
		var bad []string
		for i, item := range list {
			bad = append(bad, j.faults(rule, item, at+"/"+strconv.Itoa(i))...)
		}
		return bad
	case "contains":
		return fails(isList && !slices.ContainsFunc(list, func(item any) bool { return len(j.faults(rule, item, at)) == 0 }))
	case "not":
		return fails(len(j.faults(rule, v, at)) == 0)
	case "if":
		if len(j.faults(rule, v, at)) == 0 {
			return j.faults(all["then"], v, at)
		}
		return nil
	case "allOf":
		var bad []string
		for _, sub := range rule.([]any) {
			bad = append(bad, j.faults(sub, v, at)...)
		}
		return bad
	case "anyOf", "oneOf":
		fit := 0
		for _, sub := range rule.([]any) {
			if len(j.faults(sub, v, at)) == 0 {
				fit++
			}
		}
		if fit == 0 || (keyword == "oneOf" && fit > 1) {
			return []string{fmt.Sprintf("%s: fits %d of %s", at, fit, keyword)}
		}
		return nil
	}
	return []string{at + ": unknown keyword " + keyword}
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "number"
}

func TestTheSchemaJudgeFindsFaults(t *testing.T) {
	j := schemaJudge{root: map[string]any{"$defs": map[string]any{"short": map[string]any{"type": "string", "maxLength": 2.0}}}}
	ref := map[string]any{"$ref": "#/$defs/short"}
	cases := []struct {
		schema map[string]any
		v      any
		fine   bool
	}{
		{ref, "日志", true},
		{ref, "日志x", false},
		{ref, 1.0, false},
		{map[string]any{"type": "integer"}, 1.5, false},
		{map[string]any{"type": "integer"}, 2.0, true},
		{map[string]any{"oneOf": []any{ref, map[string]any{"type": "string"}}}, "x", false},
		{map[string]any{"anyOf": []any{ref, map[string]any{"type": "string"}}}, "x", true},
		{map[string]any{"not": ref}, "x", false},
		{map[string]any{"if": ref, "then": map[string]any{"const": "y"}}, "x", false},
		{map[string]any{"if": ref, "then": map[string]any{"const": "y"}}, 1.0, true},
		{map[string]any{"required": []any{"a"}}, map[string]any{}, false},
		{map[string]any{"properties": map[string]any{"a": ref}, "additionalProperties": false}, map[string]any{"a": "x"}, true},
		{map[string]any{"properties": map[string]any{"a": ref}, "additionalProperties": false}, map[string]any{"b": "x"}, false},
		{map[string]any{"items": ref, "minItems": 1.0, "uniqueItems": true}, []any{"x", "y"}, true},
		{map[string]any{"items": ref, "minItems": 1.0, "uniqueItems": true}, []any{"x", "x"}, false},
		{map[string]any{"items": ref, "minItems": 1.0}, []any{}, false},
		{map[string]any{"contains": ref}, []any{1.0, "x"}, true},
		{map[string]any{"contains": ref}, []any{1.0}, false},
		{map[string]any{"pattern": "^[A-Z]+$"}, "x", false},
		{map[string]any{"minimum": 1.0, "maximum": 3.0}, 4.0, false},
		{map[string]any{"enum": []any{"a", nil}}, nil, true},
		{map[string]any{"patternProperties": nil}, nil, false},
	}
	for _, c := range cases {
		assert.Equal(t, c.fine, len(j.faults(c.schema, c.v, "")) == 0, "%v of %v", c.v, c.schema)
	}
}
