package blockkit

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"logbot/bot/slacksim/mrkdwn"
	"logbot/logsapi/lazyregexp"
)

// The types of the elements that people use.
const (
	KindButton          = "button"
	KindIconButton      = "icon_button"
	KindFeedbackButtons = "feedback_buttons"
	KindOverflow        = "overflow"
	KindStaticSelect    = "static_select"
	KindRadioButtons    = "radio_buttons"
	KindCheckboxes      = "checkboxes"
	KindPlainTextInput  = "plain_text_input"
	KindNumberInput     = "number_input"
)

// interactiveElements may be in actions and section blocks. inputElements have an
// entry in state.values.
var (
	decimalNumber       = lazyregexp.New(`^-?[0-9]+(\.[0-9]+)?$`)
	interactiveElements = []string{KindButton, KindOverflow, KindStaticSelect, KindRadioButtons, KindCheckboxes}
	inputElements       = []string{KindPlainTextInput, KindNumberInput, KindStaticSelect, KindRadioButtons, KindCheckboxes}
)

// State is what a person has typed or chosen, by block_id and action_id: a text, a
// number or the values of the chosen options.
type State map[string]map[string][]string

// Set replaces what an element holds.
func (s State) Set(block, action string, values []string) {
	if s[block] == nil {
		s[block] = map[string][]string{}
	}
	s[block][action] = values
}

// EachElement calls do for every element that a person can use, in order, until do
// returns false. It reports whether it reached the end.
func EachElement(blocks []any, do func(block, element any) bool) bool {
	for _, b := range blocks {
		elements := List(b, "elements")
		for _, name := range []string{"accessory", "element"} {
			if e := Field(b, name); e != nil {
				elements = append(elements, e)
			}
		}
		for _, e := range elements {
			kind := String(e, "type")
			usable := slices.Contains(interactiveElements, kind) || slices.Contains(inputElements, kind) ||
				kind == KindIconButton || kind == KindFeedbackButtons
			if usable && !do(b, e) {
				return false
			}
		}
		if !EachElement(List(b, "child_blocks"), do) {
			return false
		}
	}
	return true
}

// AssignIDs gives every block a block_id and every element an action_id where the
// app has set none, as Slack does.
func AssignIDs(blocks []any) {
	name := func(v any, key string) {
		if o, ok := v.(map[string]any); ok && o[key] == nil {
			o[key] = rand.Text()[:8]
		}
	}
	for _, b := range blocks {
		name(b, "block_id")
		for _, child := range List(b, "child_blocks") {
			name(child, "block_id")
		}
	}
	EachElement(blocks, func(_, e any) bool {
		name(e, "action_id")
		return true
	})
}

// FindElement returns the element with this action_id and its block. block may be
// empty if the action_id is unique.
func FindElement(blocks []any, block, action string) (b, e any, err error) {
	found := 0
	EachElement(blocks, func(inBlock, one any) bool {
		if String(one, "action_id") == action && (block == "" || String(inBlock, "block_id") == block) {
			b, e, found = inBlock, one, found+1
		}
		return true
	})
	switch found {
	case 0:
		return nil, nil, fmt.Errorf("no element with action_id %q", mrkdwn.Truncate(action, maxID))
	case 1:
		return b, e, nil
	}
	return nil, nil, fmt.Errorf("%d elements have action_id %q; name the block", found, mrkdwn.Truncate(action, maxID))
}

// Options returns the options of a menu, including those of option groups.
func Options(e any) []any {
	list := slices.Clone(List(e, "options"))
	for _, g := range List(e, "option_groups") {
		list = append(list, List(g, "options")...)
	}
	return list
}

// FindOption returns the option with this value, or nil.
func FindOption(e any, value string) any {
	for _, o := range Options(e) {
		if String(o, "value") == value {
			return o
		}
	}
	return nil
}

// initialValues are what an element holds before anybody has used it.
func initialValues(e any) []string {
	if v := String(e, "initial_value"); v != "" {
		return []string{v}
	}
	if o := Field(e, "initial_option"); o != nil {
		return []string{String(o, "value")}
	}
	var values []string
	for _, o := range List(e, "initial_options") {
		values = append(values, String(o, "value"))
	}
	return values
}

