package wire

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"logbot/logsapi/dialect"
	"logbot/logsapi/pace"
)

// Options configures a Requester. Either Region or the URL of the service that is
// used must be set; a User needs the Region, or the URL of IAM and a Project. In a URL
// {region} and {domain} are filled in, such as cn-north-4 and myhuaweicloud.com.
type Options struct {
	Region      string            // such as "cn-north-4"; any region id is accepted
	BuildURL    string            // base URL of CodeArts Build instead of the region's
	CheckURL    string            // base URL of CodeArts Check instead of the region's
	PipelineURL string            // base URL of CodeArts Pipeline instead of the region\'s
	IAMURL      string            // base URL of IAM instead of the region's and the central one; for a User only
	Credential  Credential        // Keys, Token or User
	Rate        float64           // requests a second to both services together; 0 is 5. After a rest 20 may go at once
	Shared      Shared            // a rate kept together with other processes, on top of Rate; may be nil
	Transport   http.RoundTripper // nil is a new one, with proxy and CA from the environment
	Idle        time.Duration     // how long an answer may stall; 0 is 30 seconds

	// Mask hides secrets of others in what a service says, before it is cut; nil hides the
	// credential alone.
	Mask func(string) string

	// InsecureHTTP allows addresses of plain HTTP on other machines, which get the
	// credential in clear. A Transport of the caller's own is not looked at.
	InsecureHTTP bool
	// RedirectHosts are hosts in networks of one's own that redirects may lead to.
	RedirectHosts []string

	// Dialect is told what a host does that the documentation leaves open or does not
	// say, once each; nil is not told.
	Dialect func(dialect.Dialect)

	Observer Observer // may be nil

	// The clock: nil is time.Now and pace.Sleep.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// NewRequester checks the options and makes a Requester. It sends nothing.
func NewRequester(o Options) (*Requester, error) {
	own := o.Transport != nil
	leads := redirects{allowed: o.RedirectHosts}
	if !own {
		t := newTransport()
		o.Transport, leads.proxy = t, t.Proxy
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = pace.Sleep
	}
	if o.Observer == nil {
		o.Observer = deaf{}
	}
	if o.Idle == 0 {
		o.Idle = idleTimeout
	}
	at, err := newAddresses(o.Region, [serviceCount]string{BuildService: o.BuildURL, CheckService: o.CheckURL, PipelineService: o.PipelineURL})
	if err != nil {
		return nil, err
	}
	if o.Rate == 0 {
		o.Rate = defaultRate
	}
	if !(o.Rate > 0) || math.IsInf(o.Rate, 1) {
		return nil, fmt.Errorf("rate %v: want a number of requests a second above 0", o.Rate)
	}
	if o.Credential == nil {
		return nil, errors.New("credential: access key and secret key, or a token, are required")
	}
	if err := o.Credential.check(); err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	r := &Requester{
		at:        at,
		cred:      o.Credential,
		redirects: leads,
		exchanger: exchanger{o.Transport, o.Idle, &mask{secrets: o.Credential.secrets(), others: o.Mask}},
		retrier:   retrier{o.Sleep},
		limiter:   newLimiter(o.Rate),
		guard:     &keyGuard{},
		now:       o.Now,
		observer:  o.Observer,
		hosts:     newHosts(at, o.Dialect),
	}
	if o.Shared != nil {
		r.shared = &shared{o.Shared, o.Rate}
	}
	r.refusals = refusals{r.at, r.cred, r.exchanger.mask, r.now, r.limiter, r.shared, r.guard}
	switch cred := o.Credential.(type) {
	case Keys:
		r.guard.most = maxSigned
		r.auth = cred
	case Token:
		r.auth = cred
	case User:
		if err := at.setIAM(o.IAMURL, cred.Project); err != nil {
			return nil, err
		}
		s := &session{user: cred, at: r.at, exchanger: &r.exchanger, refusals: &r.refusals, retrier: &r.retrier, observer: o.Observer, renewing: make(chan struct{}, 1)}
		r.exchanger.mask.tokens = s.secrets
		r.auth = s
	}
	if !own && !o.InsecureHTTP {
		if err := at.refuseInClear(); err != nil {
			return nil, err
		}
	}
	return r, nil
}
