package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"logbot/cache/redisclient"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
)

// suchAs is an example of the setting, for errors.
func (s setting) suchAs() string {
	example := cmp.Or(s.example, s.fallback)
	if example == "" {
		return ""
	}
	return "such as " + s.name + "=" + example
}

// wrong notes what is wrong with a setting.
func (c *Config) wrong(name string, err error, fix string) {
	each(err, func(err error) {
		c.problems = append(c.problems, Problem{Setting: name, Source: c.sources[name], Says: err.Error(), Fix: fix})
	})
}

// wrongFile notes what is wrong with the file of LOGBOT_CONFIG.
func (c *Config) wrongFile(err error) {
	each(err, func(err error) {
		c.problems = append(c.problems, Problem{Setting: "LOGBOT_CONFIG", Source: c.path, Says: strings.TrimPrefix(err.Error(), c.path+": ")})
	})
}

// quoted is the error of a value that is in quotes.
func quoted(value string) error {
	if len(value) >= 2 && strings.ContainsRune(`"'`, rune(value[0])) && value[len(value)-1] == value[0] {
		return errors.New("the value is in quotes, which files for docker --env-file and the like keep; remove them")
	}
	return nil
}

// Problems returns all that is wrong with the settings for a bot: what Load found, and
// what is missing or contradictory. environ are the lines NAME=VALUE of the whole
// environment, in which a name that is nearly one of ours is a warning; nil looks for none.
func (c *Config) Problems(environ []string) Problems {
	found := &Config{problems: slices.Clone(c.problems), sources: c.sources, path: c.path}
	c.needTokens(found)
	c.needCodeArts(found)
	c.maybeWrong(found)
	c.needReaders(found)
	for _, name := range []string{"REDIS_URL", "LOGBOT_CACHE_REDIS_URL"} {
		address := map[string]string{"REDIS_URL": c.RedisURL, "LOGBOT_CACHE_REDIS_URL": c.CacheRedisURL}[name]
		if address == "" || quoted(address) != nil {
			continue
		}
		a, err := redisclient.Parse(address)
		if err != nil {
			found.wrong(name, err, "")
			continue
		}
		if host, password := a.InClear(); host != "" {
			what := "pages of logs, which are not masked, and commands"
			if password {
				what = "the password of Redis, " + what
			}
			found.problems = append(found.problems, Problem{Setting: name, Source: c.sources[name], Warning: true,
				Says: fmt.Sprintf("redis:// to %s is not encrypted: %s can be read on the way", host, what),
				Fix:  "use rediss://, unless nobody else can read that network"})
		}
	}
	return append(found.problems, unknown(environ)...)
}

// ForBot returns an error that names all that keeps a bot from starting, see Problems;
// nil if nothing does.
func (c *Config) ForBot() error { return c.Problems(nil).errors() }

// tokenKinds are the kinds of Slack's tokens by their beginnings.
var tokenKinds = []struct{ prefix, is string }{
	{"xoxb-", "a bot token"},
	{"xapp-", "an app-level token"},
	{"xoxp-", "a user token"},
	{"xoxe.", "a token of a rotation, which logbot does not do"},
	{"xoxe-", "a refresh token"},
	{"xoxs-", "a session token"},
	{"xoxa-", "a workspace token"},
}

// kindOf is the kind of a token; empty if it is none of Slack's.
func kindOf(token string) string {
	for _, k := range tokenKinds {
		if strings.HasPrefix(token, k.prefix) {
			return k.is
		}
	}
	return ""
}

func (c *Config) needTokens(found *Config) {
	if strings.HasPrefix(c.BotToken, "xapp-") && strings.HasPrefix(c.AppToken, "xoxb-") {
		found.wrong("SLACK_BOT_TOKEN", errors.New("expected a bot token, which begins with xoxb-; it holds the app-level token, and SLACK_APP_TOKEN the bot token"), "swap the two")
		found.wrong("SLACK_APP_TOKEN", errors.New("expected an app-level token, which begins with xapp-; it holds the bot token"), "swap the two")
		return
	}
	for _, t := range []struct{ name, value, prefix, wants, fix string }{
		{"SLACK_BOT_TOKEN", c.BotToken, "xoxb-", "expected a bot token, which begins with xoxb-", "it is at https://api.slack.com/apps: your app, OAuth & Permissions, Bot User OAuth Token"},
		{"SLACK_APP_TOKEN", c.AppToken, "xapp-", "expected an app-level token, which begins with xapp-", "make one at https://api.slack.com/apps: your app, Basic Information, App-Level Tokens, scope connections:write"},
	} {
		says := ""
		switch kind := kindOf(t.value); {
		case c.hasProblem(t.name): // such as quotes
		case t.value == "":
			says = t.wants + "; it is not set"
		case strings.ContainsAny(t.value, " \t\r\n"):
			says = "there is a blank inside the token; copy it again"
		case !strings.HasPrefix(t.value, t.prefix) && kind != "":
			says = t.wants + "; this is " + kind
		case !strings.HasPrefix(t.value, t.prefix):
			says = t.wants
		case strings.Trim(t.value[len(t.prefix):], "x.…-*") == "" || strings.Contains(t.value, "your"):
			says = "this is a placeholder, not a token"
		}
		if says != "" {
			found.wrong(t.name, errors.New(says), t.fix)
		}
	}
}

