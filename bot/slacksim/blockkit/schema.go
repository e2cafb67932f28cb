// Package blockkit knows the rules of Block Kit: which blocks, elements and modals
// Slack accepts, and what an element holds after a person has used it. It works on
// decoded JSON, so that every problem names its place by JSON pointer.
package blockkit

import (
	"maps"
	"math"
)

// messageBlocks are the blocks that a message may have at its top level.
var messageBlocks = []string{
	"actions", "container", "context", "context_actions", "data_table", "divider", "header",
	"image", "input", "markdown", "rich_text", "section", "table",
}

// viewBlocks are the blocks that a modal may have at its top level.
var viewBlocks = []string{
	"actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section",
}

// containerBlocks are the blocks that a container may have, by the documentation.
var containerBlocks = []string{"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table"}

// strictContainerBlocks are those of them that others saw the live service accept.
var strictContainerBlocks = []string{"actions", "context", "divider", "header", "image", "section", "table"}

// richTextLeaves are the elements of rich text that contain no others.
var richTextLeaves = []string{
	"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "color", "team",
}

// NewSchema returns the rules: a type has properties, a property has a rule. They
// come from reference/block-kit of Slack's documentation, per block and element.
func NewSchema() Schema {
	confirm := object(properties{
		"title":   required(textObject(maxConfirmHead, "plain_text")),
		"text":    required(textObject(maxConfirmText, "plain_text", "mrkdwn")),
		"confirm": required(textObject(maxConfirmWord, "plain_text")),
		"deny":    required(textObject(maxConfirmWord, "plain_text")),
		"style":   optional(enum("primary", "danger")),
	})
	option := properties{
		"text":        required(textObject(maxOptionText, "plain_text")),
		"value":       required(stringOf(1, maxOptionValue)),
		"description": optional(textObject(maxOptionText, "plain_text")),
	}
	overflowOption := maps.Clone(option)
	overflowOption["url"] = optional(urlString)
	choiceOption := object(properties{
		"text":        required(textObject(maxOptionText, "plain_text", "mrkdwn")),
		"value":       required(stringOf(1, maxOptionValue)),
		"description": optional(textObject(maxOptionText, "plain_text", "mrkdwn")),
	})
	options := arrayOf(1, maxOptions, object(option))
	group := object(properties{"label": required(textObject(maxOptionText, "plain_text")), "options": required(options)})
	dispatchConfig := object(properties{
		"trigger_actions_on": required(arrayOf(1, 2, enum("on_enter_pressed", "on_character_entered"))),
	})
	focus := optional(focusOnLoad)
	placeholder := optional(textObject(maxPlaceholder, "plain_text"))
	feedback := object(properties{
		"text":                required(textObject(maxButtonText, "plain_text")),
		"value":               required(stringOf(1, maxButtonValue)),
		"accessibility_label": optional(stringOf(1, maxLabel)),
	})
	style := optional(nonEmptyObject(properties{
		"bold": optional(boolean), "italic": optional(boolean), "strike": optional(boolean), "underline": optional(boolean),
		"code": optional(boolean), "highlight": optional(boolean), "client_highlight": optional(boolean), "unlink": optional(boolean),
	}))
	leaves := required(arrayOf(0, math.MaxInt, oneOf(richTextLeaves...)))
	border := optional(wholeNumber(0, 1))
	id := optional(stringOf(1, maxID))
	blockID := optional(uniqueBlockID)
	anyText := func(n int) rule { return textObject(n, "plain_text", "mrkdwn") }
	image := properties{
		"image_url": optional(urlString), "slack_file": optional(object(properties{"id": optional(stringOf(1, maxID)), "url": optional(urlString)})),
		"alt_text": required(stringOf(1, maxAltText)), "title": optional(textObject(maxAltText, "plain_text")), "block_id": blockID,
	}
	return Schema{
		"header":  {"text": required(textObject(maxHeader, "plain_text")), "block_id": blockID, "level": optional(wholeNumber(1, 4))},
		"divider": {"block_id": blockID},
		"section": {
			"text": optional(anyText(maxTextObject)), "fields": optional(arrayOf(1, maxFields, anyText(maxField))),
			"accessory": optional(oneOf(append([]string{"image"}, interactiveElements...)...)),
			"expand":    optional(boolean), "block_id": blockID,
		},
		"context": {
			"elements": required(arrayOf(1, maxContext, oneOf("plain_text", "mrkdwn", "image"))), "block_id": blockID,
		},
		"actions": {
			"elements": required(arrayOf(1, maxActions, oneOf(interactiveElements...))), "block_id": blockID,
		},
		"context_actions": {
			"elements": required(arrayOf(1, maxContextActs, oneOf("feedback_buttons", "icon_button"))), "block_id": blockID,
		},
		"image":    image,
		"markdown": {"text": required(markdownText), "block_id": blockID},
		"table": {
			"rows": required(arrayOf(1, maxTableRows, arrayOf(1, maxTableCells, oneOf("raw_text", "rich_text")))),
			"column_settings": optional(arrayOf(0, maxTableCells, nullable(object(properties{
				"align": optional(enum("left", "center", "right")), "is_wrapped": optional(boolean),
			})))), "block_id": blockID,
		},
		"data_table": {
			"caption":   required(stringOf(1, maxTextObject)),
			"rows":      required(arrayOf(2, maxDataRows, arrayOf(1, maxTableCells, oneOf("raw_text", "raw_number", "rich_text")))),
			"page_size": optional(wholeNumber(1, maxPageSize)), "row_header_column_index": optional(wholeNumber(0, maxTableCells-1)),
			"block_id": blockID,
		},
		"input": {
			"label": required(textObject(maxInputLabel, "plain_text")), "element": required(oneOf(inputElements...)),
			"hint": optional(textObject(maxInputLabel, "plain_text")), "optional": optional(boolean),
			"dispatch_action": optional(boolean), "block_id": blockID,
		},
		"alert": {
			"text":  required(anyText(maxTextObject)),
			"level": optional(enum("default", "info", "warning", "error", "success")), "block_id": blockID,
		},
		"modal": {
			"title":  required(textObject(maxViewTitle, "plain_text")),
			"submit": optional(textObject(maxViewTitle, "plain_text")), "close": optional(textObject(maxViewTitle, "plain_text")),
			"blocks":           required(arrayOf(1, maxViewBlocks, oneOf(viewBlocks...))),
			"private_metadata": optional(stringOf(0, maxMetadata)), "callback_id": optional(stringOf(0, maxID)), "external_id": optional(stringOf(0, maxID)),
			"clear_on_close": optional(boolean), "notify_on_close": optional(boolean), "submit_disabled": optional(boolean),
		},
		"container": {
			"title": optional(textObject(maxHeader, "plain_text")), "rich_text_title": optional(oneOf("rich_text")),
			"subtitle": optional(anyText(maxHeader)), "icon": optional(oneOf("image")),
			"width":          optional(enum("narrow", "standard", "wide", "full")),
			"is_collapsible": optional(boolean), "default_collapsed": optional(boolean), "has_header_divider": optional(boolean),
			"child_blocks": required(arrayOf(1, maxContainer, oneOf(containerBlocks...))),
			"block_id":     blockID,
		},
		"rich_text": {
			"elements": required(arrayOf(0, math.MaxInt, oneOf(
				"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"))),
			"block_id": blockID,
		},

		"rich_text_section": {"elements": leaves},
		"rich_text_quote":   {"elements": leaves, "border": border},
		"rich_text_preformatted": {
			"elements": required(arrayOf(0, math.MaxInt, oneOf("text", "link"))), "border": border, "language": optional(stringOf(1, maxID)),
		},
		"rich_text_list": {
			"style": required(enum("bullet", "ordered")), "elements": required(arrayOf(1, math.MaxInt, oneOf("rich_text_section"))),
			"indent": optional(wholeNumber(0, 8)), "offset": optional(wholeNumber(0, math.MaxInt32)), "border": border,
		},
		"text":      {"text": required(literalText), "style": style},
		"link":      {"url": required(urlString), "text": optional(literalText), "unsafe": optional(boolean), "style": style},
		"emoji":     {"name": required(stringOf(1, maxID)), "unicode": optional(stringOf(1, maxID)), "skin_tone": optional(wholeNumber(1, 6)), "style": style},
		"user":      {"user_id": required(matching("^[UW][A-Z0-9]+$")), "style": style},
		"usergroup": {"usergroup_id": required(matching("^S[A-Z0-9]+$")), "style": style},
		"channel":   {"channel_id": required(matching("^[CG][A-Z0-9]+$")), "style": style},
		"team":      {"team_id": required(matching("^T[A-Z0-9]+$")), "style": style},
		"broadcast": {"range": required(enum("here", "channel", "everyone")), "style": style},
		"color":     {"value": required(matching("^#?[0-9a-fA-F]{6}$")), "style": style},
		"date": {
			"timestamp": required(wholeNumber(0, math.MaxInt32*100)), "format": required(stringOf(1, maxID)),
			"url": optional(urlString), "fallback": optional(stringOf(0, maxTextObject)), "style": style,
		},

		"plain_text": {"text": required(plainText), "emoji": optional(boolean)},
		"mrkdwn":     {"text": required(mrkdwnText), "verbatim": optional(boolean)},
		"raw_text":   {"text": required(literalText)},
		"raw_number": {"value": required(jsonNumber), "text": optional(literalText)},
		KindButton: {
			"text": required(textObject(maxButtonText, "plain_text")), "action_id": id, "url": optional(urlString),
			"value": optional(stringOf(1, maxButtonValue)), "style": optional(enum("primary", "danger")),
			"confirm": optional(confirm), "accessibility_label": optional(stringOf(1, maxLabel)),
		},
		KindIconButton: {
			"icon": required(enum("trash")), "text": required(textObject(maxButtonText, "plain_text")), "action_id": id,
			"value": optional(stringOf(1, maxButtonValue)), "confirm": optional(confirm), "accessibility_label": optional(stringOf(1, maxLabel)),
			"visible_to_user_ids": optional(arrayOf(0, math.MaxInt, matching("^[UW][A-Z0-9]+$"))),
		},
		KindFeedbackButtons: {
			"positive_button": required(feedback), "negative_button": required(feedback), "action_id": id,
		},
		KindOverflow: {"options": required(arrayOf(1, maxOverflow, object(overflowOption))), "action_id": id, "confirm": optional(confirm)},
		KindStaticSelect: {
			"options": optional(options), "option_groups": optional(arrayOf(1, maxOptions, group)),
			"initial_option": optional(object(option)), "action_id": id, "placeholder": placeholder,
			"confirm": optional(confirm), "focus_on_load": focus,
		},
		KindRadioButtons: {
			"options": required(arrayOf(1, maxTicks, choiceOption)), "initial_option": optional(choiceOption), "action_id": id,
			"confirm": optional(confirm), "focus_on_load": focus,
		},
		KindCheckboxes: {
			"options": required(arrayOf(1, maxTicks, choiceOption)), "initial_options": optional(arrayOf(1, maxTicks, choiceOption)),
			"action_id": id, "confirm": optional(confirm), "focus_on_load": focus,
		},
		KindPlainTextInput: {
			"action_id": id, "initial_value": optional(stringOf(0, maxInput)), "multiline": optional(boolean),
			"min_length": optional(wholeNumber(0, maxInput)), "max_length": optional(wholeNumber(1, maxInput)),
			"dispatch_action_config": optional(dispatchConfig), "focus_on_load": focus, "placeholder": placeholder,
		},
		KindNumberInput: {
			"is_decimal_allowed": required(boolean), "action_id": id, "initial_value": optional(matching(decimalNumber.String())),
			"min_value": optional(matching(decimalNumber.String())), "max_value": optional(matching(decimalNumber.String())),
			"dispatch_action_config": optional(dispatchConfig), "focus_on_load": focus, "placeholder": placeholder,
		},
	}
}

// WithStrictContainers returns rules that differ in one: a container holds neither
// rich_text nor input.
func (s Schema) WithStrictContainers() Schema {
	strict, container := maps.Clone(s), maps.Clone(s["container"])
	container["child_blocks"] = required(arrayOf(1, maxContainer, oneOf(strictContainerBlocks...)))
	strict["container"] = container
	return strict
}
