package slacksim

import (
	"encoding/json"
	"strings"

	"logbot/bot/slacksim/blockkit"
)

// blocksValidate implements blocks.validate: it judges blocks, a message or a view, and
// shows nothing to anybody. It needs no token.
func (ms *modals) blocksValidate(c *apiCall) (map[string]any, *refusal) {
	var given []string
	for _, name := range []string{"blocks", "message", "view"} {
		if c.args[name] != "" {
			given = append(given, name)
		}
	}
	if len(given) != 1 {
		return nil, refuse("invalid_arguments", "provide exactly one of blocks, view, or message")
	}
	var p *blockkit.Problem
	switch text := []byte(c.args[given[0]]); given[0] {
	case "view":
		var view map[string]any
		if json.Unmarshal(text, &view) != nil || view == nil {
			return nil, refuse("invalid_arguments", blockkit.At("/view", "must be a JSON object"))
		}
		p = ms.schema.CheckModal(view)
	case "message":
		var message struct{ Blocks []any }
		if json.Unmarshal(text, &message) != nil {
			return nil, refuse("invalid_arguments", blockkit.At("/message", "must be a JSON object"))
		}
		p = ms.schema.CheckMessage(message.Blocks)
	default:
		var blocks []any
		if json.Unmarshal(text, &blocks) != nil {
			return nil, refuse("invalid_arguments", blockkit.At("/blocks", "must be a JSON array"))
		}
		p = ms.schema.CheckMessage(blocks)
	}
	if p == nil {
		return map[string]any{}, nil
	}
	var errs []map[string]any
	for _, m := range p.Messages {
		says, pointer, _ := strings.Cut(strings.TrimSuffix(m, "]"), " [json-pointer:")
		errs = append(errs, map[string]any{"pointer": pointer, "code": "failed_constraint", "message": says})
	}
	refused := refuse("invalid_" + given[0])
	refused.fields = map[string]any{"errors": errs}
	return nil, refused
}
