package config

import (
	"os"
	"path/filepath"
	"testing"

	"logbot/commands/access"
)

// FuzzConfigurationFile reads files: none makes the program panic, and none with a list of
// channels or users that is empty, or with a rule that names nothing, lets anybody read.
func FuzzConfigurationFile(f *testing.F) {
	const id = "48c66c6002964721be537cdc6ce0297b"
	for _, text := range []string{
		"", "access:\n", "access: []\n", "access: [{tasks: ['*']}]\n", "access:\n  - channels: []\n    tasks: ['*']\n", "access:\n  - channels:\n    tasks: ['*']\n",
		"access:\n  - users: ~\n    tasks: ['*']\n", "access: [{channels: [C0BUILDS01], tasks: [网页]}]\naliases: {网页: " + id + "}\n",
		"aliases: {we\u200bb: " + id + "}\naccess: [{channels: ['*'], tasks: [\"we\u200bb\"]}]\n", "aliases: {固件\u2060: " + id + "}\n",
		"access: [{tasks: ['\u00ad*']}]\n", "access: [{channels: [C0BUILDS01\u200b], tasks: ['*']}]\n", "x: &a {tasks: ['*']}\naccess: [*a]\n",
		"access:\n  - &r {tasks: ['*'], channels: ['*']}\n  - <<: *r\n    channels: []\n", "access: {tasks: ['*']}\n", "access: [null]\n", "access: [[]]\n",
		"mask: {expressions: ['口令=(.*)']}\n", "excerpt: |\n  [ours]\n  许可 cause 8\n    has 许可证\n    yes 许可证\n", "checks: {web: " + id + "}\naliases: {web: " + id + "}\naccess: [{channels: ['*'], checks: [web], verbs: [check]}]\n",
		"\ufeffaccess: [{tasks: ['*']}]\n", "admins: [U0ANN00001]\naccess: [{groups: [S0ENG00001], projects: [" + id + "]}]\n", "access: [{tasks: ['*']}]\n---\naccess: [{channels: ['*'], tasks: ['*']}]\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(func(name string) string {
			return map[string]string{"LOGBOT_CONFIG": path, "LOGBOT_PROJECTS": "48c66c6002964721be537cdc6ce0297b"}[name]
		})
		if err != nil {
			return
		}
		p, err := c.Policy()
		if err != nil {
			return
		}
		for i, r := range c.file.Access {
			if err := r.Validate(); err != nil {
				t.Errorf("rule %d was taken: %v", i+1, err)
			}
		}
		nobody := access.Caller{Channel: "C0NOWHERE1", User: "U0NOBODY01"}
		named := false
		for _, r := range c.file.Access {
			named = named || len(r.Channels) == 1 && r.Channels[0] == access.Every || len(r.Users)+len(r.Groups)+len(r.Bots) == 0
		}
		if !named && p.AllowsSome(nobody) {
			t.Errorf("somebody whom no rule names may read: %q", text)
		}
	})
}
