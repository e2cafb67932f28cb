package slacksim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// What the page is told. Ours, all of them.
const (
	pageMessages     = 500                   // of a channel; older ones are not shown
	pageCalls        = 200                   // of the record that a page begins with
	pageEnvelopes    = 200                   // whose fate the page follows
	pageMinInterval  = 80 * time.Millisecond // at most one piece of news in this time
	pageHeartbeat    = 20 * time.Second      // so that proxies between keep the stream open
	pageWriteTimeout = 10 * time.Second      // a browser that does not read is left
)

// pageUpdate is what changed since the last piece of news; the first one is
// marked by Workspace and holds everything.
type pageUpdate struct {
	Workspace   *pageWorkspace `json:"workspace,omitempty"`
	Channels    []pageChannel  `json:"channels,omitempty"` // all of them, when one changed
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
	User      string         `json:"user"` // whose eyes the news is for
	Bot       pageUser       `json:"bot"`
	Users     []pageUser     `json:"users"`
	Commands  []Command      `json:"commands"`
	Shortcuts []pageShortcut `json:"shortcuts"`
	// What an app needs to connect.
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

// pageChannel is a channel that the person is in.
type pageChannel struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Private  bool   `json:"private,omitempty"`
	Direct   bool   `json:"direct,omitempty"` // with the app
	Archived bool   `json:"archived,omitempty"`
	Bot      bool   `json:"bot,omitempty"`
}

// pageKey names a message.
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
	Only        bool            `json:"only,omitempty"` // nobody else sees it
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

// pageSession remembers what one page has been told.
type pageSession struct {
	user        string
	apiURL      string
	started     bool
	channels    []pageChannel
	connections int
	messages    map[pageKey]int64 // revisions
	view        int64             // revision; 0 for no modal
	viewID      string
	calls       int // number of the next call to tell of
	envelopes   map[string]pageEnvelope
}

// servePageStream tells one page what its person sees, as server-sent events,
// until the page or the workspace goes away. It sends when something changes
// and is quiet otherwise.
func (pg *page) servePageStream(w http.ResponseWriter, r *http.Request) {
	eye := &pageSession{user: r.URL.Query().Get("user"), apiURL: baseURL(r) + "/api/"}
	switch {
	case len(pg.cfg.Users) == 0:
		pageError(w, http.StatusNotFound, "Nobody is in this workspace.")
		return
	case eye.user == "":
		eye.user = pg.cfg.Users[0].ID
	case !pg.isUser(eye.user):
		pageError(w, http.StatusNotFound, "There is no user "+quoted(eye.user)+" in this workspace.")
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
		if news := pg.nextUpdate(eye); news != nil {
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

// writeServerSentEvent writes one event; false when the page is gone.
func writeServerSentEvent(w http.ResponseWriter, out *http.ResponseController, event string) bool {
	_ = out.SetWriteDeadline(time.Now().Add(pageWriteTimeout)) // not every server has one
	if _, err := fmt.Fprintf(w, "%s\n\n", event); err != nil {
		return false
	}
	return out.Flush() == nil
}

// nextUpdate compares what the person sees with what the page knows; nil when that is
// the same.
func (pg *page) nextUpdate(eye *pageSession) *pageUpdate {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	n := &pageUpdate{}
	something := false
	if !eye.started {
		n.Workspace, something = pg.pageWorkspace(eye), true
		eye.calls = max(0, pg.traffic.dropped+len(pg.traffic.calls)-pageCalls)
		eye.connections = -1
	}
	eye.started = true
	if channels := pg.pageChannels(eye.user); !slices.Equal(channels, eye.channels) {
		eye.channels, n.Channels, something = channels, channels, true
	}
	if c := pg.sockets.readyConnections(); c != eye.connections {
		eye.connections, n.Connections, something = c, &c, true
	}
	pg.addMessages(eye, n)
	n.Calls = pg.newCalls(eye)
	n.Envelopes = pg.newEnvelopes(eye)
	switch v := pg.modals.topmost(eye.user); {
	case v == nil && eye.view != 0:
		eye.view, eye.viewID, n.NoView = 0, "", true
	case v != nil && (v.rev != eye.view || v.id != eye.viewID):
		eye.view, eye.viewID, n.View = v.rev, v.id, pg.pageView(v)
	}
	if something || n.NoView || n.View != nil || len(n.Messages)+len(n.Removed)+len(n.Calls)+len(n.Envelopes) > 0 {
		return n
	}
	return nil
}

func (pg *page) pageWorkspace(eye *pageSession) *pageWorkspace {
	w := &pageWorkspace{
		Boot: pg.runID, Name: pg.cfg.TeamName, User: eye.user,
		Bot:      pageUser{ID: pg.cfg.BotUser.ID, Name: pg.cfg.BotUser.Name},
		Commands: pg.cfg.Commands,
		APIURL:   eye.apiURL, BotToken: pg.cfg.BotToken, AppToken: pg.cfg.AppToken,
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

// addMessages finds the messages that are new, changed or gone.
func (pg *page) addMessages(eye *pageSession, n *pageUpdate) {
	now := make(map[pageKey]int64, len(eye.messages))
	for _, c := range eye.channels {
		left := pageMessages
		from := len(n.Messages)
		for _, m := range slices.Backward(pg.conversations[c.ID].messages) {
			if !m.visible(eye.user) {
				continue
			}
			if left--; left < 0 {
				break
			}
			key := pageKey{m.Channel, m.TS}
			now[key] = m.rev
			if eye.messages[key] != m.rev {
				n.Messages = append(n.Messages, pg.pageMessage(m, eye.user))
			}
		}
		slices.Reverse(n.Messages[from:])
	}
	for key := range eye.messages {
		if _, there := now[key]; !there {
			n.Removed = append(n.Removed, key)
		}
	}
	eye.messages = now
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
