package logsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"logbot/logsapi/pace"
	"logbot/logsapi/wire"
)

// StepFile is the log file of one step (GET /v4/{record_id}/task-log, and GET
// /v1/log/{record_id}/task-log, which replaces it).
type StepFile struct {
	RecordID string // record_id, 36 characters
	Step     int    // position of the step in the build, from 1: task_name=stageN
	Debug    bool   // log_level DEBUG instead of INFO
}

func (f StepFile) check() error {
	switch {
	case !IsRecordID(f.RecordID):
		return badRecord(f.RecordID)
	case f.Step < 1:
		return fmt.Errorf("step %d: steps are counted from 1", f.Step)
	}
	return nil
}

// files opens the log files of steps and builds.
type files struct {
	wire         *wire.Requester
	waits        waits
	steps, whole routes
}

func newFiles(r *wire.Requester) *files {
	return &files{
		wire: r,
		// v4 is documented as out of date; where it is published it is what has been
		// seen to work.
		steps: routes{paths: []string{"/v4/%s/task-log", "/v1/log/%s/task-log"}},
		whole: routes{paths: []string{"/v4/%s/download-log", "/v1/log/%s/download-log"}},
	}
}

// OpenStepFile opens the log file of one step. ctx holds for reading it too.
// Compressed files (gzip, ZIP) come out as plain text; the entries of a ZIP
// follow each other. An answer that is an error or a web page in place of a
// file is an error. A file that breaks off or stalls is continued where the
// service can do that. One that is refused for the moment is waited for, five seconds in
// all for the files of a record. If it refuses a file of level DEBUG, that of level INFO is
// opened; Download.Debug says which it is.
func (f *files) OpenStepFile(ctx context.Context, file StepFile) (*Download, error) {
	if err := file.check(); err != nil {
		return nil, wire.Invalid("open step file", err)
	}
	op := fmt.Sprintf("open file of step %d of record %s", file.Step, file.RecordID)
	query := func(level string) url.Values {
		return url.Values{"task_name": {fmt.Sprintf("stage%d", file.Step)}, "log_level": {level}}
	}
	open := func(level string) (d *Download, err error) {
		_, err = f.waits.whenReady(ctx, f.wire, op, file.RecordID, false, func() error {
			d, err = f.open(ctx, op, &f.steps, file.RecordID, query(level))
			return err
		})
		return d, err
	}
	if !file.Debug {
		return open("INFO")
	}
	d, err := open("DEBUG")
	if err == nil {
		d.Debug = true
		return d, nil
	}
	if !errors.Is(err, ErrRefused) && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForbidden) {
		return nil, err
	}
	if d, other := open("INFO"); other == nil {
		return d, nil
	}
	return nil, err
}

// OpenBuildFile opens the log file of a whole build (GET
// /v4/{record_id}/download-log, and GET /v1/log/{record_id}/download-log, which
// replaces it), as OpenStepFile does that of a step. It is not documented that its
// lines are those of the build's pages: a caller compares. A host that does not
// publish it is not asked again for ten minutes; the error is of kind ErrNotPublished.
// A ZIP is an error of kind ErrProtocol: the log may be in it twice, whole and in
// parts.
func (f *files) OpenBuildFile(ctx context.Context, recordID string) (*Download, error) {
	if !IsRecordID(recordID) {
		return nil, wire.Invalid("open build file", badRecord(recordID))
	}
	op := "open file of record " + recordID
	if err := f.whole.unpublished(f.wire.Now()); err != nil {
		return nil, err
	}
	d, err := f.open(ctx, op, &f.whole, recordID, url.Values{"log_level": {"INFO"}})
	if err == nil && d.packed {
		d.Close()
		return nil, &Error{Op: op, Kind: ErrProtocol, Summary: "the log of the build comes as a ZIP file"}
	}
	return d, err
}

// open opens a file at the first route that the host publishes.
func (f *files) open(ctx context.Context, op string, at *routes, recordID string, query url.Values) (d *Download, err error) {
	for i, path := range at.inOrder() {
		d, err = f.openAt(ctx, wire.Request{Op: op, Path: fmt.Sprintf(path, recordID), Query: query})
		if !errors.Is(err, ErrNotPublished) {
			if i > 0 && err == nil {
				at.prefer(path)
			}
			return d, err
		}
	}
	at.miss(f.wire.Now(), err)
	return nil, err
}

func (f *files) openAt(ctx context.Context, q wire.Request) (d *Download, err error) {
	once := func(header http.Header) (*wire.Answer, error) {
		header.Set("Accept-Encoding", "gzip") // asked for by us, it is undone by us: only then offsets are those of the wire
		q := q
		q.Header = header
		return f.wire.Open(ctx, q)
	}
	again := func(header http.Header) (a *wire.Answer, err error) {
		if err := f.wire.Pause(ctx, q.Op, pace.Jitter(resumePause)); err != nil {
			return nil, err
		}
		err = f.wire.Retry(ctx, q.Op, func() error {
			a, err = once(header)
			return err
		})
		return a, err
	}
	err = f.wire.Retry(ctx, q.Op, func() error {
		a, err := once(http.Header{})
		if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusGatewayTimeout {
			return e.Lasting() // a file that is too large to collect is so the next time
		}
		if err != nil {
			return err
		}
		d, err = newDownload(ctx, q.Op, a, again)
		if err != nil {
			a.Body.Close()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}
