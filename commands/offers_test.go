package commands_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// failing is a log with a cause in its middle.
func failing(before, after int) string {
	var b strings.Builder
	b.WriteString("$ make\n")
	for i := range before {
		fmt.Fprintf(&b, "compiling file_%c%c.c\n", 'a'+i/26%26, 'a'+i%26)
	}
	b.WriteString("main.c:3:1: error: expected ';' before 'return'\n")
	for i := range after {
		fmt.Fprintf(&b, "linking part_%c%c\n", 'a'+i/26%26, 'a'+i%26)
	}
	b.WriteString("make: *** [all] Error 2\nFinished: FAILURE\n")
	return b.String()
}

func TestMoreContextGrowsAroundWhatWasChosen(t *testing.T) {
	log := &paged{text: failing(300, 200), page: 1 << 20}
	c := commandsReading(log)
	shown := strings.Split(strings.TrimSuffix(log.text, "\n"), "\n")
	r := ask(t, c, "fail web 1")
	reason := r.Reason
	sizes := []int{len(r.Lines)}
	for {
		button := pressed(r, "More")
		if button.Line == "" {
			break
		}
		assert.Equal(t, reply.InPlace, button.Place)
		before := r.Lines
		r = ask(t, c, button.Line)
		sizes = append(sizes, len(r.Lines))
		assert.Equal(t, reason, r.Reason)
		assert.True(t, slices.IsSortedFunc(r.Lines, func(a, b lines.Line) int { return a.Number - b.Number }))
		for _, l := range before {
			if l.Number != 0 {
				assert.Contains(t, r.Lines, l, "what was shown stays")
			}
		}
		for _, l := range r.Lines {
			assert.Equal(t, shown[l.Number-1], l.Text, "the number says where the line is")
		}
	}
	assert.Equal(t, []int{39, 79, 99}, sizes[2:], "with the line of the reason above them")
	assert.LessOrEqual(t, sizes[1], 20)
	assert.LessOrEqual(t, r.HeadRowsTaken()+sizes[0], reply.CardRows)
	at := slices.IndexFunc(r.Lines, func(l lines.Line) bool { return l.Number == 303 })
	require.Positive(t, at)
	for d := range 10 {
		assert.Equal(t, 303+d, r.Lines[at+d].Number, "the neighbours of the cause are there")
		assert.Equal(t, 301-d, r.Lines[at-1-d].Number, "and it is not repeated")
	}
	assert.Equal(t, "/logs show web 1 --grep", pressed(r, "Search").Line, "at the ceiling there is Search")
}

func TestMoreContextIsOfferedOnlyWhereThereIsMore(t *testing.T) {
	c := commandsReading(&paged{text: "$ make\nmake: *** [all] Error 2\n", page: 100})
	r := ask(t, c, "fail web 1")
	assert.Empty(t, pressed(r, "More").Line)

	c = commandsReading(&paged{text: failing(5, 20), page: 1000})
	r = ask(t, c, "fail web 1 --lines 60")
	assert.Empty(t, pressed(r, "More").Line, "all lines are shown")
	assert.Len(t, r.Lines, 28)
}

func TestMoreContextKeepsToTheRoomOfAMessage(t *testing.T) {
	wide := strings.ReplaceAll(failing(200, 200), "compiling", strings.Repeat("<&> ", 60))
	r := ask(t, commandsReading(&paged{text: wide, page: 1 << 20}), "fail web 1 --lines 100")
	written := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(r.Excerpt())
	assert.Less(t, len(written), 10000)
	assert.Greater(t, len(r.Lines), 10)
	assert.Empty(t, pressed(r, "More").Line)
}

func TestMoreContextOfTheEndOfALogCountsFromTheEnd(t *testing.T) {
	h := newHarness(t, nil, fiveEndpoints)
	r := h.typed(t, "fail monorepo 2000 --lines 60")
	assert.Len(t, r.Lines, 59)
	for _, l := range r.Lines {
		require.Negative(t, l.Number)
		same := h.typed(t, fmt.Sprintf("show monorepo 2000 --from %d --lines 1", l.Number))
		require.Len(t, same.Lines, 1)
		assert.Contains(t, same.Lines[0].Text, l.Text)
	}
}

func TestEveryButtonDoesWhatItsLineSays(t *testing.T) {
	h := newHarness(t, nil)
	for _, typed := range []string{"fail web 128", "show web 128", "show web 128 --tail", "show web 128 --grep e", "check style", "check style --tail"} {
		for _, e := range h.typed(t, typed).Try {
			line := strings.TrimPrefix(e.Line, "/logs ")
			if e.Place == reply.AskFirst {
				line += " error"
			}
			assert.False(t, h.typed(t, line).Refused, e.Line)
		}
	}
}

