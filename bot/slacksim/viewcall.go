package slacksim

import (
	"encoding/json"

	"logbot/bot/slacksim/blockkit"
)

// The Web API of modals.

// viewsOpen shows a modal to whoever caused the trigger. A modal that the
// person has open already gives way.
func (s *Server) viewsOpen(c *call) (map[string]any, *refusal) {
	return s.showView(c, func(v *view) *refusal {
		s.views[v.user] = nil
		return s.push(v)
	})
}

// viewsPush puts a modal on top of the one that caused the trigger.
func (s *Server) viewsPush(c *call) (map[string]any, *refusal) {
	return s.showView(c, func(v *view) *refusal {
		if s.top(v.user) == nil {
			return refuse("not_found")
		}
		return s.push(v)
	})
}

func (s *Server) showView(c *call, show func(*view) *refusal) (map[string]any, *refusal) {
	sent, no := s.readView(c.args["view"])
	if no != nil {
		return nil, no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if no := s.uniqueExternal(sent, nil); no != nil {
		return nil, no
	}
	user, no := s.exchange(c.args["trigger_id"])
	if no != nil {
		return nil, no
	}
	v := s.newView(user, sent)
	if no := show(v); no != nil {
		return nil, no
	}
	return map[string]any{"view": s.wireView(v)}, nil
}

// exchange uses a trigger up and returns whose it is.
func (s *Server) exchange(trigger string) (user string, no *refusal) {
	d := s.triggers[trigger]
	switch {
	case trigger == "":
		return "", missing("trigger_id")
	case d == nil:
		return "", refuse("invalid_trigger_id")
	case d.triggered:
		return "", refuse("exchanged_trigger_id")
	case s.cfg.Clock.Now().Sub(d.At) > triggerLife:
		return "", refuse("expired_trigger_id")
	}
	d.triggered = true
	return d.user, nil
}

// viewsUpdate replaces the content of an open modal.
func (s *Server) viewsUpdate(c *call) (map[string]any, *refusal) {
	id, external := c.args["view_id"], c.args["external_id"]
	if id == "" && external == "" {
		return nil, missing("view_id")
	}
	sent, no := s.readView(c.args["view"])
	if no != nil {
		return nil, no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.findView(func(v *view) bool {
		return v.id == id || (id == "" && blockkit.String(v.sent, "external_id") == external)
	})
	if v == nil {
		return nil, refuse("not_found")
	}
	if h := c.args["hash"]; h != "" && h != v.hash {
		return nil, refuse("hash_conflict")
	}
	if no := s.uniqueExternal(sent, v); no != nil {
		return nil, no
	}
	s.fill(v, sent)
	return map[string]any{"view": s.wireView(v)}, nil
}

// uniqueExternal refuses an external_id that another open modal has.
func (s *Server) uniqueExternal(sent map[string]any, of *view) *refusal {
	external := blockkit.String(sent, "external_id")
	other := s.findView(func(v *view) bool { return v != of && blockkit.String(v.sent, "external_id") == external })
	if external != "" && other != nil {
		return refuse("duplicate_external_id")
	}
	return nil
}

// readView checks the JSON of a modal.
func (s *Server) readView(raw string) (map[string]any, *refusal) {
	switch {
	case raw == "":
		return nil, missing("view")
	case len(raw) > maxViewBytes:
		return nil, refuse("view_too_large")
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(raw), &sent); err != nil || sent == nil {
		return nil, refuse("invalid_arguments", blockkit.At("/view", "must be a JSON object"))
	}
	if p := s.shapes.CheckModal(sent); p != nil {
		return nil, refuse(p.Code, p.Messages...)
	}
	return sent, nil
}
