package slacksim

import (
	"encoding/json"
	"slices"
	"strconv"

	"logbot/bot/slacksim/blockkit"
)

// View is an open modal as its user sees it. It is a copy; Blocks and Values
// must not be written to.
type View struct {
	ID              string
	User            string
	CallbackID      string
	ExternalID      string
	Title           string
	Submit          string // label of the button; empty when there is none
	Close           string // label of the button; "Cancel" unless the app says otherwise
	Blocks          json.RawMessage
	PrivateMetadata string
	Hash            string              // changes with every change by the app
	Values          map[string][]string // what each input block holds, by block_id
	Errors          map[string]string   // what the app found wrong with an input, by block_id
	Trouble         string              // what Slack says when the app failed; empty otherwise
	Depth           int                 // 1 for the first modal, at most 3
}

// view is an open modal.
type view struct {
	id, user, hash      string
	root, previous      string // ids; previous is empty for the first modal
	sent                map[string]any
	blocks              []any
	entered             blockkit.State
	errors              map[string]string
	trouble             string
	clearAll, tellClose bool
	rev                 int64
}

// OpenView returns the topmost modal that this person has open.
func (s *Server) OpenView(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.top(user)
	if v == nil {
		return View{}, false
	}
	return v.shown(len(s.views[user])), true
}

// top returns the topmost modal of a person, or nil; s.mu is held.
func (s *Server) top(user string) *view {
	if stack := s.views[user]; len(stack) > 0 {
		return stack[len(stack)-1]
	}
	return nil
}

func (v *view) shown(depth int) View {
	blocks, _ := json.Marshal(v.blocks) // decoded JSON: cannot fail
	label := func(name string) string { return blockkit.String(blockkit.Field(v.sent, name), "text") }
	shown := View{
		ID: v.id, User: v.user, CallbackID: blockkit.String(v.sent, "callback_id"), ExternalID: blockkit.String(v.sent, "external_id"),
		Title: label("title"), Submit: label("submit"), Close: label("close"), Blocks: blocks,
		PrivateMetadata: blockkit.String(v.sent, "private_metadata"), Hash: v.hash, Trouble: v.trouble, Depth: depth,
		Values: map[string][]string{}, Errors: map[string]string{},
	}
	if shown.Close == "" {
		shown.Close = "Cancel"
	}
	v.eachInput(func(b, e any) {
		shown.Values[blockkit.String(b, "block_id")] = slices.Clone(v.entered.Values(b, e))
	})
	for id, text := range v.errors {
		shown.Errors[id] = text
	}
	return shown
}

// eachInput calls do for every input block and its element.
func (v *view) eachInput(do func(block, element any)) {
	blockkit.EachElement(v.blocks, func(b, e any) bool {
		if blockkit.String(b, "type") == "input" {
			do(b, e)
		}
		return true
	})
}

// newView makes a modal of what the app sent, which was checked; s.mu is held.
func (s *Server) newView(user string, sent map[string]any) *view {
	v := &view{id: newID("V"), user: user, entered: blockkit.State{}}
	v.root = v.id
	s.fill(v, sent)
	return v
}

// fill gives a modal new content. What was entered stays where block_id and
// action_id do.
func (s *Server) fill(v *view, sent map[string]any) {
	v.sent, v.blocks = sent, blockkit.List(sent, "blocks")
	blockkit.AssignIDs(v.blocks)
	v.clearAll, v.tellClose = blockkit.Field(sent, "clear_on_close") == true, blockkit.Field(sent, "notify_on_close") == true
	kept := blockkit.State{}
	blockkit.EachElement(v.blocks, func(b, e any) bool {
		if values, ok := v.entered[blockkit.String(b, "block_id")][blockkit.String(e, "action_id")]; ok && blockkit.CheckValues(e, values) == nil {
			kept.Set(blockkit.String(b, "block_id"), blockkit.String(e, "action_id"), values)
		}
		return true
	})
	v.entered, v.errors, v.trouble = kept, nil, ""
	v.hash = strconv.FormatInt(s.cfg.Clock.Now().Unix(), 10) + "." + secret()[:8]
	s.changedView(v)
}

// changedView makes the modal new to a Transcript.
func (s *Server) changedView(v *view) {
	s.rev++
	v.rev = s.rev
	s.touch()
}

// push puts a modal on top of the person's others; s.mu is held.
func (s *Server) push(v *view) *refusal {
	under := s.top(v.user)
	if len(s.views[v.user]) >= maxViews {
		return refuse("push_limit_reached")
	}
	if under != nil {
		v.root, v.previous = under.root, under.id
	}
	s.views[v.user] = append(s.views[v.user], v)
	s.touch()
	return nil
}

// pop takes the topmost modal away; s.mu is held.
func (s *Server) pop(user string) {
	stack := s.views[user]
	s.views[user] = stack[:len(stack)-1]
	if below := s.top(user); below != nil {
		s.changedView(below)
	}
	s.touch()
}

// findView returns the open modal for which is holds, or nil; s.mu is held.
func (s *Server) findView(is func(*view) bool) *view {
	for _, stack := range s.views {
		if i := slices.IndexFunc(stack, is); i >= 0 {
			return stack[i]
		}
	}
	return nil
}

// wireView is a modal as the app sees it.
func (s *Server) wireView(v *view) map[string]any {
	orNil := func(id string) any {
		if id == "" {
			return nil
		}
		return id
	}
	return map[string]any{
		"id": v.id, "team_id": s.cfg.TeamID, "type": "modal", "blocks": v.blocks,
		"private_metadata": blockkit.String(v.sent, "private_metadata"), "callback_id": blockkit.String(v.sent, "callback_id"),
		"external_id": blockkit.String(v.sent, "external_id"), "state": map[string]any{"values": v.entered.Payload(v.blocks)},
		"hash": v.hash, "title": blockkit.Field(v.sent, "title"), "submit": blockkit.Field(v.sent, "submit"), "close": blockkit.Field(v.sent, "close"),
		"clear_on_close": v.clearAll, "notify_on_close": v.tellClose, "submit_disabled": false,
		"previous_view_id": orNil(v.previous), "root_view_id": v.root,
		"app_id": s.cfg.AppID, "app_installed_team_id": s.cfg.TeamID, "bot_id": s.cfg.BotID,
	}
}
