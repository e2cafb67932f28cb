package commands_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/logsapi"
)

// leastPart is the length in bytes of a part of a secret that must not leave.
const leastPart = 8

// planted is a way in which a log prints a secret: the line, with %s for what is secret.
type planted struct {
	line   string
	secret func(*rand.Rand) string
}

// ofAlphabet makes random texts that are no word and no number.
func ofAlphabet(alphabet string, length int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		b := make([]byte, length)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		copy(b[length/2:], "7q") // a digit and a letter, whatever came
		return string(b)
	}
}

const (
	alnum    = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
	hexes    = "0123456789abcdef"
	password = alnum + "#%+!*^~"
)

// plantedKinds are the kinds of secrets that are masked wherever the text is cut, the bot's
// own among them.
func plantedKinds() []planted {
	return []planted{
		{"signing with %s failed", func(*rand.Rand) string { return ours }},
		{"signing with %s failed", func(*rand.Rand) string { return base64.StdEncoding.EncodeToString([]byte("ci:" + ours))[4:] }},
		{"token ghp_%s rejected", ofAlphabet(alnum, 36)},
		{"token glpat-%s rejected", ofAlphabet(alnum, 20)},
		{"npm_%s is revoked", ofAlphabet(alnum, 36)},
		{"cannot clone https://ann:%s@git.example.com/r.git", ofAlphabet(alnum, 14)},
		{"Authorization: Bearer %s refused", ofAlphabet(alnum, 32)},
		{"Authorization: Basic %s refused", ofAlphabet(alnum, 32)},
		{"X-Auth-Token: MII%s refused", ofAlphabet(alnum, 220)},
		{"GET https://b.obs.cn-north-4.myhuaweicloud.com/x?Expires=1&Signature=%s 403", ofAlphabet(alnum, 44)},
		{"POST https://hooks.slack.com/services/T0123456789/B0123456789/%s 403", ofAlphabet(alnum, 24)},
		{"POST https://oapi.dingtalk.com/robot/send?access_token=%s 403", ofAlphabet(hexes, 64)},
		{"POST https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=%s 403", ofAlphabet(hexes, 32)},
		{"登录失败，密码：%s", ofAlphabet(password, 14)},
		{"口令＝%s，请重试", ofAlphabet(alnum, 14)},
		{"HUAWEICLOUD_SDK_SK=%s", ofAlphabet(alnum, 40)},
		{`{"user":"ci","password":"%s","tries":3}`, ofAlphabet(password, 16)},
		{"<password>%s</password>", ofAlphabet(password, 16)},
		{"jdbc:mysql://db:3306/x?user=ci&password=%s&ssl=true failed", ofAlphabet(alnum, 16)},
		{"docker login -u ci -p %s swr.cn-north-4.myhuaweicloud.com", ofAlphabet(alnum, 20)},
		{"curl -u ci:%s https://repo.example.com/x", ofAlphabet(alnum, 20)},
		{"mysql -uroot -p%s -e 'select 1'", ofAlphabet(alnum, 16)},
		{"obsutil config -i=AKX -k=%s -e=obs.example.com", ofAlphabet(alnum, 40)},
		{"sshpass -p %s ssh ci@host", ofAlphabet(alnum, 16)},
	}
}

// FuzzASecretOverPageBordersLeavesInNoCommand plants a secret in a log, cuts the log
// into pages of any size, also within the secret, and reads it with each command that
// shows lines. No part of the secret of leastPart bytes may leave.
func FuzzASecretOverPageBordersLeavesInNoCommand(f *testing.F) {
	kinds := plantedKinds()
	for kind := range kinds {
		for seed := range uint64(3) {
			f.Add(uint8(kind), seed, "", "")
		}
		f.Add(uint8(kind), uint64(9), "编译失败 [2026-11-30T08:00:01.000Z] ", " (retry 3)")
	}
	f.Fuzz(func(t *testing.T, kind uint8, seed uint64, before, after string) {
		if len(before)+len(after) > 600 || strings.ContainsAny(before+after, "\n\r") {
			return
		}
		k, r := kinds[int(kind)%len(kinds)], rand.New(rand.NewPCG(seed, uint64(kind)))
		secret := k.secret(r)
		line := "ERROR: " + before + fmt.Sprintf(k.line, secret) + after
		masked, _ := redact.New(ours).String(line)
		if partOf(masked, secret) != "" {
			require.NotEmpty(t, before+after, "%q is not masked at all", line)
			return // what is around it makes it another text, for which there is no promise
		}
		log := strings.Repeat("compiling file ok\n", 1+r.IntN(30)) + line + "\n" + strings.Repeat("cleaning up\n", r.IntN(4)) + "make: *** [all] Error 2\n"
		at := strings.Index(log, secret)
		var cuts []int
		for range 1 + r.IntN(6) {
			cuts = append(cuts, 1+r.IntN(len(log)-1), max(1, at-20)+r.IntN(len(secret)+20))
		}
		slices.Sort(cuts)
		cuts = slices.Compact(cuts)
		c := overLog(cutInto(log, cuts...))
		for _, text := range reads() {
			require.Empty(t, partOf(everything(t, c, text), secret), "%s of %q, cut at %v", text, log, cuts)
		}
		grown := &arriving{log: log, cuts: append(cuts, len(log))}
		for _, said := range grown.followed(t) {
			require.Empty(t, partOf(said, secret), "follow of %q, cut at %v", log, cuts)
		}
	})
}

// partOf is a part of the secret that the text holds; empty for none.
func partOf(text, secret string) string {
	for i := 0; i+leastPart <= len(secret); i++ {
		if part := secret[i : i+leastPart]; strings.Contains(text, part) {
			return part
		}
	}
	return ""
}

// arriving is the log of a build that runs, and comes up to the next cut with each step
// of a follow.
type arriving struct {
	log  string
	cuts []int // ascending; the last is the end
	come int   // so many of them have come
}

func (a *arriving) page(r logsapi.PageRequest) (logsapi.Page, error) {
	end := a.cuts[min(a.come, len(a.cuts)-1)]
	from := min(int(r.At.End), end)
	if r.Order == logsapi.Descending {
		from = 0
		if r.At != (logsapi.Cursor{}) {
			end = int(r.At.Start)
		}
	}
	return logsapi.Page{Text: a.log[from:end], Next: logsapi.Cursor{Start: int64(from), End: int64(end)}, Last: true}, nil
}

// followed is what the messages of a follow say, one after the other.
func (a *arriving) followed(t *testing.T) (said []string) {
	t.Helper()
	f := overLog(logs{page: a.page}).Follower()
	s := reply.FollowState{Task: webID, Name: "web", Word: "web", Build: 7, Began: time.Now(), News: time.Now()}
	for range len(a.cuts) + 3 {
		r, next, done, err := f.Follow(t.Context(), s)
		require.NoError(t, err)
		said = append(said, shown(r)+strings.Join(next.Fresh, "\n"))
		if s = next; done {
			break
		}
		a.come++
	}
	require.Contains(t, said[len(said)-1], "make: *** [all] Error 2", "all of it came")
	return said
}
