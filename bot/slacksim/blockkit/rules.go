package blockkit

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"logbot/bot/slacksim/mrkdwn"
	"logbot/logsapi/lazyregexp"
)

func required(r rule) property { return property{r, true} }
func optional(r rule) property { return property{r, false} }

// oneOf accepts an object whose type is one of types and checks it against the
// properties of that type.
func oneOf(types ...string) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.problemf(at, "must be an object")
			return
		}
		kind, ok := o["type"].(string)
		switch {
		case !ok:
			c.problemf(at, "missing required field: type")
			return
		case !slices.Contains(types, kind):
			c.problemf(at+"/type", "unsupported type: %s", mrkdwn.Truncate(kind, maxID))
			return
		}
		c.checkProperties(at, o, c.schema[kind], true)
		c.checkCombination(at, kind, o)
	}
}

// object accepts an object without a type.
func object(s properties) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.problemf(at, "must be an object")
			return
		}
		c.checkProperties(at, o, s, false)
	}
}

// nonEmptyObject accepts an object that has at least one of the properties.
func nonEmptyObject(s properties) rule {
	return func(c *checker, at string, v any) {
		object(s)(c, at, v)
		if o, ok := v.(map[string]any); ok && len(o) == 0 {
			c.problemf(at, "must have a property")
		}
	}
}

// textObject accepts a text object of one of the given types with 1 to n characters.
func textObject(n int, types ...string) rule {
	return func(c *checker, at string, v any) {
		bad, kept := c.problems, len(c.messages)
		oneOf(types...)(c, at, v)
		if c.problems == bad {
			checkLength(c, at+"/text", v.(map[string]any)["text"].(string), 1, n) // as oneOf found it to be
		}
		if c.problems > bad {
			// Slack puts this line before the reason.
			c.messages = slices.Insert(c.messages, kept,
				fmt.Sprintf("failed to match all allowed schemas [json-pointer:%s]", at))
		}
	}
}

// mrkdwnText is the text of a mrkdwn object, which the app has escaped already.
func mrkdwnText(c *checker, at string, v any) {
	stringOf(1, maxTextObject)(c, at, v)
	if s, ok := v.(string); ok {
		c.totalChars += utf8.RuneCountInString(s)
	}
}

// plainText is the text of a plain_text object, which is counted in its escaped form.
func plainText(c *checker, at string, v any) {
	stringOf(1, maxTextObject)(c, at, v)
	if s, ok := v.(string); ok {
		c.totalChars += utf8.RuneCountInString(mrkdwn.Escape(mrkdwn.Unescape(s)))
	}
}

// literalText is text of any length that is shown literally.
func literalText(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok {
		c.problemf(at, "must provide a string")
		return
	}
	c.totalChars += utf8.RuneCountInString(mrkdwn.Escape(s))
}

// markdownText is the text of a markdown block; all such blocks share one limit.
func markdownText(c *checker, at string, v any) {
	stringOf(1, maxMarkdown)(c, at, v)
	if s, ok := v.(string); ok {
		c.markdownChars += utf8.RuneCountInString(s)
		c.totalChars += utf8.RuneCountInString(mrkdwn.Escape(s))
	}
}

func uniqueBlockID(c *checker, at string, v any) {
	stringOf(1, maxID)(c, at, v)
	if s, ok := v.(string); ok {
		if c.blockIDs[s] {
			c.problemf(at, "`block_id` %q already exists", mrkdwn.Truncate(s, maxID))
		}
		c.blockIDs[s] = true
	}
}

func stringOf(least, most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		if !ok {
			c.problemf(at, "must provide a string")
			return
		}
		checkLength(c, at, s, least, most)
	}
}

func checkLength(c *checker, at, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		c.problemf(at, "must be more than %d characters", least-1)
	case n > most:
		c.problemf(at, "must be less than %d characters", most+1)
	}
}

func arrayOf(least, most int, each rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.problemf(at, "must be an array")
		case len(items) < least:
			c.problemf(at, "no fewer than %d items allowed", least)
		case len(items) > most:
			c.problemf(at, "no more than %d items allowed", most)
		default:
			for i, item := range items {
				each(c, at+"/"+strconv.Itoa(i), item)
			}
		}
	}
}

func urlString(c *checker, at string, v any) {
	stringOf(1, maxURL)(c, at, v)
	s, ok := v.(string)
	if !ok {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || (u.Host == "" && u.Opaque == "") {
		c.problemf(at, "must be a valid URL")
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.problemf(at, "must be a boolean")
	}
}

func wholeNumber(least, most float64) rule {
	return func(c *checker, at string, v any) {
		n, ok := v.(float64)
		if !ok || n != math.Trunc(n) || n < least || n > most {
			c.problemf(at, "must be a whole number from %.0f to %.0f", least, most)
		}
	}
}

func enum(values ...string) rule {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			c.problemf(at, "must be one of %s", strings.Join(values, ", "))
		}
	}
}

func matching(pattern string) rule {
	re := lazyregexp.New(pattern)
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !re.MatchString(s) {
			c.problemf(at, "must match pattern: %s", pattern)
		}
	}
}

func jsonNumber(c *checker, at string, v any) {
	if _, ok := v.(float64); !ok {
		c.problemf(at, "must be a number")
	}
}

// focusOnLoad counts the elements that set focus_on_load.
func focusOnLoad(c *checker, at string, v any) {
	boolean(c, at, v)
	if v == true {
		c.focusCount++
	}
}

// nullable also accepts null, for arrays that may have gaps.
func nullable(r rule) rule {
	return func(c *checker, at string, v any) {
		if v != nil {
			r(c, at, v)
		}
	}
}
