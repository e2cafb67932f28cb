package codeartsim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// loader reads a folder. It collects what is wrong instead of stopping, so that
// a person mends a folder in one go.
type loader struct {
	fsys   fs.FS
	begin  time.Time                // when the Server began
	recent bool                     // move everything close to begin
	alter  func(file []byte) []byte // what to do to every log file; nil for nothing

	files  map[string][]byte // read once, however often they are named
	folder folder
	at     string // the yaml file that is being read
	beside string // the folder its log files are in
	wrong  []error
}

// load reads and validates the folder; the error joins all that is wrong.
func (l *loader) load() (*folder, error) {
	l.files = map[string][]byte{}
	err := fs.WalkDir(l.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "build.yaml":
			documents(l, name, func(b *build) { b.at = l.at; l.folder.builds = append(l.folder.builds, b) })
		case d.Name() == "check.yaml":
			documents(l, name, func(c *check) { c.at = l.at; l.folder.checks = append(l.folder.checks, c) })
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(l.folder.builds)+len(l.folder.checks)+len(l.wrong) == 0 {
		return nil, errors.New("it holds neither a build.yaml nor a check.yaml")
	}
	move := l.move()
	for _, b := range l.folder.builds {
		l.build(b, move)
	}
	for _, c := range l.folder.checks {
		l.check(c, move)
	}
	l.doubles()
	if len(l.wrong) > 0 {
		return nil, errors.Join(l.wrong...)
	}
	return &l.folder, nil
}

// documents decodes every document of a yaml file.
func documents[T any](l *loader, name string, found func(*T)) {
	content, err := l.content(name)
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	for n := 1; err == nil; n++ {
		l.at = name
		if n > 1 {
			l.at = fmt.Sprintf("%s document %d", name, n)
		}
		decoded := new(T)
		if err = d.Decode(decoded); err == nil {
			found(decoded)
		} else if n > 1 && err == io.EOF {
			return
		}
	}
	l.wrong = append(l.wrong, fmt.Errorf("%s: %w", l.at, err))
}

// move is by how many whole days everything is later when it shall be recent:
// the newest thing that does not grow is then of the last 24 hours.
func (l *loader) move() time.Duration {
	var newest time.Time
	for _, b := range l.folder.builds {
		if !b.Grows && b.finished().After(newest) {
			newest = b.finished()
		}
	}
	for _, c := range l.folder.checks {
		if c.finished().After(newest) {
			newest = c.finished()
		}
	}
	const day = 24 * time.Hour
	ago := l.begin.Sub(newest)
	if !l.recent {
		return 0
	}
	if ago < 0 {
		ago -= day - 1 // the division rounds towards zero
	}
	return ago / day * day
}

func (l *loader) complain(field, format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Errorf("%s: %s: "+format, append([]any{l.at, field}, args...)...))
}

// build validates b and reads its logs, with stamps that are later by move.
func (l *loader) build(b *build, move time.Duration) {
	l.at, l.beside = b.at, path.Dir(b.at)
	written := b.Started // when the log files say it started
	if b.From != "" {
		base := l.base(b)
		if base == nil {
			return
		}
		written = base.Started
	}
	if b.State == neverScheduled || b.State == inQueue {
		b.Steps, b.Before, b.After = nil, "", ""
	} else if len(b.Steps) == 0 {
		l.complain("steps", "a build has at least one")
	}
	l.identity(b)
	l.outcome(b.outcome, success, failure, aborted, running, inQueue, neverScheduled)
	if b.Queue < 0 {
		l.complain("queue", "%s is negative", b.Queue)
	}
	if b.Asked < 0 || b.Asked > 0 && !b.Grows {
		l.complain("asked", "%s: a time from the Server's begin is for a build that grows, and not negative", b.Asked)
	}
	b.Started = b.Started.Add(move)
	if b.Grows {
		if !over(b.State) {
			l.complain("state", "a build that grows is over one day, %s is not", b.State)
		}
		b.Started = l.begin.Add(b.Asked).Add(b.Queue).Truncate(time.Millisecond).In(written.Location())
	}
	l.logs(b, b.Started.Sub(written))
}

// base fills in what b takes from another build and returns that as it is
// written, or nil.
func (l *loader) base(b *build) *build {
	name := path.Join(path.Dir(b.at), b.From)
	var base build
	found := false
	was := l.at
	documents(l, name, func(first *build) {
		if !found {
			base, found = *first, true
		}
	})
	l.at = was
	if !found || base.From != "" {
		l.complain("from", "%q is no build that stands for itself", b.From)
		return nil
	}
	l.beside = path.Dir(name)
	b.Task, b.Before, b.After, b.Steps = base.Task, base.Before, base.After, base.Steps
	if b.Until < 0 || b.Until > len(b.Steps) {
		l.complain("until", "%d is not within 0 and %d", b.Until, len(b.Steps))
	} else if b.Until > 0 {
		b.Steps = b.Steps[:b.Until]
		b.Steps[b.Until-1].State = b.State
	}
	return &base
}

