package find_test

import (
	"net/url"
	"strings"
	"testing"

	"logbot/commands/access"
	"logbot/commands/find"
)

// FuzzLinkOfAPastedAddress pastes addresses: what is linked is on the host of the
// console, by its scheme, without a user, and as it was pasted.
func FuzzLinkOfAPastedAddress(f *testing.F) {
	const path = "/cicd/project/77770000777700007777000077770000/build/detail/" + webID + "/128"
	for _, host := range []string{
		"https://devcloud.cn-north-4.huaweicloud.com", "https://evil-bucket.obs.cn-north-4.myhuaweicloud.com", "https://devcloud.cn-north-4.huaweicloud.com:443",
		"https://user@devcloud.cn-north-4.huaweicloud.com", "https://devcloud.cn-north-4.huaweicloud.com@evil.huaweicloud.com", "http://devcloud.cn-north-4.huaweicloud.com",
		"https://devcloud.cn-north-4.huaweicloud.com\u200b", "https://dev\u00adcloud.cn-north-4.huaweicloud.com", "https://开发.huaweicloud.com", "https://devcloud.cn-north-4.huaweicloud.com.evil.com",
		"https://devcloud.cn-north-4.huaweicloud.com\\@evil.huaweicloud.com", "devcloud.cn-north-4.huaweicloud.com", "https://devcloud%2ecn-north-4.huaweicloud.com", "HTTPS://DEVCLOUD.cn-north-4.huaweicloud.com",
	} {
		f.Add(host + path)
		f.Add(host + path + "?next=https://evil.example/#固件\u2060")
	}
	n := find.New(find.Options{
		Lists: lists{}, Access: access.Open(), Console: "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/{project}/build/detail/{task}",
	})
	f.Fuzz(func(t *testing.T, word string) {
		for _, resolve := range []func() (find.Task, error){
			func() (find.Task, error) { return n.Task(t.Context(), query("fail", word), word) },
			func() (find.Task, error) { return n.CheckRun(t.Context(), query("check", word), word) },
		} {
			task, err := resolve()
			if err != nil || task.Address() == "" {
				continue
			}
			u, err := url.Parse(task.Address())
			if err != nil || !strings.EqualFold(u.Scheme, "https") || !strings.EqualFold(u.Host, "devcloud.cn-north-4.huaweicloud.com") || u.User != nil {
				t.Errorf("%q is linked as %q", word, task.Address())
			}
		}
	})
}
