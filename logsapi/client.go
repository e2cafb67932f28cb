package logsapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"logbot/logsapi/pace"
)

// Limits and patience of a client.
const (
	maxEnvelope     = 16 << 20         // of one answer in bytes; a page of 1000 lines is about 114 KB
	maxRefusal      = 64 << 10         // of an error body, and of what is read ahead of a file
	maxRedirects    = 3                // per request
	maxTries        = 4                // per request, the first included
	firstBackoff    = time.Second      // doubled with every try, and jittered
	longestWait     = 30 * time.Second // a Retry-After beyond it is left to the caller
	maxEmptyAnswers = 4                // asking again for an empty page that has not moved
	maxEmptyPolls   = 2                // the same where a build may still be running, which is asked again anyway
	firstEmptyPause = 500 * time.Millisecond
	dialTimeout     = 10 * time.Second
	headerTimeout   = 30 * time.Second
	idleTimeout     = 30 * time.Second // without a byte; there is no limit in all
	maxSkew         = 15 * time.Minute // between our clock and the gateway's
)

// Options configures a Client. Either Region or the URL of the service that is
// used must be set; a User needs the Region, or the URL of IAM and a Project.
type Options struct {
	Region     string            // such as "cn-north-4"; any region id is accepted
	BuildURL   string            // base URL of CodeArts Build instead of the region's
	CheckURL   string            // base URL of CodeArts Check instead of the region's
	IAMURL     string            // base URL of IAM instead of the region's and the central one; for a User only
	Credential Credential        // Keys, Token or User
	Rate       float64           // requests a second to both services together; 0 is 5. After a pause 20 may go at once
	Shared     Shared            // a rate kept together with other processes, on top of Rate; nil is none
	Transport  http.RoundTripper // nil is a transport of its own, with proxy and CA from the environment
	Now        func() time.Time  // nil is time.Now
	UserAgent  string            // empty is "logbot"
}

// Client reads logs. It is safe for concurrent use, and meant to be shared: the
// limit of requests a second is that of one Client. It keeps connections open
// for further requests; CloseIdleConnections gives them back.
type Client struct {
	region    string
	hosts     [2]*url.URL // by service; nil is not configured
	iam       []*url.URL  // a further one where the one before cannot be reached
	cred      Credential
	session   *session // of a User
	transport http.RoundTripper
	now       func() time.Time
	userAgent string
	sleep     func(context.Context, time.Duration) error
	idle      time.Duration
	limiter   *limiter
	shared    *shared // nil where there is none
	gate      gate
	order     [2]proof // of the lines in descending pages, by service
}

