package folder

import (
	"slices"
	"strconv"
	"time"
)

// Folder is everything a Server serves. It never changes once loaded.
//
// A build.yaml below the root describes a build, a check.yaml a check run, each
// of its documents one; the log files they name lie beside them. Files are in
// the CodeArts line form and end with a line feed.
type Folder struct {
	Builds []*Build
	Checks []*Check
}

// source is where a log comes from: one file, or pieces of it.
type source struct {
	File   string         `yaml:"file"`
	Pieces []repeatedFile `yaml:"pieces"`
}

// repeatedFile is a file that comes several times, the stamps of each repetition
// later by Every than those of the one before. A log of any length is so
// described in a few lines.
type repeatedFile struct {
	File   string        `yaml:"file"`
	Repeat int64         `yaml:"repeat"` // 1 when left out
	Every  time.Duration `yaml:"every"`
}

// At is the folder with the builds that have been asked for by then.
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

// Build finds the build a request names.
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

// Newest are the builds of a task, the newest first.
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

// DailyNumber is the number of a build among those of its task and day, after the
// date: "20261120.3".
func (f *Folder) DailyNumber(b *Build) string {
	date, n := b.QueuedAt().In(ChinaTime).Format("20060102"), 1
	for _, other := range f.Newest(b.Task.ID) {
		if other.Number < b.Number && other.QueuedAt().In(ChinaTime).Format("20060102") == date {
			n++
		}
	}
	return date + "." + strconv.Itoa(n)
}

// ChinaTime is the time zone of the regions in China, whose local time the
// service takes and gives where a time has no zone.
var ChinaTime = time.FixedZone("GMT+08:00", 8*60*60)
