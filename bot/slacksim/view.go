package slacksim

import (
	"encoding/json"
	"slices"
	"strconv"

	"logbot/bot/slacksim/blockkit"
)

// View is an open modal as its user sees it. It is a copy, but Blocks and Values
// must not be modified.
type View struct {
	ID              string
	User            string
	CallbackID      string
	ExternalID      string
	Title           string
	Submit          string // label of the button; empty if there is no button
	Close           string // label of the button; "Cancel" unless the app says otherwise
	Blocks          json.RawMessage
	PrivateMetadata string
	Hash            string              // changes with every change by the app
	Values          map[string][]string // of input blocks, by block_id
	Errors          map[string]string   // of input blocks, by block_id
	Trouble         string              // notice after the app has failed; else empty
	Depth           int                 // 1 for the first modal, at most 3
}

// view is an open modal.
type view struct {
	id, user, hash              string
	root, previous              string // ids; previous is empty for the first modal
	definition                  map[string]any
	blocks                      []any
	state                       blockkit.State
	errors                      map[string]string
	failure                     string
	clearOnClose, notifyOnClose bool
	rev                         int64
}

// modals holds the open modals. mu guards it.
type modals struct {
	*workspace
	deliveries *deliveries
	views      map[string][]*view // stacks by user, the topmost last
}

// OpenView returns the topmost modal of this person.
func (ms *modals) OpenView(user string) (View, bool) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	v := ms.topmost(user)
	if v == nil {
		return View{}, false
	}
	return v.snapshot(len(ms.views[user])), true
}

// topmost returns the topmost modal of a person, or nil; mu is held.
func (ms *modals) topmost(user string) *view {
	if stack := ms.views[user]; len(stack) > 0 {
		return stack[len(stack)-1]
	}
	return nil
}

func (v *view) snapshot(depth int) View {
	blocks, _ := json.Marshal(v.blocks) // cannot fail for decoded JSON
	label := func(name string) string { return blockkit.String(blockkit.Field(v.definition, name), "text") }
	shown := View{
		ID: v.id, User: v.user, CallbackID: blockkit.String(v.definition, "callback_id"), ExternalID: blockkit.String(v.definition, "external_id"),
		Title: label("title"), Submit: label("submit"), Close: label("close"), Blocks: blocks,
		PrivateMetadata: blockkit.String(v.definition, "private_metadata"), Hash: v.hash, Trouble: v.failure, Depth: depth,
		Values: map[string][]string{}, Errors: map[string]string{},
	}
	if shown.Close == "" {
		shown.Close = "Cancel"
	}
	v.eachInput(func(b, e any) {
		shown.Values[blockkit.String(b, "block_id")] = slices.Clone(v.state.Values(b, e))
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

// newView returns a modal with a definition that was checked; mu is held.
func (ms *modals) newView(user string, sent map[string]any) *view {
	v := &view{id: newID("V"), user: user, state: blockkit.State{}}
	v.root = v.id
	ms.setContent(v, sent)
	return v
}

// setContent replaces the definition of a modal. Values stay where block_id and
// action_id stay.
func (ms *modals) setContent(v *view, sent map[string]any) {
	v.definition, v.blocks = sent, blockkit.List(sent, "blocks")
	blockkit.AssignIDs(v.blocks)
	v.clearOnClose, v.notifyOnClose = blockkit.Field(sent, "clear_on_close") == true, blockkit.Field(sent, "notify_on_close") == true
	kept := blockkit.State{}
	blockkit.EachElement(v.blocks, func(b, e any) bool {
		if values, ok := v.state[blockkit.String(b, "block_id")][blockkit.String(e, "action_id")]; ok && blockkit.CheckValues(e, values) == nil {
			kept.Set(blockkit.String(b, "block_id"), blockkit.String(e, "action_id"), values)
		}
		return true
	})
	v.state, v.errors, v.failure = kept, nil, ""
	v.hash = strconv.FormatInt(ms.cfg.Clock.Now().Unix(), 10) + "." + newSecret()[:8]
	ms.touchView(v)
}

// touchView marks the modal as changed.
func (ms *modals) touchView(v *view) {
	ms.rev++
	v.rev = ms.rev
	ms.touch()
}

// push puts a modal on top of the person's others; mu is held.
func (ms *modals) push(v *view) *refusal {
	under := ms.topmost(v.user)
	if len(ms.views[v.user]) >= maxViews {
		return refuse("push_limit_reached")
	}
	if under != nil {
		v.root, v.previous = under.root, under.id
	}
	ms.views[v.user] = append(ms.views[v.user], v)
	ms.touch()
	return nil
}

// pop closes the topmost modal; mu is held.
func (ms *modals) pop(user string) {
	stack := ms.views[user]
	ms.views[user] = stack[:len(stack)-1]
	if below := ms.topmost(user); below != nil {
		ms.touchView(below)
	}
	ms.touch()
}

// findView returns an open modal that matches, or nil; mu is held.
func (ms *modals) findView(is func(*view) bool) *view {
	for _, stack := range ms.views {
		if i := slices.IndexFunc(stack, is); i >= 0 {
			return stack[i]
		}
	}
	return nil
}

// viewJSON returns a modal as the app sees it.
func (ms *modals) viewJSON(v *view) map[string]any {
	orNil := func(id string) any {
		if id == "" {
			return nil
		}
		return id
	}
	return map[string]any{
		"id": v.id, "team_id": ms.cfg.TeamID, "type": "modal", "blocks": v.blocks,
		"private_metadata": blockkit.String(v.definition, "private_metadata"), "callback_id": blockkit.String(v.definition, "callback_id"),
		"external_id": blockkit.String(v.definition, "external_id"), "state": map[string]any{"values": v.state.Payload(v.blocks)},
		"hash": v.hash, "title": blockkit.Field(v.definition, "title"), "submit": blockkit.Field(v.definition, "submit"), "close": blockkit.Field(v.definition, "close"),
		"clear_on_close": v.clearOnClose, "notify_on_close": v.notifyOnClose, "submit_disabled": false,
		"previous_view_id": orNil(v.previous), "root_view_id": v.root,
		"app_id": ms.cfg.AppID, "app_installed_team_id": ms.cfg.TeamID, "bot_id": ms.cfg.BotID,
	}
}