// Values returns what an element holds now.
func (s State) Values(block, el any) []string {
	if values, ok := s[String(block, "block_id")][String(el, "action_id")]; ok {
		return values
	}
	return initialValues(el)
}

// Payload returns state.values of an interaction payload: what every input element
// holds.
func (s State) Payload(blocks []any) map[string]any {
	values := map[string]any{}
	EachElement(blocks, func(b, el any) bool {
		if !slices.Contains(inputElements, String(el, "type")) {
			return true
		}
		id := String(b, "block_id")
		if values[id] == nil {
			values[id] = map[string]any{}
		}
		value := StateValue(el, s.Values(b, el))
		value["type"] = String(el, "type")
		values[id].(map[string]any)[String(el, "action_id")] = value
		return true
	})
	return values
}

// StateValue returns the values of one element as a payload has them, without type.
func StateValue(e any, values []string) map[string]any {
	first := ""
	if len(values) > 0 {
		first = values[0]
	}
	switch String(e, "type") {
	case KindPlainTextInput, KindNumberInput:
		if first == "" {
			return map[string]any{"value": nil}
		}
		return map[string]any{"value": first}
	case KindCheckboxes:
		chosen := []any{}
		for _, v := range values {
			chosen = append(chosen, FindOption(e, v))
		}
		return map[string]any{"selected_options": chosen}
	}
	return map[string]any{"selected_option": FindOption(e, first)}
}

// CheckValues checks that Slack's client lets a person enter these values.
func CheckValues(e any, values []string) error {
	switch kind := String(e, "type"); {
	case kind == KindButton || kind == KindIconButton:
		if len(values) > 0 {
			return fmt.Errorf("a button takes no value")
		}
	case kind == KindFeedbackButtons:
		if len(values) != 1 || FeedbackButton(e, values[0]) == nil {
			return fmt.Errorf("one of the two values must be given")
		}
	case kind == KindOverflow && len(values) != 1, kind != KindCheckboxes && len(values) > 1:
		return fmt.Errorf("one value must be given, not %d", len(values))
	case kind == KindPlainTextInput && len(values) == 1:
		return checkText(e, values[0])
	case kind == KindNumberInput && len(values) == 1:
		return checkNumber(e, values[0])
	default:
		for _, v := range values {
			if FindOption(e, v) == nil {
				return fmt.Errorf("there is no option %q", mrkdwn.Truncate(v, maxOptionValue))
			}
		}
	}
	return nil
}

func checkText(e any, text string) error {
	n := utf8.RuneCountInString(text)
	least, _ := Field(e, "min_length").(float64)
	most, limited := Field(e, "max_length").(float64)
	if !limited {
		most = maxInput
	}
	switch {
	case n < int(least) && n > 0:
		return fmt.Errorf("at least %d characters are needed, not %d", int(least), n)
	case n > int(most):
		return fmt.Errorf("%d characters are too many; %d fit", n, int(most))
	case Field(e, "multiline") != true && strings.Contains(text, "\n"):
		return fmt.Errorf("only one line fits")
	}
	return nil
}

func checkNumber(e any, text string) error {
	n, ok := new(big.Rat).SetString(text)
	if !ok || !decimalNumber.MatchString(text) {
		return fmt.Errorf("%q is not a number", mrkdwn.Truncate(text, maxID))
	}
	if Field(e, "is_decimal_allowed") != true && !n.IsInt() {
		return fmt.Errorf("%s is not a whole number", text)
	}
	if least, ok := new(big.Rat).SetString(String(e, "min_value")); ok && n.Cmp(least) < 0 {
		return fmt.Errorf("%s is less than %s", text, String(e, "min_value"))
	}
	if most, ok := new(big.Rat).SetString(String(e, "max_value")); ok && n.Cmp(most) > 0 {
		return fmt.Errorf("%s is more than %s", text, String(e, "max_value"))
	}
	return nil
}

// FeedbackButton returns the one of the two feedback buttons with this value, or nil.
func FeedbackButton(e any, value string) any {
	for _, name := range []string{"positive_button", "negative_button"} {
		if b := Field(e, name); String(b, "value") == value {
			return b
		}
	}
	return nil
}
