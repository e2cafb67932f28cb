package logsapi

import (
	"context"
	"sync/atomic"

	"logbot/logsapi/wire"
)

// How a Client reaches the services.
type (
	Options    = wire.Options
	Credential = wire.Credential
	Keys       = wire.Keys
	Token      = wire.Token
	User       = wire.User
	Shared     = wire.Shared
	Observer   = wire.Observer
)

// Services are the names of the services that an Observer hears of.
func Services() []string { return wire.Services() }

// Codes are the error codes of the services that a Client knows.
func Codes() []string { return wire.Codes() }

// CountRequests returns a context under which the requests to CodeArts are counted, those
// that are tried again included.
func CountRequests(ctx context.Context) (context.Context, *atomic.Int64) { return wire.Counting(ctx) }

// Client reads logs and what the services know of them. It is safe for concurrent
// use, and meant to be shared: the rate of requests is that of one Client. It keeps
// connections open for further requests; CloseIdleConnections gives them back.
type Client struct {
	*logs
	*files
	*builds
	*tasks
	*checks
	*pipelines
	wire *wire.Requester
}

// SentInClear reports whether a credential that is sent to an address could be read on
// the way: it is plain HTTP to another machine.
func SentInClear(address string) bool { return wire.SentInClear(address) }

// NewClient checks the options and makes a client. It sends nothing.
func NewClient(o Options) (*Client, error) {
	r, err := wire.NewRequester(o)
	if err != nil {
		return nil, err
	}
	return &Client{&logs{wire: r}, newFiles(r), &builds{r}, &tasks{r}, &checks{wire: r}, &pipelines{r}, r}, nil
}

// String names the client without its secrets.
func (c *Client) String() string { return "logsapi.Client of " + c.wire.String() }

// GoString is String, so that no way of printing shows a secret.
func (c *Client) GoString() string { return c.String() }

// Hosts are the hosts that the client asks for logs and builds, with their ports.
func (c *Client) Hosts() []string { return c.wire.Hosts() }

// Scope tells the logs of one credential at one place from all others, as part
// of a cache key. It reveals no secret. A new token is a new scope.
func (c *Client) Scope() string { return c.wire.Scope() }

// CloseIdleConnections closes connections that are kept for further requests.
func (c *Client) CloseIdleConnections() { c.wire.CloseIdleConnections() }

// CheckOptions reports what NewClient would refuse.
func CheckOptions(o Options) error {
	_, err := NewClient(o)
	return err
}

// Regions are the regions that are known to have CodeArts Build or CodeArts Check.
func Regions() []string { return wire.Regions() }
