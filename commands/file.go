package commands

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// wholeLog is a log as a file: that of the service, or read page by page.
func wholeLog(r read.Reader, in *command, name string, what read.Request) *reply.File {
	return reply.NewFile(name, r.Gate, func(ctx context.Context) (io.ReadCloser, error) {
		return pagesAsFile(ctx, r, in, name, what), nil
	})
}

func pagesAsFile(ctx context.Context, r read.Reader, in *command, name string, what read.Request) *fileBody {
	what.Meter, what.Whole = &read.Meter{Report: in.request.Progress}, true
	return &fileBody{ReadCloser: r.Open(ctx, what), ctx: ctx, name: name, lang: in.request.Lang}
}

// stepFile is the file of a step. If the service cannot send it, it is read page by page
// from logs, if there are any. plain is its name if it has no debug lines.
func stepFile(r read.Reader, in *command, name, plain string, file logsapi.StepFile, logs []logsapi.Log) *reply.File {
	sent := reply.NewFile(name, r.Gate, func(ctx context.Context) (io.ReadCloser, error) {
		download, err := r.Logs.OpenStepFile(ctx, file)
		var body *fileBody
		switch {
		case err == nil:
			meter := &read.Meter{Progress: read.Progress{About: max(0, download.Size)}, Report: in.request.Progress}
			body = &fileBody{ReadCloser: download, ctx: ctx, name: name, meter: meter, lang: in.request.Lang}
		case len(logs) > 0 && errors.Is(err, logsapi.ErrUnavailable):
			body = pagesAsFile(ctx, r, in, name, read.Request{Logs: logs, Finished: true})
		default:
			return nil, typed.ProblemOf(err).In(in.request.Lang)
		}
		if file.Debug && (download == nil || !download.Debug) {
			body.name = plain
			body.notes = append(body.notes, in.say(texts.NoDebugLines))
		}
		return body, nil
	})
	sent.OfStep = true
	return sent
}

// fileName joins the parts to a name that every system accepts: letters and
// digits of any script, dots and underscores stay, all else becomes a hyphen. It has at
// most 255 bytes, also with what is added to say that it is incomplete or packed.
func fileName(parts ...string) string {
	short := make([]string, len(parts))
	for i, part := range parts {
		short[i] = lines.Head(part, maxNamePart)
	}
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, strings.Join(short, "-"))
	return strings.Trim(safe, "-.") + logSuffix
}

const (
	logSuffix = ".log"
	// maxNamePart is how many bytes of a task's or step's name a file's name has.
	maxNamePart = 80
)

// fileBody is the raw content of a file. Its errors are sentences for the user, in
// lang. If it breaks off when some has been read, it ends there, with a note and
// another name.
type fileBody struct {
	io.ReadCloser
	ctx        context.Context
	name       string
	notes      []string
	meter      *read.Meter // nil if the content counts itself
	some       bool        // of it was read
	cut        error       // why it broke off; nil if it did not
	unreported int         // bytes read since the last progress report
	lang       texts.Lang
}

// reportEvery is how many bytes of a file are read between progress reports.
const reportEvery = 1 << 20

func (b *fileBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.some = b.some || n > 0
	if b.unreported += n; b.meter != nil && (b.unreported >= reportEvery || err != nil) {
		b.meter.Add(b.unreported)
		b.unreported = 0
	}
	switch {
	case err == nil || err == io.EOF:
	case b.some && b.ctx.Err() == nil && !errors.Is(err, logsapi.ErrForbidden):
		b.name = strings.TrimSuffix(b.name, logSuffix) + "-incomplete" + logSuffix
		b.notes = append(b.notes, texts.FileCut.With(typed.Briefly(err)).In(b.lang))
		b.cut, b.some, err = err, false, io.EOF // once
	default:
		err = typed.ProblemOf(err).In(b.lang)
	}
	return n, err
}

// Delivered says at the end what was read.
func (b *fileBody) Delivered() reply.Delivery {
	return reply.Delivery{Name: b.name, Note: strings.Join(b.notes, " · "), Incomplete: b.cut != nil, Failure: failureOf(b.cut)}
}
