package commands_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// helpless are errors to which no line can be typed: an app reads them, another channel
// has to be chosen, or a form shows them beside its field.
var helpless = map[string]bool{"texts.WatchNeedsPerson.With": true, "texts.ClaimNeedsPerson.With": true, "texts.Admission.NotShared.With": true, "texts.NotPostedHere.With": true, "texts.ExpressionOdd.With": true, "texts.ContextBad.With": true, "texts.NoStepNumber.With": true}

// Every error has a line to type, or a button.
func TestEveryErrorSaysWhatToTypeInstead(t *testing.T) {
	for _, folder := range []string{".", "find", "typed"} {
		names, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			code, err := os.ReadFile(name)
			require.NoError(t, err)
			set := gotoken.NewFileSet()
			file, err := parser.ParseFile(set, name, code, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok || len(call.Args) != 1 || !isCall(call, "typed", "Wrong") && !isNamed(call, "Wrong") {
					return true
				}
				says, ok := call.Args[0].(*ast.CallExpr)
				if !ok {
					return true // of a form, which has its own field
				}
				text := string(code[set.Position(says.Fun.Pos()).Offset:set.Position(says.Fun.End()).Offset])
				assert.True(t, helpless[text], "%s: %s has no line to type instead", set.Position(call.Pos()), text)
				return true
			})
		}
	}
	h := newHarness(t, nil)
	for _, c := range badInput() {
		if r := h.typed(t, c.typed); r.File == nil {
			assert.True(t, len(r.Try) > 0 || r.Link != "", "%q: %s", c.typed, r.Body)
		}
	}
}

func isNamed(call *ast.CallExpr, name string) bool {
	f, ok := call.Fun.(*ast.Ident)
	return ok && f.Name == name
}

// What people type in their first hour, as it was reported, and what they read.
func TestTheFirstHourIsAnswered(t *testing.T) {
	h := newHarness(t, nil)
	for _, c := range []struct {
		lang        texts.Lang
		typed, says string
	}{
		{texts.English, "fail web 122", "web #122 never started"},
		{texts.English, "fail web 124", "web #124 aborted by chen.jie · Install dependencies · 48 s"},
		{texts.English, "aliases extra", "aliases takes no arguments."},
		{texts.Chinese, "watches extra", "watches 后面不需要参数。"},
		{texts.English, "grep error web 128", "/logs show web 128 --grep error"},
		{texts.English, "diff web 128", "logbot can't compare builds."},
		{texts.English, "frob web 128", `Unknown command "frob".`},
		{texts.English, "rerun web 128", "it can't start builds"},
		{texts.English, "tests web 128", "web #128: "},
		{texts.English, "steps web 128", "Maven test"},
		{texts.English, "retry web", "it can't start builds"},
		{texts.English, "fail web latest", "web #128 failed"},
		{texts.English, "web#128", "web #128 failed"},
		{texts.English, "web~1", "web #127 succeeded"},
		{texts.English, "fail web -n 3", "web #128 failed"},
		{texts.English, "builds web -n 3", "#127 succeeded"},
		{texts.English, "fail web main", "web #128 failed"},
		{texts.English, "fail web 1f0c2d9", "web #128 failed"},
		{texts.Chinese, "为什么 web 128 失败", "web #128 失败"},
		{texts.Chinese, "失败 web 128", "web #128 失败"},
		{texts.Chinese, "失败 web 最后", "web #128 失败"},
		{texts.English, "why did web fail?", "web #128 failed"},
		{texts.English, "watch web --me", "Watching web for you."},
		{texts.Chinese, "fail", "fail 任务 [构建]"},
		{texts.Chinese, "builds web", "#128 失败"},
	} {
		r := h.typed(t, c.typed)
		if c.lang == texts.Chinese {
			r = h.inChinese(t, c.typed)
		}
		assert.Contains(t, shown(r), c.says, c.typed)
		for _, l := range r.Lines {
			if c.typed == "builds web" {
				assert.LessOrEqual(t, lines.Columns(l.Text), reply.Columns, l.Text)
			}
		}
	}
}
