package wire

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Address is one address of a service, or of IAM.
type Address struct {
	Name string // "CodeArts Build"
	URL  *url.URL

	// Spare is one that is used only if the one before it has no address or does not
	// publish an endpoint.
	Spare bool
}

// Look is what one request without a credential has shown of an address.
type Look struct {
	Status int
	Code   string        // of the gateway or the service, such as APIGW.0301; may be empty
	Page   bool          // the answer is a web page
	Skew   time.Duration // our clock minus the server's; exact to about a second
	Dated  bool          // the answer has a date, so that Skew is known
	Took   time.Duration
}

// Published reports whether the endpoint that was asked for exists there: a gateway
// refuses who it does not know only where it has an endpoint to protect.
func (l Look) Published() bool {
	return !l.Page && judge(l.Status, l.Code, "").kind != ErrNotPublished && l.Status != http.StatusMethodNotAllowed
}

// Addresses are those of the services, and of IAM if the credential is a User.
func (r *Requester) Addresses() []Address {
	var all []Address
	for s, h := range r.at.services {
		if h == nil {
			continue
		}
		for i, u := range h.all {
			all = append(all, Address{Name: Service(s).String(), URL: u, Spare: i > 0})
		}
	}
	for i, u := range r.at.iam {
		all = append(all, Address{Name: "IAM", URL: u, Spare: i > 0})
	}
	return all
}

// AddressesOf are those of one service.
func (r *Requester) AddressesOf(s Service) []Address {
	return slices.DeleteFunc(r.Addresses(), func(a Address) bool { return a.Name != s.String() })
}

// Look sends one GET without a credential, which nobody's key is locked for, and does
// not try it again. Other requests go first. The error is an *Error that says why nothing came.
func (r *Requester) Look(ctx context.Context, a Address, path string) (Look, error) {
	target := *a.URL
	target.Path += path
	op := "look at " + target.Host
	if err := r.limiter.wait(ctx, true); err != nil {
		return Look{}, ended(op, err)
	}
	request, err := http.NewRequest(http.MethodGet, target.String(), nil)
	if err != nil {
		return Look{}, misled(op, &target, "an address that cannot be requested")
	}
	began := r.now()
	answer, err := r.exchanger.exchange(ctx, op, request)
	if err != nil {
		if e, ok := err.(*Error); ok && e.unresolved {
			e.Hint = r.at.unresolved(target.Host)
		}
		return Look{}, err
	}
	defer answer.Body.Close()
	took := r.now().Sub(began)
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxRefusal))
	if err != nil {
		return Look{}, r.exchanger.unreachable(ctx, op, target.Hostname(), err)
	}
	e, _, _ := decode[struct{}](body)
	l := Look{Status: answer.StatusCode, Code: Plain(r.exchanger.mask.hide(e.code())), Page: isPage(body) || isSignOn(answer), Took: took}
	if sent, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		// The header was written within took, and has no fractions of a second.
		l.Skew, l.Dated = began.Add(took/2).Sub(sent.Add(time.Second/2)), true
	}
	return l, nil
}

// isSignOn reports whether an answer leads to another host, as that of a sign-on page
// does.
func isSignOn(a *http.Response) bool {
	to, err := a.Location()
	return err == nil && to.Host != a.Request.URL.Host
}
