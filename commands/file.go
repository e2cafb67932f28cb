package commands

import (
	"context"
	"io"
	"strings"
	"unicode"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// files are logs as attachments, which are masked while they are read.
type files struct{ reader read.Reader }

// file opens a log. Its errors are sentences in the language of the request.
func (f files) file(in *command, name string, open func(context.Context, *read.Meter) (io.ReadCloser, error)) *reply.File {
	says := func(err error) error { return typed.ProblemOf(err).In(in.request.Lang) }
	return reply.NewFile(name, f.reader.Gate, func(ctx context.Context) (io.ReadCloser, error) {
		m := &read.Meter{Report: in.request.Progress}
		raw, err := open(ctx, m)
		if err != nil {
			return nil, says(err)
		}
		body := &fileBody{ReadCloser: raw, says: says}
		if download, ok := raw.(*logsapi.Download); ok {
			m.About = max(0, download.Size)
			body.meter = m
		}
		return body, nil
	})
}

// whole is a log read page by page.
func (f files) whole(in *command, name string, what read.Request) *reply.File {
	return f.file(in, name, func(ctx context.Context, m *read.Meter) (io.ReadCloser, error) {
		what.Meter, what.Whole = m, true
		return f.reader.Open(ctx, what), nil
	})
}

// step is the file of a step.
func (f files) step(in *command, name string, file logsapi.StepFile) *reply.File {
	return f.file(in, name, func(ctx context.Context, _ *read.Meter) (io.ReadCloser, error) {
		return f.reader.Logs.OpenStepFile(ctx, file)
	})
}

// fileName joins the parts to a name that every system accepts: letters and
// digits of any script, dots and underscores stay, all else becomes a hyphen.
func fileName(parts ...string) string {
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, strings.Join(parts, "-"))
	return strings.Trim(safe, "-.") + ".log"
}

// fileBody is the raw content of a file. Its errors are sentences for the user.
type fileBody struct {
	io.ReadCloser
	meter      *read.Meter // nil if the content counts itself
	unreported int         // bytes read since the last progress report
	says       func(error) error
}

// reportEvery is how many bytes of a file are read between progress reports.
const reportEvery = 1 << 20

func (b *fileBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.unreported += n; b.meter != nil && (b.unreported >= reportEvery || err != nil) {
		b.meter.Add(b.unreported)
		b.unreported = 0
	}
	if err != nil && err != io.EOF {
		err = b.says(err)
	}
	return n, err
}
