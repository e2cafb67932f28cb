package slacksim

import (
	"cmp"
	"mime"
	"net/http"
	"path"
	"slices"
	"time"
)

// filesInfo implements files.info. Slack knows the shares of a file only some time
// after its upload.
func (fi *files) filesInfo(c *apiCall) (map[string]any, *refusal) {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	u, refused := fi.findFile(c.args["file"])
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"file": fi.fileJSON(u, c.baseURL), "comments": []any{}}, nil
}

// findFile returns a completed upload that was not deleted; mu is held.
func (fi *files) findFile(id string) (*upload, *refusal) {
	switch u := fi.uploads[id]; {
	case id == "":
		return nil, missingArgument("file")
	case u == nil || !u.completed:
		return nil, refuse("file_not_found")
	case u.deleted:
		return nil, refuse("file_deleted")
	default:
		return u, nil
	}
}

// fileJSON is a file as files.info returns it.
func (fi *files) fileJSON(u *upload, base string) map[string]any {
	address := base + "/files-pri/" + fi.cfg.TeamID + "-" + u.id + "/" + u.name
	mode := "hosted"
	if u.snippetType != "" {
		mode = "snippet"
	}
	v := map[string]any{
		"id": u.id, "name": u.name, "title": u.title, "size": u.content.size, "mode": mode, "user": fi.cfg.BotUser.ID,
		"created": u.completedAt.Unix(), "timestamp": u.completedAt.Unix(), "is_external": false, "mimetype": "", "filetype": "",
		"url_private": address, "url_private_download": address, "shares": map[string]any{},
		"channels": []string{}, "groups": []string{}, "ims": []string{},
	}
	if fi.cfg.Clock.Now().Before(u.indexedAt) {
		return v
	}
	v["mimetype"] = cmp.Or(mime.TypeByExtension(path.Ext(u.name)), "text/plain")
	v["filetype"] = cmp.Or(u.snippetType, "text")
	public, private := map[string]any{}, map[string]any{}
	for _, id := range u.channels {
		r := fi.conversations[id]
		share := map[string]any{"ts": u.shares[id], "channel_name": r.Name, "team_id": fi.cfg.TeamID}
		if u.threadTS != "" {
			share["thread_ts"] = u.threadTS
		}
		kind, into := "channels", public
		switch {
		case r.isDirect():
			kind, into = "ims", private
		case r.Private:
			kind, into = "groups", private
		}
		v[kind] = append(v[kind].([]string), id)
		into[id] = []any{share}
	}
	shares := map[string]any{}
	if len(public) > 0 {
		shares["public"] = public
	}
	if len(private) > 0 {
		shares["private"] = private
	}
	v["shares"] = shares
	return v
}

// filesDelete implements files.delete. Messages keep a mark of the deleted file;
// its bytes stay for Search.
func (fi *files) filesDelete(c *apiCall) (map[string]any, *refusal) {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	u, refused := fi.findFile(c.args["file"])
	if refused != nil {
		return nil, refused
	}
	u.deleted = true
	for _, id := range u.channels {
		for _, m := range fi.conversations[id].messages {
			if slices.ContainsFunc(m.Files, func(f File) bool { return f.ID == u.id }) {
				fi.edit(m, func(m *Message) {
					for i := range m.Files {
						m.Files[i].Deleted = m.Files[i].Deleted || m.Files[i].ID == u.id
					}
				})
			}
		}
	}
	fi.touch()
	return map[string]any{}, nil
}

// serveFile sends the bytes of a file to the app; this needs the bot token and the
// scope files:read.
func (fi *files) serveFile(w http.ResponseWriter, r *http.Request) {
	record := Call{At: fi.cfg.Clock.Now(), Method: "download", Status: http.StatusOK, Args: map[string]string{"file": r.PathValue("file")}}
	defer func() { fi.traffic.record(record) }()
	id := r.PathValue("file")[min(len(fi.cfg.TeamID)+1, len(r.PathValue("file"))):]
	fi.mu.Lock()
	u, refused := fi.findFile(id)
	allowed := r.Header.Get("Authorization") == "Bearer "+fi.cfg.BotToken && fi.scoped("files:read")
	fi.mu.Unlock()
	switch {
	case !allowed:
		record.Status, record.Error = http.StatusForbidden, "not_allowed"
		http.Error(w, record.Error, record.Status)
	case refused != nil:
		record.Status, record.Error = http.StatusNotFound, refused.code
		http.Error(w, record.Error, record.Status)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, u.content.reader())
	}
}
