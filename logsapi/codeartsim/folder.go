package codeartsim

import (
	"slices"
	"time"
)

// folder is everything a Server serves. It never changes once loaded.
//
// A build.yaml below the root describes a build, a check.yaml a check run, each
// of its documents one; the log files they name lie beside them. Files are in
// the CodeArts line form and end with a line feed.
type folder struct {
	builds []*build
	checks []*check
}

// source is where a log comes from: one file, or pieces of it.
type source struct {
	File   string    `yaml:"file"`
	Pieces []repeats `yaml:"pieces"`
}

// repeats is a file that comes several times, the stamps of each repetition
// later by Every than those of the one before. A log of any length is so
// described in a few lines.
type repeats struct {
	File   string        `yaml:"file"`
	Repeat int64         `yaml:"repeat"` // 1 when left out
	Every  time.Duration `yaml:"every"`
}

// at is the folder with the builds that have been asked for by then.
func (f *folder) at(now time.Time) *folder {
	if !slices.ContainsFunc(f.builds, func(b *build) bool { return !b.asked(now) }) {
		return f
	}
	then := &folder{checks: f.checks}
	for _, b := range f.builds {
		if b.asked(now) {
			then.builds = append(then.builds, b)
		}
	}
	return then
}

// find finds the build a request names.
func (f *folder) find(task string, number int64) (b *build, known bool) {
	for _, b := range f.builds {
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

// newest are the builds of a task, the newest first.
func (f *folder) newest(task string) []*build {
	var builds []*build
	for _, b := range f.builds {
		if b.Task.ID == task {
			builds = append(builds, b)
		}
	}
	slices.SortFunc(builds, func(a, b *build) int { return int(b.Number - a.Number) })
	return builds
}
