// Package folder loads the builds and check runs that the simulator serves, and
// tells how each stands at a moment.
package folder

import (
	"slices"
	"strconv"
	"time"
)

// Folder is everything that a server serves. It never changes.
// A build.yaml describes builds, a check.yaml check runs, one per YAML document;
// the log files that they name are in the same directory. Log files have the line
// form of CodeArts and end with a line feed.
type Folder struct {
	Builds []*Build
	Checks []*Check
}

// source is the origin of a log: a file or pieces.
type source struct {
	File   string         `yaml:"file"`
	Pieces []repeatedFile `yaml:"pieces"`
}

// repeatedFile is a file that is repeated, with the stamps of each repetition later
// by Every. It describes a log of any length in a few lines.
type repeatedFile struct {
	File   string        `yaml:"file"`
	Repeat int64         `yaml:"repeat"` // 1 if missing
	Every  time.Duration `yaml:"every"`
}

// At returns the folder with the builds that have been requested by then.
func (f *Folder) At(now time.Time) *Folder {
	if !slices.ContainsFunc(f.Builds, func(b *Build) bool { return !b.isVisible(now) }) {
		return f
	}
	then := &Folder{Checks: f.Checks}
	for _, b := range f.Builds {
		if b.isVisible(now) {
			then.Builds = append(then.Builds, b)
		}
	}
	return then
}

// Build returns a build of a task, or nil; known reports whether the task exists.
func (f *Folder) Build(task string, number int64) (b *Build, known bool) {
	for _, b := range f.Builds {
		if b.Task.ID != task {
			continue
		}
		if b.Number == number {
			return b, true
		}
		known = true
	}
	return nil, known
}

// Newest returns the builds of a task, newest first.
func (f *Folder) Newest(task string) []*Build {
	var builds []*Build
	for _, b := range f.Builds {
		if b.Task.ID == task {
			builds = append(builds, b)
		}
	}
	slices.SortFunc(builds, func(a, b *Build) int { return int(b.Number - a.Number) })
	return builds
}

// DailyNumber returns the number of a build among those of its task and day:
// "20261120.3".
func (f *Folder) DailyNumber(b *Build) string {
	date, n := b.QueuedAt().In(ChinaTime).Format("20060102"), 1
	for _, other := range f.Newest(b.Task.ID) {
		if other.Number < b.Number && other.QueuedAt().In(ChinaTime).Format("20060102") == date {
			n++
		}
	}
	return date + "." + strconv.Itoa(n)
}

// ChinaTime is the time zone of the regions in China. The service uses it where a
// time has no zone.
var ChinaTime = time.FixedZone("GMT+08:00", 8*60*60)
