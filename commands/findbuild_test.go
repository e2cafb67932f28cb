package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/texts"
)

// page is the address of a task's page.
const page = "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/0123456789abcdef0123456789abcdef/build/detail/"

func TestAMessageWithoutABuildIsAnsweredWithWhatToType(t *testing.T) {
	policy, err := access.New([]access.Rule{{Tasks: []string{"web", id("1")}}})
	require.NoError(t, err)
	c, r := over(shop(), policy, broken)
	for message, want := range map[string]struct{ says, try string }{
		"":                          {"That message names no build", "/logs fail web"},
		"good morning":              {"such as web #128", "/logs fail web"},
		"the web is down":           {"names no build", "/logs fail web"},
		"web-128 and webapp #3":     {"names no build", "/logs fail web"},
		"web 1.2.3 at 14:02":        {"names no build", "/logs fail web"},
		"web #1f0c2d9":              {"names no build", "/logs fail web"},
		"web #12345678901234":       {"names no build", "/logs fail web"},
		"wbe #7 failed":             {"names no build", "/logs fail web 7"},
		"Payment #3":                {"names no build", "/logs fail web"}, // may not be read
		page + webID:                {"names web, but no build of it", "/logs fail web last"},
		"record " + record + " red": {"but not its task", "/logs full " + record + " STEP"},
		"https://github.com/acme/web/actions/runs/1": {"names no build", "/logs fail web"},
	} {
		line, why, ok := c.FindBuild(t.Context(), commands.Request{Text: message, Channel: "C1", User: "U1"})
		assert.False(t, ok, "%s: %s", message, line)
		assert.True(t, why.Private)
		assert.Contains(t, why.Body, want.says, message)
		assert.Contains(t, shown(why), want.try, message)
		assert.NotContains(t, shown(why), "Payment", "names that may not be read are not told")
	}
	assert.Empty(t, r.asked, "no log is read")

	_, why, _ := c.FindBuild(t.Context(), commands.Request{Text: "早", Lang: texts.Chinese})
	assert.Contains(t, why.Body, "该消息中没有提到构建")
}

func FuzzFindBuild(f *testing.F) {
	for _, seed := range []string{
		"web #128", "固件 构建 第 12 次", page + webID + "?build_no=1", webID + " 构建号：7", "<http://[::1|x> #1", "twin\u202e #\u200b4",
		"\xff web #1", "#1 of web", "👩‍👩‍👧 #2 web", "&lt;https://a&gt;", record,
	} {
		f.Add(seed)
	}
	c, _ := over(shop(), access.Open(), broken)
	f.Fuzz(func(t *testing.T, text string) {
		line, why, ok := c.FindBuild(context.Background(), commands.Request{Text: text})
		if ok == why.Refused || ok == (line == "") {
			t.Fatalf("%q: %v %q %+v", text, ok, line, why)
		}
		if !ok {
			return
		}
		if r := c.Run(context.Background(), commands.Request{Text: line}); r.Refused && strings.Contains(r.Body, "I don't know what") {
			t.Fatalf("%q became %q: %s", text, line, r.Body)
		}
	})
}
