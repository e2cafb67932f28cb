package commands_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	"logbot/commands/texts"
	"logbot/logsapi"
)

const leaked = "q7Rt2LmX9vKb4NsW8yZc"

// leaky is a log of so many lines that shows a password in one.
func leaky(lines, at int) string {
	var b strings.Builder
	for i := 1; i <= lines; i++ {
		switch i {
		case at - 1:
			b.WriteString("[2026/09/10 17:26:22.772 GMT+08:00] [INFO] [Fetch:git] : This action starts.\n")
		case at:
			b.WriteString("clone https://ci:" + leaked + "@git.example.com/web.git\n")
		case lines:
			b.WriteString("make: *** [all] Error 2\n")
		default:
			b.WriteString("compiling file ok\n")
		}
	}
	return b.String()
}

// withFileSent opens the file of a reply as a face does.
func withFileSent(t *testing.T, r reply.Reply) reply.Reply {
	t.Helper()
	if r.File != nil {
		body, err := r.File.Open(t.Context())
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, body)
		require.NoError(t, err)
		body.Delivered(r.File)
		require.NoError(t, body.Close())
	}
	return r
}

func TestALogThatShowsACredentialIsNoticedWithThePlaceAndWithoutTheValue(t *testing.T) {
	log := leaky(40, 33)
	cut := strings.Index(log, leaked) + 5
	var audited []commands.AuditEvent
	for name, l := range map[string]logs{"one page": cutInto(log), "cut within the value": cutInto(log, cut), "three pages": cutInto(log, cut-300, cut+20)} {
		c := commands.New(commands.Options{Logs: l, Builds: noBuilds{}, Gate: redact.New(ours), Access: access.Open(), Audit: func(_ context.Context, e commands.AuditEvent) { audited = append(audited, e) }})
		for typed, want := range map[string]read.Exposed{
			"fail %s 7":                        {Step: "Fetch", Line: 33},
			"fail %s 7 --lines 60":             {Step: "Fetch", Line: 33},
			"show %s 7 --from 1 --lines 60":    {Step: "Fetch", Line: 33},
			"show %s 7 --tail --lines 40":      {Step: "Fetch", Line: 33},
			"show %s 7 --grep clone":           {Step: "Fetch", Line: 33},
			"show %s 7 --grep nothing-of-this": {Step: "Fetch", Line: 33},
			"tests %s 7":                       {Line: 33},
			"full %s 7 all":                    {Line: 33},
		} {
			r := withFileSent(t, c.Run(t.Context(), commands.Request{Text: fmt.Sprintf(typed, webID)}))
			n := r.ToTell()
			require.NotNil(t, n, "%s, %s", typed, name)
			want.Kind = redact.Address
			if n.Exposed[0].Step == "" { // its entry is on another page
				want.Step = ""
			}
			assert.Equal(t, []read.Exposed{want}, n.Exposed, "%s, %s", typed, name)
			assert.Equal(t, reply.About{Task: webID, Name: n.About.Name, Build: 7}, n.About, typed)
			stored, err := json.Marshal(r)
			require.NoError(t, err)
			for _, said := range []string{n.Reply(texts.English).Text(midnight), n.Reply(texts.Chinese).Text(midnight), fmt.Sprint(*n), string(stored)} {
				assert.False(t, holdsHalf(said, leaked), said)
			}
			assert.NotContains(t, shown(r), "shows a credential", "nobody else learns of it")
		}
	}
	require.NotEmpty(t, audited)
	assert.NotContains(t, fmt.Sprint(audited), leaked[:10])
	n := overLog(cutInto(log)).Run(t.Context(), commands.Request{Text: "show " + webID + " 7 --tail --lines 5"}).ToTell()
	require.NotNil(t, n)
	assert.Equal(t, -8, n.Exposed[0].Line, "from the end, if the start was not read")
	assert.Nil(t, overLog(cutInto(leaky(40, 0))).Run(t.Context(), commands.Request{Text: "fail " + webID + " 7"}).ToTell())
}

func TestWhoIsRefusedIsToldOfNoCredential(t *testing.T) {
	rules, err := access.New([]access.Rule{{Channels: []string{"C0OTHER001"}, Tasks: []string{"*"}}})
	require.NoError(t, err)
	asked := 0
	l := cutInto(leaky(40, 33))
	page := l.page
	l.page = func(r logsapi.PageRequest) (logsapi.Page, error) { asked++; return page(r) }
	c := commands.New(commands.Options{Logs: l, Builds: noBuilds{}, Gate: redact.New(ours), Access: rules})
	for _, typed := range reads() {
		r := c.Run(t.Context(), commands.Request{Text: typed, Channel: "C0BUILDS01", User: ann})
		assert.True(t, r.Refused)
		assert.Nil(t, r.ToTell(), typed)
	}
	assert.Zero(t, asked)
}

func TestAFollowedLogThatShowsACredentialIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := []string{"begin", "one", "clone https://ci:" + leaked + "@git.example.com/web.git", "two", "end"}
		for i := range text {
			text[i] = fmt.Sprintf("[2026/11/30 08:00:%02d.000 GMT+08:00] [INFO] [Fetch:git] : %s", i, text[i])
		}
		h := newBubbleHarness(t, nil, func(read.Logs) read.Logs { return &growing{every: time.Minute, lines: text} }, fiveEndpoints)
		r := h.typed(t, "follow web 129")
		require.NotNil(t, r.Follow)
		var notices []reply.Notice
		followed(t, h, *r.Follow, func(r reply.Reply, s reply.FollowState) {
			if r.Notice != nil {
				notices = append(notices, *r.Notice)
			}
		})
		require.NotEmpty(t, notices)
		assert.Equal(t, []read.Exposed{{Kind: redact.Address, Step: "Fetch"}}, notices[0].Exposed)
		assert.Contains(t, notices[0].Reply(texts.English).Body, `The log of web #129 shows a credential: a password in an address, in step "Fetch".`)
	})
}

func TestANoticeSaysWhatWasSeenWhereAndWhatToDo(t *testing.T) {
	n := reply.Notice{About: reply.About{Task: webID, Name: "web", Build: 128}, Exposed: []read.Exposed{
		{Kind: redact.PrivateKey, Line: 7}, {Kind: "github-token", Line: 9, Step: "Maven test", OfStep: true}, {Kind: redact.Known, Line: -3, OfStep: true},
		{Kind: redact.Named, Line: 20}, {Kind: redact.Header, Line: 21},
	}}
	en, zh := n.Reply(texts.English), n.Reply(texts.Chinese)
	assert.True(t, en.Private && zh.Private)
	assert.Contains(t, en.Body, `The log of web #128 shows credentials: a private key, line 7; a token (github-token), line 9 of the log of step "Maven test"; one that logbot itself is configured with, line 3 from the end of the step's log; 2 more places. `)
	assert.Contains(t, en.Body, "Replace it")
	assert.Contains(t, zh.Body, `web #128 的日志中出现了凭证：私钥，第 7 行；令牌（github-token），步骤“Maven test”日志第 9 行；logbot 自身配置的凭证，该步骤日志倒数第 3 行；2 处其他位置。`)
	assert.Contains(t, zh.Body, "请尽快更换")
	run := reply.Notice{About: reply.About{Task: webID, Name: "style"}, Exposed: []read.Exposed{{Kind: redact.CommandLine}}}
	assert.Contains(t, run.Reply(texts.English).Body, "The log of style shows a credential: a password on a command line, in its last lines.")
}