// New checks the options and makes a client. It sends nothing.
func New(o Options) (*Client, error) {
	c := &Client{
		region:    o.Region,
		cred:      o.Credential,
		session:   newSession(),
		transport: o.Transport,
		now:       o.Now,
		userAgent: o.UserAgent,
		sleep:     pace.Sleep,
		idle:      idleTimeout,
	}
	if c.transport == nil {
		c.transport = newTransport()
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.userAgent == "" {
		c.userAgent = "logbot"
	}
	if err := c.setHosts(o); err != nil {
		return nil, err
	}
	if o.Rate == 0 {
		o.Rate = defaultRate
	}
	if !(o.Rate > 0) || math.IsInf(o.Rate, 1) {
		return nil, fmt.Errorf("rate %v: want a number of requests a second above 0", o.Rate)
	}
	c.limiter = newLimiter(o.Rate)
	if o.Shared != nil {
		c.shared = &shared{o.Shared, o.Rate}
	}
	if c.cred == nil {
		return nil, errors.New("credential: access key and secret key, or a token, are wanted")
	}
	if err := c.cred.check(); err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	switch cred := c.cred.(type) {
	case Keys:
		c.gate.most = maxSigned
	case User:
		if err := c.setIAM(o.IAMURL, cred); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Client) setIAM(override string, u User) error {
	hosts := []string{override}
	switch {
	case override == "" && c.region == "":
		return errors.New("URL of IAM: it or a region is wanted for a user")
	case override == "":
		hosts = iamHosts(c.region)
	}
	if u.Project == "" && c.region == "" {
		return errors.New("project: it or a region is wanted for a user")
	}
	for _, host := range hosts {
		address, err := baseURL(host)
		if err != nil {
			return fmt.Errorf("URL of IAM: %w", err)
		}
		c.iam = append(c.iam, address)
	}
	return nil
}

func (c *Client) setHosts(o Options) error {
	if o.Region != "" && !regionName(o.Region) {
		return fmt.Errorf("region %.64q: want a region id such as cn-north-4", o.Region)
	}
	if o.Region == "" && o.BuildURL == "" && o.CheckURL == "" {
		return errors.New("region: want a region id such as cn-north-4, or the URL of a service")
	}
	for s, override := range []string{buildService: o.BuildURL, checkService: o.CheckURL} {
		if override == "" && o.Region != "" {
			override = service(s).host(o.Region)
		}
		if override == "" {
			continue
		}
		u, err := baseURL(override)
		if err != nil {
			return fmt.Errorf("URL of %s: %w", service(s), err)
		}
		c.hosts[s] = u
	}
	return nil
}

// newTransport waits for connections and headers only so long; a body may take
// as long as it goes on arriving.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = dialTimeout
	t.ResponseHeaderTimeout = headerTimeout
	t.MaxIdleConnsPerHost = 8
	return t
}

// String names the client without its secrets.
func (c *Client) String() string { return "logsapi.Client of " + c.target() }

// GoString is String, so that no way of printing shows a secret.
func (c *Client) GoString() string { return c.String() }

func (c *Client) target() string {
	if c.region != "" {
		return c.region
	}
	var hosts []string
	for _, u := range c.hosts {
		if u != nil {
			hosts = append(hosts, u.Host)
		}
	}
	return strings.Join(hosts, " and ")
}

// Scope tells the logs of one credential at one place from all others, as part
// of a cache key. No secret can be had from it. A new token is a new scope.
func (c *Client) Scope() string {
	h := sha256.New()
	for _, u := range c.hosts {
		fmt.Fprintf(h, "%v\n", u)
	}
	fmt.Fprintf(h, "%q\n", c.cred.identity())
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// CloseIdleConnections closes connections that are kept for further requests.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Page reads one page of a log. It asks again, with a pause and four times at
// most, for a page that is empty although more is to come, as the documentation
// says one should. Offsets that do not move on from r.At, or run backwards, are
// an error of kind ErrStalled; it is also an ErrNothingNew where the pages are
// just empty. A log that is shorter than it was is an error of kind ErrTruncated.
func (c *Client) Page(ctx context.Context, r PageRequest) (Page, error) {
	op := pageOp(r.Log)
	if r.Log == nil {
		return Page{}, invalid(op, errNoLog)
	}
	e, err := r.Log.endpoint()
	if err != nil {
		return Page{}, invalid("read page", err) // the log's name would repeat what is wrong
	}
	if err := r.check(); err != nil {
		return Page{}, invalid(op, err)
	}
	if r.bulk() {
		ctx = asBulk(ctx)
	}
	page, err := c.fullPage(ctx, op, e, r)
	if err != nil {
		return Page{}, err
	}
	if r.Order == Descending {
		page.Text = c.oldestFirst(e.service, page.Text)
	}
	return page, nil
}

// fullPage asks until the page has text, is the last one, or has moved on
// without text twice: then the service has filtered all its lines.
func (c *Client) fullPage(ctx context.Context, op string, e endpoint, r PageRequest) (Page, error) {
	most := maxEmptyAnswers
	if r.polls() {
		most = maxEmptyPolls
	}
	for n := 1; ; n++ {
		result, err := call[pageResult](ctx, c, op, e.service, e.path, e.pageQuery(r))
		if err != nil {
			return Page{}, err
		}
		page, err := result.page(r)
		if err != nil {
			return Page{}, &Error{Op: op, Kind: ErrProtocol, Summary: "the service sent a page that makes no sense", Err: err}
		}
		if err := page.shrunk(r); err != nil {
			return Page{}, truncated(r, err)
		}
		stuck := moved(r.Order, r.At, page.Next)
		if page.Text == "" && r.Order == Ascending && page.Next.End == r.At.End {
			stuck = fmt.Errorf("%w: %d answers on end are empty", ErrNothingNew, n)
		}
		if page.still(r) || page.Last && result.adrift() {
			stuck = nil
		}
		switch {
		case page.Text != "" || page.Last && !result.more():
			// The first page is worth having even where it cannot be continued.
			if stuck != nil && r.At != (Cursor{}) {
				return Page{}, stalled(r, stuck)
			}
			return page, nil
		case n > 1 && (page.Last || stuck == nil):
			return page, nil
		case n == most:
			return Page{}, stalled(r, stuck)
		}
		if c.sleep(ctx, pace.Backoff(n, firstEmptyPause, longestWait)) != nil {
			return Page{}, ended(op, ctx.Err())
		}
	}
}

// polls reports whether r asks for what a running build has written since.
func (r PageRequest) polls() bool {
	switch r.Log.(type) {
	case LiveLog, StepLog:
		return r.Order == Ascending && r.At != (Cursor{}) && !r.Finished
	}
	return false
}

// still reports whether the page says that nothing has been added since r.At.
func (p Page) still(r PageRequest) bool {
	return p.Last && p.Text == "" && r.Order == Ascending && p.Next.End == r.At.End
}

// oldestFirst turns a descending page around where the service sends the newest
// line first. What one page proves is remembered for those that prove less.
func (c *Client) oldestFirst(s service, text string) string {
	if c.order[s].settle(text) == newestFirst {
		return reversed(text)
	}
	return text
}
