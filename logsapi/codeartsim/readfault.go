package codeartsim

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"logbot/logsapi/codeartsim/folder"
	"logbot/logsapi/codeartsim/logtext"
)

// Faults that come in the middle of a log, and those of its files.
const (
	FailsAfter   Fault = "fails-after"
	SignOnAfter  Fault = "sign-on-after"
	ExpiresAfter Fault = "expires-after"
	Purged       Fault = "purged"
	PageLines    Fault = "page-lines"
	LongLines    Fault = "long-lines"
	NoSize       Fault = "no-size"
	NoDebug      Fault = "no-debug"
	FileTimeout  Fault = "file-timeout"
	OtherFile    Fault = "other-file"
	StepLogEnds  Fault = "step-log-ends"
	StepPageNone Fault = "step-page-empty"
	OtherRecord  Fault = "other-record"
	Rerun        Fault = "rerun"
)

func readFaults() []Switch {
	return []Switch{
		{Fault: FailsAfter, Takes: takesCount, Default: "1", Does: "500 CB.00060101 for all requests after so many",
			hooks: hooks{answer: after(func(*exchange) error { return knownRefusal("CB.00060101") })}},
		{Fault: SignOnAfter, Takes: takesCount, Default: "1", Does: "the HTML page of a single sign-on for all requests after so many",
			hooks: hooks{answer: after(func(c *exchange) error { c.signOnPage(); return nil })}},
		{Fault: ExpiresAfter, Takes: takesCount, Default: "1", Does: "401 APIGW.0301, token expires, for all requests after so many",
			hooks: hooks{answer: after(func(*exchange) error {
				return gatewayRefusal(http.StatusUnauthorized, codeCredentials, "Incorrect IAM authentication information: token expires")
			})}},
		{Fault: Purged, Takes: takesBytes, Default: "100000", Does: "so many bytes of the head of a log are deleted; offsets count them",
			hooks: hooks{page: purge}},
		{Fault: PageLines, Takes: takesCount, Default: "200", Does: "a page has at most so many lines, whatever size is asked for",
			hooks: hooks{paging: func(s *setting, q url.Values, _ string) error {
				if asked, err := strconv.ParseInt(q.Get("size"), 10, 64); err != nil || asked == 0 || asked > s.amount {
					q.Set("size", strconv.FormatInt(s.amount, 10))
				}
				return nil
			}}},
		{Fault: LongLines, Takes: takesBytes, Default: "20000", Does: "every second line of a page is followed by so many bytes of text, which offsets do not count",
			hooks: hooks{page: lengthen}},
		{Fault: NoSize, Does: "400 CB.00060200 for a size other than 1000",
			hooks: hooks{paging: func(_ *setting, q url.Values, _ string) error {
				if size := q.Get("size"); size != "" && size != "1000" {
					return errors.New("size is fixed at 1000")
				}
				return nil
			}}},
		{Fault: NoDebug, Does: "a file of level DEBUG is refused: 400 CB.00060200",
			hooks: hooks{answer: func(c *exchange, _ *setting, _ endpoint) (bool, error) {
				if c.request.URL.Query().Get("log_level") == "DEBUG" {
					return true, refusal(http.StatusBadRequest, codeParameter, "log_level is invalid.")
				}
				return false, nil
			}}},
		{Fault: FileTimeout, Does: "504 for every file, with the page of a proxy",
			hooks: hooks{answer: func(c *exchange, _ *setting, e endpoint) (bool, error) {
				if !slices.Contains(fileEndpoints(), e.name) {
					return false, nil
				}
				c.errorPage(http.StatusGatewayTimeout)
				return true, nil
			}}},
		{Fault: OtherFile, Does: "the file of a build has two lines more than its pages, at its start"},
		{Fault: StepLogEnds, Does: "the log of a step is empty in task/step once its build has ended; task/page has it"},
		{Fault: StepPageNone, Does: "the log of a step is empty in task/page, also when its build has ended; task/step has it"},
		{Fault: OtherRecord, Takes: takesWord, Default: "build", Does: "record-info is that of another build, or with the value task or project of another one of these"},
		{Fault: Rerun, Does: "every build that has finished was run again under its number: it ended a minute later, and its log says so in each line",
			hooks: hooks{build: rerun}},
	}
}

// after is an answer to all requests behind the first of a setting, as many as it
// says.
func after(answer func(*exchange) error) func(*exchange, *setting, endpoint) (bool, error) {
	return func(c *exchange, s *setting, e endpoint) (bool, error) {
		if s.count.Load() <= uint64(s.amount) {
			return false, nil
		}
		return true, answer(c)
	}
}

// purge cuts what is deleted off a page. Reading on from there brings nothing.
func purge(s *setting, t *logtext.Text, _ pageRequest, p *page) {
	gone := min(s.amount, t.Size)
	switch {
	case p.end <= gone:
		p.start, p.end, p.log = gone, gone, nil
	case p.start < gone:
		p.log = p.log[min(int64(len(p.log)), gone-p.start):]
		p.start = gone
	}
}

func lengthen(s *setting, _ *logtext.Text, _ pageRequest, p *page) {
	var b bytes.Buffer
	n := 0
	for line := range bytes.Lines(p.log) {
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		b.Write(text)
		if n++; n%2 == 0 {
			b.WriteByte(' ')
			b.Write(bytes.Repeat([]byte("x"), int(s.amount)))
		}
		if ended {
			b.WriteByte('\n')
		}
	}
	p.log = b.Bytes()
}

// rerunMark stands behind the stamp of each line of a build that was run again.
const rerunMark = "again: "

func rerun(_ *exchange, _ *setting, b *folder.Snapshot) {
	if !folder.Final(b.State) || b.NeverRan() {
		return
	}
	build := *b.Build
	build.Duration += time.Minute
	b.Build = &build
	const zone = " GMT+08:00] "
	text := bytes.ReplaceAll(b.Log.Slice(0, b.Log.Size), []byte(zone), []byte(zone+rerunMark))
	b.Log = logtext.Of(text)
}
