package slacksim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Limits of the update stream. All of them are ours.
const (
	pageMessages     = 500                   // per channel; older ones are not shown
	pageCalls        = 200                   // from the traffic record in the first update
	pageEnvelopes    = 200                   // whose state the page follows
	pageMinInterval  = 80 * time.Millisecond // between two updates
	pageHeartbeat    = 20 * time.Second      // keeps the stream open in proxies
	pageWriteTimeout = 10 * time.Second      // for a browser that does not read
)

// pageUpdate is what has changed since the last update. The first update has
// Workspace set and contains everything.
type pageUpdate struct {
	Workspace   *pageWorkspace `json:"workspace,omitempty"`
	Channels    []pageChannel  `json:"channels,omitempty"` // all of them, if one has changed
	Connections *int           `json:"connections,omitempty"`
	Messages    []pageMessage  `json:"messages,omitempty"` // new and changed ones
	Removed     []pageKey      `json:"gone,omitempty"`
	View        *pageView      `json:"view,omitempty"`
	NoView      bool           `json:"no_view,omitempty"`
	Calls       []pageCall     `json:"calls,omitempty"`
	Envelopes   []pageEnvelope `json:"envelopes,omitempty"` // new and changed ones
}

type pageWorkspace struct {
	Boot      string         `json:"boot"`
	Name      string         `json:"name"`
	User      string         `json:"user"` // whose view the updates show
	Bot       pageUser       `json:"bot"`
	Users     []pageUser     `json:"users"`
	Commands  []Command      `json:"commands"`
	Shortcuts []pageShortcut `json:"shortcuts"`
	// For an app that wants to connect.
	APIURL   string `json:"api_url"`
	BotToken string `json:"bot_token"`
	AppToken string `json:"app_token"`
}

type pageUser struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Admin bool   `json:"admin,omitempty"`
}

type pageShortcut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// pageChannel is a channel with the person as a member.
type pageChannel struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Private  bool   `json:"private,omitempty"`
	Direct   bool   `json:"direct,omitempty"` // with the app
	Archived bool   `json:"archived,omitempty"`
	Bot      bool   `json:"bot,omitempty"`
}

// pageKey identifies a message.
type pageKey struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

type pageMessage struct {
	pageKey
	Thread      string          `json:"thread,omitempty"` // ts of the parent
	User        string          `json:"user"`
	App         string          `json:"app,omitempty"` // the name of another app that posted it
	Text        string          `json:"text,omitempty"`
	Blocks      json.RawMessage `json:"blocks,omitempty"`
	Attachments json.RawMessage `json:"attachments,omitempty"`
	Files       []pageFile      `json:"files,omitempty"`
	Only        bool            `json:"only,omitempty"` // an ephemeral message
	Edited      bool            `json:"edited,omitempty"`
	Broadcast   bool            `json:"broadcast,omitempty"`
	Deleted     bool            `json:"deleted,omitempty"`
	Reactions   []string        `json:"reactions,omitempty"`
	Trouble     string          `json:"trouble,omitempty"`
	Via         string          `json:"via"`
	Revision    int64           `json:"revision"`
}

type pageFile struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Title   string `json:"title,omitempty"`
	Snippet string `json:"snippet,omitempty"`
	Size    int64  `json:"size"`
	Deleted bool   `json:"deleted,omitempty"`
}

// pageView is the person's topmost modal.
type pageView struct {
	ID       string              `json:"id"`
	Title    string              `json:"title"`
	Submit   string              `json:"submit,omitempty"`
	Close    string              `json:"close"`
	Blocks   json.RawMessage     `json:"blocks"`
	Values   map[string][]string `json:"values"` // by block_id of inputs
	Errors   map[string]string   `json:"errors"` // by block_id of inputs
	Trouble  string              `json:"trouble,omitempty"`
	Depth    int                 `json:"depth"`
	Hash     string              `json:"hash"` // changes when the app changes the content
	Revision int64               `json:"revision"`
}

// pageSession is what one open page has received.
type pageSession struct {
	user        string
	apiURL      string
	started     bool
	channels    []pageChannel
	connections int
	messages    map[pageKey]int64 // revisions
	view        int64             // revision; 0 for no modal
	viewID      string
	calls       int // number of the next call to send
	envelopes   map[string]pageEnvelope
}

// servePageStream sends one page what its person sees, as server-sent events, until
// the page is closed or the workspace ends. It sends an update only when something
// has changed.
func (pg *page) servePageStream(w http.ResponseWriter, r *http.Request) {
	session := &pageSession{user: r.URL.Query().Get("user"), apiURL: baseURL(r) + "/api/"}
	switch {
	case len(pg.cfg.Users) == 0:
		pageError(w, http.StatusNotFound, "Nobody is in this workspace.")
		return
	case session.user == "":
		session.user = pg.cfg.Users[0].ID
	case !pg.isUser(session.user):
		pageError(w, http.StatusNotFound, "There is no user "+quoted(session.user)+" in this workspace.")
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	beat := time.NewTicker(pageHeartbeat)
	defer beat.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		changed := pg.Changed()
		if news := pg.nextUpdate(session); news != nil {
			content, err := json.Marshal(news)
			if err != nil || !writeServerSentEvent(w, out, "data: "+string(content)) {
				return
			}
		}
		pause.Reset(pageMinInterval)
		for waiting := true; waiting; {
			select {
			case <-changed:
				waiting = false
			case <-beat.C:
				if !writeServerSentEvent(w, out, ":") {
					return
				}
			case <-r.Context().Done():
				return
			case <-pg.ctx.Done():
				return
			}
		}
		select {
		case <-pause.C:
		case <-r.Context().Done():
			return
		case <-pg.ctx.Done():
			return
		}
	}
}

