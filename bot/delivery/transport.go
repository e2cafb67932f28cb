package delivery

import (
	"net/http"
	"time"
)

const (
	// headerWithin bounds the wait for the beginning of an answer, once what was
	// asked is written: without it a hanging server would hold a call for ever.
	headerWithin = 30 * time.Second
	// idleConnections are kept per host. Everything goes to one or two hosts, for
	// which the standard two are few.
	idleConnections = 32
	// unheard is how long a connection that carries several calls may be silent
	// before it is asked whether it lives, and how long it has to answer.
	unheard = 15 * time.Second
)

// Transport returns a way to Slack for the Web API, response URLs and files. It
// goes through the proxy of the environment (HTTPS_PROXY, NO_PROXY) and trusts the
// system's certificates, or those of SSL_CERT_FILE. The caller closes its idle
// connections in the end.
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = headerWithin
	t.MaxIdleConnsPerHost = idleConnections
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: unheard, PingTimeout: unheard}
	return t
}
