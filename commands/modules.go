package commands

import (
	"bytes"
	"strings"

	"logbot/commands/testlog"
	"logbot/commands/texts"
	"logbot/logsapi/lazyregexp"
	"logbot/logsapi/lines"
)

// module is one of several parts of a build that failed by itself: a module of a Maven
// reactor, a task of Gradle.
type module struct {
	name   string
	tests  int        // that failed
	errors int        // of its compiler
	first  lines.Line // the first thing that failed in it, with its number; zero if it is not known
}

// Lines by which modules and what failed in them are told. The forms are of Maven 3 and
// 4 and of Gradle 7 to 9.
var (
	mavenModule  = lazyregexp.New(`^\[INFO\] -+< (?:[\w.-]+:)?([\w.-]+) >-+$`)
	mavenNamed   = lazyregexp.New(`^\[INFO\] Building (\S.*?) \S+(?: +\[\d+/\d+\])?$`)
	mavenFailed  = lazyregexp.New(`^\[INFO\] (\S.*?) (?:\.+ FAILURE(?: \[.*\])?|FAILURE \[.*\])$`)
	mavenError   = lazyregexp.New(`^\[ERROR\] .*\.(?:java|kt|scala|groovy):\[\d+,\d+\] `)
	mavenTest    = lazyregexp.New(`^\[ERROR\] +[\w.$]+(?:>[\w.$]+)*\.\w+(?:\[.*?\])?:\d+(?:->\S+)? `)
	gradleFailed = lazyregexp.New(`^> Task :(\S+) FAILED$`)
)

// maxModules bounds the modules that are told of.
const maxModules = 50

// reactor reads the log of a build of several modules.
type reactor struct {
	inside *inside            // the module that is being built; nil outside
	built  map[string]*inside // by artifact and by name
	failed []string
}

// inside is what failed in a module so far.
type inside struct {
	tests  *testlog.Collector
	errors map[string]bool // Maven may print one twice
	first  lines.Line
}

// modulesIn finds the modules that failed in the text of a log, in its order; none if
// fewer than two did. If the text does not begin with the log, what failed in them is
// not counted, and its lines count from the end.
func modulesIn(log []byte, whole bool) []module {
	if !bytes.Contains(log, []byte(" FAILURE")) && !bytes.Contains(log, []byte(" FAILED")) {
		return nil
	}
	r := reactor{built: map[string]*inside{}}
	number := 0
	if !whole {
		number = -1 - bytes.Count(bytes.TrimSuffix(log, []byte("\n")), []byte("\n")) - 1
	}
	for line := range bytes.Lines(log) {
		number++
		r.line(lines.Line{Number: number, Text: string(lines.Plain(nil, lines.Parse(bytes.TrimRight(line, "\r\n")).Text))})
	}
	if len(r.failed) < 2 {
		return nil
	}
	out := make([]module, len(r.failed))
	for i, name := range r.failed {
		out[i].name = name
		in := r.built[name]
		if in == nil {
			continue
		}
		out[i].first = in.first
		if whole {
			out[i].tests, out[i].errors = in.tests.Report().Counts.Failed, len(in.errors)
		}
	}
	return out
}

func (r *reactor) line(l lines.Line) {
	// Cheap checks first: a log has many lines, and few can match an expression.
	info, failed := strings.HasPrefix(l.Text, "[INFO] "), strings.Contains(l.Text, " FAIL")
	if info && strings.HasSuffix(l.Text, "-") {
		if m := mavenModule.FindStringSubmatch(l.Text); m != nil {
			r.inside = nil
			if len(r.built) < 2*maxModules {
				r.inside = &inside{tests: testlog.New(nil), errors: map[string]bool{}}
				r.built[m[1]] = r.inside
			}
			return
		}
	}
	if failed && len(r.failed) < maxModules {
		for _, form := range []*lazyregexp.Regexp{mavenFailed, gradleFailed} {
			if m := form.FindStringSubmatch(l.Text); m != nil {
				r.inside = nil
				r.failed = append(r.failed, m[1])
				return
			}
		}
	}
	in := r.inside
	if in == nil {
		return
	}
	in.tests.Line(l.Text)
	if info {
		if m := mavenNamed.FindStringSubmatch(l.Text); m != nil {
			r.built[m[1]] = in // the summary names modules so
		}
	}
	if !strings.HasPrefix(l.Text, "[ERROR] ") {
		return
	}
	says := mavenTest.MatchString(l.Text)
	if mavenError.MatchString(l.Text) {
		says = true
		in.errors[l.Text] = true
	}
	if says && in.first.Text == "" {
		in.first = l
	}
}

// says is "billing (2 tests)".
func (m module) says() texts.Phrase {
	var parts []any
	if m.errors > 0 {
		parts = append(parts, texts.CompileError.Count(m.errors))
	}
	if m.tests > 0 {
		parts = append(parts, texts.TestNoun.Count(m.tests))
	}
	if len(parts) == 0 {
		return texts.Plain(m.name)
	}
	return texts.InBrackets.With(m.name, texts.Join(texts.Comma, parts...))
}
