package config

// Rulings counts what the file that LOGBOT_CONFIG names rules, for a line of the log.
func (c *Config) Rulings() map[string]any {
	return map[string]any{
		"file": c.path, "open": c.open, "access_rules": len(c.file.Access), "admins": len(c.file.Admins),
		"aliases": len(c.file.Aliases) + len(c.file.Checks), "own_excerpt_rules": c.Rules != nil,
		"own_mask_rules": len(c.extra.Expressions) + len(c.extra.Values) + len(c.extra.Exceptions),
	}
}