// Usable reports whether nothing is wrong with a setting that a bot needs.
func (c *Config) Usable(setting string) bool {
	return !slices.ContainsFunc(c.Problems(nil), func(p Problem) bool { return p.Setting == setting && !p.Warning })
}

// hasProblem reports whether Load found something wrong with a setting.
func (c *Config) hasProblem(name string) bool {
	return slices.ContainsFunc(c.problems, func(p Problem) bool { return p.Setting == name })
}

func (c *Config) needCodeArts(found *Config) {
	credential, err := c.Credential()
	name := "HUAWEICLOUD_SDK_AK"
	switch {
	case c.key.authToken != "":
		name = "LOGBOT_AUTH_TOKEN"
	case c.key.iamUser+c.key.iamPassword != "":
		name = "LOGBOT_IAM_USER"
	}
	if err != nil {
		found.wrong(name, err, "")
	}
	if c.Region == "" && c.BuildURL == "" && c.CheckURL == "" {
		found.wrong("HUAWEICLOUD_REGION", errors.New("which CodeArts? Set it to the region of the account"), "such as HUAWEICLOUD_REGION=cn-north-4")
		return
	}
	if c.Region != "" && (c.BuildURL == "" || c.CheckURL == "") && !slices.Contains(logsapi.Regions(), c.Region) && !c.hasProblem("HUAWEICLOUD_REGION") {
		p := Problem{Setting: "HUAWEICLOUD_REGION", Source: c.sources["HUAWEICLOUD_REGION"], Warning: true,
			Says: fmt.Sprintf("region %q is not known to have CodeArts", c.Region), Fix: "known are " + strings.Join(logsapi.Regions(), ", ")}
		if near := typed.Nearest(strings.ToLower(c.Region), logsapi.Regions()); near != "" {
			p.Fix = "did you mean " + near + "? Otherwise: " + p.Fix
		}
		found.problems = append(found.problems, p)
	}
	if err != nil {
		return
	}
	if err := logsapi.CheckOptions(c.ClientOptions(credential)); err != nil {
		found.wrong(c.optionOf(err, name), err, "")
	}
}

// maybeWrong notes what is probably a mistake: keys that are swapped, by their lengths,
// and addresses with a version, which logbot adds itself.
func (c *Config) maybeWrong(found *Config) {
	warn := func(name, says, fix string) {
		found.problems = append(found.problems, Problem{Setting: name, Source: c.sources[name], Says: says, Fix: fix, Warning: true})
	}
	if len(c.key.accessKey) == lengthSK && len(c.key.secretKey) == lengthAK {
		warn("HUAWEICLOUD_SDK_AK", "it is as long as a secret key, and HUAWEICLOUD_SDK_SK as long as an access key", "swap the two")
	}
	for name, address := range map[string]string{"LOGBOT_BUILD_URL": c.BuildURL, "LOGBOT_CHECK_URL": c.CheckURL, "LOGBOT_PIPELINE_URL": c.PipelineURL, "LOGBOT_IAM_URL": c.IAMURL} {
		if m := versionInPath.FindString(address); m != "" {
			warn(name, "it ends in "+m+", and logbot adds the version itself", "leave it out")
		}
	}
}

// Lengths of the keys of Huawei Cloud.
const (
	lengthAK = 20
	lengthSK = 40
)

var versionInPath = lazyregexp.New(`/v\d+(\.\d+)?(/.*)?$`)

