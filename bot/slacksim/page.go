package slacksim

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"

	"logbot/bot/slacksim/mrkdwn"
	"logbot/bot/slacksim/plaintext"
)

// pageFiles are the page as the browser gets it; nothing builds them.
//
//go:embed page
var pageFiles embed.FS

// page serves the web page on which a person takes part in the workspace.
type page struct {
	*channels
	runID      string // tells one run of the workspace from the next
	people     *people
	deliveries *deliveries
	sockets    *sockets
	modals     *modals
	files      *files
	traffic    *traffic
}

// pagePolicy is the Content-Security-Policy: the page can load its own files only,
// has no inline script or style, cannot be framed, and cannot turn text into
// markup.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// routePage registers the document, its files, the stream of updates and the
// actions.
func (pg *page) routePage(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", pg.serveDocument)
	mux.HandleFunc("GET /archives/{channel}/{message}", pg.serveDocument) // from chat.getPermalink
	mux.HandleFunc("GET /page/assets/{name}", onlyFromPage(servePageAsset))
	mux.HandleFunc("GET /page/stream", onlyFromPage(pg.servePageStream))
	mux.HandleFunc("GET /page/calls/{number}", onlyFromPage(pg.servePageCall))
	mux.HandleFunc("GET /page/envelopes/{id}", onlyFromPage(pg.servePageEnvelope))
	mux.HandleFunc("GET /page/files/{id}", onlyFromPage(pg.servePageFile))
	mux.HandleFunc("GET /page/files/{id}/text", onlyFromPage(pg.servePageText))
	mux.HandleFunc("POST /page/do/{action}", onlyFromPage(pg.servePageAction))
}

// serveDocument sends the document. Any site may link to it, but only under an
// address of this machine.
func (pg *page) serveDocument(w http.ResponseWriter, r *http.Request) {
	pageHeaders(w)
	if !literalHost(r.Host) {
		http.Error(w, wrongHost(r), http.StatusForbidden)
		return
	}
	serveAsset(w, r, "index.html")
}

func servePageAsset(w http.ResponseWriter, r *http.Request) {
	serveAsset(w, r, r.PathValue("name"))
}

func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	content, err := fs.ReadFile(pageFiles, "page/"+path.Base(name))
	if err != nil {
		pageError(w, http.StatusNotFound, "The page has no file "+quoted(name)+".")
		return
	}
	w.Header().Set("Content-Type", assetType(name))
	_, _ = w.Write(content) // fails only if the browser has closed the connection
}

// assetType does not use the MIME table of the system, which may differ.
func assetType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "text/html; charset=utf-8"
}

// onlyFromPage refuses requests that do not come from the page: cross-site requests
// of other pages in the same browser, and pages whose host name was made to resolve
// to this machine (DNS rebinding).
func onlyFromPage(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		pageHeaders(w)
		if why := rejectReason(r); why != "" {
			pageError(w, http.StatusForbidden, why)
			return
		}
		serve(w, r)
	}
}

func pageHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// rejectReason returns why a request does not come from the page, or "". Browsers
// send Origin with every POST, and Sec-Fetch-Site with every request to a local
// address.
func rejectReason(r *http.Request) string {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	from, err := url.Parse(origin)
	switch {
	case !literalHost(r.Host):
		return wrongHost(r)
	case site != "" && site != "same-origin":
		return "Another web page (Sec-Fetch-Site: " + mrkdwn.Truncate(site, maxQuoted) + ") may not use this workspace. Open the page itself."
	case origin != "" && (err != nil || !strings.EqualFold(from.Host, r.Host)):
		return "Another web page (" + mrkdwn.Truncate(origin, maxQuoted) + ") may not use this workspace. Open the page itself."
	case origin == "" && r.Method == http.MethodPost:
		return "Only the page may do this; the request says no Origin. A test uses the methods of slacksim.Server."
	case r.Method == http.MethodPost && !isJSON(r):
		return "The page sends JSON: Content-Type must be application/json."
	}
	return ""
}

// literalHost reports whether the Host header is an IP address or localhost, which
// nobody else can point at this machine.
func literalHost(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	_, err := netip.ParseAddr(name)
	return err == nil || name == "localhost" || strings.HasSuffix(name, ".localhost")
}

func wrongHost(r *http.Request) string {
	return "The page is not served under the name " + quoted(r.Host) + ". Open it by address, such as http://127.0.0.1:PORT/, or as localhost."
}

// pageError answers with a sentence that the page shows.
func pageError(w http.ResponseWriter, status int, sentence string) {
	writePageJSON(w, status, map[string]string{"error": sentence})
}

func writePageJSON(w http.ResponseWriter, status int, v any) {
	content, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(content) // fails only if the browser has closed the connection
}

// pageSentence returns an error as a sentence for the page, without the name of the
// package.
func pageSentence(err error) string {
	text := strings.TrimPrefix(err.Error(), "slacksim: ")
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		text = strings.TrimPrefix(inner.Error(), "slacksim: ") // the innermost error says what was wrong
	}
	if text == "" {
		return "Something went wrong."
	}
	first := []rune(text)[0]
	return strings.ToUpper(string(first)) + strings.TrimSuffix(text[len(string(first)):], ".") + "."
}

func quoted(s string) string { return `"` + plaintext.Printable(mrkdwn.Truncate(s, maxQuoted)) + `"` }
