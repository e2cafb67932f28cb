package codeartsim

import (
	"fmt"
	"io"
	"net/http"
)

// answerForFault applies the faults that replace the answer of an endpoint: it
// refuses, answers itself, or breaks the connection.
func (c *exchange) answerForFault(e endpoint) (answered bool, err error) {
	switch {
	case c.faults.names(Forbidden, e):
		return true, gatewayRefusal(http.StatusForbidden, codeForbidden, "The account is not authorized to use this API")
	case c.faults.hits(Lost):
		panic(http.ErrAbortHandler) // closes the connection
	case c.faults.hits(BadGateway):
		c.proxyPage()
		return true, nil
	case c.redirect():
		return true, nil
	case c.faults.has(SignOnPage):
		c.signOnPage()
		return true, nil
	}
	if err := c.throttle(); err != nil {
		return true, err
	}
	if c.faults.hits(Busy) {
		return true, knownRefusal(codeBusy)
	}
	if s := c.faults[Refuse]; len(s) > 0 {
		return true, knownRefusal(s[0].name)
	}
	for s := range c.faults.hooked(func(h hooks) bool { return h.answer != nil }) {
		if answered, err := s.answer(c, s, e); answered || err != nil {
			return true, err
		}
	}
	return false, nil
}

// throttle refuses the requests that throttling faults hit.
func (c *exchange) throttle() error {
	wait := c.faults.hits(ThrottleWait)
	if wait {
		c.Header().Set("Retry-After", "1")
	}
	if wait || c.faults.hits(Throttle) {
		return gatewayRefusal(http.StatusTooManyRequests, codeThrottled,
			"The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 minute")
	}
	return nil
}

// proxyPage writes the page of a proxy whose service is down: 502, 503 and 504 in
// turn.
func (c *exchange) proxyPage() {
	s := c.faults[BadGateway][0]
	status := http.StatusBadGateway + int((s.count.Load()-1)/s.every%3)
	c.errorPage(status)
}

// errorPage writes the page of a proxy with this status.
func (c *exchange) errorPage(status int) {
	c.Header().Set("Content-Type", "text/html")
	c.WriteHeader(status)
	fmt.Fprintf(c, "<html>\r\n<head><title>%d %s</title></head>\r\n<body><center><h1>%[1]d %[2]s</h1></center></body>\r\n</html>\r\n",
		status, http.StatusText(status))
}

// signOnPage writes the login page that the wrong host answers with.
func (c *exchange) signOnPage() {
	c.Header().Set("Content-Type", "text/html;charset=UTF-8")
	io.WriteString(c, "<!DOCTYPE html>\n<html><head><title>Log In</title></head><body><form action=\"/authui/login\"></form></body></html>\n")
}
