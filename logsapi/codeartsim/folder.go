package codeartsim

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// The states of a build, a step and a check run, as the real service spells
// them in its records.
const (
	running = "Running"
	success = "SUCCESS"
	failure = "FAILURE"
	aborted = "ABORTED"
)

// folder is everything a Server serves. It never changes once loaded.
//
// A folder below the root that holds a build.yaml is a build, one that holds a
// check.yaml is a check run; the log files they name lie beside them. Files are
// in the CodeArts line form and end with a line feed.
type folder struct {
	builds []*build
	checks []*check
}

// build is one build.yaml. The log of the whole build is the file before, the
// steps in their order and the file after, and, unless the build still runs,
// the closing line "[stamp] Finished: STATE".
type build struct {
	Task struct {
		Name string `yaml:"name"`
		ID   string `yaml:"id"` // 32 hex digits
	} `yaml:"task"`
	Number  int64  `yaml:"build"`
	Record  string `yaml:"record"` // 36 characters
	outcome `yaml:",inline"`
	Branch  string `yaml:"branch"`
	Commit  string `yaml:"commit"`
	Message string `yaml:"message"` // of the commit
	Trigger string `yaml:"trigger"`
	Before  string `yaml:"before"` // file of what belongs to no step
	After   string `yaml:"after"`
	Steps   []step `yaml:"steps"` // the first is stage1

	at    string // its file
	whole *text
}

// check is one check.yaml.
type check struct {
	Name    string `yaml:"name"`
	Run     string `yaml:"run"` // 32 hex digits
	outcome `yaml:",inline"`
	source  `yaml:",inline"`

	at  string // its file
	log *text
}

// outcome says when something ran and how it ended.
type outcome struct {
	State    string        `yaml:"state"`
	Started  time.Time     `yaml:"started"`
	Duration time.Duration `yaml:"duration"`
}

func (o outcome) finished() time.Time { return o.Started.Add(o.Duration) }

