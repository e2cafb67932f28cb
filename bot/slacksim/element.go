package slacksim

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Elements that people use, and what each remembers.
const (
	kindButton   = "button"
	kindIcon     = "icon_button"
	kindFeedback = "feedback_buttons"
	kindOverflow = "overflow"
	kindSelect   = "static_select"
	kindRadio    = "radio_buttons"
	kindBoxes    = "checkboxes"
	kindText     = "plain_text_input"
	kindNumber   = "number_input"
)

// clickable are the elements of actions and sections; inputs are those with a
// state.
var (
	numeral   = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	clickable = []string{kindButton, kindOverflow, kindSelect, kindRadio, kindBoxes}
	inputs    = []string{kindText, kindNumber, kindSelect, kindRadio, kindBoxes}
)

// entered is what a person typed or chose, by block_id and action_id.
type entered map[string]map[string][]string

func (e entered) set(block, action string, values []string) {
	if e[block] == nil {
		e[block] = map[string][]string{}
	}
	e[block][action] = values
}

// eachElement calls do for every element that a person can use, in order, until
// it returns false.
func eachElement(blocks []any, do func(block, element any) bool) bool {
	for _, b := range blocks {
		elements := items(b, "elements")
		for _, name := range []string{"accessory", "element"} {
			if e := field(b, name); e != nil {
				elements = append(elements, e)
			}
		}
		for _, e := range elements {
			kind := word(e, "type")
			usable := slices.Contains(clickable, kind) || slices.Contains(inputs, kind) ||
				kind == kindIcon || kind == kindFeedback
			if usable && !do(b, e) {
				return false
			}
		}
		if !eachElement(items(b, "child_blocks"), do) {
			return false
		}
	}
	return true
}

// nameParts gives every block and element without an id one, as Slack does.
func nameParts(blocks []any) {
	name := func(v any, key string) {
		if o, ok := v.(map[string]any); ok && o[key] == nil {
			o[key] = secret()[:8]
		}
	}
	for _, b := range blocks {
		name(b, "block_id")
		for _, child := range items(b, "child_blocks") {
			name(child, "block_id")
		}
	}
	eachElement(blocks, func(_, e any) bool {
		name(e, "action_id")
		return true
	})
}

// element finds the one with this action_id; block may be empty when only one
// block has such an element.
func element(blocks []any, block, action string) (b, e any, err error) {
	found := 0
	eachElement(blocks, func(inBlock, one any) bool {
		if word(one, "action_id") == action && (block == "" || word(inBlock, "block_id") == block) {
			b, e, found = inBlock, one, found+1
		}
		return true
	})
	switch found {
	case 0:
		return nil, nil, fmt.Errorf("no element with action_id %q", cut(action, maxID))
	case 1:
		return b, e, nil
	}
	return nil, nil, fmt.Errorf("%d elements have action_id %q; name the block", found, cut(action, maxID))
}

// choices returns the options of a menu, those of groups included.
func choices(e any) []any {
	list := slices.Clone(items(e, "options"))
	for _, g := range items(e, "option_groups") {
		list = append(list, items(g, "options")...)
	}
	return list
}

func choice(e any, value string) any {
	for _, o := range choices(e) {
		if word(o, "value") == value {
			return o
		}
	}
	return nil
}

// initial is what an element holds before anyone touched it.
func initial(e any) []string {
	if v := word(e, "initial_value"); v != "" {
		return []string{v}
	}
	if o := field(e, "initial_option"); o != nil {
		return []string{word(o, "value")}
	}
	var values []string
	for _, o := range items(e, "initial_options") {
		values = append(values, word(o, "value"))
	}
	return values
}

// held is what an element holds now.
func (e entered) held(block, el any) []string {
	if values, ok := e[word(block, "block_id")][word(el, "action_id")]; ok {
		return values
	}
	return initial(el)
}

// state is the state.values of a payload: what every input holds.
func (e entered) state(blocks []any) map[string]any {
	values := map[string]any{}
	eachElement(blocks, func(b, el any) bool {
		if !slices.Contains(inputs, word(el, "type")) {
			return true
		}
		id := word(b, "block_id")
		if values[id] == nil {
			values[id] = map[string]any{}
		}
		one := holding(el, e.held(b, el))
		one["type"] = word(el, "type")
		values[id].(map[string]any)[word(el, "action_id")] = one
		return true
	})
	return values
}

// holding is what an element holds in the form of payloads.
func holding(e any, values []string) map[string]any {
	first := ""
	if len(values) > 0 {
		first = values[0]
	}
	switch word(e, "type") {
	case kindText, kindNumber:
		if first == "" {
			return map[string]any{"value": nil}
		}
		return map[string]any{"value": first}
	case kindBoxes:
		chosen := []any{}
		for _, v := range values {
			chosen = append(chosen, choice(e, v))
		}
		return map[string]any{"selected_options": chosen}
	}
	return map[string]any{"selected_option": choice(e, first)}
}

// enterable checks that a person could make the element hold these values: the
// client lets no others in.
func enterable(e any, values []string) error {
	switch kind := word(e, "type"); {
	case kind == kindButton || kind == kindIcon:
		if len(values) > 0 {
			return fmt.Errorf("a button takes no value")
		}
	case kind == kindFeedback:
		if len(values) != 1 || feedback(e, values[0]) == nil {
			return fmt.Errorf("one of the two values must be given")
		}
	case kind == kindOverflow && len(values) != 1, kind != kindBoxes && len(values) > 1:
		return fmt.Errorf("one value must be given, not %d", len(values))
	case kind == kindText && len(values) == 1:
		return textFits(e, values[0])
	case kind == kindNumber && len(values) == 1:
		return numberFits(e, values[0])
	default:
		for _, v := range values {
			if choice(e, v) == nil {
				return fmt.Errorf("there is no option %q", cut(v, maxOptionValue))
			}
		}
	}
	return nil
}

func textFits(e any, text string) error {
	n := utf8.RuneCountInString(text)
	least, _ := field(e, "min_length").(float64)
	most, limited := field(e, "max_length").(float64)
	if !limited {
		most = maxInput
	}
	switch {
	case n < int(least) && n > 0:
		return fmt.Errorf("at least %d characters are needed, not %d", int(least), n)
	case n > int(most):
		return fmt.Errorf("%d characters are too many; %d fit", n, int(most))
	case field(e, "multiline") != true && strings.Contains(text, "\n"):
		return fmt.Errorf("only one line fits")
	}
	return nil
}

func numberFits(e any, text string) error {
	n, ok := new(big.Rat).SetString(text)
	if !ok || !numeral.MatchString(text) {
		return fmt.Errorf("%q is no number", cut(text, maxID))
	}
	if field(e, "is_decimal_allowed") != true && !n.IsInt() {
		return fmt.Errorf("%s is no whole number", text)
	}
	if least, ok := new(big.Rat).SetString(word(e, "min_value")); ok && n.Cmp(least) < 0 {
		return fmt.Errorf("%s is less than %s", text, word(e, "min_value"))
	}
	if most, ok := new(big.Rat).SetString(word(e, "max_value")); ok && n.Cmp(most) > 0 {
		return fmt.Errorf("%s is more than %s", text, word(e, "max_value"))
	}
	return nil
}

// feedback finds the button with this value among the two.
func feedback(e any, value string) any {
	for _, name := range []string{"positive_button", "negative_button"} {
		if b := field(e, name); word(b, "value") == value {
			return b
		}
	}
	return nil
}
