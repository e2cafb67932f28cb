package checkup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
	"logbot/logsapi"
)

const (
	// badSkew is the difference of the clocks at which signatures are about to be
	// refused: that is at 15 minutes.
	badSkew = 10 * time.Minute
	// oddSkew is more than a clock that is kept right has.
	oddSkew = time.Minute
)

// codeArts looks at the services of the settings.
type codeArts struct {
	c        *config.Config
	client   *logsapi.Client
	looks    func(context.Context) ([]look, error)
	accepted func(context.Context) (struct{}, error)
	listed   func(context.Context) (tasksOf, error)
}

// look is the first look at one address.
type look struct {
	logsapi.Address
	logsapi.Look
	err error
}

// CodeArts adds the checks of the services: hosts, clock, credential and endpoints. They
// share their requests: about twenty, of which one carries the credential.
func CodeArts(to *checks.Registry, c *config.Config, client *logsapi.Client) {
	if client == nil {
		to.Add(checks.Check{Part: "CodeArts", Name: "CodeArts hosts", Run: func(context.Context) checks.Result {
			return checks.Skip("not known, see the settings")
		}})
		return
	}
	a := &codeArts{c: c, client: client}
	a.looks = once(a.lookAtAll)
	a.accepted = once(func(ctx context.Context) (struct{}, error) { return struct{}{}, client.Accepted(ctx) })
	a.listed = once(a.listProjects)
	for _, name := range services(client) {
		to.Add(checks.Check{Part: "CodeArts", Name: name + ", host", Run: func(ctx context.Context) checks.Result { return a.host(ctx, name) }})
	}
	to.Add(checks.Check{Part: "CodeArts", Name: "CodeArts clock", Run: a.clock})
	to.Add(checks.Check{Part: "CodeArts", Name: "CodeArts credential (" + credentialName(c) + ")", Run: a.credential})
	for _, name := range services(client) {
		if name != "IAM" {
			to.Add(checks.Check{Part: "CodeArts", Name: name + ", endpoints", Run: func(ctx context.Context) checks.Result { return a.endpoints(ctx, name) }})
		}
	}
	if len(c.Projects) > 0 {
		to.Add(checks.Check{Part: "CodeArts", Name: "projects (LOGBOT_PROJECTS)", Run: a.projects})
	}
	if len(a.named()) > 0 {
		to.Add(checks.Check{Part: "CodeArts", Name: "aliases and rules (LOGBOT_CONFIG)", Run: a.aliases})
	}
}

// services are the names of the services that have an address.
func services(client *logsapi.Client) []string {
	var names []string
	for _, a := range client.Addresses() {
		if !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	return names
}

// credentialName is the setting that holds the credential.
func credentialName(c *config.Config) string {
	credential, _ := c.Credential()
	switch credential.(type) {
	case logsapi.Token:
		return "LOGBOT_AUTH_TOKEN"
	case logsapi.User:
		return "LOGBOT_IAM_USER"
	}
	return "HUAWEICLOUD_SDK_AK"
}

// lookAtAll looks once at each address, all at the same time.
func (a *codeArts) lookAtAll(ctx context.Context) ([]look, error) {
	all := a.client.Addresses()
	looks := make([]look, len(all))
	var looking sync.WaitGroup
	for i, address := range all {
		looking.Go(func() {
			l, err := a.client.Look(ctx, address, firstPath(address.Name))
			looks[i] = look{address, l, err}
		})
	}
	looking.Wait()
	return looks, nil
}

// firstPath is the path of the first look at an address of a service.
func firstPath(service string) string {
	for _, e := range logsapi.Endpoints() {
		if e.Service == service {
			return e.Path
		}
	}
	return "/"
}

// of are the looks at the addresses of one service.
func (a *codeArts) of(ctx context.Context, name string) []look {
	looks, _ := a.looks(ctx)
	return slices.DeleteFunc(slices.Clone(looks), func(l look) bool { return l.Name != name })
}

// host says whether a host of the service is reached. One of several is enough.
func (a *codeArts) host(ctx context.Context, name string) checks.Result {
	looks := a.of(ctx, name)
	var r checks.Result
	for _, l := range looks {
		if l.err != nil {
			r.Problems = append(r.Problems, a.unreached(l))
			continue
		}
		if l.Page {
			r.Problems = append(r.Problems, checks.Problem{Level: checks.Red, Says: fmt.Sprintf("%s answers with a web page (HTTP %d), not as an API does", l.URL.Host, l.Status),
				Fix: "check " + a.setting(l) + "; this may be a sign-on page or a proxy"})
			continue
		}
		return checks.Good("%s answers in %d ms%s", l.URL.Host, l.Took.Milliseconds(), a.through(l.URL))
	}
	return r
}

// through says which proxy leads to an address; empty for none.
func (a *codeArts) through(u *url.URL) string {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u})
	if err != nil || proxy == nil {
		return ""
	}
	return " through the proxy " + proxy.Host
}

// setting is what leads to an address.
func (a *codeArts) setting(l look) string {
	name, own := "LOGBOT_BUILD_URL", a.c.BuildURL
	switch l.Name {
	case "CodeArts Check":
		name, own = "LOGBOT_CHECK_URL", a.c.CheckURL
	case "CodeArts Pipeline":
		name, own = "LOGBOT_PIPELINE_URL", a.c.PipelineURL
	case "IAM":
		name, own = "LOGBOT_IAM_URL", a.c.IAMURL
	}
	if own != "" {
		return name
	}
	return "HUAWEICLOUD_REGION"
}

