package commands_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
)

// id is a task id that ends in the given digits.
func id(end string) string { return strings.Repeat("0", 32-len(end)) + end }

// shop is a service with a few tasks, builds and steps.
func shop() service {
	return service{
		tasks: []logsapi.Task{
			{ID: id("1"), Name: "shop-web"}, {ID: id("2"), Name: "shop-api"}, {ID: id("3"), Name: "Payment"},
			{ID: id("4"), Name: "固件 构建"}, {ID: id("5"), Name: "twin"}, {ID: id("6"), Name: "Twin"},
		},
		builds: []logsapi.Build{
			{Number: 12, State: logsapi.Running, Branch: "main", Commit: "1f0c2d9a4be1", Who: "ann"},
			{Number: 11, State: logsapi.Failed, Branch: "feature/discounts", Commit: "c07b1e2", Who: "bob", Duration: 95 * time.Second,
				Started: time.Date(2026, 11, 20, 6, 2, 0, 0, time.UTC)},
			{Number: 10, State: logsapi.Succeeded, Branch: "main", Who: "ann", Duration: 3 * time.Minute},
			{Number: 9, State: logsapi.Aborted},
		},
		record: &logsapi.Record{ID: record, State: logsapi.Failed, Branch: "main"},
		steps: []logsapi.Step{
			{Position: 1, NodeID: 11, Name: "Checkout", State: logsapi.Succeeded},
			{Position: 2, NodeID: 17, Name: "Maven test", State: logsapi.Failed},
			{Position: 3, NodeID: 23, Name: "Maven deploy"},
		},
		analysis: &logsapi.Analysis{Code: "DEV.CB.0220055", Message: "Maven构建失败"},
		checks:   []logsapi.CheckTask{{ID: id("c1"), Name: "style"}},
		runs:     []logsapi.CheckRun{{ID: id("d2")}, {ID: id("d1")}},
	}
}

// reader answers pages and remembers which logs were asked for.
type reader struct {
	logs
	asked []string
}

func over(s commands.Builds, policy *access.Policy, answer func(logsapi.Log) string) (*commands.Commands, *reader) {
	r := &reader{}
	r.page = func(q logsapi.PageRequest) (logsapi.Page, error) {
		r.asked = append(r.asked, q.Log.String())
		return logsapi.Page{Text: answer(q.Log), Last: true}, nil
	}
	return commands.New(commands.Options{
		Logs: r, Builds: s, Gate: redact.New(), Access: policy,
		Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
	}), r
}

// pressed is the example that a button stands for; zero where there is none.
func pressed(r reply.Reply, button string) reply.Example {
	for _, e := range r.Try {
		if e.Button == button {
			return e
		}
	}
	return reply.Example{}
}

func broken(logsapi.Log) string { return "$ make\nmake: *** [all] Error 2\n" }

func TestATaskIsFoundByItsName(t *testing.T) {
	for typed, want := range map[string]string{
		"shop-web":     id("1"),
		"SHOP-WEB":     id("1"),
		"shop-w":       id("1"),
		"pay":          id("3"),
		"api":          id("2"), // a part of one name only
		`"固件 构建"`:      id("4"),
		"固件":           id("4"),
		"web":          webID, // an alias goes before a name
		id("5"):        id("5"),
		"“shop-web”":   id("1"),
		"shop-web 11":  id("1"),
		"shop-web #11": id("1"),
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: "fail " + typed})
		require.False(t, answer.Refused, "%s: %s", typed, answer.Body)
		require.NotEmpty(t, r.asked, typed)
		assert.Contains(t, r.asked[0], want, typed)
	}
}

