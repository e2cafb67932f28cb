package slacksim

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
)

// webAPI serves the methods of the Web API.
type webAPI struct {
	*workspace
	faults  *faults
	rates   *rates
	traffic *traffic
	methods map[string]method
	run     map[string]func(*apiCall) (map[string]any, *refusal)
}

func newWebAPI(ws *workspace, f *faults, r *rates, t *traffic, sockets *sockets, chat *chat, files *files, modals *modals) *webAPI {
	return &webAPI{ws, f, r, t, methodTable(), map[string]func(*apiCall) (map[string]any, *refusal){
		"apps.connections.open":        sockets.connectionsOpen,
		"auth.test":                    chat.authTest,
		"blocks.validate":              modals.blocksValidate,
		"chat.postMessage":             chat.postMessage,
		"chat.postEphemeral":           chat.postEphemeral,
		"chat.update":                  chat.updateMessage,
		"chat.delete":                  chat.deleteMessage,
		"chat.getPermalink":            chat.getPermalink,
		"conversations.info":           chat.conversationsInfo,
		"conversations.join":           chat.conversationsJoin,
		"conversations.members":        chat.conversationsMembers,
		"conversations.open":           chat.conversationsOpen,
		"files.getUploadURLExternal":   files.getUploadURL,
		"files.completeUploadExternal": files.completeUpload,
		"files.info":                   files.filesInfo,
		"files.delete":                 files.filesDelete,
		"reactions.add":                chat.reactionsAdd,
		"usergroups.list":              chat.usergroupsList,
		"usergroups.users.list":        chat.usergroupsUsersList,
		"users.info":                   chat.usersInfo,
		"views.open":                   modals.viewsOpen,
		"views.push":                   modals.viewsPush,
		"views.update":                 modals.viewsUpdate,
	}}
}

func (api *webAPI) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	record := Call{At: api.cfg.Clock.Now(), Method: name}
	answer, refused := api.answer(w, r, name, &record)
	api.setScopes(w.Header(), api.methods[name])
	api.traffic.reply(w, record, answer, refused)
}

// setScopes sets the headers that name the scopes of the token and those that the
// method accepts.
func (api *webAPI) setScopes(h http.Header, m method) {
	h.Set("X-OAuth-Scopes", strings.Join(api.cfg.Scopes, ","))
	if m.app {
		h.Set("X-OAuth-Scopes", m.scopes)
	}
	h.Set("X-Accepted-OAuth-Scopes", m.scopes)
	h.Set("X-Slack-Req-Id", strings.ToLower(newSecret()))
}

// answer reads, checks and carries out one call.
func (api *webAPI) answer(w http.ResponseWriter, r *http.Request, name string, record *Call) (map[string]any, *refusal) {
	c, err := readCall(w, r, record)
	if err != nil {
		refused := refuse("invalid_form_data", err.Error())
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			refused.status = http.StatusRequestEntityTooLarge
		}
		return nil, refused
	}
	m, ok := api.methods[name]
	if !ok {
		return nil, &refusal{code: "unknown_method", status: http.StatusOK, fields: map[string]any{"req_method": name}}
	}
	if refused := api.authorise(c, m); refused != nil {
		return nil, refused
	}
	refused, reset := api.faults.beforeCall(name, cmp.Or(c.args["channel"], c.args["channel_id"], c.args["channels"]), c.done)
	if refused != nil {
		return nil, refused
	}
	if refused := api.rates.checkTier(name, m.tier); refused != nil {
		return nil, refused
	}
	if m.form && isJSON(r) {
		c.args = map[string]string{}
	}
	answer, refused := api.run[name](c)
	if refused == nil && reset {
		refused = resetAfterCall()
	}
	return answer, refused
}

// authorise checks the token's presence, kind, value and scope, in that order.
func (api *webAPI) authorise(c *apiCall, m method) *refusal {
	want, other := api.cfg.BotToken, api.cfg.AppToken
	if m.app {
		want, other = other, want
	}
	switch {
	case m.open:
		return nil
	case c.token == "" || (m.app && !c.tokenHeader):
		return refuse("not_authed")
	case c.token == other:
		return refuse("not_allowed_token_type")
	case c.token != want:
		return refuse("invalid_auth")
	case m.app: // an app token has connections:write
		return nil
	case !m.permitted(api.scoped):
		return api.lacks(m.scopes)
	}
	return nil
}
