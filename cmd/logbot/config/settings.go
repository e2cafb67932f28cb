package config

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/sockets"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// setting is one name of the environment.
type setting struct {
	name     string
	fallback string
	does     string
	secret   bool               // may come from the file that NAME_FILE names, and is masked everywhere
	need     need               // of a bot
	example  string             // a value, for errors; the fallback if empty
	set      func(string) error // checks the value and stores it; the error does not name the setting
}

// need says whether a bot needs a setting.
type need string

const (
	optional  need = " "
	required  need = "*"
	oneOfThem need = "+" // one of a group of settings is required
)

// group is settings that are about the same thing.
type group struct {
	title    string
	settings []setting
}

const (
	defaultLang = "en"
	// ConsoleHost and ConsolePath are the address of a task's page in the CodeArts
	// console. The API documentation says that it ends with the task's id; the rest
	// is from addresses that people pasted.
	ConsoleHost = "https://devcloud.{region}.huaweicloud.com"
	ConsolePath = "/cicd/project/{project}/build/detail/{task}"
)

// groups lists every name that logbot reads, in the order of the help.
func (c *Config) groups() []group {
	return []group{
		{"Slack", []setting{
			{name: "SLACK_BOT_TOKEN", set: text(&c.BotToken), secret: true, need: required, example: "xoxb-…, from OAuth & Permissions of the app", does: "bot token of the Slack app, xoxb-…"},
			{name: "SLACK_APP_TOKEN", set: text(&c.AppToken), secret: true, need: required, example: "xapp-…, from Basic Information, App-Level Tokens of the app", does: "app-level token with connections:write, xapp-…"},
			{name: "LOGBOT_COMMAND", set: slashCommand(&c.Command), fallback: "/logs", does: "the slash command that people type"},
			{name: "LOGBOT_LANG", set: lang(&c.Lang), fallback: defaultLang, does: "language of people whose Slack language is unknown or not supported: en or zh"},
			{name: "LOGBOT_SOCKETS", set: connections(&c.Connections), fallback: "2", does: "connections to Slack, of which an app may have 10 over all its processes; 1 where there are more than five"},
		}},
		{"CodeArts: where", []setting{
			{name: "HUAWEICLOUD_REGION", set: text(&c.Region), need: required, example: "cn-north-4", does: "region of the CodeArts account, such as cn-north-4"},
			{name: "LOGBOT_PROJECTS", set: projects(&c.Projects), example: "6b1f0c7e94d24a3f8a5e2d907c3b41f8", does: "ids of the CodeArts projects whose tasks may be named, separated by commas"},
			{name: "LOGBOT_RATE", set: rate(&c.Rate), fallback: "5", does: "requests a second to CodeArts; after a pause 20 may go at once"},
			{name: "LOGBOT_CONSOLE_URL", set: text(&c.Console), fallback: ConsoleHost + ConsolePath, does: "address of a task's page in CodeArts, for links; {build} may stand in it, too; none for no links"},
			{name: "LOGBOT_BUILD_URL", set: text(&c.BuildURL), example: "https://cloudbuild-ext.cn-north-4.myhuaweicloud.com", does: "address of CodeArts Build, instead of the region's"},
			{name: "LOGBOT_CHECK_URL", set: text(&c.CheckURL), example: "https://codearts-check.cn-north-4.myhuaweicloud.com", does: "address of CodeArts Check, instead of the region's"},
			{name: "LOGBOT_PIPELINE_URL", set: text(&c.PipelineURL), example: "https://cloudpipeline-ext.cn-north-4.myhuaweicloud.com", does: "address of CodeArts Pipeline, instead of the region's"},
			{name: "LOGBOT_IAM_URL", set: text(&c.IAMURL), example: "https://iam.cn-north-4.myhuaweicloud.com", does: "address of IAM, instead of the region's"},
		}},
		{"CodeArts: the account, as a key, a token or a user", []setting{
			{name: "HUAWEICLOUD_SDK_AK", set: text(&c.key.accessKey), secret: true, need: oneOfThem, does: "access key of the account that may read the logs"},
			{name: "HUAWEICLOUD_SDK_SK", set: text(&c.key.secretKey), secret: true, need: oneOfThem, does: "its secret key"},
			{name: "HUAWEICLOUD_SDK_SECURITY_TOKEN", set: text(&c.key.securityToken), secret: true, does: "security token of a temporary key"},
			{name: "HUAWEICLOUD_SDK_PROJECT_ID", set: text(&c.key.iamProject), does: "IAM project of the region, sent as X-Project-Id"},
			{name: "LOGBOT_AUTH_TOKEN", set: text(&c.key.authToken), secret: true, need: oneOfThem, does: "a ready X-Auth-Token, instead of a key"},
			{name: "LOGBOT_IAM_USER", set: text(&c.key.iamUser), need: oneOfThem, does: "IAM user, instead of a key; tokens are fetched and renewed"},
			{name: "LOGBOT_IAM_PASSWORD", set: text(&c.key.iamPassword), secret: true, need: oneOfThem, does: "the user's password"},
			{name: "LOGBOT_IAM_DOMAIN", set: text(&c.key.iamDomain), need: oneOfThem, does: "the account the user belongs to"},
		}},
		{"Who may read what", []setting{
			{name: "LOGBOT_CONFIG", set: text(&c.path), need: oneOfThem, example: "/etc/logbot/config.yaml", does: "YAML file: who may read what, aliases, rules for excerpts and masking"},
			{name: "LOGBOT_OPEN", set: boolean(&c.open), need: oneOfThem, example: "true", does: "true: every member of the workspace may read everything"},
		}},
		{"State and pages", []setting{
			{name: "LOGBOT_DATA", set: text(&c.DataDir), example: "/var/lib/logbot", does: "folder of the embedded store: pages and state where REDIS_URL is not set, files on their way to Slack"},
			{name: "REDIS_URL", set: text(&c.RedisURL), secret: true, example: "redis://localhost", does: "keeps pages and state in Redis: redis://HOST, rediss:// for TLS, redis://HOST,HOST,HOST for a Cluster, redis+sentinel://HOST,HOST,HOST/MASTER"},
			{name: "LOGBOT_CACHE_REDIS_URL", set: text(&c.CacheRedisURL), secret: true, example: "redis://localhost", does: "keeps log pages in another Redis than REDIS_URL names"},
			{name: "LOGBOT_SCOPE", set: text(&c.Scope), fallback: "main", does: "name of this bot's state, where several bots share one Redis"},
		}},
		{"Network", []setting{
			{name: "LOGBOT_INSECURE_HTTP", set: boolean(&c.InsecureHTTP), example: "true", does: "true: credentials may go over plain HTTP to other machines, where anybody on the way can read them"},
			{name: "LOGBOT_REDIRECT_HOSTS", set: hostNames(&c.RedirectHosts), example: "obs.internal.example.com", does: "hosts in your own networks that CodeArts may redirect downloads to, separated by commas; others there are refused"},
		}},
		{"Operation", []setting{
			{name: "LOGBOT_COMPARE_WAIT", set: wait(&c.CompareWait), fallback: "100ms", does: "how long an answer waits for the log of the last build that succeeded, to compare with; what comes later serves the next answer"},
			{name: "LOGBOT_LISTEN", set: listenAddress(&c.Listen), example: ":8080", does: "address for health checks and metrics, such as 127.0.0.1:8080 or :8080; empty for none"},
			{name: "LOGBOT_PPROF", set: boolean(&c.Pprof), does: "true: /debug/pprof there, too, which shows the process's memory"},
			{name: "LOGBOT_LOG_FORMAT", set: logFormat(&c.LogJSON), fallback: "text", does: "text or json"},
			{name: "LOGBOT_LOG_LEVEL", set: logLevel(&c.LogLevel), fallback: "info", does: "error, warn, info or debug"},
			{name: "LOGBOT_AUDIT", set: c.setAudit, example: "file:/var/log/logbot/audit.jsonl", does: "a copy of the audit log as JSON lines: stdout, or file:PATH, which may be rotated by moving it"},
		}},
		{"Tests and measurements", []setting{
			{name: "SLACK_API_URL", set: text(&c.SlackURL), example: "http://127.0.0.1:8080/api/", does: "a stand-in for Slack's Web API, such as http://127.0.0.1:8080/api/"},
			{name: "LOGBOT_UNPACED", set: boolean(&c.Unpaced), does: "true: messages do not keep Slack's limits; for measurements, only with SLACK_API_URL"},
		}},
	}
}

