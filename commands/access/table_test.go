package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The workspace of the table. web and shop are two aliases of one task; web is an alias
// of a check run, too.
var (
	ids = map[string]string{
		"builds": "C0BUILDS01", "ops": "C0OPS00001", "joint": "C0JOINT001", "direct": "D0ANN00001",
		"ann": "U0ANN00001", "bob": "U0BOB00001", "gus": "U0GUS00001", "eve": "U0EVE00001",
		"eng": "S0ENG00001", "sre": "S0SRE00001", "jenkins": "B0JENKINS1", "zapier": "B0ZAPIER01",
		"P1": strings.Repeat("1", 32), "P2": strings.Repeat("2", 32),
		"WEB": strings.Repeat("a", 32), "API": strings.Repeat("b", 32), "STYLE": strings.Repeat("c", 32), "LINT": strings.Repeat("d", 32),
	}
	things = map[string]Task{
		"web":       {ID: ids["WEB"], Aliases: []string{"shop", "web"}, Project: func() string { return ids["P1"] }},
		"api":       {ID: ids["API"], Aliases: []string{"api"}, Project: func() string { return ids["P2"] }},
		"check:web": {ID: ids["STYLE"], Check: true, Aliases: []string{"web"}, Project: func() string { return ids["P1"] }},
		"lint":      {ID: ids["LINT"], Check: true, Aliases: []string{"lint"}},
		"unlisted":  {ID: strings.Repeat("e", 32), Project: func() string { return "" }},
		"record":    {ID: "f5d2de18-0fe5-221f-5215-6b9b8519e81e"},
		"nothing":   {},
	}
)

// words are ids in place of the names of the table; other words stay.
func words(of string) []string {
	var all []string
	for _, word := range strings.Split(of, ",") {
		if id, ok := ids[word]; ok {
			word = id
		}
		all = append(all, word)
	}
	return all
}

// ruleOf reads "channels=builds users=ann tasks=web guests".
func ruleOf(t *testing.T, text string) Rule {
	t.Helper()
	var r Rule
	for _, field := range strings.Fields(text) {
		name, of, _ := strings.Cut(field, "=")
		switch name {
		case "guests":
			r.Guests = true
		case "strangers":
			r.Strangers = true
		case "shared":
			r.Shared = true
		default:
			i := slices.IndexFunc(r.lists(), func(l list) bool { return l.name == name })
			require.GreaterOrEqual(t, i, 0, field)
			*r.lists()[i].words = words(of)
		}
	}
	return r
}

// callerOf reads "ann+eng in builds"; somebody of another kind is "guest gus", "stranger
// eve" or "app jenkins", and "in shared joint" is a channel that others read.
func callerOf(t *testing.T, text string) Caller {
	t.Helper()
	who, where, ok := strings.Cut(text, " in ")
	require.True(t, ok, text)
	var c Caller
	where, c.Shared = strings.CutPrefix(where, "shared ")
	c.Channel = words(where)[0]
	if where == "nowhere" {
		c.Channel = ""
	}
	for kind, standing := range map[string]Standing{"guest ": Guest, "stranger ": Stranger, "app ": App} {
		if rest, is := strings.CutPrefix(who, kind); is {
			who, c.Standing = rest, standing
		}
	}
	parts := strings.Split(who, "+")
	switch c.User = words(parts[0])[0]; {
	case c.Standing == App && parts[0] != "unknown":
		c.User, c.Bot = "", c.User
	case parts[0] == "unknown":
		c.User = ""
	}
	for _, group := range parts[1:] {
		c.Groups = append(c.Groups, ids[group])
	}
	return c
}

