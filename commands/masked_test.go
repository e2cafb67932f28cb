package commands_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
)

// cutInto is a log of pages that end at the cuts.
func cutInto(log string, cuts ...int) logs {
	cuts = append(append([]int{0}, cuts...), len(log))
	page := func(k int, last bool) (logsapi.Page, error) {
		return logsapi.Page{Text: log[cuts[k]:cuts[k+1]], Next: logsapi.Cursor{Start: int64(cuts[k]), End: int64(cuts[k+1])}, Last: last}, nil
	}
	return logs{page: func(r logsapi.PageRequest) (logsapi.Page, error) {
		last := len(cuts) - 2
		if r.Order == logsapi.Descending {
			k := last
			for r.At != (logsapi.Cursor{}) && k > 0 && int64(cuts[k+1]) > r.At.Start {
				k--
			}
			return page(k, k == 0)
		}
		k := 0
		for r.At != (logsapi.Cursor{}) && k < last && int64(cuts[k]) < r.At.End {
			k++
		}
		return page(k, k == last)
	}}
}

const ours = "OwnSecretKeyOfTheBotItself0123456789abcd"

func overLog(l logs) *commands.Commands {
	return commands.New(commands.Options{Logs: l, Builds: noBuilds{}, Gate: redact.New(ours), Access: access.Open()})
}

// everything is all that an answer holds, its file included.
func everything(t *testing.T, c *commands.Commands, text string) string {
	t.Helper()
	r := c.Run(t.Context(), commands.Request{Text: text})
	all := shown(r)
	if r.File != nil {
		content, _ := contentOf(t, r.File)
		all += r.File.Name + content
	}
	return all
}

// holdsHalf reports whether half of a secret is left.
func holdsHalf(text, secret string) bool {
	n := (len(secret) + 1) / 2
	for i := 0; i+n <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+n]) {
			return true
		}
	}
	return false
}

// reads are the commands that show a log.
func reads() []string {
	var all []string
	for _, words := range []string{"fail %s 7", "fail %s 7 --lines 60", "show %s 7 --tail", "show %s 7 --from 1 --lines 60", "show %s 7 --grep ERROR", "full %s 7 all"} {
		all = append(all, fmt.Sprintf(words, webID))
	}
	return all
}

func TestASecretOverThePagesIsMaskedInEveryAnswer(t *testing.T) {
	ghp := "ghp_" + strings.Repeat("a1B2", 9)
	random := "q7Rt2LmX9vKb4NsW8yZcQ1"
	token := "MII" + strings.Repeat("Fq7Rt2LmX9vKb4Ns", 6)
	hook := "T0123456789/B0123456789/" + random + "aB"
	for name, s := range map[string][2]string{
		"our own":      {ours, "signing with " + ours + " failed"},
		"GitHub":       {ghp, "token " + ghp + " rejected"},
		"address":      {"hunter2hunter2", "cannot clone https://ann:hunter2hunter2@git.example.com/r.git"},
		"bearer":       {random, "Authorization: Bearer " + random + " refused"},
		"X-Auth-Token": {token, "X-Auth-Token: " + token + " refused"},
		"signed link":  {random + random, "GET https://b.obs/x?Expires=1&Signature=" + random + random + " 403"},
		"Slack hook":   {hook, "POST https://hooks.slack.com/services/" + hook + " 403"},
		"密码":           {"x8#Kd92mQz", "登录失败，密码：x8#Kd92mQz"},
	} {
		log := strings.Repeat("compiling file ok\n", 30) + "ERROR: " + s[1] + "\nmake: *** [all] Error 2\n"
		at := strings.Index(log, s[0])
		for cut := at - 9; cut <= at+len(s[0])+2; cut += 1 + len(s[0])/24 {
			c := overLog(cutInto(log, cut))
			for _, text := range reads() {
				assert.False(t, holdsHalf(everything(t, c, text), s[0]), "%s cut at %d of it: %s", name, cut-at, text)
			}
		}
	}
}

// What the service tells is shortened to fit a row: a secret is masked before.
func TestTextsOfTheServiceAreMaskedBeforeTheyAreCut(t *testing.T) {
	token := "ghp_" + strings.Repeat("q7Rt", 9)
	for before := range 90 {
		text := strings.Repeat("长", before/2) + " " + token
		s := service{
			record: &logsapi.Record{ID: record, State: logsapi.Failed, Branch: text, Message: text, Who: text, Trigger: text},
			steps:  []logsapi.Step{{Position: 1, NodeID: 1, Name: text, State: logsapi.Failed}},
			builds: []logsapi.Build{{Number: 7, State: logsapi.Failed, Branch: text, Message: text, Who: text}},
			tasks:  []logsapi.Task{{ID: webID, Name: text}},
		}
		c := commands.New(commands.Options{Logs: cutInto("ERROR: x\n"), Builds: s, Gate: redact.New(), Access: access.Open()})
		for _, line := range []string{"fail " + webID + " 7", "builds " + webID, "steps " + webID + " 7", "full " + webID + " 7 all", "builds"} {
			assert.NotContains(t, everything(t, c, line), token[:8], "%d: %s", before, line)
		}
	}
	client := service{record: &logsapi.Record{ID: record, State: logsapi.Failed, Message: "rotate " + token[:20] + "…"}} // cut before it came
	c := commands.New(commands.Options{Logs: cutInto("ERROR: x\n"), Builds: client, Gate: redact.New(), Access: access.Open()})
	assert.NotContains(t, everything(t, c, "fail "+webID+" 7"), token[:8])
}