func TestANameThatFitsSeveralTasksIsAnsweredWithTheChoices(t *testing.T) {
	for _, c := range []struct {
		typed, says string
		try         []string
	}{
		{"fail shop 11", `"shop" fits 2 tasks. Which one?`, []string{"/logs fail shop-web 11", "/logs fail shop-api 11"}},
		{"fail twin 11", `"twin" fits 2 tasks.`, []string{"/logs fail " + id("5") + " 11", "/logs fail " + id("6") + " 11"}},
		{"fail shop-wbe 11", `No task is called "shop-wbe". Did you mean:`, []string{"/logs fail shop-web 11"}},
		{"fail ay 11", `No task is called "ay". Did you mean:`, []string{"/logs fail Payment 11"}}, // two letters of its middle
		{"fail 固建 11", "No task is called", []string{`/logs fail "固件 构建" 11`}},
		{"fail zzz 11", "Known: Payment, Twin, shop-api, shop-web, twin, web, 固件 构建.", []string{"/logs fail Payment 11"}},
		{"full web 11 maven", `"maven" fits 2 steps. The steps are:`, []string{"/logs full web 11 stage1", "/logs full web 11 stage2", "/logs full web 11 stage3"}},
		{"full web 11 gradle", `No step is called "gradle". The steps are:`, []string{"/logs full web 11 stage1"}},
		{"show web 11 --step nothing", `No step is called "nothing".`, []string{"/logs show web 11 --step stage1"}},
	} {
		cmds, r := over(shop(), access.Open(), broken)
		answer := cmds.Run(t.Context(), commands.Request{Text: c.typed})
		assert.True(t, answer.Refused, c.typed)
		assert.Contains(t, answer.Body, c.says)
		var lines []string
		for _, e := range answer.Try {
			lines = append(lines, e.Line)
		}
		for _, line := range c.try {
			assert.Contains(t, lines, line, c.typed)
		}
		assert.Empty(t, r.asked)
	}
}

func TestNamesOfTasksThatMayNotBeReadAreNotTold(t *testing.T) {
	policy, err := access.New([]access.Rule{{Tasks: []string{id("1")}}})
	require.NoError(t, err)
	c, _ := over(shop(), policy, broken)
	assert.False(t, c.Run(t.Context(), commands.Request{Text: "fail shop 11"}).Refused, "the only one that fits")
	for _, typed := range []string{"fail pay 11", "fail twin 11", "fail zzz 11"} {
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		assert.True(t, answer.Refused)
		assert.NotContains(t, shown(answer), "Payment")
		assert.NotContains(t, shown(answer), "Twin")
	}
}

func TestABuildLeftOutIsTheLastThatEnded(t *testing.T) {
	for typed, want := range map[string]string{
		"fail web":           "/11",
		"web":                "/11",
		"fail web last":      "/11",
		"fail web last-1":    "/10",
		"fail web LAST-2":    "/9",
		"show web":           "/11",
		"show web --tail":    "/11",
		"fail web 12":        "/12",
		"fail web last --me": "/11",
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.False(t, answer.Refused, "%s: %s", typed, answer.Body)
		assert.Contains(t, r.asked[0], want, typed)
	}
	for typed, says := range map[string]string{
		"fail web last-3":   "has no such build",
		"fail web last-99":  `"last-99" is no build`,
		"fail web last+1":   `"last+1" is no build`,
		"fail web lasting":  `"lasting" is no build`,
		"fail web latest-1": `is no build`,
	} {
		c, _ := over(shop(), access.Open(), broken)
		assert.Contains(t, c.Run(t.Context(), commands.Request{Text: typed}).Body, says, typed)
	}
	c, _ := over(noBuilds{}, access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "fail web"})
	assert.Contains(t, answer.Body, "Please add its number; the service does not tell which was the last")
	assert.Equal(t, "/logs fail web 128", answer.Try[0].Line)
}

