package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// explainCause says in e, the error of an exchange that gave no whole answer, what the
// cause is and what to do about it.
func (e *Error) explainCause(host string, err error) {
	var dns *net.DNSError
	var tlsHeader tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	switch text := err.Error(); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Summary = "the answer broke off"
	case errors.As(err, &dns) && dns.IsNotFound && dns.Name == host:
		e.Summary = "the host " + host + " does not exist"
		e.Hint, e.again, e.unresolved = "check the region and the address of the service", false, true
	case errors.As(err, &dns) && dns.IsNotFound: // that of a proxy
		e.Hint, e.again = "check HTTPS_PROXY, whose host does not exist", false
	case errors.As(err, &dns):
		e.Hint = "check the name server of this machine, which does not answer for " + dns.Name
	case errors.As(err, &verify):
		e.Hint, e.again = certificateHint(host, verify.Err), false
	case errors.As(err, &tlsHeader) || strings.Contains(text, "server gave HTTP response to HTTPS client"):
		e.Hint, e.again = "the server does not speak TLS there: write http:// in the place of https://, or check the port", false
	case strings.Contains(text, "malformed HTTP response") && strings.Contains(text, `\x15\x03`):
		e.Hint, e.again = "the server speaks TLS there: write https:// in the place of http://", false
	case strings.Contains(text, "Proxy Authentication Required"):
		e.Hint, e.again = "the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT", false
	case strings.Contains(text, "proxyconnect"):
		e.Hint = "check HTTPS_PROXY: the proxy is not reached; NO_PROXY leaves hosts out"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Hint = fmt.Sprintf("nothing listens there: check the address and the port, and firewalls before %s", host)
	case errors.Is(err, errIdle), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		e.Hint = fmt.Sprintf("nothing came in time: check that a firewall lets this machine reach %s, and HTTPS_PROXY if it needs a proxy", host)
	}
}

func isTimeout(err error) bool {
	var timed interface{ Timeout() bool }
	return errors.As(err, &timed) && timed.Timeout()
}

// certificateHint says what to do about a certificate that is not accepted.
func certificateHint(host string, err error) string {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		return "the certificate is not for " + host + "; check the address, or what stands between"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not valid yet; check the clock of this machine, else tell who runs " + host
	}
	return "the certificate is not trusted here; set SSL_CERT_FILE for a private authority"
}
