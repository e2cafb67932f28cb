package send

import (
	"net/http"
	"time"
)

const (
	// headerWithin bounds the wait for the beginning of an answer after the request
	// is written: without it a server that hangs would hold a call forever.
	headerWithin = 30 * time.Second
	// idleConnections are kept per host. Everything goes to one or two hosts, where
	// the standard 2 are too few.
	idleConnections = 32
	// pingAfter is how long an HTTP/2 connection may be silent before it is pinged, and
	// how long it has to answer.
	pingAfter = 15 * time.Second
)

// Transport returns a transport for the Web API, response URLs and files. It uses
// the proxy of the environment (HTTPS_PROXY, NO_PROXY) and trusts the system's
// certificates, or those of SSL_CERT_FILE. The caller closes its idle connections.
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = headerWithin
	t.MaxIdleConnsPerHost = idleConnections
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingAfter}
	return t
}