func TestFailReadsOnlyTheStepThatFailed(t *testing.T) {
	c, r := over(shop(), access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
	assert.Equal(t, []string{"step/" + webID + "/11/17"}, r.asked)
	assert.Contains(t, answer.Heading, `failed in "Maven test"`)
	assert.Contains(t, answer.Source, "of the step")
	assert.Equal(t, "CodeArts says: Maven构建失败 (DEV.CB.0220055)", answer.Body)
	assert.Equal(t, "/logs full web 11 stage2", pressed(answer, "Log of this step").Line)
}

func TestAStepWithoutALogOfItsOwnFallsBackToTheWholeLogAndSaysSo(t *testing.T) {
	c, r := over(shop(), access.Open(), func(l logsapi.Log) string {
		if _, step := l.(logsapi.StepLog); step {
			return ""
		}
		return broken(l)
	})
	answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
	assert.Len(t, r.asked, 2)
	assert.Contains(t, answer.Excerpt(), "Error 2")
	assert.Contains(t, answer.Source, "the step has no log of its own")

	answer = c.Run(t.Context(), commands.Request{Text: "show web 11 --step checkout"})
	assert.Contains(t, answer.Excerpt(), "Error 2")
	assert.Contains(t, answer.Source, "has no log of its own")
}

func TestAStepIsANumberOrAName(t *testing.T) {
	for typed, want := range map[string]string{
		"show web 11 --step 2":            "/11/17",
		"show web 11 --step stage3":       "/11/23",
		"show web 11 --step checkout":     "/11/11",
		"show web 11 --step 'Maven test'": "/11/17",
		"show web 11 --step 7":            "/11/7", // not in the list: the number as it stands
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.False(t, answer.Refused, answer.Body)
		assert.True(t, strings.HasSuffix(r.asked[0], want), "%s asked for %s", typed, r.asked[0])
	}
	c, _ := over(shop(), access.Open(), func(l logsapi.Log) string {
		if _, step := l.(logsapi.StepLog); step {
			return ""
		}
		return broken(l)
	})
	for _, typed := range []string{"show web 11 --step 7", "show web 11 --step stage7 --tail", "full web 11 7"} {
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		assert.True(t, answer.Refused, "%s: no other log is shown as that of a step that is not there", typed)
		assert.Contains(t, answer.Body, "The steps are:", typed)
		assert.Contains(t, shown(answer), strings.Replace(typed, "7", "3", 1)[:len("full web 11 ")], typed)
	}
	c, _ = over(shop(), access.Open(), broken)
	for typed, name := range map[string]string{
		"full web 11 deploy": "web-11-stage3-maven-deploy.log",
		"full web 11 2":      "web-11-stage2-maven-test.log",
		"full web 11":        "web-11-stage2-maven-test.log", // the one that failed
	} {
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.NotNil(t, answer.File, answer.Body)
		assert.Equal(t, name, answer.File.Name)
	}
}

func TestAFailedStepWithoutARecordIsNotPromisedAsAFile(t *testing.T) {
	s := shop()
	s.record = nil
	c, _ := over(s, access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
	assert.Contains(t, answer.Heading, `in "Maven test"`)
	assert.Equal(t, "/logs full web 11 all", pressed(answer, "Full log").Line)
	assert.Empty(t, pressed(answer, "Log of this step"))
	answer = c.Run(t.Context(), commands.Request{Text: "full web 11"})
	require.NotNil(t, answer.File, answer.Body)
	assert.Equal(t, "web-11.log", answer.File.Name, "the whole build instead")
}

func TestACheckIsFoundByTheNameOrTheAddressOfItsTask(t *testing.T) {
	for _, typed := range []string{
		"check style",
		"check https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/" + id("77") + "/task/" + id("c1"),
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.False(t, answer.Refused, answer.Body)
		assert.Equal(t, "check/"+id("d2"), r.asked[0], "its latest run")
	}
	s := shop()
	s.runs = []logsapi.CheckRun{}
	c, _ := over(s, access.Open(), broken)
	assert.Contains(t, c.Run(t.Context(), commands.Request{Text: "check style"}).Body, "has not run yet")
}

func TestBuildsIsACompactTable(t *testing.T) {
	c, _ := over(shop(), access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "builds web"})
	assert.Equal(t, "The last builds of web", answer.Heading)
	assert.Equal(t, strings.Join([]string{
		"#12 running   main@1f0c2d9         ann",
		"#11 failed    feature/disc@c07b1e2 bob 11-20 14:02 1m35s",
		"#10 succeeded main                 ann             3m0s",
		"#9  aborted",
	}, "\n"), answer.Excerpt())
	assert.Equal(t, "times as in CodeArts (UTC+8)", answer.Source)
	assert.Equal(t, "/logs fail web 11", answer.Try[0].Line)

	c, _ = over(noBuilds{}, access.Open(), broken)
	answer = c.Run(t.Context(), commands.Request{Text: "builds web"})
	assert.True(t, answer.Refused)
	assert.Contains(t, answer.Body, "does not list builds here")
}

// hanging is a service that never tells anything of a build.
type hanging struct{ service }

func (hanging) Record(ctx context.Context, _ string, _ int64) (logsapi.Record, error) {
	<-ctx.Done()
	return logsapi.Record{}, ctx.Err()
}

func (hanging) Steps(ctx context.Context, _ string, _ int64, _ string) ([]logsapi.Step, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) Analysis(ctx context.Context, _ string, _ int64) (logsapi.Analysis, error) {
	<-ctx.Done()
	return logsapi.Analysis{}, ctx.Err()
}

func TestAServiceThatIsSlowToTellIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := over(hanging{shop()}, access.Open(), broken)
		began := time.Now()
		answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
		assert.Contains(t, answer.Excerpt(), "Error 2")
		assert.LessOrEqual(t, time.Since(began), 3*time.Second)
		assert.Empty(t, answer.Context)
	})
}
