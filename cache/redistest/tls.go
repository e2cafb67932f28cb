package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TLS is a redis-server that accepts only TLS, with a certificate for 127.0.0.1 from
// a test authority.
type TLS struct {
	*Server
	CA        string // file with the authority's certificate
	Cert, Key string // files with a certificate of the authority, for the server and for a client
}

// StartTLS runs the server; args come after its own.
func StartTLS(tb testing.TB, args ...string) *TLS {
	tb.Helper()
	dir := tb.TempDir()
	t := &TLS{
		CA:   filepath.Join(dir, "ca.pem"),
		Cert: filepath.Join(dir, "cert.pem"),
		Key:  filepath.Join(dir, "key.pem"),
	}
	t.certify(tb)
	t.Server = start(tb, readyServer, func(port string) []string {
		return append([]string{
			"--port", "0", "--tls-port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "",
			"--tls-cert-file", t.Cert, "--tls-key-file", t.Key, "--tls-ca-cert-file", t.CA,
		}, args...)
	})
	return t
}

// URL is the address of the server for a user, with the authority's file, and with
// a client certificate if withCert is set.
func (t *TLS) URL(user, password string, withCert bool) string {
	q := url.Values{"ssl_ca_certs": {t.CA}}
	if withCert {
		q.Set("ssl_certfile", t.Cert)
		q.Set("ssl_keyfile", t.Key)
	}
	u := url.URL{Scheme: "rediss", Host: t.Addr, RawQuery: q.Encode()}
	if user != "" || password != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}

// certify makes the authority and the certificate, valid for a day.
func (t *TLS) certify(tb testing.TB) {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	form := func(name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
			BasicConstraintsValid: true,
		}
	}
	write := func(file, kind string, der []byte) {
		tb.Helper()
		must(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	ca := form("authority of a test")
	ca.IsCA, ca.KeyUsage = true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	must(err)
	write(t.CA, "CERTIFICATE", der)

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	leaf := form("127.0.0.1")
	leaf.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	der, err = x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	must(err)
	write(t.Cert, "CERTIFICATE", der)
	der, err = x509.MarshalPKCS8PrivateKey(key)
	must(err)
	write(t.Key, "PRIVATE KEY", der)
}