// optionOf is the setting that an error about the client is about.
func (c *Config) optionOf(err error, credential string) string {
	says := err.Error()
	for _, o := range []struct{ words, name string }{
		{"URL of CodeArts Build", "LOGBOT_BUILD_URL"}, {"URL of CodeArts Check", "LOGBOT_CHECK_URL"},
		{"URL of CodeArts Pipeline", "LOGBOT_PIPELINE_URL"}, {"URL of IAM", "LOGBOT_IAM_URL"},
		{"region", "HUAWEICLOUD_REGION"}, {"rate", "LOGBOT_RATE"}, {"project", "HUAWEICLOUD_SDK_PROJECT_ID"},
	} {
		if strings.HasPrefix(says, o.words) {
			return o.name
		}
	}
	return credential
}

// ClientOptions are the options of a client of CodeArts that the settings give, with a
// credential.
func (c *Config) ClientOptions(credential logsapi.Credential) logsapi.Options {
	return logsapi.Options{
		Region: c.Region, BuildURL: c.BuildURL, CheckURL: c.CheckURL, PipelineURL: c.PipelineURL, IAMURL: c.IAMURL,
		Credential: credential, Rate: c.Rate, Mask: c.Gate().Text,
		InsecureHTTP: c.InsecureHTTP, RedirectHosts: c.RedirectHosts,
	}
}

func (c *Config) needReaders(found *Config) {
	if c.hasProblem("LOGBOT_CONFIG") || c.hasProblem("LOGBOT_OPEN") {
		return // that says enough
	}
	if _, err := c.Policy(); err != nil {
		found.wrongFile(err)
	}
}

// ofOthers are names that programs beside logbot set: Kubernetes for each Service, and
// the SDK of Huawei Cloud for endpoints.
var ofOthers = lazyregexp.New(`_(SERVICE_HOST|SERVICE_PORT.*|PORT|PORT_\d+_(TCP|UDP).*)$|^HUAWEICLOUD_SDK_(REGION|IAM)_|^SLACK_(SIGNING_SECRET|CLIENT_ID|CLIENT_SECRET|WEBHOOK_URL)$`)

// likely are names that other programs use for what logbot names otherwise.
var likely = map[string]string{
	"SLACK_TOKEN": "SLACK_BOT_TOKEN", "LOGBOT_TOKEN": "SLACK_BOT_TOKEN", "LOGBOT_SLACK_TOKEN": "SLACK_BOT_TOKEN", "SLACK_APP_LEVEL_TOKEN": "SLACK_APP_TOKEN",
	"SLACK_BOT_USER_TOKEN": "SLACK_BOT_TOKEN", "SLACK_OAUTH_TOKEN": "SLACK_BOT_TOKEN", "LOGBOT_REDIS_URL": "REDIS_URL", "LOGBOT_REDIS": "REDIS_URL",
	"HUAWEICLOUD_ACCESS_KEY": "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SECRET_KEY": "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_AK": "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SK": "HUAWEICLOUD_SDK_SK",
	"HUAWEICLOUD_SDK_REGION": "HUAWEICLOUD_REGION", "LOGBOT_REGION": "HUAWEICLOUD_REGION", "HUAWEICLOUD_PROJECT_ID": "HUAWEICLOUD_SDK_PROJECT_ID",
	"LOGBOT_PROJECT": "LOGBOT_PROJECTS", "LOGBOT_DATA_DIR": "LOGBOT_DATA", "LOGBOT_CONFIG_FILE": "LOGBOT_CONFIG",
}

// nearest is the one of known that word was probably meant to be: a slip away, or longer
// at its end.
func nearest(word string, known []string) string {
	if near := typed.Nearest(word, known); near != "" {
		return near
	}
	longer := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return !strings.HasPrefix(k, word) || strings.HasSuffix(k, "_FILE") })
	if len(word) < 4 || len(longer) != 1 {
		return ""
	}
	return longer[0]
}

// unknown returns a warning for each name in lines NAME=VALUE that looks like a setting
// and is none.
func unknown(environ []string) Problems {
	known := names()
	var found Problems
	for _, line := range slices.Sorted(slices.Values(environ)) {
		name, _, _ := strings.Cut(line, "=")
		ours := strings.HasPrefix(name, "LOGBOT_") || strings.HasPrefix(name, "SLACK_") || strings.HasPrefix(name, "HUAWEICLOUD_")
		if !ours || slices.Contains(known, name) || ofOthers.MatchString(name) {
			continue
		}
		p := Problem{Setting: name, Source: "the environment", Warning: true, Says: "logbot has no such setting", Fix: "logbot serve --help lists all"}
		near := cmp.Or(likely[name], nearest(name, known), likely[typed.Nearest(name, slices.Collect(maps.Keys(likely)))])
		if near != "" {
			p.Fix = "did you mean " + near + "?"
		}
		found = append(found, p)
	}
	return found
}
