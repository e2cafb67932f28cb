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
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

func TestHelpIsShortAndHasLinesToCopy(t *testing.T) {
	h := newHarness(t, nil)
	for _, typed := range []string{"", "help", "HELP", "  "} {
		r := h.typed(t, typed)
		assert.True(t, r.Private)
		assert.False(t, r.Refused)
		assert.LessOrEqual(t, strings.Count(shown(r), "\n"), 12)
		for _, e := range r.Try {
			assert.True(t, strings.HasPrefix(e.Line, "/logs "), e.Line)
		}
	}
	for _, verb := range []string{"fail", "show", "full", "check", "help"} {
		assert.Contains(t, shown(h.typed(t, "help "+verb)), "/logs "+verb)
	}
}

func TestAGreetingIsAnsweredWithTheShortHelp(t *testing.T) {
	h := newHarness(t, nil)
	help, chinese := h.typed(t, "help"), h.inChinese(t, "help")
	require.NotEqual(t, shown(help), shown(chinese))
	for typed, want := range map[string]reply.Reply{
		"hello": help, "Hi!": help, "hey :)": help, " hello  there, ": help, "HELLO…": help, "thanks": help, "Good morning!": help,
		"你好": chinese, "您好！": chinese, "在吗？": chinese, "谢谢": chinese,
	} {
		r := h.typed(t, typed)
		assert.Equal(t, shown(want), shown(r), typed)
		assert.Equal(t, want.Lang, r.Lang, typed)
		assert.True(t, r.Private, typed)
		assert.False(t, r.Refused, typed)
	}
	assert.Equal(t, shown(chinese), shown(h.inChinese(t, "hello")), "in the language of whoever asks")
	for _, typed := range []string{"hello 128", "hello web", "fail hello", "hellos", "sayhi"} {
		assert.NotEqual(t, shown(help), shown(h.typed(t, typed)), typed)
	}
}

func TestATaskWhoseNameGreetsIsATask(t *testing.T) {
	h := newHarness(t, nil)
	require.False(t, h.typed(t, "alias hello web").Refused)
	assert.Contains(t, shown(h.typed(t, "hello")), "failed", "a short name that somebody set")
	assert.Equal(t, shown(h.typed(t, "help")), shown(h.typed(t, "hi")))

	s := shop()
	name := "Hey"
	s.tasks[0].Name = name
	c, _ := over(s, access.Open(), broken)
	says := func(text string) reply.Reply { return c.Run(t.Context(), commands.Request{Text: text}) }
	assert.Equal(t, shown(says("fail hey")), shown(says("hey")), "a name of the service")
	assert.NotEqual(t, shown(says("help")), shown(says("hey")))
	s.tasks[0].Name = "hey-you"
	assert.Equal(t, shown(says("help")), shown(says("hey")), "the beginning of a name is none")
}

func TestEveryLineThatHelpOffersWorks(t *testing.T) {
	h := remembering(t, nil)
	for _, verb := range []string{"", "fail", "show", "full", "check", "follow", "watch", "alias", "help"} {
		for _, e := range h.typed(t, "help "+verb).Try {
			r := h.says(t, here, admin, strings.TrimPrefix(e.Line, "/logs "))
			assert.False(t, r.Refused, "%s: %s", e.Line, r.Body)
		}
	}
}

func TestHelpIsWrittenOut(t *testing.T) {
	h := newHarness(t, nil)
	for _, verb := range commands.VerbNames() {
		for _, lang := range []texts.Lang{texts.English, texts.Chinese} {
			r := h.Run(t.Context(), commands.Request{Text: "help " + verb, Channel: here, User: ann, Lang: lang})
			assert.NotContains(t, r.Body, "%", verb)
		}
	}
}

func TestHelpShowsOnlyWhatTheCallerMayUse(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{"C0BUILDS01"}, Tasks: []string{"api", "style"}}})
	require.NoError(t, err)
	h := newHarness(t, policy)
	said := shown(h.typed(t, "help"))
	assert.Contains(t, said, "/logs fail api ", "an example that can be read")
	assert.NotContains(t, said, "web")

	for _, typed := range []string{"", "help", "help fail"} {
		r := h.Run(t.Context(), commands.Request{Text: typed, Channel: "C0GENERAL1", User: "U0ANN00001"})
		assert.True(t, r.Private)
		assert.Equal(t, "You can't read any log here. Ask an admin of logbot to allow channel C0GENERAL1 or user U0ANN00001 (config: access).", r.Text(midnight))
	}
}

func TestHelpNamesTasksThatThereAre(t *testing.T) {
	c := commands.New(commands.Options{Builds: shop(), Gate: redact.New(), Access: access.Open()})
	said := shown(c.Run(t.Context(), commands.Request{Text: "fail nosuch 7"}))
	assert.NotContains(t, said, "/logs fail web", "nobody has called a task so")

	said = shown(c.Run(t.Context(), commands.Request{Text: "help"}))
	assert.Contains(t, said, "/logs fail Payment ")
	assert.Contains(t, said, "/logs check style ")
	assert.NotContains(t, said, "web 128")
	said = shown(c.Run(t.Context(), commands.Request{Text: "fail"}))
	assert.Contains(t, said, "/logs fail Payment", "also in errors")

	c = commands.New(commands.Options{Builds: service{}, Gate: redact.New(), Access: access.Open()})
	said = shown(c.Run(t.Context(), commands.Request{Text: "fail web 7"}))
	assert.Contains(t, said, "Paste its URL, or the 32-digit ID")
	assert.Contains(t, said, "/logs fail ID 7", "not what was just refused")
	assert.Contains(t, shown(c.Run(t.Context(), commands.Request{Text: "help"})), "/logs fail TASK ")
}

// silent is a service that never lists its tasks.
type silent struct{ service }

func (silent) Tasks(ctx context.Context) ([]logsapi.Task, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestHelpDoesNotWaitForAServiceThatIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := commands.New(commands.Options{Builds: silent{}, Gate: redact.New(), Access: access.Open()})
		began := time.Now()
		assert.Contains(t, shown(c.Run(t.Context(), commands.Request{Text: "help"})), "/logs fail TASK ")
		assert.LessOrEqual(t, time.Since(began), 2*time.Second)
		synctest.Wait()
	})
}

func TestUsagesAreWhatTheHelpSays(t *testing.T) {
	h := newHarness(t, nil)
	usages := h.Usages(texts.English)
	first := map[string]bool{}
	for _, u := range usages {
		first["/logs "+u.Examples[0]] = true
	}
	for _, e := range h.Run(t.Context(), commands.Request{Text: "help", User: admin}).Try {
		assert.True(t, first[e.Line], "%s stands in the short help, which leaves out what the help of another verb tells of", e.Line)
	}
	for _, u := range usages {
		help := h.Run(t.Context(), commands.Request{Text: "help " + u.Verb, User: admin})
		assert.Equal(t, u.Verb+": "+u.Does, help.Heading)
		assert.Contains(t, help.Body, strings.TrimSpace("/logs "+u.Verb+" "+u.Follows))
		for _, flag := range u.Flags {
			assert.Contains(t, help.Body, "\n"+flag.Typed+": "+flag.Does)
		}
		assert.Equal(t, "--me", u.Flags[len(u.Flags)-1].Typed)
		require.LessOrEqual(t, len(u.Examples), len(help.Try))
		for i, e := range u.Examples {
			assert.Equal(t, "/logs "+e, help.Try[i].Line)
		}
	}
}
