package checkup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
)

// What is too little free space: files on their way to Slack may have 1 GB, and the
// file with pages 256 MB.
const (
	littleSpace = 2 << 30
	noSpace     = 100 << 20
)

// Disk adds the checks of the folder of LOGBOT_DATA.
func Disk(to *checks.Registry, c *config.Config) {
	if c.DataDir == "" {
		return
	}
	to.Add(checks.Check{Part: "disk", Name: "folder of LOGBOT_DATA", Run: func(context.Context) checks.Result { return folder(c) }})
	to.Add(checks.Check{Part: "disk", Name: "free space of LOGBOT_DATA", Run: func(context.Context) checks.Result { return space(existing(c.DataDir)) }})
}

// folder checks that the folder can be written, and by whom its files can be read. It
// makes none.
func folder(c *config.Config) checks.Result {
	about, err := os.Stat(c.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		above := existing(c.DataDir)
		if err := writable(above); err != nil {
			return checks.Wrong(checks.Red, fmt.Sprintf("%s does not exist and cannot be made: %v", c.DataDir, err), "make it and give it to the user that runs logbot")
		}
		return checks.Good("%s does not exist yet; serve makes it", c.DataDir)
	case err != nil:
		return checks.Wrong(checks.Red, err.Error(), "give the folder to the user that runs logbot")
	case !about.IsDir():
		return checks.Wrong(checks.Red, c.DataDir+" is not a folder", "name a folder")
	}
	if err := writable(c.DataDir); err != nil {
		return checks.Wrong(checks.Red, fmt.Sprintf("%s cannot be written: %v", c.DataDir, err), "give the folder to the user that runs logbot")
	}
	var r checks.Result
	for _, path := range []string{c.DataDir, c.StateFile(), c.PagesFile()} {
		about, err := os.Stat(path)
		open := fs.FileMode(0o077)
		if path == c.DataDir {
			open = 0o022 // the files in it are closed themselves
		}
		if err != nil || about.Mode().Perm()&open == 0 {
			continue
		}
		r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow,
			Says: fmt.Sprintf("other users of this machine may use %s (mode %04o), which holds logs", path, about.Mode().Perm()), Fix: "type: chmod go= " + path})
	}
	r.Says = c.DataDir + " can be written, and its files are closed to others"
	return r
}

// existing is the path, or the nearest folder above it that exists.
func existing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// writable makes and removes a file in a folder.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".logbot-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// space says how much is free where path is.
func space(path string) checks.Result {
	free, err := freeBytes(path)
	if err != nil {
		return checks.Skip("%v", err)
	}
	says := fmt.Sprintf("%.1f GB are free at %s", float64(free)/1e9, path)
	switch {
	case free < noSpace:
		return checks.Wrong(checks.Red, says, "free some: state can soon not be written")
	case free < littleSpace:
		return checks.Wrong(checks.Yellow, says, "free some: large log files wait there on their way to Slack")
	}
	return checks.Good("%s", says)
}
