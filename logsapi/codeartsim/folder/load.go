package folder

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"logbot/logsapi/codeartsim/logtext"
)

// Limits of a folder, so that a page and the loaded folder stay small.
const (
	maxFileBytes = 64 << 20    // one log file
	maxLineBytes = 64 << 10    // one line; a page is at most 1,000 of them
	maxRepeat    = 10_000_000  // repetitions of one piece
	maxEvery     = time.Minute // between two repetitions: maxRepeat of them fit a time.Duration
)

// Load reads and validates a folder. recent moves all times by whole days, so that
// the newest thing is from the 24 hours before begin, when builds that grow start.
// alter changes every log file; it may be nil. The error joins all problems.
func Load(fsys fs.FS, begin time.Time, recent bool, alter func(file []byte) []byte) (*Folder, error) {
	l := &loader{fsys: fsys, begin: begin, recent: recent, alter: alter}
	return l.load()
}

// loader collects all problems instead of stopping at the first, so that they can
// be fixed in one go.
type loader struct {
	fsys   fs.FS
	begin  time.Time                // start of the server
	recent bool                     // move all times close to begin
	alter  func(file []byte) []byte // changes every log file; may be nil

	files    map[string]*logtext.Block // log files by name
	bases    map[string]*Build         // builds that others are taken from, by file; nil if there is none
	folder   Folder
	file     string // the yaml file that is being read
	dir      string // the directory of its log files
	problems []error
}