// unreached says why an address gave no answer.
func (a *codeArts) unreached(l look) checks.Problem {
	p := checks.Problem{Level: checks.Red, Says: l.URL.Host + " is not reached", Fix: "check " + a.setting(l) + " and the network"}
	var e *logsapi.Error
	if errors.As(l.err, &e) {
		if e.Err != nil {
			p.Says += ": " + e.Err.Error()
		} else {
			p.Says += ": " + e.Summary
		}
		if e.Hint != "" {
			p.Fix = e.Hint
		}
	}
	if proxy := a.through(l.URL); proxy != "" {
		p.Says += " (" + strings.TrimSpace(proxy) + ")"
	}
	return p
}

// clock compares our clock with those of the services.
func (a *codeArts) clock(ctx context.Context) checks.Result {
	looks, _ := a.looks(ctx)
	for _, l := range looks {
		if l.err != nil || !l.Dated {
			continue
		}
		skew := l.Skew.Round(time.Second)
		where := "ahead of"
		if skew < 0 {
			where = "behind"
		}
		says := fmt.Sprintf("the clock of this machine is %v %s that of %s", skew.Abs(), where, l.URL.Host)
		credential, _ := a.c.Credential()
		_, signs := credential.(logsapi.Keys)
		switch {
		case skew.Abs() >= badSkew && signs:
			return checks.Wrong(checks.Red, says, "set the clock right, with NTP; CodeArts refuses signatures from 15 minutes on")
		case skew.Abs() >= oddSkew:
			return checks.Wrong(checks.Yellow, says, "set the clock right, with NTP")
		}
		return checks.Good("%v from that of %s", skew, l.URL.Host)
	}
	return checks.Skip("no answer says the time")
}

// reached reports whether the service that shows whether the credential is accepted
// answers: CodeArts Build, or else the first that is configured.
func (a *codeArts) reached(ctx context.Context) bool {
	looks := a.of(ctx, services(a.client)[0])
	return slices.ContainsFunc(looks, func(l look) bool { return l.err == nil && !l.Page })
}

// credential says whether the credential is accepted.
func (a *codeArts) credential(ctx context.Context) checks.Result {
	credential, err := a.c.Credential()
	if err != nil {
		return checks.Skip("see the settings")
	}
	if !a.reached(ctx) {
		return checks.Skip("its host is not reached")
	}
	_, err = a.accepted(ctx)
	if err == nil {
		return checks.Good("CodeArts accepts the %s", credential)
	}
	var e *logsapi.Error
	if !errors.As(err, &e) {
		return checks.Wrong(checks.Red, err.Error(), "")
	}
	says := summary(err)
	fix, _, _ := strings.Cut(e.Hint, "; requests are held") // which is for a bot that goes on
	if fix == "" {
		fix = "look at the answer of the service: " + e.Message
	}
	level := checks.Red
	if !errors.Is(err, logsapi.ErrUnauthorized) {
		level = checks.Yellow
	}
	return checks.Wrong(level, says, fix)
}

// endpoints says which endpoints a service has.
func (a *codeArts) endpoints(ctx context.Context, name string) checks.Result {
	looks := a.of(ctx, name)
	looks = slices.DeleteFunc(looks, func(l look) bool { return l.err != nil || l.Page })
	if len(looks) == 0 {
		return checks.Skip("no host is reached")
	}
	var all []logsapi.Endpoint
	for _, e := range logsapi.Endpoints() {
		if e.Service == name {
			all = append(all, e)
		}
	}
	var mu sync.Mutex
	published := make([]bool, len(all))
	var failed error
	var looking sync.WaitGroup
	for i, e := range all {
		looking.Go(func() {
			there, err := a.published(ctx, looks, e)
			mu.Lock()
			defer mu.Unlock()
			if published[i] = there; err != nil {
				failed = err
			}
		})
	}
	looking.Wait()
	if failed != nil {
		return checks.Wrong(checks.Yellow, "could not be looked at: "+firstLine(failed.Error()), "")
	}
	return missing(all, published)
}

// published reports whether one of the addresses has an endpoint, or the one that serves
// as well. It knows what the first looks have shown.
func (a *codeArts) published(ctx context.Context, at []look, e logsapi.Endpoint) (bool, error) {
	for _, path := range []string{e.Path, e.Instead} {
		if path == "" {
			continue
		}
		for _, l := range at {
			if path != firstPath(l.Name) {
				var err error
				if l.Look, err = a.client.Look(ctx, l.Address, path); err != nil {
					return false, err
				}
			}
			if l.Published() {
				return true, nil
			}
		}
	}
	return false, nil
}

// missing is the result for endpoints of which some are published.
func missing(all []logsapi.Endpoint, published []bool) checks.Result {
	r := checks.Good("all %d that logbot uses are published", len(all))
	const check = "check the address; if it is right, this region may not have the service"
	if !slices.Contains(published, true) {
		return checks.Wrong(checks.Red, fmt.Sprintf("none of the %d that logbot uses is published, not even %s", len(all), all[0].Path), check)
	}
	for i, e := range all {
		if published[i] {
			continue
		}
		level, fix := checks.Yellow, ""
		if e.Needed {
			level, fix = checks.Red, check
		}
		what := e.Path
		if e.Instead != "" {
			what += " and " + e.Instead
		}
		if !slices.ContainsFunc(r.Problems, func(p checks.Problem) bool { return strings.HasSuffix(p.Says, e.Without) }) {
			r.Problems = append(r.Problems, checks.Problem{Level: level, Says: "not published: " + what + "; so " + e.Without, Fix: fix})
		}
	}
	return r
}
