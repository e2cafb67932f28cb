package slacksim

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// pagePreview is the number of bytes of a file that the page shows before it is
// downloaded.
const pagePreview = 32 << 10 // ours

// findFile returns a file that can be downloaded, or answers why there is none.
func (pg *page) findFile(w http.ResponseWriter, r *http.Request) *upload {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	u := pg.files.uploads[r.PathValue("id")]
	switch {
	case u == nil || !u.completed:
		pageError(w, http.StatusNotFound, "There is no file "+quoted(r.PathValue("id"))+".")
	case u.deleted:
		pageError(w, http.StatusGone, "This file was deleted.")
	case pg.closed:
		pageError(w, http.StatusServiceUnavailable, "The workspace is closed.")
	default:
		return u
	}
	return nil
}

// servePageFile sends the bytes of a file as a download that browsers do not show.
func (pg *page) servePageFile(w http.ResponseWriter, r *http.Request) {
	u := pg.findFile(w, r)
	if u == nil {
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": u.name}))
	http.ServeContent(w, r, "", time.Time{}, u.content.reader())
}

// servePageText sends the beginning of a file as text inside JSON. It replaces
// bytes that are not UTF-8.
func (pg *page) servePageText(w http.ResponseWriter, r *http.Request) {
	u := pg.findFile(w, r)
	if u == nil {
		return
	}
	head, err := io.ReadAll(io.LimitReader(u.content.reader(), pagePreview))
	if err != nil {
		pageError(w, http.StatusInternalServerError, "The file cannot be read: "+err.Error()+".")
		return
	}
	text := string(head)
	if end := strings.LastIndexByte(text, '\n'); u.content.size > pagePreview && end > 0 {
		text = text[:end+1] // whole lines, so that no character is cut
	}
	writePageJSON(w, http.StatusOK, map[string]any{
		"text": strings.ToValidUTF8(text, "\uFFFD"), "cut": u.content.size > pagePreview,
	})
}