// writeServerSentEvent writes one event. It reports false if the page was closed.
func writeServerSentEvent(w http.ResponseWriter, out *http.ResponseController, event string) bool {
	_ = out.SetWriteDeadline(time.Now().Add(pageWriteTimeout)) // fails if the server does not support it
	if _, err := fmt.Fprintf(w, "%s\n\n", event); err != nil {
		return false
	}
	return out.Flush() == nil
}

// nextUpdate returns the difference between what the person sees and what the page
// has received, or nil.
func (pg *page) nextUpdate(session *pageSession) *pageUpdate {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	n := &pageUpdate{}
	something := false
	if !session.started {
		n.Workspace, something = pg.pageWorkspace(session), true
		session.calls = max(0, pg.traffic.dropped+len(pg.traffic.calls)-pageCalls)
		session.connections = -1
	}
	session.started = true
	if channels := pg.pageChannels(session.user); !slices.Equal(channels, session.channels) {
		session.channels, n.Channels, something = channels, channels, true
	}
	if c := pg.sockets.readyConnections(); c != session.connections {
		session.connections, n.Connections, something = c, &c, true
	}
	pg.addMessages(session, n)
	n.Calls = pg.newCalls(session)
	n.Envelopes = pg.newEnvelopes(session)
	switch v := pg.modals.topmost(session.user); {
	case v == nil && session.view != 0:
		session.view, session.viewID, n.NoView = 0, "", true
	case v != nil && (v.rev != session.view || v.id != session.viewID):
		session.view, session.viewID, n.View = v.rev, v.id, pg.pageView(v)
	}
	if something || n.NoView || n.View != nil || len(n.Messages)+len(n.Removed)+len(n.Calls)+len(n.Envelopes) > 0 {
		return n
	}
	return nil
}

func (pg *page) pageWorkspace(session *pageSession) *pageWorkspace {
	w := &pageWorkspace{
		Boot: pg.runID, Name: pg.cfg.TeamName, User: session.user,
		Bot:      pageUser{ID: pg.cfg.BotUser.ID, Name: pg.cfg.BotUser.Name},
		Commands: pg.cfg.Commands,
		APIURL:   session.apiURL, BotToken: pg.cfg.BotToken, AppToken: pg.cfg.AppToken,
	}
	for _, u := range pg.cfg.Users {
		w.Users = append(w.Users, pageUser{u.ID, u.Name, u.Admin})
	}
	for _, c := range pg.cfg.Shortcuts {
		w.Shortcuts = append(w.Shortcuts, pageShortcut{c.CallbackID, c.Name})
	}
	return w
}

func (pg *page) pageChannels(user string) []pageChannel {
	var list []pageChannel
	for _, id := range pg.conversationIDs {
		if r := pg.conversations[id]; r.hasMember(user) {
			list = append(list, pageChannel{r.ID, r.Name, r.Private, r.isDirect(), r.Archived, r.Bot})
		}
	}
	return list
}

// addMessages adds the messages that are new, changed or removed.
func (pg *page) addMessages(session *pageSession, n *pageUpdate) {
	now := make(map[pageKey]int64, len(session.messages))
	for _, c := range session.channels {
		left := pageMessages
		from := len(n.Messages)
		for _, m := range slices.Backward(pg.conversations[c.ID].messages) {
			if !m.visible(session.user) {
				continue
			}
			if left--; left < 0 {
				break
			}
			key := pageKey{m.Channel, m.TS}
			now[key] = m.rev
			if session.messages[key] != m.rev {
				n.Messages = append(n.Messages, pg.pageMessage(m, session.user))
			}
		}
		slices.Reverse(n.Messages[from:])
	}
	for key := range session.messages {
		if _, there := now[key]; !there {
			n.Removed = append(n.Removed, key)
		}
	}
	session.messages = now
}

func (pg *page) pageMessage(m *Message, viewer string) pageMessage {
	p := pageMessage{
		pageKey: pageKey{m.Channel, m.TS}, Thread: m.ThreadTS, User: m.User, App: m.App, Text: m.Text, Blocks: m.Blocks, Attachments: m.Attachments,
		Only: m.OnlyFor != "", Edited: m.Edited, Broadcast: m.Broadcast, Deleted: m.Deleted,
		Reactions: slices.Clone(m.Reactions), Trouble: m.Trouble[viewer], Via: m.Via, Revision: m.rev,
	}
	for _, f := range m.Files {
		p.Files = append(p.Files, pageFile{f.ID, f.Name, f.Title, f.Snippet, f.Size, f.Deleted})
	}
	return p
}

func (pg *page) pageView(v *view) *pageView {
	shown := v.snapshot(len(pg.modals.views[v.user]))
	return &pageView{
		ID: shown.ID, Title: shown.Title, Submit: shown.Submit, Close: shown.Close, Blocks: shown.Blocks,
		Values: shown.Values, Errors: shown.Errors, Trouble: shown.Trouble, Depth: shown.Depth,
		Hash: shown.Hash, Revision: v.rev,
	}
}
