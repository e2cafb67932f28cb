package commands

import (
	"context"
	"io"
	"strings"
	"unicode"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// wholeLog is a log as a file, which is read page by page.
func wholeLog(r read.Reader, in *command, name string, what read.Request) *reply.File {
	return reply.NewFile(name, r.Gate, func(ctx context.Context) (io.ReadCloser, error) {
		what.Meter, what.Whole = &read.Meter{Report: in.request.Progress}, true
		return &fileBody{ReadCloser: r.Open(ctx, what), lang: in.request.Lang}, nil
	})
}

// stepFile is the file of a step.
func stepFile(r read.Reader, in *command, name string, file logsapi.StepFile) *reply.File {
	return reply.NewFile(name, r.Gate, func(ctx context.Context) (io.ReadCloser, error) {
		download, err := r.Logs.OpenStepFile(ctx, file)
		if err != nil {
			return nil, typed.ProblemOf(err).In(in.request.Lang)
		}
		meter := &read.Meter{Progress: read.Progress{About: max(0, download.Size)}, Report: in.request.Progress}
		return &fileBody{ReadCloser: download, meter: meter, lang: in.request.Lang}, nil
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

// fileBody is the raw content of a file. Its errors are sentences for the user, in
// lang.
type fileBody struct {
	io.ReadCloser
	meter      *read.Meter // nil if the content counts itself
	unreported int         // bytes read since the last progress report
	lang       texts.Lang
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
		err = typed.ProblemOf(err).In(b.lang)
	}
	return n, err
}
