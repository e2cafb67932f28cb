package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// SentInClear reports whether requests to an address could be read on the way: it is
// plain HTTP to another machine.
func SentInClear(address string) bool {
	u, err := url.Parse(address)
	return err == nil && inClear(u)
}

func inClear(u *url.URL) bool { return u.Scheme == "http" && !isLoopback(u.Hostname()) }

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// redirects keeps redirects away from this machine and the networks around it, whose
// answers would be posted as a log: metadata of the cloud, dashboards, databases. What
// counts is the address that is dialled, so that no name leads around it.
type redirects struct {
	allowed []string                              // hosts that a redirect may lead to wherever they are, in lower case
	proxy   func(*http.Request) (*url.URL, error) // may be nil
}

// redirected is the key of a context whose request follows a redirect. Its value says
// whether the service is on this machine: a stand-in, which may lead to this machine.
type redirected struct{}

// internal are networks that are not of the Internet, besides those that netip knows:
// shared address space, protocol assignments, benchmarks, this network, reserved, and
// IPv4 in IPv6 (NAT64).
func internal() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
	}
}

func isInternal(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return !ip.IsGlobalUnicast() || ip.IsPrivate() || slices.ContainsFunc(internal(), func(p netip.Prefix) bool { return p.Contains(ip) })
}

// follow returns the context of a request that a redirect from base leads to. Through a
// proxy only what the address itself says can be judged: the proxy resolves names. The
// error is that it is not followed.
func (r redirects) follow(ctx context.Context, base *url.URL, to *http.Request) (context.Context, error) {
	host := strings.ToLower(to.URL.Hostname())
	if to.URL.Host == base.Host || slices.Contains(r.allowed, host) {
		return ctx, nil
	}
	ctx = context.WithValue(ctx, redirected{}, isLoopback(base.Hostname()))
	if r.proxy == nil {
		return ctx, nil
	}
	if by, err := r.proxy(to); err != nil || by == nil {
		return ctx, nil // the transport reports the error
	}
	ip, err := netip.ParseAddr(host)
	if host == "localhost" {
		ip, err = netip.IPv6Loopback(), nil
	}
	if err == nil {
		err = refuses(ctx, ip)
	} else {
		err = nil
	}
	return context.WithValue(ctx, redirected{}, nil), err // what is dialled is the proxy
}

// errInternal is why a redirect was not followed.
type errInternal struct{ ip netip.Addr }

func (e errInternal) Error() string {
	return fmt.Sprintf("it redirects to %s, which is not on the Internet", e.ip)
}

// refuses returns why a request of ctx may not go to an address; nil if it may.
func refuses(ctx context.Context, ip netip.Addr) error {
	standIn, is := ctx.Value(redirected{}).(bool)
	if !is || !isInternal(ip) || standIn && ip.Unmap().IsLoopback() {
		return nil
	}
	return errInternal{ip}
}

// checkDial is the ControlContext of a dialer: the name is resolved by then.
func checkDial(ctx context.Context, _, resolved string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return err
	}
	return refuses(ctx, at.Addr())
}