func (l *loader) identity(b *build) {
	if b.Task.Name == "" {
		l.complain("task.name", "is missing")
	}
	l.match("task.id", b.Task.ID, hexID, "32 hex digits")
	l.project("task.project", b.Task.Project)
	l.match("record", b.Record, recordID, "36 digits, lower-case letters and hyphens")
	if b.Number < 1 || b.Number > math.MaxInt32 {
		l.complain("build", "%d is not within 1 and %d", b.Number, math.MaxInt32)
	}
	for i, f := range b.Analysis {
		if f.Step < 1 || f.Step > len(b.Steps) {
			l.complain(fmt.Sprintf("analysis[%d].step", i), "there is no step %d", f.Step)
		}
	}
}

func (l *loader) project(field string, p project) {
	if p == (project{}) {
		return
	}
	if p.Name == "" {
		l.complain(field+".name", "is missing")
	}
	l.match(field+".id", p.ID, hexID, "32 hex digits")
}

// logs reads the logs of b, with stamps that are later by move.
func (l *loader) logs(b *build, move time.Duration) {
	b.before = l.file("before", b.Before).moved(move)
	logs := []*text{b.before}
	for i := range b.Steps {
		s, field := &b.Steps[i], fmt.Sprintf("steps[%d]", i)
		l.step(s, field, move)
		if slices.ContainsFunc(b.Steps[:i], func(o step) bool { return o.ID == s.ID }) {
			l.complain(field+".step_id", "%d is the id of an earlier step", s.ID)
		}
		logs = append(logs, s.log)
	}
	b.whole = join(append(logs, l.file("after", b.After).moved(move), closing(b.outcome))...)
	if !b.Grows {
		return
	}
	if b.whole.size > maxFileBytes {
		l.complain("grows", "its log has %d bytes, more than %d", b.whole.size, maxFileBytes)
		return
	}
	b.arrivals = arrivalsOf(b.whole, b.finished())
}

func (l *loader) step(s *step, field string, move time.Duration) {
	if s.Name == "" {
		l.complain(field+".name", "is missing")
	}
	if s.ID < 1 || s.ID > math.MaxInt32 {
		l.complain(field+".step_id", "%d is not within 1 and %d", s.ID, math.MaxInt32)
	}
	l.state(field+".state", s.State, success, failure, aborted, running)
	s.log = l.source(field+".", s.source).moved(move)
	s.debug = s.log
	if s.Debug != nil {
		s.debug = l.source(field+".debug.", *s.Debug).moved(move)
	}
	s.started, s.finished, _ = s.log.times()
}

// check validates c and reads its log, with stamps that are later by move.
func (l *loader) check(c *check, move time.Duration) {
	l.at, l.beside = c.at, path.Dir(c.at)
	if c.Name == "" {
		l.complain("name", "is missing")
	}
	l.match("run", c.Run, hexID, "32 hex digits")
	if c.Task != "" {
		l.match("task", c.Task, hexID, "32 hex digits")
		l.match("execution", c.Execution, hexID, "32 hex digits")
	}
	l.project("project", c.Project)
	l.outcome(c.outcome, success, failure, aborted, running)
	c.Started = c.Started.Add(move)
	c.log = join(l.source("", c.source).moved(move), closing(c.outcome))
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

func (l *loader) state(field, state string, known ...string) {
	if !slices.Contains(known, state) {
		l.complain(field, "%q is none of %v", state, known)
	}
}

func (l *loader) outcome(o outcome, states ...string) {
	l.state("state", o.State, states...)
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

// read returns a log file that lies beside the yaml file, altered if it shall be.
func (l *loader) read(field, name string) []byte {
	full := path.Join(l.beside, name)
	content, ok := l.files[full]
	if ok {
		return content
	}
	content, err := l.readLog(full)
	if err != nil {
		l.complain(field, "%w", err)
	}
	if l.alter != nil && err == nil {
		content = l.alter(content)
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
	seen, tasks, ids := map[string]string{}, map[string]string{}, map[string]task{}
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
		if other, ok := ids[b.Task.ID]; ok && other != b.Task {
			l.wrong = append(l.wrong, fmt.Errorf("%s: task: %+v is also %+v", b.at, b.Task, other))
		}
		ids[b.Task.ID] = b.Task
	}
	for _, c := range l.folder.checks {
		once(c.at, "check run "+c.Run)
		if c.Task != "" {
			once(c.at, "execution "+c.Execution)
		}
	}
}

// closing is the last line of a log whose run is over.
func closing(o outcome) *text {
	if !over(o.State) || o.State == neverScheduled {
		return newText()
	}
	line := o.finished().Format(stampForm) + " Finished: " + o.State + "\n"
	return newText(newPiece([]byte(line), 1, 0))
}
