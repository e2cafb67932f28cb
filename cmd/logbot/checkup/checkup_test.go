package checkup

import (
	"context"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot"
	"logbot/bot/slacksim"
	"logbot/bot/sockets"
	"logbot/cache/redistest"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
	"logbot/logsapi/codeartsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

const (
	webID     = "48c66c6002964721be537cdc6ce0297b"
	accessKey = "AKOFTHETESTS00000000"
	secretKey = "sk-of-the-tests-0123456789-0123456789-01"
)

// environment is a good set-up: a Slack, a CodeArts and a folder.
func environment(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"HUAWEICLOUD_SDK_AK": accessKey, "HUAWEICLOUD_SDK_SK": secretKey, "LOGBOT_RATE": "1000", "LOGBOT_DATA": t.TempDir(),
		"LOGBOT_CONFIG": file(t, "aliases: {web: "+webID+"}\naccess: [{channels: [C0BUILDS01], tasks: [web]}]\n"),
	}
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// startCodeArts starts a CodeArts; set leads an environment to it.
func startCodeArts(t *testing.T, change func(*codeartsim.Config)) (set map[string]string) {
	t.Helper()
	c := codeartsim.Config{FS: codeartsim.Demo(), Recent: true, AccessKey: accessKey, SecretKey: secretKey}
	if change != nil {
		change(&c)
	}
	sim, err := codeartsim.New(c)
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return map[string]string{
		"LOGBOT_BUILD_URL": server.URL, "LOGBOT_CHECK_URL": server.URL, "LOGBOT_PIPELINE_URL": server.URL, "LOGBOT_IAM_URL": server.URL,
		"LOGBOT_PROJECTS": sim.Projects()["shop"],
	}
}

// startSlack starts a Slack; set leads an environment to it.
func startSlack(t *testing.T, change func(*slacksim.Config)) (s *slacksim.Server, set map[string]string) {
	t.Helper()
	var c slacksim.Config
	for _, scope := range bot.Scopes() {
		c.Scopes = append(c.Scopes, scope.Name)
	}
	if change != nil {
		change(&c)
	}
	s = slacksim.New(c)
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s, map[string]string{"SLACK_BOT_TOKEN": s.BotToken(), "SLACK_APP_TOKEN": s.AppToken(), "SLACK_API_URL": s.APIURL()}
}

func without(scopes ...string) func(*slacksim.Config) {
	return func(c *slacksim.Config) {
		c.Scopes = slices.DeleteFunc(c.Scopes, func(s string) bool { return slices.Contains(scopes, s) })
	}
}

func slackFault(t *testing.T, text string) func(*slacksim.Config) {
	t.Helper()
	f, err := slacksim.ParseFault(text)
	require.NoError(t, err)
	return func(c *slacksim.Config) { c.Faults = append(c.Faults, f) }
}

func codeArtsFault(t *testing.T, text string) func(*codeartsim.Config) {
	t.Helper()
	f, err := codeartsim.ParseFault(text)
	require.NoError(t, err)
	return func(c *codeartsim.Config) { c.Faults = append(c.Faults, f) }
}

// look runs all checks of doctor over an environment.
func lookAt(t *testing.T, env map[string]string) []checks.Report {
	t.Helper()
	c, _ := config.Load(func(name string) string { return env[name] })
	all, opened := Doctor(c, slices.Collect(maps.Keys(env)))
	reports := all.Run(t.Context(), 20*time.Second, nil)
	require.NoError(t, opened.Close())
	return reports
}

// problems are the lines of reports that are not green, each with its level, and the
// names of the red checks.
func problems(reports []checks.Report) (lines string, red []string) {
	for _, r := range reports {
		if r.Level() == checks.Red {
			red = append(red, r.Name)
		}
		for _, p := range r.Problems {
			lines += p.Level.String() + " " + r.Line(p) + "\n"
		}
	}
	return lines, red
}

func TestAGoodSetUpIsGreen(t *testing.T) {
	env := environment(t)
	_, slack := startSlack(t, nil)
	maps.Copy(env, slack)
	maps.Copy(env, startCodeArts(t, nil))
	env["REDIS_URL"] = redistest.Start(t, "--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru", "--appendonly", "yes").URL()
	for _, r := range lookAt(t, env) {
		assert.Equal(t, checks.Green, r.Level(), "%s: %s", r.Name, r.Lines())
		assert.NotEmpty(t, r.Says, r.Name)
	}
}

// TestEachMistakeIsNamedWithWhatToDo breaks one thing at a time.
func TestEachMistakeIsNamedWithWhatToDo(t *testing.T) {
	slack, slackEnv := startSlack(t, nil)
	codearts := startCodeArts(t, nil)
	plain := redistest.Start(t, "--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru", "--appendonly", "yes")
	locked := redistest.Start(t, "--requirepass", "right", "--maxmemory-policy", "volatile-lru")
	closed := closedAddress(t)
	signOn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><title>Log In</title></html>"))
	}))
	t.Cleanup(signOn.Close)
	private := httptest.NewUnstartedServer(http.NotFoundHandler())
	private.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshakes that fail
	private.StartTLS()
	t.Cleanup(private.Close)
	slackWith := func(change func(*slacksim.Config)) map[string]string {
		_, env := startSlack(t, change)
		return env
	}
	codeArtsWith := func(changes ...func(*codeartsim.Config)) map[string]string {
		return startCodeArts(t, func(c *codeartsim.Config) {
			for _, change := range changes {
				change(c)
			}
		})
	}
	iam := codeArtsWith(func(c *codeartsim.Config) {
		c.IAM.User, c.IAM.Password, c.IAM.Domain, c.IAM.Project = "ci", "right", "acme", "cn-north-4"
	})
	asUser := func(user, password, domain, project string) map[string]string {
		env := maps.Clone(iam)
		maps.Copy(env, map[string]string{"HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": "", "LOGBOT_IAM_USER": user, "LOGBOT_IAM_PASSWORD": password,
			"LOGBOT_IAM_DOMAIN": domain, "HUAWEICLOUD_SDK_PROJECT_ID": project})
		return env
	}
	yaml := func(content string) map[string]string {
		return map[string]string{"LOGBOT_CONFIG": file(t, content), "LOGBOT_OPEN": ""}
	}
	blocked := file(t, "a file, not a folder")
	open := t.TempDir()
	require.NoError(t, os.Chmod(open, 0o777))

	const settings = "settings"
	for name, c := range map[string]struct {
		set  map[string]string
		red  []string // the checks that are red
		says []string // parts of the lines
	}{
		"no settings": {map[string]string{"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "", "HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": "", "LOGBOT_BUILD_URL": "", "LOGBOT_CHECK_URL": "",
			"LOGBOT_CONFIG": "", "LOGBOT_OPEN": "", "LOGBOT_DATA": ""}, []string{settings}, []string{
			"red settings: SLACK_BOT_TOKEN:", "SLACK_APP_TOKEN:", "such as HUAWEICLOUD_REGION=cn-north-4", "no credential for CodeArts: set", "nobody may read anything yet",
			"yellow state: aliases and watches end with this process",
		}},
		"tokens swapped":      {map[string]string{"SLACK_BOT_TOKEN": slack.AppToken(), "SLACK_APP_TOKEN": slack.BotToken()}, []string{settings}, []string{"swap the two"}},
		"a user token":        {map[string]string{"SLACK_BOT_TOKEN": "xoxp-1-2-3"}, []string{settings}, []string{"SLACK_BOT_TOKEN: expected a bot token, which begins with xoxb-; this is a user token"}},
		"a token in quotes":   {map[string]string{"SLACK_BOT_TOKEN": `"` + slack.BotToken() + `"`}, []string{settings}, []string{"SLACK_BOT_TOKEN: the value is in quotes"}},
		"a blank in a token":  {map[string]string{"SLACK_APP_TOKEN": "xapp-1 2"}, []string{settings}, []string{"there is a blank inside the token"}},
		"a placeholder":       {map[string]string{"SLACK_BOT_TOKEN": "xoxb-your-token"}, []string{settings}, []string{"this is a placeholder"}},
		"a wrong bot token":   {map[string]string{"SLACK_BOT_TOKEN": "xoxb-wrong"}, []string{"Slack bot token (SLACK_BOT_TOKEN)"}, []string{"Slack does not know this token (invalid_auth); copy the Bot User OAuth Token again"}},
		"the app was removed": {slackWith(slackFault(t, "call-error@auth.test=account_inactive:1")), []string{"Slack bot token (SLACK_BOT_TOKEN)"}, []string{"the app was removed from the workspace"}},
		"a revoked bot token": {slackWith(slackFault(t, "call-error@auth.test=token_revoked:1")), []string{"Slack bot token (SLACK_BOT_TOKEN)"}, []string{"this token was revoked", "reinstall the app"}},
		"a wrong app token":   {map[string]string{"SLACK_APP_TOKEN": "xapp-wrong"}, []string{"Slack socket (SLACK_APP_TOKEN)"}, []string{"Slack does not know this token; make a new one"}},
		"no connections:write": {slackWith(slackFault(t, "call-error@apps.connections.open=missing_scope:1")), []string{"Slack socket (SLACK_APP_TOKEN)"},
			[]string{"this token lacks the scope connections:write; make a new one"}},
		"too many sockets":    {slackWith(slackFault(t, "socket-refused:1")), []string{"Slack socket (SLACK_APP_TOKEN)"}, []string{"too_many_websockets"}},
		"no chat:write":       {slackWith(without("chat:write")), []string{"Slack scopes"}, []string{"red Slack scopes: the app lacks chat:write:", "then reinstall the app"}},
		"no files:write":      {slackWith(without("files:write")), []string{"Slack scopes"}, []string{"the app lacks files:write: no log file can be sent"}},
		"no users:read":       {slackWith(without("users:read")), nil, []string{"yellow Slack scopes: the app lacks the optional users:read"}},
		"no Slack there":      {map[string]string{"SLACK_API_URL": "http://" + closed + "/api/"}, []string{"Slack bot token (SLACK_BOT_TOKEN)", "Slack socket (SLACK_APP_TOKEN)"}, []string{"check that this machine reaches http://" + closed}},
		"not a Slack":         {map[string]string{"SLACK_API_URL": codearts["LOGBOT_BUILD_URL"]}, []string{"Slack bot token (SLACK_BOT_TOKEN)", "Slack socket (SLACK_APP_TOKEN)"}, []string{"is not the address of a Slack", "it ends in /api/"}},
		"a channel not there": {yaml("aliases: {web: " + webID + "}\naccess: [{channels: [C0NOTTHERE], tasks: [web]}]\n"), nil, []string{"yellow channels of rules (LOGBOT_CONFIG): Slack shows the bot no channel C0NOTTHERE", "/invite @logbot"}},
		"a channel's name":    {yaml("access: [{channels: [builds], tasks: ['*']}]\n"), []string{settings}, []string{`"builds" is not a Slack channel id`, "channel details in Slack end with it"}},

		"a region with a slip": {map[string]string{"LOGBOT_BUILD_URL": "", "HUAWEICLOUD_REGION": "cn-nord-4"}, []string{"CodeArts Build, host"},
			[]string{`yellow settings: HUAWEICLOUD_REGION: region "cn-nord-4" is not known to have CodeArts`, "did you mean cn-north-4?", "red CodeArts Build, host: cloudbuild-ext.cn-nord-4"}},
		"keys swapped":          {map[string]string{"HUAWEICLOUD_SDK_AK": secretKey, "HUAWEICLOUD_SDK_SK": accessKey}, []string{credentialOf("HUAWEICLOUD_SDK_AK")}, []string{"swap the two", "the service does not know the access key (HTTP 401 APIGW.0301)"}},
		"a wrong secret key":    {map[string]string{"HUAWEICLOUD_SDK_SK": "wrong"}, []string{credentialOf("HUAWEICLOUD_SDK_AK")}, []string{"the signature is not accepted (HTTP 401 APIGW.0301); check the secret key"}},
		"a wrong access key":    {map[string]string{"HUAWEICLOUD_SDK_AK": "WRONG"}, []string{credentialOf("HUAWEICLOUD_SDK_AK")}, []string{"the service does not know the access key"}},
		"a wrong ready token":   {map[string]string{"HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": "", "LOGBOT_AUTH_TOKEN": "wrong"}, []string{credentialOf("LOGBOT_AUTH_TOKEN")}, []string{"the token is not accepted (HTTP 401 APIGW.0301); get a token of project scope"}},
		"half a key":            {map[string]string{"HUAWEICLOUD_SDK_SK": ""}, []string{settings}, []string{"access key and secret key are both required"}},
		"two credentials":       {map[string]string{"LOGBOT_AUTH_TOKEN": "another"}, []string{settings}, []string{"more than one credential for CodeArts is set"}},
		"a wrong password":      {asUser("ci", "wrong", "acme", "cn-north-4"), []string{credentialOf("LOGBOT_IAM_USER")}, []string{"IAM does not accept the user name, the password or the domain (HTTP 401"}},
		"a wrong domain":        {asUser("ci", "right", "emca", "cn-north-4"), []string{credentialOf("LOGBOT_IAM_USER")}, []string{"check all three; the domain is the name of the account"}},
		"a wrong project":       {asUser("ci", "right", "acme", "cn-north-9"), []string{credentialOf("LOGBOT_IAM_USER")}, []string{"check the IAM project"}},
		"a user without domain": {asUser("ci", "right", "", "cn-north-4"), []string{settings}, []string{"user name, password and domain are all required"}},
		"a clock that is late": {codeArtsWith(codeArtsFault(t, "clock-skew=20m")), []string{"CodeArts clock", credentialOf("HUAWEICLOUD_SDK_AK")},
			[]string{"red CodeArts clock: the clock of this machine is 20m0s behind that of 127.0.0.1", "with NTP", "the clock of this machine is 20 minutes behind the service's"}},
		"a clock that is odd": {codeArtsWith(codeArtsFault(t, "clock-skew=-3m")), nil, []string{"yellow CodeArts clock: the clock of this machine is 3m0s ahead of that of 127.0.0.1"}},
		"an address with a version": {map[string]string{"LOGBOT_BUILD_URL": codearts["LOGBOT_BUILD_URL"] + "/v1"}, []string{"CodeArts Build, endpoints"},
			[]string{"yellow settings: LOGBOT_BUILD_URL: it ends in /v1, and logbot adds the version itself (from the environment); leave it out", "red CodeArts Build, endpoints: none of the 12 that logbot uses is published, not even /v1/log/stage/page"}},
		"https to a plain port": {map[string]string{"LOGBOT_BUILD_URL": strings.Replace(codearts["LOGBOT_BUILD_URL"], "http", "https", 1)}, []string{"CodeArts Build, host"}, []string{"write http:// in the place of https://"}},
		"http to a TLS port":    {map[string]string{"LOGBOT_BUILD_URL": strings.Replace(private.URL, "https", "http", 1)}, nil, nil},
		"a private certificate": {map[string]string{"LOGBOT_BUILD_URL": private.URL}, []string{"CodeArts Build, host"}, []string{"certificate", "set SSL_CERT_FILE for a private authority"}},
		"a closed port":         {map[string]string{"LOGBOT_BUILD_URL": "http://" + closed}, []string{"CodeArts Build, host"}, []string{"connection refused; nothing listens there"}},
		"no such host":          {map[string]string{"LOGBOT_BUILD_URL": "https://no-such-host.invalid"}, []string{"CodeArts Build, host"}, []string{"no-such-host.invalid is not reached"}},
		"a sign-on page":        {map[string]string{"LOGBOT_BUILD_URL": signOn.URL}, []string{"CodeArts Build, host"}, []string{"answers with a web page (HTTP 200)", "check LOGBOT_BUILD_URL; this may be a sign-on page or a proxy"}},
		"an endpoint not there": {codeArtsWith(codeArtsFault(t, "not-published@full-stages"), codeArtsFault(t, "not-published@history-details")), nil, []string{"yellow CodeArts Build, endpoints: not published: /v1/record/", "answers do not say which step failed"}},
		"a wrong project id":    {map[string]string{"LOGBOT_PROJECTS": "shop"}, []string{settings}, []string{`LOGBOT_PROJECTS: not a project id: "shop"; expected 32 hex digits`}},
		"a project not there":   {map[string]string{"LOGBOT_PROJECTS": strings.Repeat("1", 32)}, nil, []string{"yellow projects (LOGBOT_PROJECTS): project 1111"}},

		"Redis password wrong":   {map[string]string{"REDIS_URL": strings.Replace(locked.URL(), "redis://", "redis://:wrong@", 1)}, []string{"Redis for state (REDIS_URL)", "Redis for pages (REDIS_URL)"}, []string{"does not accept the user or the password"}},
		"Redis without password": {map[string]string{"REDIS_URL": locked.URL()}, []string{"Redis for state (REDIS_URL)", "Redis for pages (REDIS_URL)"}, []string{"NOAUTH"}},
		"Redis closed":           {map[string]string{"REDIS_URL": "redis://" + closed}, []string{"Redis for state (REDIS_URL)", "Redis for pages (REDIS_URL)"}, []string{"connection refused", "check host and port"}},
		"Redis unknown host":     {map[string]string{"REDIS_URL": "redis://no-such-host.invalid"}, []string{"Redis for state (REDIS_URL)", "Redis for pages (REDIS_URL)"}, []string{"no-such-host.invalid:6379 is not reached"}},
		"TLS to a plain Redis":   {map[string]string{"REDIS_URL": strings.Replace(plain.URL(), "redis://", "rediss://", 1)}, []string{"Redis for state (REDIS_URL)", "Redis for pages (REDIS_URL)"}, []string{"write redis:// in the place of rediss://"}},
		"plain to a TLS port":    {map[string]string{"REDIS_URL": strings.Replace(private.URL, "https://", "redis://", 1)}, []string{"Redis for state (REDIS_URL)", "Redis for pages (REDIS_URL)"}, []string{"write rediss:// in the place of redis://"}},
		"not a Redis address":    {map[string]string{"REDIS_URL": "http://x"}, []string{settings}, []string{`REDIS_URL: the Redis address begins with "http:"`}},

		"a file for a folder": {map[string]string{"LOGBOT_DATA": blocked}, []string{"folder of LOGBOT_DATA"}, []string{"is not a folder"}},
		"a folder in a file":  {map[string]string{"LOGBOT_DATA": blocked + "/data"}, []string{"folder of LOGBOT_DATA"}, []string{"give the folder to the user that runs logbot"}},
		"a folder for all":    {map[string]string{"LOGBOT_DATA": open}, nil, []string{"yellow folder of LOGBOT_DATA: other users of this machine may use " + open + " (mode 0777)", "chmod go="}},
		"a key with a slip":   {yaml("alias: {web: " + webID + "}\naccess: [{tasks: ['*'], chanels: [C0BUILDS01]}]\n"), []string{settings}, []string{`line 1: the key "alias" is unknown; did you mean "aliases"?`, `line 2: the key "chanels" is unknown; did you mean "channels"?`}},
		"a list for a map":    {yaml("aliases: [web]\naccess: [{tasks: '*'}]\n"), []string{settings}, []string{"line 1: expected names and ids", "found a list", "line 2: expected a list such as [a, b], found a text (*)"}},
		"broken YAML":         {yaml("access:\n  - tasks: ['*'\n"), []string{settings}, []string{"LOGBOT_CONFIG: line "}},
		"a task with a slip":  {yaml("aliases: {web: " + webID + "}\naccess: [{tasks: [wbe]}]\n"), []string{settings}, []string{`"wbe" is not an alias of this file; did you mean "web"?`}},
		"an alias to nothing": {yaml("aliases: {web: " + strings.Repeat("a", 32) + "}\naccess: [{tasks: [web]}]\n"), nil, []string{`yellow aliases and rules (LOGBOT_CONFIG): alias "web", task aaaaaaa`}},
		"names with slips": {map[string]string{"LOGBOT_TOKEN": "x", "SLACK_TOKEN": "x", "LOGBOT_OPNE": "true", "LOGBOT_SERVICE_HOST": "10.0.0.1", "LOGBOT_PORT": "tcp://10.0.0.1", "HUAWEICLOUD_SDK_REGION": "x"}, nil, []string{
			"yellow settings: LOGBOT_TOKEN: logbot has no such setting (from the environment); did you mean SLACK_BOT_TOKEN?", "SLACK_TOKEN: logbot has no such setting",
			"LOGBOT_OPNE: logbot has no such setting (from the environment); did you mean LOGBOT_OPEN?", "did you mean HUAWEICLOUD_REGION?",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			env := environment(t)
			maps.Copy(env, slackEnv)
			maps.Copy(env, codearts)
			maps.Copy(env, c.set)
			lines, red := problems(lookAt(t, env))
			assert.ElementsMatch(t, c.red, red, lines)
			for _, says := range c.says {
				assert.Contains(t, lines, says)
			}
			assert.NotContains(t, lines, "LOGBOT_SERVICE_HOST", "Kubernetes sets it")
			assert.NotContains(t, lines, "config.file", "no name of a Go type")
		})
	}
}

func credentialOf(setting string) string { return "CodeArts credential (" + setting + ")" }

// closedAddress is an address at which nothing listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func TestARedisThatIsNeverReachedIsAnErrorAndOneThatRefusesIsNot(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	assert.ErrorContains(t, ReachRedis(ctx, "redis://"+closedAddress(t), time.Millisecond), "nothing answers at")
	locked := redistest.Start(t, "--requirepass", "right")
	assert.NoError(t, ReachRedis(ctx, locked.URL(), time.Second), "a refused password stops no bot")
}

func TestACommandThatCameToTheCheckIsAskedForAgain(t *testing.T) {
	s := &slackSide{c: &config.Config{}}
	answer := s.caught(sockets.Envelope{Type: "slash_commands", Payload: []byte(`{"command":"/logs","text":"fail web 128","user_id":"U0ANN00001","channel_id":"C0BUILDS01"}`)})
	assert.Equal(t, map[string]string{"response_type": "ephemeral", "text": "logbot was running a check and missed this. Please type it again: /logs fail web 128"}, answer)
	assert.Nil(t, s.caught(sockets.Envelope{Type: "events_api", Payload: []byte(`{}`)}), "Slack sends an event again")
}
