package commands

import "io"

// meter counts what was read of a log and tells it on.
type meter struct {
	Progress
	tell func(Progress) // may be nil
}

// page counts one page.
func (m *meter) page(text string) {
	m.Pages++
	m.read(len(text))
}

func (m *meter) read(n int) {
	m.Bytes += int64(n)
	if m.tell != nil {
		m.tell(m.Progress)
	}
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
