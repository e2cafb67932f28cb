// Package config reads logbot's settings from the environment and from the file
// that LOGBOT_CONFIG names.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/commands"
	"logbot/commands/excerpt"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// Config is every setting, checked for form. Whether a setting is required is
// decided by the subcommand that uses it.
type Config struct {
	BotToken, AppToken string
	SlackURL           string // instead of Slack's Web API
	Command            string // the slash command, such as /logs
	Connections        int    // sockets to Slack
	Unpaced            bool   // messages ignore Slack's rate limits

	Region, BuildURL, CheckURL, PipelineURL, IAMURL string
	Projects                                        []string // lower-case ids
	Rate                                            float64  // requests a second to CodeArts
	CompareWait                                     time.Duration
	Console                                         string // template of commands.Options; empty for no links

	RedisURL      string
	CacheRedisURL string // for pages, instead of RedisURL
	Scope         string // of the state in Redis
	DataDir       string // LOGBOT_DATA

	InsecureHTTP  bool     // credentials may go over plain HTTP
	RedirectHosts []string // where redirects may lead inside, in lower case

	// LOGBOT_AUDIT: where a copy of the audit log goes; neither for none.
	AuditStdout bool
	AuditFile   string

	Lang     texts.Lang
	LogLevel logrus.Level
	LogJSON  bool
	Listen   string // address of health checks and metrics; empty for none
	Pprof    bool
	Aliases  find.Aliases
	People   map[string]string // users of Slack by the names under which they start builds in CodeArts
	Rules    *excerpt.Rules    // the embedded ones and the file's; nil without a file

	sources  map[string]string // where the value of each setting is from, see Problem
	problems Problems          // found by Load

	open    bool // LOGBOT_OPEN
	key     key
	path    string // LOGBOT_CONFIG
	file    file
	secrets []string
	extra   redact.Extra
	gate    *redact.Gate
}

// Load reads every setting. The error names each one that is wrong and what is
// expected; the rest of the Config is valid then, too.
func Load(getenv func(string) string) (*Config, error) {
	c := &Config{sources: map[string]string{}}
	for _, s := range c.settings() {
		value, source, err := s.read(getenv)
		c.sources[s.name] = source
		if s.secret && value != "" {
			c.secrets = append(c.secrets, value)
		}
		if err == nil {
			err = quoted(value)
		}
		if err := errors.Join(err, s.set(value)); err != nil {
			c.wrong(s.name, err, s.suchAs())
		}
	}
	if c.Unpaced && c.SlackURL == "" {
		c.wrong("LOGBOT_UNPACED", errors.New("only for a stand-in: Slack itself wants its limits kept"), "leave it out, or set SLACK_API_URL")
	}
	c.checkInClear()
	if err := c.fillConsole(); err != nil {
		c.wrong("LOGBOT_CONSOLE_URL", err, "")
	}
	if err := c.readFile(); err != nil {
		c.wrongFile(err)
	}
	c.buildGate()
	return c, c.problems.errors()
}

// Lang reads LOGBOT_LANG alone, for a caller that ignores the other settings.
func Lang(getenv func(string) string) (texts.Lang, error) {
	l, err := parseLang(cmp.Or(strings.TrimSpace(getenv("LOGBOT_LANG")), defaultLang))
	if err != nil {
		return l, fmt.Errorf("LOGBOT_LANG: %w", err)
	}
	return l, nil
}

// checkInClear refuses addresses to which a credential would go in clear.
func (c *Config) checkInClear() {
	if c.InsecureHTTP {
		return
	}
	for _, a := range []struct{ setting, address string }{
		{"LOGBOT_BUILD_URL", c.BuildURL}, {"LOGBOT_CHECK_URL", c.CheckURL}, {"LOGBOT_PIPELINE_URL", c.PipelineURL}, {"LOGBOT_IAM_URL", c.IAMURL}, {"SLACK_API_URL", c.SlackURL},
	} {
		if logsapi.SentInClear(a.address) {
			c.wrong(a.setting, errors.New("it is plain HTTP to another machine, over which the credential could be read on its way"), "use https, or set LOGBOT_INSECURE_HTTP=true if the network is trusted")
		}
	}
}

// fillConsole fills the region into the template of console addresses. A template
// that needs a region gives no links without one.
func (c *Config) fillConsole() error {
	if c.Console == "none" || c.Region == "" && strings.Contains(c.Console, "{region}") {
		c.Console = ""
		return nil
	}
	c.Console = strings.ReplaceAll(c.Console, "{region}", c.Region)
	return commands.CheckConsole(c.Console)
}

// PagesRedis returns the address of the Redis for pages and the setting that named
// it; both are empty if no Redis is set.
func (c *Config) PagesRedis() (setting, address string) {
	switch {
	case c.CacheRedisURL != "":
		return "LOGBOT_CACHE_REDIS_URL", c.CacheRedisURL
	case c.RedisURL != "":
		return "REDIS_URL", c.RedisURL
	}
	return "", ""
}

// PagesFile returns the path of the file with pages; empty without LOGBOT_DATA.
func (c *Config) PagesFile() string { return c.inDataDir("pages.db") }

// StateFile returns the path of the file with state; empty without LOGBOT_DATA.
func (c *Config) StateFile() string { return c.inDataDir("state.db") }

func (c *Config) inDataDir(name string) string {
	if c.DataDir == "" {
		return ""
	}
	return filepath.Join(c.DataDir, name)
}

// Hosts are the hosts of the configured addresses, in lower case: a private cloud has
// its pages there.
func (c *Config) Hosts() []string {
	var hosts []string
	for _, address := range []string{c.Console, c.BuildURL, c.CheckURL, c.PipelineURL} {
		filled := strings.NewReplacer("{region}", c.Region, "{project}", "0", "{task}", "0", "{build}", "0").Replace(address)
		if u, err := url.Parse(filled); err == nil && u.Host != "" {
			hosts = append(hosts, strings.ToLower(u.Hostname()))
		}
	}
	return hosts
}
