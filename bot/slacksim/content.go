package slacksim

import (
	"encoding/json"
	"strings"

	"logbot/bot/slacksim/blockkit"
)

// content returns the text and the blocks of the arguments of a call.
func (ws *workspace) content(args map[string]string) (text string, blocks json.RawMessage, refused *refusal) {
	for _, name := range []string{"attachments", "markdown_text"} {
		if v := args[name]; v != "" && v != "[]" {
			return "", nil, refuse("invalid_arguments", name+" is not known to this local Slack; use blocks")
		}
	}
	text = args["text"]
	if blocks, refused = ws.readBlocks(args["blocks"]); refused != nil {
		return "", nil, refused
	}
	if strings.TrimSpace(text) == "" && blocks == nil {
		return "", nil, refuse("no_text")
	}
	return text, blocks, nil
}

// readBlocks checks the JSON of a blocks argument and assigns missing ids. It
// returns nil if there are no blocks.
func (ws *workspace) readBlocks(raw string) (json.RawMessage, *refusal) {
	if raw == "" {
		return nil, nil
	}
	var blocks []any
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
		return nil, refuse("invalid_blocks_format")
	}
	if len(blocks) == 0 {
		return nil, nil
	}
	if p := ws.schema.CheckMessage(blocks); p != nil {
		return nil, refuse(p.Code, p.Messages...)
	}
	blockkit.AssignIDs(blocks)
	named, err := json.Marshal(blocks)
	if err != nil {
		return nil, refuse("invalid_blocks_format", err.Error())
	}
	return named, nil
}