// settings are those of all groups.
func (c *Config) settings() []setting {
	var all []setting
	for _, g := range c.groups() {
		all = append(all, g.settings...)
	}
	return all
}

// names are those of all settings, and of the files that secrets may come from.
func names() []string {
	var all []string
	for _, s := range new(Config).settings() {
		all = append(all, s.name)
		if s.secret {
			all = append(all, s.name+"_FILE")
		}
	}
	return all
}

// read returns the value in the environment or, for a secret, in the file that
// NAME_FILE names; else the fallback. The source says where the value is from; it is
// empty for the fallback.
func (s setting) read(getenv func(string) string) (value, source string, err error) {
	value = strings.TrimSpace(getenv(s.name))
	if value != "" {
		source = "the environment"
	}
	path := ""
	if s.secret {
		path = getenv(s.name + "_FILE")
	}
	switch {
	case path == "":
	case value != "":
		return "", source, fmt.Errorf("%s and %s_FILE are both set; one of them is expected", s.name, s.name)
	default:
		source = path
		content, err := os.ReadFile(path)
		if err != nil {
			return "", source, fmt.Errorf("%s_FILE: %w", s.name, err)
		}
		value = strings.TrimSpace(string(content))
		if value == "" {
			return "", source, fmt.Errorf("the file of %s_FILE is empty", s.name)
		}
	}
	if value == "" {
		value = s.fallback
	}
	return value, source, nil
}

