package slacksim

import (
	"fmt"
	"io"
)

// files are the uploads and what became of them. The workspace's mu guards them.
type files struct {
	*channels
	faults  *faults
	rates   *rates
	traffic *traffic

	uploads       map[string]*upload // by file id
	fileIDs       []string           // in order of creation
	declaredBytes int64              // declared bytes of all uploads
	memoryBytes   int64              // bytes of files held in memory
}

// Files returns the uploads that were completed, oldest first, also those that
// were shared nowhere or were deleted.
func (fi *files) Files() []File {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	var list []File
	for _, id := range fi.fileIDs {
		if u := fi.uploads[id]; u.completed {
			list = append(list, u.file())
		}
	}
	return list
}

// OpenFile returns the bytes of a completed upload, readable until Close.
func (fi *files) OpenFile(id string) (*io.SectionReader, error) {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	u := fi.uploads[id]
	if u == nil || !u.completed {
		return nil, fmt.Errorf("slacksim: no file %q", id)
	}
	return u.content.reader(), nil
}