type step struct {
	Name   string `yaml:"name"`
	ID     int64  `yaml:"step_id"`
	State  string `yaml:"state"`
	source `yaml:",inline"`
	Debug  *source `yaml:"debug"` // served at level DEBUG

	log, debug *text
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

// load reads and validates a folder; the error joins all that is wrong.
func load(fsys fs.FS) (*folder, error) {
	l := &loader{fsys: fsys, files: map[string][]byte{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "build.yaml":
			l.build(name)
		case d.Name() == "check.yaml":
			l.check(name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(l.folder.builds)+len(l.folder.checks)+len(l.wrong) == 0 {
		return nil, errors.New("it holds neither a build.yaml nor a check.yaml")
	}
	l.doubles()
	if len(l.wrong) > 0 {
		return nil, errors.Join(l.wrong...)
	}
	return &l.folder, nil
}

// loader collects what is wrong instead of stopping, so that a person mends a
// folder in one go.
type loader struct {
	fsys   fs.FS
	files  map[string][]byte // read once, however often they are named
	folder folder
	at     string // the yaml file that is being read
	wrong  []error
}

func (l *loader) complain(field, format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Errorf("%s: %s: "+format, append([]any{l.at, field}, args...)...))
}

func (l *loader) build(name string) {
	l.at = name
	b := &build{at: name}
	if !l.decode(b) {
		return
	}
	if b.Task.Name == "" {
		l.complain("task.name", "is missing")
	}
	l.match("task.id", b.Task.ID, hexID, "32 hex digits")
	l.match("record", b.Record, recordID, "36 digits, lower-case letters and hyphens")
	if b.Number < 1 {
		l.complain("build", "%d is no number from 1", b.Number)
	}
	l.outcome(b.outcome)
	if len(b.Steps) == 0 {
		l.complain("steps", "a build has at least one")
	}
	logs := []*text{l.file("before", b.Before)}
	for i := range b.Steps {
		s, field := &b.Steps[i], fmt.Sprintf("steps[%d]", i)
		l.step(s, field)
		if slices.ContainsFunc(b.Steps[:i], func(o step) bool { return o.ID == s.ID }) {
			l.complain(field+".step_id", "%d is the id of an earlier step", s.ID)
		}
		logs = append(logs, s.log)
	}
	logs = append(logs, l.file("after", b.After), closing(b.outcome))
	b.whole = join(logs...)
	l.folder.builds = append(l.folder.builds, b)
}

func (l *loader) step(s *step, field string) {
	if s.Name == "" {
		l.complain(field+".name", "is missing")
	}
	if s.ID < 1 {
		l.complain(field+".step_id", "%d is no number from 1", s.ID)
	}
	l.state(field+".state", s.State)
	s.log = l.source(field+".", s.source)
	s.debug = s.log
	if s.Debug != nil {
		s.debug = l.source(field+".debug.", *s.Debug)
	}
}

func (l *loader) check(name string) {
	l.at = name
	c := &check{at: name}
	if !l.decode(c) {
		return
	}
	if c.Name == "" {
		l.complain("name", "is missing")
	}
	l.match("run", c.Run, hexID, "32 hex digits")
	l.outcome(c.outcome)
	c.log = join(l.source("", c.source), closing(c.outcome))
	l.folder.checks = append(l.folder.checks, c)
}

// decode reads the yaml file; false when there is nothing to validate.
func (l *loader) decode(into any) bool {
	content, err := l.content(l.at)
	if err == nil {
		d := yaml.NewDecoder(bytes.NewReader(content))
		d.KnownFields(true)
		err = d.Decode(into)
	}
	if err != nil {
		l.wrong = append(l.wrong, fmt.Errorf("%s: %w", l.at, err))
	}
	return err == nil
}

var (
	hexID    = regexp.MustCompile(`^[0-9a-f]{32}$`)
	recordID = regexp.MustCompile(`^[0-9a-z-]{36}$`)
)

func (l *loader) match(field, value string, form *regexp.Regexp, words string) {
	if !form.MatchString(value) {
		l.complain(field, "%q is not made of %s", value, words)
	}
}

func (l *loader) state(field, state string) {
	if known := []string{success, failure, aborted, running}; !slices.Contains(known, state) {
		l.complain(field, "%q is none of %v", state, known)
	}
}

func (l *loader) outcome(o outcome) {
	l.state("state", o.State)
	if o.Started.IsZero() {
		l.complain("started", "is missing")
	}
	if o.Duration < 0 {
		l.complain("duration", "%s is negative", o.Duration)
	}
}

func (l *loader) source(prefix string, s source) *text {
	if (s.File == "") == (len(s.Pieces) == 0) {
		l.complain(prefix+"file", "give a file or pieces, and not both")
	}
	if s.File != "" {
		return l.file(prefix+"file", s.File)
	}
	var pieces []piece
	for i, r := range s.Pieces {
		field := fmt.Sprintf("%spieces[%d]", prefix, i)
		count := max(r.Repeat, 1)
		if r.Repeat < 0 || r.Repeat > maxRepeat {
			l.complain(field+".repeat", "%d is not within 1 and %d", r.Repeat, maxRepeat)
			count = 1
		}
		if r.Every < 0 || r.Every > maxEvery {
			l.complain(field+".every", "%s is not within 0s and %s", r.Every, maxEvery)
		}
		pieces = append(pieces, newPiece(l.read(field+".file", r.File), count, r.Every))
	}
	return newText(pieces...)
}

// file is the text of one file; no name is no text.
func (l *loader) file(field, name string) *text {
	if name == "" {
		return newText()
	}
	return newText(newPiece(l.read(field, name), 1, 0))
}

// read returns a log file that lies beside the yaml file.
func (l *loader) read(field, name string) []byte {
	full := path.Join(path.Dir(l.at), name)
	content, ok := l.files[full]
	if ok {
		return content
	}
	content, err := l.readLog(full)
	if err != nil {
		l.complain(field, "%w", err)
	}
	l.files[full] = content
	return content
}

func (l *loader) readLog(name string) ([]byte, error) {
	content, err := l.content(name)
	if err != nil {
		return nil, err
	}
	if !bytes.HasSuffix(content, []byte("\n")) {
		return nil, fmt.Errorf("%s does not end with a line feed", name)
	}
	number := 0
	for line := range bytes.Lines(content) {
		if number++; len(line) > maxLineBytes {
			return nil, fmt.Errorf("%s: line %d has %d bytes, more than %d", name, number, len(line), maxLineBytes)
		}
	}
	return content, nil
}

// content is a file of bounded size.
func (l *loader) content(name string) ([]byte, error) {
	stat, err := fs.Stat(l.fsys, name)
	if err != nil {
		return nil, err
	}
	if stat.Size() > maxFileBytes {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", name, stat.Size(), maxFileBytes)
	}
	return fs.ReadFile(l.fsys, name)
}

// doubles complains of what may be there once only.
func (l *loader) doubles() {
	seen, tasks := map[string]string{}, map[string]string{}
	once := func(at, what string) {
		if first, ok := seen[what]; ok {
			l.wrong = append(l.wrong, fmt.Errorf("%s: %s is also in %s", at, what, first))
		}
		seen[what] = at
	}
	for _, b := range l.folder.builds {
		once(b.at, fmt.Sprintf("build %d of task %s", b.Number, b.Task.ID))
		once(b.at, "record "+b.Record)
		if id, ok := tasks[b.Task.Name]; ok && id != b.Task.ID {
			l.wrong = append(l.wrong, fmt.Errorf("%s: task.id: task %q also has the id %s", b.at, b.Task.Name, id))
		}
		tasks[b.Task.Name] = b.Task.ID
	}
	for _, c := range l.folder.checks {
		once(c.at, "check run "+c.Run)
	}
}

// closing is the last line of a log whose run is over.
func closing(o outcome) *text {
	if o.State == running {
		return newText()
	}
	line := o.finished().Format(stampForm) + " Finished: " + o.State + "\n"
	return newText(newPiece([]byte(line), 1, 0))
}
