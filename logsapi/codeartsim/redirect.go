package codeartsim

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The parameters that a redirect adds to the URL: the number of redirects so far,
// and the authorisation at the other host.
const (
	hopParameter    = "hop"
	ticketParameter = "ticket"
)

// redirect redirects the request if a fault says so.
func (c *exchange) redirect() bool {
	next, q := *c.request.URL, c.request.URL.Query()
	hop, _ := strconv.ParseInt(q.Get(hopParameter), 10, 64)
	switch {
	case hop < c.faults.amount(Redirect):
		q.Set(hopParameter, strconv.FormatInt(hop+1, 10))
	case c.faults.has(RedirectAway) && !q.Has(ticketParameter):
		q.Set(ticketParameter, c.ticket)
		next.Scheme, next.Host = "http", otherHost(c.request.Host)
		if c.request.TLS != nil {
			next.Scheme = "https"
		}
	default:
		return false
	}
	next.RawQuery = q.Encode()
	http.Redirect(c, c.request, next.String(), http.StatusFound)
	return true
}

// otherHost is another name of this machine, on the same port.
func otherHost(host string) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, "80"
	}
	if name == "localhost" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return net.JoinHostPort("localhost", port)
}

// checkTicket reports whether a request has the ticket of a redirect, and whether
// it also brought credentials, which must not go to another host.
func checkTicket(r *http.Request, ticket string) (admitted, leaked bool) {
	if q, err := url.ParseQuery(r.URL.RawQuery); err != nil || q.Get(ticketParameter) != ticket {
		return false, false
	}
	for name := range r.Header {
		switch strings.ToLower(name) {
		case "authorization", "x-auth-token", "x-security-token", "cookie":
			return true, true
		}
	}
	return true, false
}