// load reads and validates the folder.
func (l *loader) load() (*Folder, error) {
	l.files, l.bases = map[string]*logtext.Block{}, map[string]*Build{}
	err := fs.WalkDir(l.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "build.yaml":
			decodeDocuments(l, name, func(b *Build) { b.file = l.file; l.folder.Builds = append(l.folder.Builds, b) })
		case d.Name() == "check.yaml":
			decodeDocuments(l, name, func(c *Check) { c.file = l.file; l.folder.Checks = append(l.folder.Checks, c) })
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(l.folder.Builds)+len(l.folder.Checks)+len(l.problems) == 0 {
		return nil, errors.New("it holds neither a build.yaml nor a check.yaml")
	}
	move := l.shift()
	for _, b := range l.folder.Builds {
		l.loadBuild(b, move)
	}
	for _, c := range l.folder.Checks {
		l.loadCheck(c, move)
	}
	l.checkUnique()
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return &l.folder, nil
}

// decodeDocuments decodes every document of a yaml file.
func decodeDocuments[T any](l *loader, name string, found func(*T)) {
	content, err := l.readFile(name)
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	for n := 1; err == nil; n++ {
		l.file = name
		if n > 1 {
			l.file = fmt.Sprintf("%s document %d", name, n)
		}
		decoded := new(T)
		if err = d.Decode(decoded); err == nil {
			found(decoded)
		} else if n > 1 && err == io.EOF {
			return
		}
	}
	l.problems = append(l.problems, fmt.Errorf("%s: %w", l.file, err))
}

// shift returns the whole days to add to all times if recent is set: the newest
// thing that does not grow is then from the 24 hours before begin.
func (l *loader) shift() time.Duration {
	var newest time.Time
	for _, b := range l.folder.Builds {
		if !b.Grows && b.Finished().After(newest) {
			newest = b.Finished()
		}
	}
	for _, c := range l.folder.Checks {
		if c.Finished().After(newest) {
			newest = c.Finished()
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

func (l *loader) problemf(field, format string, args ...any) {
	l.problems = append(l.problems, fmt.Errorf("%s: %s: "+format, append([]any{l.file, field}, args...)...))
}

// loadBuild validates b and reads its logs, with all stamps later by shift.
func (l *loader) loadBuild(b *Build, move time.Duration) {
	l.file, l.dir = b.file, path.Dir(b.file)
	written := b.Started // the start according to the log files
	if b.From != "" {
		base := l.loadBase(b)
		if base == nil {
			return
		}
		written = base.Started
	}
	if b.State == NeverScheduled || b.State == InQueue {
		b.Steps, b.Before, b.After = nil, "", ""
	} else if len(b.Steps) == 0 {
		l.problemf("steps", "a build has at least one")
	}
	l.checkIdentity(b)
	l.checkOutcome(b.Outcome, Success, Failure, Aborted, Running, InQueue, NeverScheduled)
	if b.Queue < 0 {
		l.problemf("queue", "%s is negative", b.Queue)
	}
	if b.Asked < 0 || b.Asked > 0 && !b.Grows {
		l.problemf("asked", "%s: asked needs grows, and must not be negative", b.Asked)
	}
	b.Started = b.Started.Add(move)
	if b.Grows {
		if !Final(b.State) {
			l.problemf("state", "a build that grows needs a final state, not %s", b.State)
		}
		b.Started = l.begin.Add(b.Asked).Add(b.Queue).Truncate(time.Millisecond).In(written.Location())
	}
	l.loadLogs(b, b.Started.Sub(written))
}

// loadBase copies into b what it takes from another build. It returns that build,
// or nil if there is a problem.
func (l *loader) loadBase(b *Build) *Build {
	name := path.Join(path.Dir(b.file), b.From)
	base, known := l.bases[name]
	if !known {
		was := l.file
		decodeDocuments(l, name, func(next *Build) { base = cmp.Or(base, next) })
		l.file, l.bases[name] = was, base
	}
	if base == nil || base.From != "" {
		l.problemf("from", "%q is not a build without from", b.From)
		return nil
	}
	l.dir = path.Dir(name)
	b.Task, b.Before, b.After, b.Steps = base.Task, base.Before, cmp.Or(b.After, base.After), slices.Clone(base.Steps)
	if b.Until < 0 || b.Until > len(b.Steps) {
		l.problemf("until", "%d is not within 0 and %d", b.Until, len(b.Steps))
	} else if b.Until > 0 {
		b.Steps = b.Steps[:b.Until]
		b.Steps[b.Until-1].State = b.State
	}
	return base
}

func (l *loader) checkIdentity(b *Build) {
	if b.Task.Name == "" {
		l.problemf("task.name", "is missing")
	}
	l.checkForm("task.id", b.Task.ID, hexID, "32 hex digits")
	l.checkProject("task.project", b.Task.Project)
	l.checkForm("record", b.Record, recordID, "36 digits, lower-case letters and hyphens")
	if b.Number < 1 || b.Number > math.MaxInt32 {
		l.problemf("build", "%d is not within 1 and %d", b.Number, math.MaxInt32)
	}
	for i, f := range b.Analysis {
		if f.Step < 1 || f.Step > len(b.Steps) {
			l.problemf(fmt.Sprintf("analysis[%d].step", i), "there is no step %d", f.Step)
		}
	}
}

func (l *loader) checkProject(field string, p Project) {
	if p == (Project{}) {
		return
	}
	if p.Name == "" {
		l.problemf(field+".name", "is missing")
	}
	l.checkForm(field+".id", p.ID, hexID, "32 hex digits")
}

// loadLogs reads the logs of b, with all stamps later by shift.
func (l *loader) loadLogs(b *Build, move time.Duration) {
	b.before = l.textOf("before", b.Before).Shifted(move)
	logs := []*logtext.Text{b.before}
	for i := range b.Steps {
		s, field := &b.Steps[i], fmt.Sprintf("steps[%d]", i)
		l.loadStep(s, field, move)
		if slices.ContainsFunc(b.Steps[:i], func(o Step) bool { return o.ID == s.ID }) {
			l.problemf(field+".step_id", "%d is the id of an earlier step", s.ID)
		}
		logs = append(logs, s.log)
	}
	b.whole = logtext.Join(append(logs, l.textOf("after", b.After).Shifted(move), finishedLine(b.Outcome))...)
	if !b.Grows {
		return
	}
	if b.whole.Size > maxFileBytes {
		l.problemf("grows", "its log has %d bytes, more than %d", b.whole.Size, maxFileBytes)
		return
	}
	b.arrivals = findArrivals(b.whole, b.Finished())
}

func (l *loader) loadStep(s *Step, field string, move time.Duration) {
	if s.Name == "" {
		l.problemf(field+".name", "is missing")
	}
	if s.ID < 1 || s.ID > math.MaxInt32 {
		l.problemf(field+".step_id", "%d is not within 1 and %d", s.ID, math.MaxInt32)
	}
	l.checkState(field+".state", s.State, Success, Failure, Aborted, Running)
	s.log = l.loadSource(field+".", s.source).Shifted(move)
	s.debug = s.log
	if s.Debug != nil {
		s.debug = l.loadSource(field+".debug.", *s.Debug).Shifted(move)
	}
	s.started, s.finished, _ = s.log.Times()
}

// loadCheck validates c and reads its log, with all stamps later by shift.
func (l *loader) loadCheck(c *Check, move time.Duration) {
	l.file, l.dir = c.file, path.Dir(c.file)
	if c.Name == "" {
		l.problemf("name", "is missing")
	}
	l.checkForm("run", c.Run, hexID, "32 hex digits")
	if c.Task != "" {
		l.checkForm("task", c.Task, hexID, "32 hex digits")
		l.checkForm("execution", c.Execution, hexID, "32 hex digits")
	}
	l.checkProject("project", c.Project)
	l.checkOutcome(c.Outcome, Success, Failure, Aborted, Running)
	c.Started = c.Started.Add(move)
	c.Log = logtext.Join(l.loadSource("", c.source).Shifted(move), finishedLine(c.Outcome))
}

var (
	hexID    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{32}$`) })
	recordID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-z-]{36}$`) })
)

func (l *loader) checkForm(field, value string, form func() *regexp.Regexp, words string) {
	if !form().MatchString(value) {
		l.problemf(field, "%q is not made of %s", value, words)
	}
}

func (l *loader) checkState(field, state string, known ...string) {
	if !slices.Contains(known, state) {
		l.problemf(field, "%q is not one of %v", state, known)
	}
}

func (l *loader) checkOutcome(o Outcome, states ...string) {
	l.checkState("state", o.State, states...)
	if o.Started.IsZero() {
		l.problemf("started", "is missing")
	}
	if o.Duration < 0 {
		l.problemf("duration", "%s is negative", o.Duration)
	}
}

func (l *loader) loadSource(prefix string, s source) *logtext.Text {
	if (s.File == "") == (len(s.Pieces) == 0) {
		l.problemf(prefix+"file", "give a file or pieces, and not both")
	}
	if s.File != "" {
		return l.textOf(prefix+"file", s.File)
	}
	var pieces []logtext.Piece
	for i, r := range s.Pieces {
		field := fmt.Sprintf("%spieces[%d]", prefix, i)
		count := max(r.Repeat, 1)
		if r.Repeat < 0 || r.Repeat > maxRepeat {
			l.problemf(field+".repeat", "%d is not within 1 and %d", r.Repeat, maxRepeat)
			count = 1
		}
		if r.Every < 0 || r.Every > maxEvery {
			l.problemf(field+".every", "%s is not within 0s and %s", r.Every, maxEvery)
		}
		pieces = append(pieces, logtext.NewPiece(l.logFile(field+".file", r.File), count, r.Every))
	}
	return logtext.New(pieces...)
}

// textOf returns the text of one file; an empty name is an empty text.
func (l *loader) textOf(field, name string) *logtext.Text {
	if name == "" {
		return logtext.New()
	}
	return logtext.New(logtext.NewPiece(l.logFile(field, name), 1, 0))
}

// logFile returns a log file in the directory of the yaml file, after alter.
func (l *loader) logFile(field, name string) *logtext.Block {
	full := path.Join(l.dir, name)
	if block, ok := l.files[full]; ok {
		return block
	}
	content, err := l.readLog(full)
	if err != nil {
		l.problemf(field, "%w", err)
	}
	if l.alter != nil && err == nil {
		content = l.alter(content)
	}
	l.files[full] = logtext.NewBlock(content)
	return l.files[full]
}

func (l *loader) readLog(name string) ([]byte, error) {
	content, err := l.readFile(name)
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

// readFile reads a file of limited size.
func (l *loader) readFile(name string) ([]byte, error) {
	stat, err := fs.Stat(l.fsys, name)
	if err != nil {
		return nil, err
	}
	if stat.Size() > maxFileBytes {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", name, stat.Size(), maxFileBytes)
	}
	return fs.ReadFile(l.fsys, name)
}

// checkUnique reports what occurs twice but must not.
func (l *loader) checkUnique() {
	seen, tasks, ids := map[string]string{}, map[string]string{}, map[string]Task{}
	once := func(at, what string) {
		if first, ok := seen[what]; ok {
			l.problems = append(l.problems, fmt.Errorf("%s: %s is also in %s", at, what, first))
		}
		seen[what] = at
	}
	for _, b := range l.folder.Builds {
		once(b.file, fmt.Sprintf("build %d of task %s", b.Number, b.Task.ID))
		once(b.file, "record "+b.Record)
		if id, ok := tasks[b.Task.Name]; ok && id != b.Task.ID {
			l.problems = append(l.problems, fmt.Errorf("%s: task.id: task %q also has the id %s", b.file, b.Task.Name, id))
		}
		tasks[b.Task.Name] = b.Task.ID
		if other, ok := ids[b.Task.ID]; ok && other != b.Task {
			l.problems = append(l.problems, fmt.Errorf("%s: task: %+v is also %+v", b.file, b.Task, other))
		}
		ids[b.Task.ID] = b.Task
	}
	for _, c := range l.folder.Checks {
		once(c.file, "check run "+c.Run)
		if c.Task != "" {
			once(c.file, "execution "+c.Execution)
		}
	}
}

// finishedLine is the last line of the log of a finished run.
func finishedLine(o Outcome) *logtext.Text {
	if !Final(o.State) || o.State == NeverScheduled {
		return logtext.New()
	}
	line := o.Finished().Format(logtext.StampLayout) + " Finished: " + o.State + "\n"
	return logtext.Of([]byte(line))
}
