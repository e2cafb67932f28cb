package config

import (
	"cmp"
	"fmt"
	"slices"

	"logbot/commands/access"
)

// AccessRules are those of the file.
func (c *Config) AccessRules() []access.Rule { return slices.Clone(c.file.Access) }

// Summary names what a bot with these settings works with, in one line.
func (c *Config) Summary() string {
	where := cmp.Or(c.Region, c.BuildURL, c.CheckURL)
	readers := fmt.Sprintf("%d access rules", len(c.file.Access))
	if len(c.file.Access) == 1 {
		readers = "1 access rule"
	}
	if c.open {
		readers = "every member may read everything"
	}
	keeps := "state ends with the process"
	switch {
	case c.RedisURL != "":
		keeps = "state in Redis"
	case c.DataDir != "":
		keeps = "state in " + c.DataDir
	}
	return fmt.Sprintf("%s, CodeArts of %s, %s, %s", c.Command, where, readers, keeps)
}
