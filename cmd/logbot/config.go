package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"
	"go.yaml.in/yaml/v3"

	"logbot/bot/delivery"
	"logbot/bot/sockets"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// setting is one name of the environment.
type setting struct {
	name     string
	fallback string
	does     string
	secret   bool // may come from a file that NAME_FILE names, and is masked everywhere
}

// settings is every name that logbot reads, in the order of the help.
func settings() []setting {
	return []setting{
		{name: "SLACK_BOT_TOKEN", does: "bot token of the Slack app, xoxb-…", secret: true},
		{name: "SLACK_APP_TOKEN", does: "app-level token with connections:write, xapp-…", secret: true},
		{name: "SLACK_API_URL", does: "a stand-in for Slack's Web API, such as http://127.0.0.1:8080/api/"},
		{name: "HUAWEICLOUD_SDK_AK", does: "access key of the account that may read the logs", secret: true},
		{name: "HUAWEICLOUD_SDK_SK", does: "its secret key", secret: true},
		{name: "HUAWEICLOUD_SDK_SECURITY_TOKEN", does: "security token of a temporary key", secret: true},
		{name: "HUAWEICLOUD_SDK_PROJECT_ID", does: "IAM project of the region, sent as X-Project-Id"},
		{name: "LOGBOT_AUTH_TOKEN", does: "a ready X-Auth-Token, instead of a key", secret: true},
		{name: "LOGBOT_IAM_USER", does: "IAM user, instead of a key; tokens are fetched and renewed"},
		{name: "LOGBOT_IAM_PASSWORD", does: "the user's password", secret: true},
		{name: "LOGBOT_IAM_DOMAIN", does: "the account the user belongs to"},
		{name: "HUAWEICLOUD_REGION", does: "region of the CodeArts account, such as cn-north-4"},
		{name: "LOGBOT_BUILD_URL", does: "address of CodeArts Build, instead of the region's"},
		{name: "LOGBOT_CHECK_URL", does: "address of CodeArts Check, instead of the region's"},
		{name: "LOGBOT_PROJECTS", does: "ids of the CodeArts projects whose tasks may be named, separated by commas"},
		{name: "LOGBOT_RATE", fallback: "5", does: "requests a second to CodeArts; after a pause 20 may go at once"},
		{name: "LOGBOT_IAM_URL", does: "address of IAM, instead of the region's"},
		{name: "REDIS_URL", does: "keeps pages and state in Redis: redis://HOST, rediss:// for TLS, redis://HOST,HOST,HOST for a Cluster, redis+sentinel://HOST,HOST,HOST/MASTER", secret: true},
		{name: "LOGBOT_CACHE_REDIS_URL", does: "keeps log pages in another Redis than REDIS_URL names", secret: true},
		{name: "LOGBOT_SCOPE", fallback: "main", does: "name of this bot's state, where several bots share one Redis"},
		{name: "LOGBOT_CONFIG", does: "YAML file: who may read what, aliases, rules for excerpts"},
		{name: "LOGBOT_OPEN", does: "true: everyone may read everything"},
		{name: "LOGBOT_COMMAND", fallback: "/logs", does: "the slash command that people type"},
		{name: "LOGBOT_LANG", fallback: "en", does: "language of those whose own is not known: en or zh"},
		{name: "LOGBOT_CONSOLE_URL", fallback: consoleURL, does: "address of a task's page in CodeArts, for links; {build} may stand in it, too; none for no links"},
		{name: "LOGBOT_DATA", does: "folder of the embedded store: pages and state where REDIS_URL is not set, files on their way to Slack"},
		{name: "LOGBOT_UNPACED", does: "true: messages do not keep Slack's limits; for measurements, only with SLACK_API_URL"},
		{name: "LOGBOT_SOCKETS", fallback: "2", does: "connections to Slack, of which an app may have 10 over all its processes; 1 where there are more than five"},
		{name: "LOGBOT_LOG_LEVEL", fallback: "info", does: "error, warn, info or debug"},
	}
}

// consoleURL is where the pages of tasks are. The API documentation says that the
// address of a task's page ends with the task's id; the rest is as people paste it.
const (
	consoleURL  = consoleHost + consolePath
	consoleHost = "https://devcloud.{region}.huaweicloud.com"
	consolePath = "/cicd/project/{project}/build/detail/{task}"
)