func text(to *string) func(string) error {
	return func(value string) error {
		*to = value
		return nil
	}
}

func (c *Config) setAudit(value string) error {
	path, isFile := strings.CutPrefix(value, "file:")
	switch {
	case value == "":
	case value == "stdout":
		c.AuditStdout = true
	case isFile && path != "":
		c.AuditFile = path
	default:
		return fmt.Errorf("%q is neither stdout nor file:PATH", value)
	}
	return nil
}

func boolean(to *bool) func(string) error {
	return func(value string) error {
		switch value {
		case "true":
			*to = true
		case "", "false":
		default:
			return fmt.Errorf("%q is neither true nor false", value)
		}
		return nil
	}
}

func hostNames(to *[]string) func(string) error {
	return func(value string) error {
		for _, host := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
			if strings.ContainsAny(host, "/@*") {
				return fmt.Errorf("%q is not the name of a host; expected one such as obs.internal.example.com", host)
			}
			*to = append(*to, strings.ToLower(strings.Trim(host, "[]")))
		}
		return nil
	}
}

func projects(to *[]string) func(string) error {
	return func(value string) error {
		var wrong []string
		for _, id := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
			if !logsapi.IsTaskID(id) { // ids of projects have the same form
				wrong = append(wrong, strconv.Quote(id))
			}
			*to = append(*to, strings.ToLower(id))
		}
		if len(wrong) > 0 {
			return fmt.Errorf("not a project id: %s; expected 32 hex digits", strings.Join(wrong, ", "))
		}
		return nil
	}
}

func rate(to *float64) func(string) error {
	return func(value string) (err error) {
		if *to, err = strconv.ParseFloat(value, 64); err != nil || !(*to >= 0.1 && *to <= 1000) { // NaN is refused, too
			return fmt.Errorf("%q is not a number of requests a second; expected 0.1 to 1000", value)
		}
		return nil
	}
}

func wait(to *time.Duration) func(string) error {
	return func(value string) (err error) {
		if *to, err = time.ParseDuration(value); err != nil || *to < time.Millisecond || *to > time.Minute {
			return fmt.Errorf("%q is not a time to wait; expected 1ms to 1m", value)
		}
		return nil
	}
}

func connections(to *int) func(string) error {
	return func(value string) (err error) {
		if *to, err = strconv.Atoi(value); err != nil || *to < 1 || *to > sockets.MaxConnections {
			return fmt.Errorf("%q is not a number of connections; expected 1 to %d", value, sockets.MaxConnections)
		}
		return nil
	}
}

func slashCommand(to *string) func(string) error {
	return func(value string) error {
		if !strings.HasPrefix(value, "/") || strings.ContainsAny(value, " \t") || len(value) < 2 {
			return fmt.Errorf("%q is not a slash command; expected one such as /logs", value)
		}
		*to = value
		return nil
	}
}

func lang(to *texts.Lang) func(string) error {
	return func(value string) (err error) {
		*to, err = parseLang(value)
		return err
	}
}

func parseLang(value string) (texts.Lang, error) {
	l, known := texts.Parse(value)
	if !known {
		return l, fmt.Errorf("%q is none of en, zh", value)
	}
	return l, nil
}

func logLevel(to *logrus.Level) func(string) error {
	return func(value string) (err error) {
		if *to, err = logrus.ParseLevel(value); err != nil {
			return fmt.Errorf("%q is none of error, warn, info, debug", value)
		}
		return nil
	}
}

func logFormat(json *bool) func(string) error {
	return func(value string) error {
		if value != "text" && value != "json" {
			return fmt.Errorf("%q is none of text, json", value)
		}
		*json = value == "json"
		return nil
	}
}

func listenAddress(to *string) func(string) error {
	return func(value string) error {
		*to = value
		if value == "" {
			return nil
		}
		_, port, err := net.SplitHostPort(value)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil {
			return fmt.Errorf("%q is not an address; expected host:port such as 127.0.0.1:8080, or :8080 for every interface", value)
		}
		return nil
	}
}
