package slacksim

import (
	"encoding/json"

	"logbot/bot/slacksim/blockkit"
)

// viewsOpen implements views.open: it shows a modal to the user of the trigger, in
// place of modals that are open.
func (ms *modals) viewsOpen(c *apiCall) (map[string]any, *refusal) {
	return ms.showView(c, func(v *view) *refusal {
		ms.views[v.user] = nil
		return ms.push(v)
	})
}

// viewsPush implements views.push: it puts a modal on top of the stack.
func (ms *modals) viewsPush(c *apiCall) (map[string]any, *refusal) {
	return ms.showView(c, func(v *view) *refusal {
		if ms.topmost(v.user) == nil {
			return refuse("not_found")
		}
		return ms.push(v)
	})
}

func (ms *modals) showView(c *apiCall, show func(*view) *refusal) (map[string]any, *refusal) {
	sent, refused := ms.readView(c.args["view"])
	if refused != nil {
		return nil, refused
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if refused := ms.checkExternalID(sent, nil); refused != nil {
		return nil, refused
	}
	user, refused := ms.deliveries.useTrigger(c.args["trigger_id"])
	if refused != nil {
		return nil, refused
	}
	v := ms.newView(user, sent)
	if refused := show(v); refused != nil {
		return nil, refused
	}
	return map[string]any{"view": ms.viewJSON(v)}, nil
}

// viewsUpdate implements views.update.
func (ms *modals) viewsUpdate(c *apiCall) (map[string]any, *refusal) {
	id, external := c.args["view_id"], c.args["external_id"]
	if id == "" && external == "" {
		return nil, missingArgument("view_id")
	}
	sent, refused := ms.readView(c.args["view"])
	if refused != nil {
		return nil, refused
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	v := ms.findView(func(v *view) bool {
		return v.id == id || (id == "" && blockkit.String(v.definition, "external_id") == external)
	})
	if v == nil {
		return nil, refuse("not_found")
	}
	if h := c.args["hash"]; h != "" && h != v.hash {
		return nil, refuse("hash_conflict")
	}
	if refused := ms.checkExternalID(sent, v); refused != nil {
		return nil, refused
	}
	ms.setContent(v, sent)
	return map[string]any{"view": ms.viewJSON(v)}, nil
}

// checkExternalID refuses an external_id of another open modal.
func (ms *modals) checkExternalID(sent map[string]any, of *view) *refusal {
	external := blockkit.String(sent, "external_id")
	other := ms.findView(func(v *view) bool { return v != of && blockkit.String(v.definition, "external_id") == external })
	if external != "" && other != nil {
		return refuse("duplicate_external_id")
	}
	return nil
}

// readView decodes and checks the JSON of a modal.
func (ms *modals) readView(raw string) (map[string]any, *refusal) {
	switch {
	case raw == "":
		return nil, missingArgument("view")
	case len(raw) > maxViewBytes:
		return nil, refuse("view_too_large")
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(raw), &sent); err != nil || sent == nil {
		return nil, refuse("invalid_arguments", blockkit.At("/view", "must be a JSON object"))
	}
	if p := ms.schema.CheckModal(sent); p != nil {
		return nil, refuse(p.Code, p.Messages...)
	}
	return sent, nil
}
