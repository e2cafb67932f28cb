package app

import (
	"errors"
	"fmt"
	"io"
	"os"

	"logbot/cache/state"
	"logbot/cmd/logbot/config"
)

// auditCopy is where LOGBOT_AUDIT writes a copy of the audit log: standard output, or a
// file to which only is appended. It is for one goroutine; nil is none.
type auditCopy struct {
	path string    // empty for to
	to   io.Writer // standard output, or the file; nil if it is not open
	file *os.File
}

// openAudit opens what LOGBOT_AUDIT names; nil for nothing.
func openAudit(c *config.Config) (*auditCopy, error) {
	switch {
	case c.AuditFile != "":
		return openAuditCopy(c.AuditFile)
	case c.AuditStdout:
		return &auditCopy{to: os.Stdout}, nil
	}
	return nil, nil
}

// openAuditCopy opens the file at path, or creates it, readable for its owner alone.
func openAuditCopy(path string) (*auditCopy, error) {
	c := &auditCopy{path: path}
	return c, c.open()
}

func (c *auditCopy) open() (err error) {
	c.file, err = os.OpenFile(c.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	c.to = c.file
	if is, err := c.file.Stat(); err == nil && is.Mode().IsRegular() && is.Mode().Perm()&0o077 != 0 {
		err := fmt.Errorf("others may read %s (mode %04o); it says who read what: chmod 600 %s", c.path, is.Mode().Perm(), c.path)
		return errors.Join(err, c.close())
	}
	return nil
}

// write appends events. A file that was moved or removed, as for rotation, is made anew
// before.
func (c *auditCopy) write(events []state.Event) error {
	if c == nil || len(events) == 0 {
		return nil
	}
	if c.path != "" && c.rotated() {
		if err := errors.Join(c.close(), c.open()); err != nil {
			return err
		}
	}
	lines, err := encodeEvents(events)
	if err == nil {
		_, err = c.to.Write(lines)
	}
	return err
}

// rotated reports whether the path leads to another file than the open one.
func (c *auditCopy) rotated() bool {
	if c.file == nil {
		return true
	}
	is, err := os.Stat(c.path)
	open, failed := c.file.Stat()
	return err != nil || failed != nil || !os.SameFile(is, open)
}

func (c *auditCopy) close() error {
	if c == nil || c.file == nil {
		return nil
	}
	err := c.file.Close()
	c.file, c.to = nil, nil
	return err
}
