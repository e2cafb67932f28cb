package wire

import (
	"errors"
	"strings"

	"logbot/logsapi/lazyregexp"
)

// mask hides the credential and the secrets of others in texts of others: what a
// service says, and errors of the transport.
type mask struct {
	secrets []string
	tokens  func() []string     // those of a session; may be nil
	others  func(string) string // hides what else is secret; may be nil
}

// hide masks the secrets in a text of the service, which must not be cut yet: of a
// secret that was cut nobody knows the rest.
func (m *mask) hide(s string) string {
	secrets := m.secrets
	if m.tokens != nil {
		secrets = append(m.tokens(), secrets...)
	}
	for _, secret := range secrets {
		if len(secret) >= 4 {
			s = strings.ReplaceAll(s, secret, "****")
		}
	}
	s = signature.ReplaceAllString(s, "Signature=****")
	if m.others != nil {
		s = m.others(s)
	}
	return s
}

// hideError masks the credential in an error of the transport, and that of a proxy.
func (m *mask) hideError(err error) error {
	said := err.Error()
	if s := userInfo.ReplaceAllString(m.hide(said), "//****@"); s != said {
		return errors.New(s)
	}
	return err
}

var (
	// signature is what a signature looks like; it can be used for 15 minutes.
	signature = lazyregexp.New(`Signature=[0-9a-f]{8,}`)
	// userInfo is what stands before the host of a URL.
	userInfo = lazyregexp.New(`//[^/\s]*@`)
)
