package slacksim

import (
	"fmt"
	"io"
)

// files holds the uploads. mu guards it.
type files struct {
	*channels
	faults  *faults
	rates   *rates
	traffic *traffic

	uploads       map[string]*upload // by file id
	fileIDs       []string           // in order of creation
	declaredBytes int64              // sum of the declared lengths
	memoryBytes   int64              // bytes of files held in memory
}

// Files returns the completed uploads, oldest first, including files that were
// shared nowhere or deleted.
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

// OpenFile returns the bytes of a completed upload. They are readable until Close.
func (fi *files) OpenFile(id string) (*io.SectionReader, error) {
	fi.mu.Lock()
	defer fi.mu.Unlock()
	u := fi.uploads[id]
	if u == nil || !u.completed {
		return nil, fmt.Errorf("slacksim: no file %q", id)
	}
	return u.content.reader(), nil
}
