package state

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnExportMovesTheStateToEveryBackend(t *testing.T) {
	open := map[string]func(testing.TB, Options) *Store{}
	for name, start := range backends() {
		open[name] = start(t)
	}
	for from, openFrom := range open {
		for to, openTo := range open {
			t.Run(from+" to "+to, func(t *testing.T) {
				source, target := openFrom(t, Options{}), openTo(t, Options{})
				fill(t, source)
				var out bytes.Buffer
				require.NoError(t, source.Export(t.Context(), at(time.Minute), &out))
				got, err := target.Import(t.Context(), at(2*time.Minute), bytes.NewReader(out.Bytes()))
				require.NoError(t, err)
				assert.Equal(t, Imported{Aliases: Brought{Added: 30}, Watches: Brought{Added: 30}, Builds: Brought{Added: 30}, Intents: Brought{Added: 29}}, got)
				assert.Equal(t, exported(t, source), exported(t, target))

				ctx := t.Context()
				w := must[Watch](t)(target.Watches.Watch(ctx, "C1", "t1"))
				_, err = target.Watches.Advance(ctx, w, WatchState{Build: 99})
				require.NoError(t, err)
				require.NoError(t, target.Aliases.SetAlias(ctx, Alias{Name: "别名0", Target: "changed"}, nil))
				claims, err := target.Intents.ClaimDue(ctx, at(3*time.Minute), 1, lease)
				require.NoError(t, err)
				require.NoError(t, target.Intents.Done(ctx, at(3*time.Minute), claims[0]))
				before := exported(t, target)
				got, err = target.Import(ctx, at(4*time.Minute), bytes.NewReader(out.Bytes()))
				require.NoError(t, err)
				assert.Equal(t, Imported{Aliases: Brought{Kept: 30}, Watches: Brought{Kept: 30}, Builds: Brought{Kept: 30}, Intents: Brought{Kept: 29}}, got)
				assert.Equal(t, before, exported(t, target), "what went on since stays")

				got, err = target.Import(ctx, at(3*time.Hour), bytes.NewReader(out.Bytes()))
				require.NoError(t, err)
				assert.True(t, got.Late)
				assert.Zero(t, got.Intents)
			})
		}
	}
}

func TestAWrongLineIsNamedAndNothingIsImported(t *testing.T) {
	source := openFile(t, tempPath(t), Options{})
	fill(t, source)
	var out bytes.Buffer
	require.NoError(t, source.Export(t.Context(), at(0), &out))
	good := strings.Split(strings.TrimSpace(out.String()), "\n")
	with := func(n int, text string) []string {
		lines := append([]string{}, good...)
		lines[n-1] = text
		return lines
	}
	target := openFile(t, tempPath(t), Options{})
	empty := exported(t, target)
	for name, c := range map[string]struct {
		lines []string
		says  string
	}{
		"nothing":              {nil, "line 1: it is empty"},
		"another file":         {[]string{"alias web t1"}, "line 1: invalid character"},
		"no first line":        {good[1:], "line 1: the first line"},
		"two first lines":      {with(5, good[0]), "line 5: the first line"},
		"no JSON":              {with(12, "{"), "line 12: unexpected EOF"},
		"an unknown field":     {with(12, `{"alias":{"name":"a","target":"t","colour":"red"}}`), `line 12: json: unknown field "colour"`},
		"an unknown kind":      {with(12, `{"别名":{}}`), "line 12: json: unknown field"},
		"no kind":              {with(12, `{}`), "line 12: expected one of alias, watch, build, intent, failure"},
		"two kinds":            {with(12, `{"alias":{"name":"a","target":"t"},"watch":{"channel":"C","task":"t"}}`), "line 12: expected one of"},
		"two values":           {with(12, `{"alias":{"name":"a","target":"t"}} {}`), "line 12: more than one"},
		"an alias of nothing":  {with(12, `{"alias":{"name":"a"}}`), "line 12: keep alias \"a\""},
		"a watch of nothing":   {with(40, `{"watch":{"channel":"C"}}`), "line 40: keep a watch"},
		"a build of no task":   {with(70, `{"build":{"build":1}}`), "line 70: record build 1"},
		"an intent without id": {with(100, `{"intent":{"kind":"x"}}`), "line 100: put an intent"},
		"a later version":      {with(1, `{"logbot-state":{"version":3}}`), "line 1: version 3 of the form; this logbot reads up to version 2"},
		"cut":                  {good[:50], "line 51: the export ends early"},
		"a line lost":          {append(append([]string{}, good[:50]...), good[51:]...), fmt.Sprintf("line %d: the export had %d lines", len(good)-1, len(good)-1)},
		"more behind the end":  {append(append([]string{}, good...), good[5]), fmt.Sprintf("line %d: nothing is expected", len(good)+1)},
		"too long a line":      {with(12, strings.Repeat("x", maxLine+1)), "line 12: longer than"},
	} {
		_, err := target.Import(t.Context(), at(0), strings.NewReader(strings.Join(c.lines, "\n")))
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), "import the state: "+c.says, name)
		}
	}
	assert.Equal(t, empty, exported(t, target))
}

// Whatever is read, it is refused with a line number or it is a whole export.
func FuzzReadExport(f *testing.F) {
	s := openFile(f, tempPath(f), Options{Temporary: true})
	fill(f, s)
	var out bytes.Buffer
	require.NoError(f, s.Export(f.Context(), at(0), &out))
	whole := strings.Split(out.String(), "\n")
	f.Add(out.String())
	f.Add(strings.Join(append(whole[:1:1], `{"alias":{"name":"别名","target":"任务"}}`, `{"lines":2}`), "\n"))
	f.Add(whole[0] + "\n{\"lines\":1}\n")
	f.Add("{\"logbot-state\":{\"version\":1}}\n{\"watch\":{\"channel\":\"C\",\"task\":\"\xff\"}}")
	f.Add("失败")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := readExport(strings.NewReader(text))
		if err != nil {
			assert.Regexp(t, `^line \d+: `, err.Error())
			return
		}
		assert.NotNil(t, lines[0].State)
		assert.NotNil(t, lines[len(lines)-1].End)
		for _, l := range lines[1 : len(lines)-1] {
			assert.True(t, l.Alias != nil || l.Watch != nil || l.Build != nil || l.Intent != nil || l.remembered())
		}
	})
}
