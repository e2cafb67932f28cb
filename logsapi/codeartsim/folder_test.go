package codeartsim

import (
	"bytes"
	"io"
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
	derived := func(more string) func(fstest.MapFS) {
		return func(f fstest.MapFS) {
			f["more/build.yaml"] = &fstest.MapFile{Data: []byte(more + "\nbuild: 9\nrecord: 4cc26382-b2cb-4234-8eb0-b37d362f4d4c\n" +
				"state: SUCCESS\nstarted: 2026-11-20T14:02:08Z\n")}
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
		{"state", change("web/build.yaml", "state: FAILURE", "state: FAILED"), []string{`web/build.yaml: state: "FAILED" is not one of`}},
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
			f["web/end.log"] = &fstest.MapFile{Data: append(bytes.Repeat([]byte("中"), 1<<16), '\n')}
		}, []string{"web/end.log: line 1 has"}},
		{"same build twice", change("live/build.yaml", "build: 8", "build: 7"), []string{"web/build.yaml: build 7 of task " + webID + " is also in live/build.yaml"}},
		{"same record twice", change("live/build.yaml", "3cc26382", "2cc26382"), []string{"web/build.yaml: record " + webRecord + " is also in live/build.yaml"}},
		{"name with two ids", change("live/build.yaml", webID, otherID), []string{`web/build.yaml: task.id: task "web" also has the id ` + otherID}},
		{"check run", change("style/check.yaml", styleID, "x"), []string{`style/check.yaml: run: "x"`}},
		{"check name", change("style/check.yaml", "name: style", "name: ''"), []string{"style/check.yaml: name: is missing"}},
		{"check file", change("style/check.yaml", "file: check.log\n", ""), []string{"style/check.yaml: file: give a file or pieces"}},
		{"queue", change("web/build.yaml", "branch: main", "queue: -1s\nbranch: main"), []string{"web/build.yaml: queue: -1s"}},
		{"project name", change("web/build.yaml", "id: "+webID, "id: "+webID+", project: {id: "+otherID+"}"), []string{"web/build.yaml: task.project.name: is missing"}},
		{"project id", change("web/build.yaml", "id: "+webID, "id: "+webID+", project: {name: p, id: x}"), []string{`web/build.yaml: task.project.id: "x"`}},
		{"two projects of a task", change("web/build.yaml", "id: "+webID, "id: "+webID+", project: {name: p, id: "+otherID+"}"), []string{"web/build.yaml: task: ", "is also"}},
		{"analysis", change("web/build.yaml", "branch: main", "analysis: [{step: 3, code: x}]\nbranch: main"), []string{"web/build.yaml: analysis[0].step: there is no step 3"}},
		{"from nowhere", derived("from: ../none/build.yaml"), []string{"more/build.yaml: from: ", "is not a build without from"}},
		{"from a derived one", func(f fstest.MapFS) {
			derived("from: ../web/build.yaml")(f)
			f["third/build.yaml"] = &fstest.MapFile{Data: []byte("from: ../more/build.yaml\nbuild: 10\n")}
		}, []string{"third/build.yaml: from: "}},
		{"grows for ever", change("live/build.yaml", "branch: main", "grows: true\nbranch: main"), []string{"live/build.yaml: state: a build that grows"}},
		{"asked for later, but it does not grow", change("web/build.yaml", "branch: main", "asked: 1m\nbranch: main"), []string{"web/build.yaml: asked: 1m0s"}},
		{"until", derived("from: ../web/build.yaml\nuntil: 3"), []string{"more/build.yaml: until: 3 is not within 0 and 2"}},
		{"second document", change("web/build.yaml", "task:", "from: ../live/build.yaml\nbuild: 0\n---\ntask:"), []string{"web/build.yaml: build: 0"}},
		{"check task", change("style/check.yaml", "name: style", "name: style\ntask: x"), []string{`style/check.yaml: task: "x"`, `style/check.yaml: execution: ""`}},
		{"check state", change("style/check.yaml", "FAILURE", "InQueue"), []string{`style/check.yaml: state: "InQueue"`}},
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

func TestBuildMadeFromAnotherHasItsStepsAndItsOwnTimes(t *testing.T) {
	f := smallFolder()
	f["more/build.yaml"] = &fstest.MapFile{Data: []byte(`from: ../web/build.yaml
build: 9
until: 1
record: 4cc26382-b2cb-4234-8eb0-b37d362f4d4c
state: ABORTED
started: 2026-11-21T14:02:09.113+08:00
duration: 2s
---
from: ../web/build.yaml
build: 10
record: 5cc26382-b2cb-4234-8eb0-b37d362f4d4c
state: SCHEDULE_FAILURE
started: 2026-11-21T15:00:00+08:00
---
from: ../web/build.yaml
build: 11
record: 6cc26382-b2cb-4234-8eb0-b37d362f4d4c
state: InQueue
started: 2026-11-21T15:00:00+08:00
`)}
	h := newHarness(t, Config{FS: f})
	log, err := io.ReadAll(h.BuildLog(webID, 9))
	require.NoError(t, err)
	assert.Equal(t, "[2026/11/21 14:02:09.200 GMT+08:00] [INFO]  : onStarted\n"+
		"[2026/11/21 14:02:10.000 GMT+08:00] [INFO] [代码检出:external_pre_checkout] : 该步骤开始执行\nno stamp <here> & there\n"+
		"[2026/11/22 00:00:11.000 GMT+08:00] [INFO] [BUILD_PARALLEL:post_build] : ends\n"+
		"[2026/11/21 14:02:11.113 GMT+08:00] Finished: ABORTED\n", string(log))
	step, err := io.ReadAll(h.StepLog(webID, 9, 1))
	require.NoError(t, err)
	assert.Contains(t, string(log), string(step))
	assert.Nil(t, h.StepLog(webID, 9, 2))
	assert.Nil(t, h.BuildLog(webID, 99))
	assert.Nil(t, h.CheckLog(otherID))
	assert.EqualValues(t, len(wholeStyle), h.CheckLog(styleID).Size())

	queued := h.result("/v1/record/" + webID + "/11/record-info")
	assert.Equal(t, "InQueue", queued["status"])
	assert.NotContains(t, queued, "start_time")
	assert.Empty(t, h.ascending(paged{path: "/v1/log/" + webID + "/11/real-time-log"}, "10"))
	assert.Equal(t, codeNoLog, h.get("/v1/log/"+webID+"/10/real-time-log?start_offset=0&end_offset=0").code(t))
}
