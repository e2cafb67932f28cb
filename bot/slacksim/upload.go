package slacksim

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"logbot/bot/slacksim/blockkit"
)

// upload is a file in one of three states: declared, received, completed.
type upload struct {
	id, secret             string
	name                   string
	title                  string
	snippetType            string
	length                 int64 // declared
	declaredAt             time.Time
	receiving              bool
	content                *fileContent // nil until received
	completed              bool
	channels               []string
	shares                 map[string]string // ts of the message, by channel
	threadTS               string
	completedAt, indexedAt time.Time // indexedAt: from when files.info knows the shares
	deleted                bool
}

func (u *upload) file() File {
	return File{
		ID: u.id, Name: u.name, Title: u.title, Snippet: u.snippetType,
		Size: u.content.size, SHA256: u.content.sum, Channels: slices.Clone(u.channels), ThreadTS: u.threadTS, Deleted: u.deleted,
	}
}

// getUploadURL is step 1, files.getUploadURLExternal: it declares name and length.
// A length of 0 counts as missing.
func (fi *files) getUploadURL(c *apiCall) (map[string]any, *refusal) {
	length, err := strconv.ParseInt(c.args["length"], 10, 64)
	switch {
	case c.args["filename"] == "":
		return nil, missingArgument("filename")
	case c.args["length"] == "":
		return nil, missingArgument("length")
	case err != nil || length < 0:
		return nil, refuse("invalid_arguments", blockkit.At("/length", "must be a positive integer"))
	case length == 0:
		return nil, refuse("missing_argument")
	case length > maxFile:
		return nil, refuse("file_upload_size_restricted")
	case c.args["snippet_type"] != "" && !slices.Contains(snippetTypes, c.args["snippet_type"]):
		return nil, refuse("unknown_snippet_type")
	case c.args["snippet_type"] != "" && length > maxSnippet:
		return nil, refuse("snippet_too_large")
	case utf8.RuneCountInString(c.args["alt_txt"]) > maxAltFile:
		return nil, refuse("alt_txt_too_large")
	}
	u := &upload{
		id: newID("F"), secret: newSecret(), length: length, declaredAt: fi.cfg.Clock.Now(),
		name: c.args["filename"], snippetType: c.args["snippet_type"],
	}
	fi.mu.Lock()
	defer fi.mu.Unlock()
	fi.discardExpired()
	if len(fi.uploads) >= maxFiles || fi.declaredBytes+length > maxStorage {
		return nil, refuse("storage_limit_reached")
	}
	fi.uploads[u.id] = u
	fi.fileIDs = append(fi.fileIDs, u.id)
	fi.declaredBytes += length
	return map[string]any{"file_id": u.id, "upload_url": c.baseURL + "/upload/v1/" + u.id + "/" + u.secret}, nil
}

// discardExpired drops uploads that were not completed in time; mu is held.
func (fi *files) discardExpired() {
	until := fi.cfg.Clock.Now().Add(-uploadLife)
	fi.fileIDs = slices.DeleteFunc(fi.fileIDs, func(id string) bool {
		u := fi.uploads[id]
		if u.completed || u.receiving || u.declaredAt.After(until) {
			return false
		}
		if u.content != nil && u.content.file == nil {
			fi.memoryBytes -= u.length // as reserved
		}
		_ = u.content.close() // closing a file that was only read cannot lose data
		fi.declaredBytes -= u.length
		delete(fi.uploads, id)
		return true
	})
}

// serveUpload is step 2: it receives the bytes, raw or as the file of a multipart
// form.
func (fi *files) serveUpload(w http.ResponseWriter, r *http.Request) {
	record := Call{At: fi.cfg.Clock.Now(), Method: viaUpload, Args: map[string]string{"file": r.PathValue("id")}}
	refused, reset := fi.faults.beforeCall(viaUpload, "", r.Context().Done())
	if refused != nil {
		if !refused.hangUp { // else a client that still writes sees a broken connection
			_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxFile))
		}
		fi.traffic.reply(w, record, nil, refused)
		return
	}
	n, status, err := fi.receive(r)
	record.Bytes, record.Status = n, status
	if err != nil {
		record.Error = err.Error()
	}
	if errors.Is(err, errBroken) || (err == nil && reset) {
		fi.traffic.reply(w, record, nil, &refusal{code: cmp.Or(record.Error, resetAfterCall().code), hangUp: true})
		return
	}
	fi.traffic.record(record)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if err != nil {
		_, _ = fmt.Fprintf(w, "error - %v\n", err)
		return
	}
	_, _ = fmt.Fprintf(w, "OK - %d", n)
}

func (fi *files) receive(r *http.Request) (n int64, status int, err error) {
	u, memory := fi.reserve(r.PathValue("id"), r.PathValue("secret"))
	if u == nil {
		return 0, http.StatusNotFound, errors.New("no such upload, or its bytes have come already")
	}
	defer func() { fi.release(u, memory) }()
	limit := u.length
	if fi.cfg.LooseLength {
		limit = maxFile
	}
	body, err := fileBody(r)
	if err != nil {
		return 0, http.StatusBadRequest, err
	}
	if fi.faults.fires(faultUploadSlow) {
		body = &slowReader{Reader: body, ws: fi.workspace, canceled: r.Context().Done()}
	}
	if fi.faults.fires(faultUploadBroken) {
		body = &brokenReader{Reader: body, left: u.length / 2}
	}
	got, err := spool(body, limit, memory)
	switch {
	case errors.Is(err, errTooLong):
		// Read on: a client that still writes would see a broken connection instead
		// of the answer.
		more, _ := io.CopyN(io.Discard, body, maxExcess)
		return limit + 1 + more, http.StatusBadRequest, fmt.Errorf("declared %d bytes, received more", u.length)
	case err != nil:
		return 0, http.StatusBadRequest, fmt.Errorf("read body: %w", err)
	case !fi.cfg.LooseLength && got.size != u.length:
		return got.size, http.StatusBadRequest,
			errors.Join(fmt.Errorf("declared %d bytes, received %d", u.length, got.size), got.close())
	}
	fi.mu.Lock()
	defer fi.mu.Unlock()
	if fi.closed {
		return got.size, http.StatusServiceUnavailable, errors.Join(errors.New("closed"), got.close())
	}
	u.content = got
	fi.touch()
	return got.size, http.StatusOK, nil
}