// config is the environment, read and checked for form. What a subcommand
// cannot do without, it asks for itself.
type config struct {
	values   map[string]string
	file     configFile
	level    logrus.Level
	projects []string
	rate     float64
	sockets  int // to Slack
	lang     texts.Lang
	console  string // as commands.Options take it
	stays    bool   // the process is a bot, which keeps things beyond a request
	terse    bool   // the answer says what is missing for it; the log need not
}

// pace is nil for Slack's own.
func (c config) pace() delivery.Limiter {
	if c.values["LOGBOT_UNPACED"] == "true" {
		return delivery.Unlimited{}
	}
	return nil
}

// configFile is the file that LOGBOT_CONFIG names.
type configFile struct {
	Aliases map[string]string `yaml:"aliases"` // alias -> task id
	Checks  map[string]string `yaml:"checks"`  // alias -> check run id
	Access  []access.Rule     `yaml:"access"`
	Admins  []string          `yaml:"admins"`  // user ids of those who may take away what the bot said to others
	Excerpt yaml.Node         `yaml:"excerpt"` // rules in the form of commands/excerpt/rules.txt
	rules   *excerpt.Rules    // the embedded ones and those
}

// loadConfig reads every setting. The error names each that is wrong and what
// is expected.
func loadConfig(getenv func(string) string) (config, error) {
	c := config{values: map[string]string{}}
	var wrong []error
	for _, s := range settings() {
		value, err := s.read(getenv)
		if err != nil {
			wrong = append(wrong, err)
		}
		c.values[s.name] = value
	}
	level, err := logrus.ParseLevel(c.values["LOGBOT_LOG_LEVEL"])
	if err != nil {
		wrong = append(wrong, fmt.Errorf("LOGBOT_LOG_LEVEL: %q is none of error, warn, info, debug", c.values["LOGBOT_LOG_LEVEL"]))
	}
	c.level = level
	for _, id := range strings.FieldsFunc(c.values["LOGBOT_PROJECTS"], func(r rune) bool { return r == ',' || r == ' ' }) {
		if !logsapi.IsTaskID(id) {
			wrong = append(wrong, fmt.Errorf("LOGBOT_PROJECTS: %q is no project id; expected 32 hex digits", id))
		}
		c.projects = append(c.projects, strings.ToLower(id))
	}
	if c.rate, err = strconv.ParseFloat(c.values["LOGBOT_RATE"], 64); err != nil || !(c.rate >= 0.1 && c.rate <= 1000) {
		wrong = append(wrong, fmt.Errorf("LOGBOT_RATE: %q is no number of requests a second; expected 0.1 to 1000", c.values["LOGBOT_RATE"]))
	}
	if c.sockets, err = strconv.Atoi(c.values["LOGBOT_SOCKETS"]); err != nil || c.sockets < 1 || c.sockets > sockets.MaxConnections {
		wrong = append(wrong, fmt.Errorf("LOGBOT_SOCKETS: %q is no number of connections; expected 1 to %d", c.values["LOGBOT_SOCKETS"], sockets.MaxConnections))
	}
	if open := c.values["LOGBOT_OPEN"]; !slices.Contains([]string{"", "true", "false"}, open) {
		wrong = append(wrong, fmt.Errorf("LOGBOT_OPEN: %q is neither true nor false", open))
	}
	if unpaced := c.values["LOGBOT_UNPACED"]; !slices.Contains([]string{"", "true", "false"}, unpaced) {
		wrong = append(wrong, fmt.Errorf("LOGBOT_UNPACED: %q is neither true nor false", unpaced))
	} else if unpaced == "true" && c.values["SLACK_API_URL"] == "" {
		wrong = append(wrong, errors.New("LOGBOT_UNPACED: Slack itself wants its limits kept; leave it out, or set SLACK_API_URL to a stand-in"))
	}
	if name := c.values["LOGBOT_COMMAND"]; !strings.HasPrefix(name, "/") || strings.ContainsAny(name, " \t") || len(name) < 2 {
		wrong = append(wrong, fmt.Errorf("LOGBOT_COMMAND: %q is no slash command; expected one such as /logs", name))
	}
	if c.lang, err = language(getenv); err != nil {
		wrong = append(wrong, err)
	}
	if c.console, err = console(c.values["LOGBOT_CONSOLE_URL"], c.values["HUAWEICLOUD_REGION"]); err != nil {
		wrong = append(wrong, fmt.Errorf("LOGBOT_CONSOLE_URL: %w", err))
	}
	if path := c.values["LOGBOT_CONFIG"]; path != "" {
		if err := c.file.read(path); err != nil {
			wrong = append(wrong, fmt.Errorf("LOGBOT_CONFIG: %w", err))
		}
	}
	return c, errors.Join(wrong...)
}