func TestAKeyOverThreePagesIsMaskedInEveryAnswer(t *testing.T) {
	var body []string
	for i := range 50 {
		body = append(body, fmt.Sprintf("%02dMIIEpAIBAAKCAQEAq7Rt2LmX9vKb4NsW8yZcQ1aBq7Rt2LmX9vKb4NsW8yZcQ", i))
	}
	log := "$ cat key\n-----BEGIN RSA PRIVATE KEY-----\n" + strings.Join(body, "\n") + "\n-----END RSA PRIVATE KEY-----\nERROR: no\nmake: *** [all] Error 2\n"
	c := overLog(cutInto(log, strings.Index(log, "\n15MII")+1, strings.Index(log, "\n45MII")+1))
	for _, text := range append(reads(), "fail "+webID+" 7 --lines 100") {
		all := everything(t, c, text)
		for _, line := range body {
			assert.NotContains(t, all, line, text)
		}
	}
}

func TestNothingThatIsRemovedLaterUndoesAMask(t *testing.T) {
	jwt := "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	for name, inside := range map[string]string{
		"zero-width space": "\u200b", "soft hyphen": "\u00ad", "byte order mark": "\ufeff", "word joiner": "\u2060", "right to left": "\u202e", "isolate": "\u2066",
		"colour": "\x1b[01;31m\x1b[K", "link": "\x1b]8;;http://x\x07", "C1": "\u009b0m", "DEL": "\x7f", "NUL": "\x00", "bell": "\a", "variation": "\ufe0f",
	} {
		for _, secret := range []string{ours, "ghp_" + strings.Repeat("a1B2", 9), jwt} {
			log := strings.Repeat("compile ok\n", 10) + "ERROR: token " + secret[:9] + inside + secret[9:] + " rejected\nmake: *** [all] Error 2\n"
			c := overLog(cutInto(log))
			for _, text := range reads() {
				all := everything(t, c, text)
				assert.False(t, holdsHalf(strings.ReplaceAll(all, inside, ""), secret), "%s: %s", name, text)
			}
		}
	}
}

func TestAFileIsCleanedAsAnExcerptIs(t *testing.T) {
	const log = "\x1b[31mred\x1b[0m\tx\u202e\x07\n10%\r100%\r\n\n编译失败\x00\nab\bc\nlast"
	assert.Contains(t, everything(t, overLog(cutInto(log)), "full "+webID+" 7 all"), "red\tx\n100%\n\n编译失败\nac\nlast")
	long := strings.Repeat("长", 1<<20) + "\x1b[1m!"
	assert.Contains(t, everything(t, overLog(cutInto(long)), "full "+webID+" 7 all"), strings.Repeat("长", 1<<20)+"!", "a line of any length")
}

func TestFileNamesAreShortAndClean(t *testing.T) {
	for _, name := range []string{
		strings.Repeat("长", 3000), strings.Repeat("x", 3000), "../../../etc/passwd", `..\..\boot.ini`, "a\nb\r\nc", "\u202egnp.exe", "a\u200bb", "\x1b[31mred", "x\x00y", "-rf", ".", "", "CON", "<!channel>",
	} {
		s := service{
			record: &logsapi.Record{ID: record, State: logsapi.Failed},
			steps:  []logsapi.Step{{Position: 1, NodeID: 1, Name: name, State: logsapi.Failed}},
			tasks:  []logsapi.Task{{ID: webID, Name: name}},
		}
		c := commands.New(commands.Options{Logs: cutInto("ERROR: x\n"), Builds: s, Gate: redact.New(), Access: access.Open()})
		for _, text := range []string{"full " + webID + " 7 stage1 --debug", "full " + webID + " 7 all"} {
			r := c.Run(t.Context(), commands.Request{Text: text})
			require.NotNil(t, r.File, shown(r))
			assert.LessOrEqual(t, len(r.File.Name), 255-len("-incomplete.gz"), "%q", name)
			assert.Regexp(t, `^[\pL\pN][\pL\pN._-]*\.log$`, r.File.Name)
		}
	}
}

// A key of 8,192 bits with the stamps of CodeArts, of which four lines come at a time.
func TestALongKeyThatIsFollowedIsMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := []string{"begin", "-----BEGIN RSA PRIVATE KEY-----"}
		for i := range 100 {
			text = append(text, fmt.Sprintf("%02dSECRETSECRETq7Rt2LmX9vKb4NsW8yZcQ1aBq7Rt2LmX9vKb4NsW8yZcQaaaa", i))
		}
		text = append(text, "-----END RSA PRIVATE KEY-----", "end")
		for i := range text {
			text[i] = fmt.Sprintf("[2026-11-30T08:00:%02d.000Z] [INFO] [%s] : %s", i%60, strings.Repeat("stage", 12), text[i])
		}
		keys := func(read.Logs) read.Logs { return &growing{every: time.Second, lines: text} }
		h := newBubbleHarness(t, nil, keys, fiveEndpoints)
		r := h.typed(t, "follow web 129")
		require.NotNil(t, r.Follow)
		lines, _, _ := followed(t, h, *r.Follow, func(r reply.Reply, _ reply.FollowState) {
			assert.NotContains(t, shown(r), "SECRET")
		})
		assert.NotContains(t, strings.Join(lines, "\n"), "SECRET")
	})
}