// reserve marks the upload as receiving and reserves memory for its bytes.
func (fi *files) reserve(id, secret string) (*upload, int64) {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	fi.discardExpired()
	u := fi.uploads[id]
	if u == nil || u.secret != secret || u.receiving || u.content != nil {
		return nil, 0
	}
	u.receiving = true
	memory := min(u.length, spoolAbove, maxFilesMemory-fi.memoryBytes)
	if u.length > memory {
		memory = 0
	}
	fi.memoryBytes += memory
	return u, memory
}

// release returns the reserved memory that the content does not use.
func (fi *files) release(u *upload, memory int64) {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	u.receiving = false
	if u.content == nil || u.content.file != nil {
		fi.memoryBytes -= memory
	}
}

// fileBody returns the bytes of the file: the body itself, or the first part with a
// file name of a multipart form, whatever the name of its field.
func fileBody(r *http.Request) (io.Reader, error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return r.Body, nil
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, fmt.Errorf("no file in the form: %w", err)
		}
		if part.FileName() != "" {
			return part, nil
		}
	}
}

// completeUpload is step 3, files.completeUploadExternal. It works once per file.
// With channels it posts the files there, which needs membership.
func (fi *files) completeUpload(c *apiCall) (map[string]any, *refusal) {
	if c.args["files"] == "" {
		return nil, missingArgument("files")
	}
	var list []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(c.args["files"]), &list); err != nil || len(list) == 0 {
		return nil, refuse("invalid_arguments", blockkit.At("/files", "must be an array of objects with an id"))
	}
	slow, lost := fi.faults.fires(faultFileSlow), fi.faults.fires(faultFileLost)
	fi.mu.Lock()
	defer fi.mu.Unlock()
	fi.discardExpired()
	targets, refused := fi.shareTargets(c.args)
	if refused != nil {
		return nil, refused
	}
	text := c.args["initial_comment"]
	var blocks json.RawMessage
	if text == "" { // a comment takes precedence over blocks
		if blocks, refused = fi.readBlocks(c.args["blocks"]); refused != nil {
			refused.code = "invalid_blocks" // the only such error of this method
			return nil, refused
		}
	}
	uploads := make([]*upload, 0, len(list))
	for _, f := range list {
		u := fi.uploads[f.ID]
		if u == nil || u.content == nil || u.completed || slices.Contains(uploads, u) {
			return nil, refuse("file_not_found")
		}
		uploads = append(uploads, u)
	}
	if refused := fi.rates.admitPosts(targets...); refused != nil {
		return nil, refused
	}
	if lost {
		targets = nil
	}
	now, known := fi.cfg.Clock.Now(), shareDelay
	if slow {
		known = slowShareDelay
	}
	answer, files := []map[string]any{}, []File{}
	for i, u := range uploads {
		u.completed, u.title, u.threadTS = true, cmp.Or(list[i].Title, u.name), c.args["thread_ts"]
		u.completedAt, u.indexedAt, u.shares = now, now.Add(known), map[string]string{}
		for _, r := range targets {
			u.channels = append(u.channels, r.ID)
		}
		files = append(files, u.file())
		// Slack processes a file later: the first answer has neither type nor
		// shares.
		answer = append(answer, map[string]any{
			"id": u.id, "title": u.title, "name": u.name, "size": u.content.size,
			"mimetype": "", "filetype": "", "shares": map[string]any{},
		})
	}
	for _, r := range targets {
		ts := fi.post(Message{
			Channel: r.ID, ThreadTS: c.args["thread_ts"], User: fi.cfg.BotUser.ID,
			Text: text, Blocks: blocks, Files: slices.Clone(files), Via: "files.completeUploadExternal",
		})
		for _, u := range uploads {
			u.shares[r.ID] = ts
		}
	}
	fi.touch()
	return map[string]any{"files": answer}, nil
}

// shareTargets returns the conversations in which the files are shared; none is
// allowed.
func (fi *files) shareTargets(args map[string]string) ([]*conversation, *refusal) {
	ids := strings.FieldsFunc(args["channels"], func(r rune) bool { return r == ',' })
	if args["channel_id"] != "" {
		ids = []string{args["channel_id"]}
	}
	switch {
	case len(ids) > maxShares:
		return nil, refuse("channels_limit_exceeded")
	case args["thread_ts"] != "" && len(ids) != 1:
		return nil, refuse("invalid_arguments", blockkit.At("/thread_ts", "needs exactly one channel"))
	}
	targets := make([]*conversation, 0, len(ids))
	for _, id := range ids {
		if !channelID.MatchString(id) {
			return nil, refuse("invalid_arguments", blockkit.At("/channel_id", "must match pattern: %s", channelID))
		}
		r, refused := fi.postable(id, true)
		if refused != nil && refused.code == "is_archived" {
			refused.code = "posting_to_channel_denied"
		}
		if refused != nil {
			return nil, refused
		}
		if r.checkThread(args["thread_ts"]) != nil {
			return nil, refuse("invalid_arguments", blockkit.At("/thread_ts", "no such message to reply to"))
		}
		targets = append(targets, r)
	}
	return targets, nil
}
