package codeartsim

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrongFoldersAreRefusedWithFileAndField(t *testing.T) {
	change := func(file, old, new string) func(fstest.MapFS) {
		return func(f fstest.MapFS) {
			before := string(f[file].Data)
			after := strings.Replace(before, old, new, 1)
			if before == after {
				panic("the case changes nothing")
			}
			f[file] = &fstest.MapFile{Data: []byte(after)}
		}
	}
	for _, c := range []struct {
		name   string
		change func(fstest.MapFS)
		want   []string
	}{
		{"task name", change("web/build.yaml", "name: web", "name: ''"), []string{"web/build.yaml: task.name: is missing"}},
		{"task id", change("web/build.yaml", webID, "48C6"), []string{`web/build.yaml: task.id: "48C6" is not made of 32 hex digits`}},
		{"record", change("web/build.yaml", webRecord, "x"), []string{`web/build.yaml: record: "x"`}},
		{"build", change("web/build.yaml", "build: 7", "build: 0"), []string{"web/build.yaml: build: 0"}},
		{"state", change("web/build.yaml", "state: FAILURE", "state: FAILED"), []string{`web/build.yaml: state: "FAILED" is none of`}},
		{"step state", change("web/build.yaml", "state: SUCCESS", "state: fine"), []string{`web/build.yaml: steps[0].state: "fine"`}},
		{"step name", change("web/build.yaml", "name: Maven test", "name: ''"), []string{"web/build.yaml: steps[1].name: is missing"}},
		{"step id", change("web/build.yaml", "step_id: 17", "step_id: 11"), []string{"web/build.yaml: steps[1].step_id: 11"}},
		{"no step id", change("web/build.yaml", "step_id: 11", "step_id: 0"), []string{"web/build.yaml: steps[0].step_id: 0"}},
		{"no steps", func(f fstest.MapFS) {
			text, _, _ := strings.Cut(string(f["web/build.yaml"].Data), "steps:")
			f["web/build.yaml"] = &fstest.MapFile{Data: []byte(text)}
		}, []string{"web/build.yaml: steps: a build has at least one"}},
		{"started", change("web/build.yaml", "started: 2026-11-20T14:02:08.113+08:00\n", ""), []string{"web/build.yaml: started: is missing"}},
		{"duration", change("web/build.yaml", "duration: 3m", "duration: -3m"), []string{"web/build.yaml: duration: -3m"}},
		{"no file", change("web/build.yaml", "file: stage1.log", "file: nothing.log"), []string{"web/build.yaml: steps[0].file: ", "nothing.log"}},
		{"file and pieces", change("web/build.yaml", "    pieces:", "    file: end.log\n    pieces:"), []string{"web/build.yaml: steps[1].file: give a file or pieces"}},
		{"file outside", change("web/build.yaml", "file: stage1.log", "file: ../../etc/passwd"), []string{"web/build.yaml: steps[0].file: "}},
		{"repeat", change("web/build.yaml", "repeat: 5", "repeat: 10000001"), []string{"web/build.yaml: steps[1].pieces[0].repeat: 10000001"}},
		{"every", change("web/build.yaml", "every: 1500ms", "every: 2h"), []string{"web/build.yaml: steps[1].pieces[0].every: 2h"}},
		{"unknown field", change("web/build.yaml", "branch:", "brunch:"), []string{"web/build.yaml: yaml:", "brunch"}},
		{"no yaml", change("web/build.yaml", "task:", "\ttask:"), []string{"web/build.yaml: yaml:"}},
		{"empty yaml", func(f fstest.MapFS) { f["web/build.yaml"] = &fstest.MapFile{} }, []string{"web/build.yaml: EOF"}},
		{"no line feed", change("web/end.log", "failed\n", "failed"), []string{"build.yaml: steps[1].pieces[1].file: web/end.log does not end with a line feed"}},
		{"long line", func(f fstest.MapFS) {
			f["web/end.log"] = &fstest.MapFile{Data: append(bytes.Repeat([]byte("中"), maxLineBytes), '\n')}
		}, []string{"web/end.log: line 1 has"}},
		{"same build twice", change("live/build.yaml", "build: 8", "build: 7"), []string{"web/build.yaml: build 7 of task " + webID + " is also in live/build.yaml"}},
		{"same record twice", change("live/build.yaml", "3cc26382", "2cc26382"), []string{"web/build.yaml: record " + webRecord + " is also in live/build.yaml"}},
		{"name with two ids", change("live/build.yaml", webID, otherID), []string{`web/build.yaml: task.id: task "web" also has the id ` + otherID}},
		{"check run", change("style/check.yaml", styleID, "x"), []string{`style/check.yaml: run: "x"`}},
		{"check name", change("style/check.yaml", "name: style", "name: ''"), []string{"style/check.yaml: name: is missing"}},
		{"check file", change("style/check.yaml", "file: check.log\n", ""), []string{"style/check.yaml: file: give a file or pieces"}},
		{"two things", func(f fstest.MapFS) {
			change("web/build.yaml", "name: web", "name: ''")(f)
			change("style/check.yaml", "state: FAILURE", "state: x")(f)
		}, []string{"web/build.yaml: task.name", "style/check.yaml: state"}},
		{"nothing", func(f fstest.MapFS) { clear(f) }, []string{"neither a build.yaml nor a check.yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := smallFolder()
			c.change(f)
			_, err := New(Config{FS: f})
			require.Error(t, err)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}