// language is what LOGBOT_LANG says, English where it says nothing.
func language(getenv func(string) string) (texts.Lang, error) {
	value := cmp.Or(strings.TrimSpace(getenv("LOGBOT_LANG")), "en")
	l, known := texts.Parse(value)
	if !known {
		return l, fmt.Errorf("LOGBOT_LANG: %q is none of en, zh", value)
	}
	return l, nil
}

// console fills the region into a template of addresses; without a region there
// are no links where it is needed.
func console(template, region string) (string, error) {
	if template == "none" || region == "" && strings.Contains(template, "{region}") {
		return "", nil
	}
	template = strings.ReplaceAll(template, "{region}", region)
	return template, commands.CheckConsole(template)
}

// read takes the value from the environment, or from the file that NAME_FILE
// names where the setting is a secret.
func (s setting) read(getenv func(string) string) (string, error) {
	value := strings.TrimSpace(getenv(s.name))
	path := ""
	if s.secret {
		path = getenv(s.name + "_FILE")
	}
	switch {
	case path == "":
	case value != "":
		return "", fmt.Errorf("%s and %s_FILE are both set; one of them is expected", s.name, s.name)
	default:
		content, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("%s_FILE: %w", s.name, err)
		}
		value = strings.TrimSpace(string(content))
	}
	if value == "" {
		value = s.fallback
	}
	return value, nil
}

func (f *configFile) read(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(f); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := f.names().Validate(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := f.addRules(); err != nil {
		return fmt.Errorf("%s: excerpt: %w", path, err)
	}
	return nil
}

// addRules reads the rules of the file. They stand below the word excerpt, so
// that many empty lines before them make the lines in errors those of the file.
func (f *configFile) addRules() (err error) {
	if f.Excerpt.IsZero() {
		return nil
	}
	if f.Excerpt.Kind != yaml.ScalarNode || f.Excerpt.Style != yaml.LiteralStyle {
		return fmt.Errorf("line %d: expected the rules as a text behind \"excerpt: |\"", f.Excerpt.Line)
	}
	f.rules, err = excerpt.Embedded().With(strings.NewReader(strings.Repeat("\n", f.Excerpt.Line) + f.Excerpt.Value))
	return err
}

func (f configFile) names() commands.Aliases {
	return commands.Aliases{Tasks: f.Aliases, Checks: f.Checks}
}

// secrets are the values that must never be shown.
func (c config) secrets() []string {
	var out []string
	for _, s := range settings() {
		if s.secret && c.values[s.name] != "" {
			out = append(out, c.values[s.name])
		}
	}
	return out
}

// policy is who may read what. Nobody may unless somebody has said so.
func (c config) policy() (*access.Policy, error) {
	p, err := c.readers()
	if err != nil {
		return nil, err
	}
	if p, err = p.WithAdmins(c.file.Admins...); err != nil {
		return nil, fmt.Errorf("%s: %w", c.values["LOGBOT_CONFIG"], err)
	}
	return p, nil
}

func (c config) readers() (*access.Policy, error) {
	open := c.values["LOGBOT_OPEN"] == "true"
	switch {
	case open && len(c.file.Access) == 0:
		return access.Open(), nil
	case len(c.file.Access) == 0:
		return nil, errors.New("nobody may read anything yet: list channels, users and tasks under \"access\" in the file that LOGBOT_CONFIG names, or set LOGBOT_OPEN=true to let everyone read everything")
	}
	p, err := access.New(c.file.Access)
	if err == nil {
		err = c.file.names().CheckRules(c.file.Access)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.values["LOGBOT_CONFIG"], err)
	}
	if open { // the rules must be right nevertheless, for the day they count
		return access.Open(), nil
	}
	return p, nil
}

// settingsHelp is the table of all settings.
func settingsHelp() string {
	var b strings.Builder
	for _, s := range settings() {
		fmt.Fprintf(&b, "  %-31s %s", s.name, s.does)
		if s.fallback != "" {
			fmt.Fprintf(&b, " (default %s)", s.fallback)
		}
		b.WriteByte('\n')
	}
	b.WriteString("Secrets may also come from a file: SLACK_BOT_TOKEN_FILE=/run/secrets/slack and so on.\n")
	b.WriteString("HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honoured.")
	return b.String()
}
