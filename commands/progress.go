package commands

import (
	"context"
	"io"

	"logbot/logsapi"
)

// meter counts what was read of a log and tells it on.
type meter struct {
	Progress
	tell func(Progress) // may be nil
}

// page counts one page.
func (m *meter) page(text string) {
	if m == nil {
		return
	}
	m.Pages++
	m.read(len(text))
}

func (m *meter) read(n int) {
	m.Bytes += int64(n)
	if m.tell != nil {
		m.tell(m.Progress)
	}
}

// aboutAfter is after how many pages of a log that is read whole its size is
// looked for: a short log is over before.
const aboutAfter = 3

// about guesses how many bytes a log has of which page is the last that was read,
// 0 where that cannot be told: offsets are taken to grow as the text does, which
// is true enough for a word on progress and is used for nothing else. It asks for
// the last page of the log, which a look at the failure mostly has asked for.
func (c *Commands) about(ctx context.Context, r reading, log logsapi.Log, page logsapi.Page) int64 {
	end, err := c.logs.Page(ctx, logsapi.PageRequest{Log: log, Order: logsapi.Descending, Finished: r.finished})
	if err != nil || page.Next.End <= 0 || end.Next.End <= page.Next.End {
		return 0
	}
	return int64(float64(r.meter.Bytes) * float64(end.Next.End) / float64(page.Next.End))
}

// fileBody is the raw content of a file on its way to the gate. Its errors are
// sentences for the user.
type fileBody struct {
	io.ReadCloser
	meter *meter // nil where the content counts itself
	told  int    // bytes since the meter was told
	says  func(error) error
}

// tellEvery is how many bytes of a file are read between two words on progress.
const tellEvery = 1 << 20

func (b *fileBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.told += n; b.meter != nil && (b.told >= tellEvery || err != nil) {
		b.meter.read(b.told)
		b.told = 0
	}
	if err != nil && err != io.EOF {
		err = b.says(err)
	}
	return n, err
}