func TestAReplySaysWhatItIsAbout(t *testing.T) {
	h := newHarness(t, nil)
	web := reply.About{Task: webID, Name: "web", Build: 128}
	for _, typed := range []string{"fail web 128", "show web 128", "show web 128 --grep e", "full web 128", "full web 128 all"} {
		assert.Equal(t, web, h.typed(t, typed).About, typed)
	}
	style := h.typed(t, "check style")
	assert.Equal(t, "style", style.About.Name)
	assert.Len(t, style.About.Task, 32)
	assert.Zero(t, style.About.Build)
	assert.Zero(t, h.typed(t, "help").About)
	assert.Zero(t, h.typed(t, "fail nosuch 1").About)

	for typed, want := range map[string]bool{"fail web 128": true, "check style": true, "fail web 127": false, "show web 128": false, "builds web": false, "fail nosuch": false} {
		assert.Equal(t, want, h.typed(t, typed).Rateable, typed)
	}
}

func TestTheLinkToABuildIsMadeOfWhatIsKnown(t *testing.T) {
	const form = "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/{project}/build/detail/{task}/{build}"
	linked := func(s commands.Builds, console, typed string) string {
		r := &reader{}
		r.page = func(logsapi.PageRequest) (logsapi.Page, error) {
			return logsapi.Page{Text: broken(nil), Last: true}, nil
		}
		c := commands.New(commands.Options{
			Logs: r, Builds: s, Gate: redact.New(), Access: access.Open(), Console: console,
			Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
		})
		return c.Run(t.Context(), commands.Request{Text: typed}).Link
	}
	s := shop()
	s.tasks = append(s.tasks, logsapi.Task{ID: webID, Name: "web", ProjectID: id("aa")})
	want := "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/" + id("aa") + "/build/detail/" + webID + "/11"
	for _, typed := range []string{"fail web 11", "show web 11", "full web 11 all"} {
		assert.Equal(t, want, linked(s, form, typed), typed)
	}
	assert.Empty(t, linked(s, "", "fail web 11"), "no form, no link")
	assert.Empty(t, linked(shop(), form, "fail web 11"), "the project is not known")
	assert.Empty(t, linked(noBuilds{}, form, "fail web 11"))
	assert.Equal(t, "https://c/"+webID, linked(noBuilds{}, "https://c/{task}", "fail web 11"), "it need not be known")
	assert.Equal(t, page+webID+"?v=1", linked(noBuilds{}, form, "fail "+page+webID+"?v=1 11"), "a pasted address is used as it is")
	assert.Equal(t, page+webID+"/11", linked(noBuilds{}, form, "fail "+page+webID+"/11"), "and its build")
	assert.Empty(t, linked(noBuilds{}, "", "fail http"+strings.TrimPrefix(page, "https")+webID+" 11"), "unless it is not safe")

	assert.Contains(t, reply.Reply{Heading: "x", Link: want}.Text(midnight), want+"   Open in CodeArts")
	for form, says := range map[string]string{"ftp://x/{task}": "not a web address", "https://x/{job}": "only", "https://x": "{task} is missing", "://": "not a web address"} {
		assert.ErrorContains(t, commands.CheckConsole(form), says)
	}
	assert.NoError(t, commands.CheckConsole(""))
	assert.NoError(t, commands.CheckConsole(form))
}

func TestProgressIsToldWhileALogIsRead(t *testing.T) {
	log := numbered(2000, 100)
	var told []read.Progress
	asked := func(c *commands.Commands, typed string) reply.Reply {
		told = nil
		return c.Run(t.Context(), commands.Request{Text: typed, Progress: func(p read.Progress) { told = append(told, p) }})
	}
	pages := (len(log.text) + 99) / 100
	asked(commandsReading(log), "show web 1 --grep nothing-like-that")
	require.Len(t, told, pages)
	size := int64(len(log.text))
	assert.Equal(t, read.Progress{Pages: pages, Bytes: size, About: size}, told[pages-1])
	assert.Zero(t, told[0].About)
	assert.True(t, slices.IsSortedFunc(told, func(a, b read.Progress) int { return int(a.Bytes - b.Bytes) }))

	asked(commandsReading(log), "show web 1 --from 500")
	assert.Less(t, len(told), pages)
	require.NotEmpty(t, told)
	assert.Zero(t, told[len(told)-1].About, "it is not read to its end")

	r := asked(commandsReading(log), "full web 1 all")
	told = nil
	contentOf(t, r.File)
	require.Len(t, told, pages, "the file counts anew")
	assert.Equal(t, size, told[pages-1].About)

	r = asked(newHarness(t, nil).Commands, "full web 128 3")
	told = nil
	content, _ := contentOf(t, r.File)
	require.NotEmpty(t, told)
	last := told[len(told)-1]
	assert.Equal(t, last.About, last.Bytes, "the length of a file is known, and all of it was read")
	assert.Positive(t, len(content))
}