func TestThePolicyTable(t *testing.T) {
	const no, alone, yes = Refused, Privately, Posted
	for _, c := range []struct {
		rules      string // of the file, with | between two
		who        string
		task, verb string
		want       Grant
	}{
		// Channels.
		{"channels=builds tasks=web", "ann in builds", "web", "fail", yes},
		{"channels=builds tasks=web", "ann in ops", "web", "fail", no},
		{"channels=builds,ops tasks=web", "ann in ops", "web", "fail", yes},
		{"channels=builds tasks=web", "ann in direct", "web", "fail", no},
		{"channels=direct tasks=web", "ann in direct", "web", "fail", yes},
		{"channels=builds tasks=web", "ann in nowhere", "web", "fail", no},
		{"channels=* tasks=web", "ann in ops", "web", "fail", yes},
		{"channels=* tasks=web", "ann in direct", "web", "fail", yes},
		{"channels=* tasks=web", "ann in nowhere", "web", "fail", no},

		// Without channels: for the caller alone, everywhere.
		{"tasks=web", "ann in builds", "web", "fail", alone},
		{"tasks=web", "ann in direct", "web", "fail", alone},
		{"tasks=web", "ann in nowhere", "web", "fail", alone},
		{"tasks=web", "unknown in builds", "web", "fail", alone},
		{"users=ann tasks=*", "ann in builds", "web", "show", alone},
		{"users=ann tasks=* | channels=builds tasks=web", "ann in builds", "web", "show", yes},
		{"users=ann tasks=* | channels=builds tasks=web", "ann in builds", "api", "show", alone},
		{"users=ann tasks=* | channels=builds tasks=web", "ann in ops", "web", "show", alone},
		{"channels=builds tasks=web | users=ann tasks=*", "ann in builds", "web", "full", yes},

		// Users.
		{"channels=builds users=ann tasks=web", "ann in builds", "web", "fail", yes},
		{"channels=builds users=ann tasks=web", "bob in builds", "web", "fail", no},
		{"channels=builds users=ann,bob tasks=web", "bob in builds", "web", "fail", yes},
		{"channels=builds users=ann tasks=web", "ann in ops", "web", "fail", no},
		{"channels=builds users=ann tasks=web", "unknown in builds", "web", "fail", no},
		{"channels=builds tasks=web", "unknown in builds", "web", "fail", yes},

		// User groups, besides users.
		{"channels=builds groups=eng tasks=web", "ann+eng in builds", "web", "fail", yes},
		{"channels=builds groups=eng tasks=web", "ann in builds", "web", "fail", no},
		{"channels=builds groups=eng tasks=web", "ann+sre in builds", "web", "fail", no},
		{"channels=builds groups=eng,sre tasks=web", "ann+sre in builds", "web", "fail", yes},
		{"channels=builds groups=eng users=bob tasks=web", "bob in builds", "web", "fail", yes},
		{"channels=builds groups=eng users=bob tasks=web", "ann+eng in builds", "web", "fail", yes},
		{"channels=builds groups=eng users=bob tasks=web", "ann in builds", "web", "fail", no},
		{"channels=builds groups=eng tasks=web", "unknown in builds", "web", "fail", no},
		{"groups=eng tasks=web", "ann+eng in ops", "web", "fail", alone},
		{"channels=builds groups=eng tasks=web", "guest gus+eng in builds", "web", "fail", no},
		{"channels=builds groups=eng tasks=web guests", "guest gus+eng in builds", "web", "fail", yes},

		// Tasks, by any alias or the id.
		{"channels=builds tasks=shop", "ann in builds", "web", "fail", yes},
		{"channels=builds tasks=WEB", "ann in builds", "web", "fail", yes},
		{"channels=builds tasks=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ann in builds", "web", "fail", yes},
		{"channels=builds tasks=Web", "ann in builds", "web", "fail", no},
		{"channels=builds tasks=api", "ann in builds", "web", "fail", no},
		{"channels=builds tasks=api,web", "ann in builds", "web", "fail", yes},
		{"channels=builds tasks=*", "ann in builds", "web", "fail", yes},
		{"channels=builds tasks=*", "ann in builds", "unlisted", "fail", yes},
		{"channels=builds tasks=*", "ann in builds", "record", "full", yes},
		{"channels=builds tasks=*", "ann in builds", "nothing", "fail", no},
		{"channels=builds tasks=web,api", "ann in builds", "record", "full", no},
		{"channels=builds tasks=web", "ann in builds", "nothing", "fail", no},

		// A task and a check run of one name are not the same.
		{"channels=builds tasks=web", "ann in builds", "check:web", "check", no},
		{"channels=builds checks=web", "ann in builds", "web", "fail", no},
		{"channels=builds checks=web", "ann in builds", "check:web", "check", yes},
		{"channels=builds tasks=web checks=web", "ann in builds", "check:web", "check", yes},
		{"channels=builds tasks=web checks=lint", "ann in builds", "check:web", "check", no},
		{"channels=builds tasks=*", "ann in builds", "check:web", "check", yes},
		{"channels=builds checks=*", "ann in builds", "check:web", "check", yes},
		{"channels=builds checks=*", "ann in builds", "web", "fail", no},
		{"channels=builds checks=*", "ann in builds", "record", "full", no},
		{"channels=builds checks=STYLE", "ann in builds", "check:web", "check", yes},
		{"channels=builds tasks=STYLE", "ann in builds", "check:web", "check", yes},
		{"channels=builds checks=WEB", "ann in builds", "web", "fail", no},

		// Projects, besides tasks and checks.
		{"channels=builds projects=P1", "ann in builds", "web", "fail", yes},
		{"channels=builds projects=P1", "ann in builds", "api", "fail", no},
		{"channels=builds projects=P1,P2", "ann in builds", "api", "fail", yes},
		{"channels=builds projects=P1", "ann in builds", "check:web", "check", yes},
		{"channels=builds projects=P1", "ann in builds", "lint", "check", no},
		{"channels=builds projects=P1", "ann in builds", "unlisted", "fail", no},
		{"channels=builds projects=P1", "ann in builds", "record", "full", no},
		{"channels=builds projects=P1 tasks=api", "ann in builds", "api", "fail", yes},
		{"channels=builds projects=P1 checks=lint", "ann in builds", "lint", "check", yes},
		{"projects=P1", "ann in builds", "web", "fail", alone},

		// Verbs.
		{"channels=builds tasks=web verbs=fail", "ann in builds", "web", "fail", yes},
		{"channels=builds tasks=web verbs=fail", "ann in builds", "web", "full", no},
		{"channels=builds tasks=web verbs=fail,full", "ann in builds", "web", "full", yes},
		{"channels=builds tasks=web verbs=fail", "ann in builds", "web", "", yes},
		{"channels=builds tasks=web verbs=fail | tasks=web", "ann in builds", "web", "full", alone},
		{"channels=builds tasks=web verbs=fail | users=bob tasks=web", "ann in builds", "web", "full", no},
		{"channels=builds projects=P1 verbs=watch", "ann in builds", "web", "watch", yes},
		{"channels=builds checks=* verbs=fail", "ann in builds", "check:web", "check", no},

		// Guests.
		{"channels=builds tasks=web", "guest gus in builds", "web", "fail", no},
		{"channels=builds tasks=web guests", "guest gus in builds", "web", "fail", yes},
		{"channels=builds users=gus tasks=web", "guest gus in builds", "web", "fail", no},
		{"channels=builds users=gus tasks=web guests", "guest gus in builds", "web", "fail", yes},
		{"channels=builds users=ann tasks=web guests", "guest gus in builds", "web", "fail", no},
		{"tasks=web guests", "guest gus in builds", "web", "fail", alone},

		// Strangers, and channels that other organisations read.
		{"channels=joint tasks=web", "ann in shared joint", "web", "fail", no},
		{"channels=joint tasks=web shared", "ann in shared joint", "web", "fail", yes},
		{"channels=joint tasks=web shared", "stranger eve in shared joint", "web", "fail", no},
		{"channels=joint tasks=web shared strangers", "stranger eve in shared joint", "web", "fail", yes},
		{"channels=builds tasks=web strangers", "stranger eve in builds", "web", "fail", yes},
		{"channels=joint tasks=web strangers", "stranger eve in shared joint", "web", "fail", no},
		{"channels=* tasks=web", "ann in shared joint", "web", "fail", no},
		{"tasks=web", "ann in shared joint", "web", "fail", no},
		{"tasks=web strangers", "stranger eve in direct", "web", "fail", alone},
		{"channels=joint users=ann tasks=web shared strangers", "stranger eve in shared joint", "web", "fail", no},

		// Apps.
		{"channels=builds tasks=web", "app jenkins in builds", "web", "fail", no},
		{"channels=builds bots=jenkins tasks=web", "app jenkins in builds", "web", "fail", yes},
		{"channels=builds bots=jenkins tasks=web", "app zapier in builds", "web", "fail", no},
		{"channels=builds bots=jenkins tasks=web", "ann in builds", "web", "fail", no},
		{"channels=builds bots=jenkins users=ann tasks=web", "ann in builds", "web", "fail", yes},
		{"channels=builds bots=jenkins groups=eng tasks=web", "bob in builds", "web", "fail", no},
		{"channels=builds bots=jenkins tasks=web", "app jenkins in ops", "web", "fail", no},
		{"channels=* bots=jenkins tasks=web", "app jenkins in ops", "web", "fail", yes},
		{"channels=builds bots=jenkins tasks=web", "app unknown in builds", "web", "fail", no},
		{"channels=builds bots=jenkins tasks=web verbs=fail", "app jenkins in builds", "web", "full", no},

		// Rules add up and do not mix.
		{"channels=builds tasks=web | users=ann tasks=api", "bob in builds", "api", "fail", no},
		{"channels=builds tasks=web | users=ann tasks=api", "ann in ops", "web", "fail", no},
		{"channels=builds tasks=web verbs=fail | channels=builds tasks=api", "ann in builds", "web", "full", no},
		{"channels=builds groups=eng tasks=web | channels=ops groups=sre tasks=web", "ann+sre in builds", "web", "fail", no},
	} {
		name := c.rules + " ; " + c.who + " ; " + c.verb + " " + c.task
		var rules []Rule
		for _, text := range strings.Split(c.rules, " | ") {
			rules = append(rules, ruleOf(t, text))
		}
		p, err := New(rules)
		require.NoError(t, err, name)
		who, task := callerOf(t, c.who), things[c.task]
		assert.Equal(t, c.want, p.Grant(who, task, c.verb), name)
		for _, want := range []Grant{Privately, Posted} {
			e := p.Explain(who, task, c.verb, want)
			assert.Equal(t, c.want >= want, e.Allowed, "the explanation says what is decided: %s", name)
			assert.Equal(t, e.Allowed, len(e.Unmet) == 0, name)
			assert.NotZero(t, e.Number, name)
		}
	}
}

