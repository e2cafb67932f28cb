package slacksim

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
	"logbot/bot/slacksim/mrkdwn"
)

// The tables of this package against rules that others gathered from Slack's
// pages. They are not part of the project: `make slack-rules` names their folder
// in SLACK_RULES.

func rules(t *testing.T, name string, into any) {
	t.Helper()
	folder := os.Getenv("SLACK_RULES")
	if folder == "" {
		t.Skip("make slack-rules runs this")
	}
	raw, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, into))
}

// unlisted are errors that a method answers although its page does not list
// them, with the reason.
func unlisted() map[string]string {
	return map[string]string{
		"chat.postMessage invalid_attachments":   "the page of the table block: only_one_table_allowed",
		"chat.update msg_blocks_too_long":        "measured with chat.postMessage, whose page lists it",
		"chat.postEphemeral msg_blocks_too_long": "the same",
	}
}

func TestSlackRulesOfMethods(t *testing.T) {
	var page struct {
		Common  []string `json:"common_errors"`
		Methods map[string]struct {
			Errors []string
			Rate   struct{ Label string } `json:"rate_limit"`
			Scopes map[string][]struct{ Name string }
		}
	}
	rules(t, "methods.json", &page)
	digits := regexp.MustCompile(`(\d+)\+ per minute`)
	for e := range strings.FieldsSeq(commonErrors) {
		assert.Contains(t, page.Common, e)
	}
	for name, m := range methodTable() {
		their, known := page.Methods[name]
		if !assert.True(t, known, name) {
			continue
		}
		var scopes []string
		for _, s := range their.Scopes["bot"] {
			scopes = append(scopes, s.Name)
		}
		ours := strings.FieldsFunc(m.scopes, func(r rune) bool { return r == ',' })
		if !m.app { // the page of the app token's method names no scopes
			assert.ElementsMatch(t, scopes, ours, "scopes of %s", name)
		}
		tier := special
		if n := digits.FindStringSubmatch(their.Rate.Label); n != nil {
			tier, _ = strconv.Atoi(n[1])
		}
		assert.Equal(t, tier, m.tier, "tier of %s: %s", name, their.Rate.Label)
		for e := range strings.FieldsSeq(m.errors) {
			_, excused := unlisted()[name+" "+e]
			assert.NotEqual(t, excused, slices.Contains(their.Errors, e), "error %s of %s: listed, or excused", e, name)
		}
	}
}

// Whatever this Slack accepts, the schema accepts: it is nowhere laxer.
func TestSlackRulesOfBlocks(t *testing.T) {
	var schema map[string]any
	rules(t, "block-kit.schema.json", &schema)
	judge := schemaJudge{root: schema}
	cases := blockCases()
	for _, b := range withButtons() {
		cases = append(cases, blockCase{name: "clickable", blocks: []any{b}})
	}
	strict := 0
	for _, c := range cases {
		why := judge.faults(schema, decoded(t, c.blocks), "/blocks")
		if c.want == "" {
			assert.Empty(t, why, c.name)
		} else if len(why) == 0 {
			strict++
		}
	}
	t.Logf("%d lists of blocks compared; %d are refused here and not by the schema, which knows no rules over a whole message", len(cases), strict)
}

func TestSlackRulesOfModals(t *testing.T) {
	var schema map[string]any
	rules(t, "block-kit.schema.json", &schema)
	judge, modal := schemaJudge{root: schema}, map[string]any{"$ref": "#/$defs/modal_view"}
	s := blockkit.NewSchema()
	for _, c := range modalCases() {
		v := decoded(t, searchModal(c.change)).(map[string]any)
		maps.DeleteFunc(v, func(_ string, v any) bool { return v == nil })
		if s.CheckModal(v) == nil {
			assert.Empty(t, judge.faults(modal, v, "/view"), c.name)
		}
	}
}

// Every property, option and limit that is off by one: small changes to good
// blocks, judged by both.
func TestSlackRulesOfChangedBlocks(t *testing.T) {
	var schema map[string]any
	rules(t, "block-kit.schema.json", &schema)
	judge, s := schemaJudge{root: schema}, blockkit.NewSchema()
	n := 0
	for _, c := range blockCases() {
		if c.want != "" || len(toJSON(t, c.blocks)) > 2000 {
			continue
		}
		for _, changed := range changes(decoded(t, c.blocks[:1])) {
			list, ok := changed.([]any)
			if !ok || len(list) == 0 || s.CheckMessage(list) != nil {
				continue
			}
			n++
			kind := blockkit.String(list[0], "type")
			exact := map[string]any{"$ref": "#/$defs/" + kind + "_block"} // names the fault, which oneOf does not
			assert.Empty(t, judge.faults(exact, list[0], "/blocks/0"), "%s: %s", c.name, mrkdwn.Truncate(toJSON(t, list[0]), 1000))
		}
	}
	t.Logf("%d changed lists of blocks are accepted by both", n)
	assert.Positive(t, n)
}

// changes returns copies of a value with one thing changed each.
func changes(v any) []any {
	var list []any
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			without := maps.Clone(v)
			delete(without, k)
			list = append(list, without)
			for _, changed := range changes(v[k]) {
				with := maps.Clone(v)
				with[k] = changed
				list = append(list, with)
			}
		}
		with := maps.Clone(v)
		with["surprise"] = true
		list = append(list, with)
	case []any:
		for i := range v {
			list = append(list, slices.Delete(slices.Clone(v), i, i+1))
			for _, changed := range changes(v[i]) {
				with := slices.Clone(v)
				with[i] = changed
				list = append(list, with)
			}
		}
		list = append(list, append(slices.Clone(v), v...))
	case string:
		for _, n := range []int{0, 25, 31, 76, 101, 151, 256, 2001, 3001} {
			list = append(list, xs(n))
		}
		list = append(list, 7.0, true, map[string]any{}, "plain_text", "mrkdwn", "https://e.com", "primary")
	case float64:
		list = append(list, v+1, v-1, v+0.5, -1.0, 0.0, "7", 1e9)
	case bool:
		list = append(list, !v, "true")
	}
	return list
}

func decoded(t *testing.T, v any) any {
	t.Helper()
	var out any
	require.NoError(t, json.Unmarshal([]byte(toJSON(t, v)), &out))
	return out
}
