package app

import (
	"cmp"
	"maps"
	"strings"

	"github.com/sirupsen/logrus"
)

// beginning is what an operator wants to know of a process that starts: what it runs with.
// The scopes that Slack granted follow once Slack has answered.
func (b *Bot) beginning() logrus.Fields {
	c := b.config
	where, stores := "the process's memory", "none"
	switch {
	case c.RedisURL != "":
		where = "Redis"
	case c.DataDir != "":
		where = c.DataDir
	}
	switch {
	case c.CacheRedisURL != "":
		stores = "a Redis of their own"
	case c.RedisURL != "" || c.DataDir != "":
		stores = where
	}
	f := logrus.Fields{
		"version": b.version, "region": cmp.Or(c.Region, "none"), "hosts": strings.Join(b.client.Hosts(), " "), "command": c.Command,
		"state": where, "pages": stores, "projects": len(c.Projects), "listen": cmp.Or(b.listens, "nothing"),
	}
	maps.Copy(f, c.Rulings())
	return f
}