func TestTheNearestRuleIsTheOneWithTheFewestUnmetConditions(t *testing.T) {
	p, err := New([]Rule{
		ruleOf(t, "channels=ops users=bob tasks=api verbs=full"),
		ruleOf(t, "channels=builds users=ann tasks=api"),
		ruleOf(t, "users=ann tasks=web"),
	})
	require.NoError(t, err)
	e := p.Explain(callerOf(t, "ann in builds"), things["web"], "fail", Posted)
	assert.Equal(t, 2, e.Number)
	assert.Equal(t, []Condition{OfTask}, e.Unmet)
	e = p.Explain(callerOf(t, "ann in builds"), things["web"], "fail", Privately)
	assert.Equal(t, Explanation{Allowed: true, Rule: e.Rule, Number: 3}, e)
	e = p.Explain(callerOf(t, "bob in builds"), things["lint"], "fail", Posted)
	assert.Equal(t, []Condition{OfPeople, OfTask}, e.Unmet)
	e = p.Explain(callerOf(t, "guest gus in shared joint"), things["lint"], "fail", Posted)
	assert.Equal(t, 2, e.Number, "of equals the first")
	assert.Equal(t, []Condition{OfChannel, OfShared, OfStanding, OfPeople, OfTask}, e.Unmet)

	assert.Equal(t, Explanation{Allowed: true, Open: true}, Open().Explain(callerOf(t, "ann in builds"), things["web"], "fail", Posted))
	var none *Policy
	assert.Equal(t, Explanation{}, none.Explain(callerOf(t, "ann in builds"), things["web"], "fail", Posted))
}

func TestAProjectIsAskedForOnlyIfItDecides(t *testing.T) {
	p, err := New([]Rule{ruleOf(t, "channels=builds projects=P1 verbs=fail"), ruleOf(t, "channels=builds tasks=web")})
	require.NoError(t, err)
	task := things["web"]
	task.Project = func() string { t.Fatal("asked"); return "" }
	assert.Equal(t, Posted, p.Grant(callerOf(t, "ann in builds"), task, "full"))
	assert.Equal(t, Refused, p.Grant(callerOf(t, "ann in ops"), task, "fail"))
}
