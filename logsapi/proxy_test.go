package logsapi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// behindProxy is set in a process of its own that reads through the proxy of its
// environment: net/http and crypto/x509 look into the environment only once.
const behindProxy = "LOGSAPI_TEST_BEHIND_PROXY"

// readBehindProxy reads a page of each service and a file, as a person without
// any option but the region would.
func readBehindProxy() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := NewClient(Options{Region: "cn-north-4", Credential: testUser, Sleep: noSleep})
	if err != nil {
		return err
	}
	for _, l := range []Log{testLog, CheckLog{vectorTask}} {
		page, err := c.Page(ctx, PageRequest{Log: l})
		if err != nil {
			return err
		}
		fmt.Print(page.Text)
	}
	d, err := c.OpenStepFile(ctx, testFile)
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = io.Copy(os.Stdout, d)
	return err
}

// authority makes a certificate for hosts and writes that of its issuer to a file.
func authority(t *testing.T, hosts ...string) (tls.Certificate, string) {
	t.Helper()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		return k
	}
	caKey, key1 := key(), key()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a private authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: hosts, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	require.NoError(t, err)
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, key1.Public(), caKey)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "authority.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), 0o600))
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key1}, file
}

// connectProxy tunnels every CONNECT to one address, whatever host it names.
type connectProxy struct {
	to     string
	refuse int // a status to answer instead

	mu      sync.Mutex
	asked   []string // hosts
	callers []string // Proxy-Authorization
	tunnels sync.WaitGroup
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.tunnels.Add(1) // the server that is closed does not wait for a tunnel, so whoever closes it waits for this
	defer p.tunnels.Done()
	p.mu.Lock()
	p.asked = append(p.asked, r.Host)
	p.callers = append(p.callers, r.Header.Get("Proxy-Authorization"))
	p.mu.Unlock()
	if p.refuse != 0 || r.Method != http.MethodConnect {
		http.Error(w, "no", max(p.refuse, http.StatusBadRequest))
		return
	}
	to, err := net.Dial("tcp", p.to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	from, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		to.Close()
		return
	}
	io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
	for _, pair := range [][2]net.Conn{{from, to}, {to, from}} {
		p.tunnels.Go(func() {
			io.Copy(pair[0], pair[1])
			from.Close()
			to.Close()
		})
	}
}

func TestProxyAndPrivateAuthorityOfTheEnvironmentAreUsed(t *testing.T) {
	const iam, build, check = "iam.cn-north-4.myhuaweicloud.com:443", "cloudbuild-ext.cn-north-4.myhuaweicloud.com:443", "codearts-check.cn-north-4.myhuaweicloud.com:443"
	certificate, file := authority(t, "*.cn-north-4.myhuaweicloud.com", "bucket.example")
	service := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host == "bucket.example":
			assert.Empty(t, r.Header.Get("X-Auth-Token"))
			io.WriteString(w, "the file\n")
			return
		case r.Method == http.MethodPost:
			w.Header().Set("X-Subject-Token", "token-1")
			w.WriteHeader(http.StatusCreated)
			return
		}
		assert.Equal(t, "token-1", r.Header.Get("X-Auth-Token"))
		if strings.HasSuffix(r.URL.Path, "/task-log") {
			http.Redirect(w, r, "https://bucket.example/log", http.StatusFound)
			return
		}
		io.WriteString(w, page(0, 9, false, r.Host[:8]+"\n"))
	}))
	service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	service.Config.ErrorLog = log.New(io.Discard, "", 0) // it would report handshakes that fail
	service.EnableHTTP2 = true
	service.StartTLS()
	defer service.Close()

	for _, c := range []struct {
		name   string
		proxy  string // instead of the right address
		file   string // of the authority
		refuse int
		says   string
		hosts  []string
	}{
		{"both", "", file, 0, "cloudbui\ncodearts\nthe file\n", []string{build, check, iam, "bucket.example:443"}},
		{"no authority", "", "/dev/null", 0, "the certificate is not trusted here; set SSL_CERT_FILE for a private authority", []string{iam, "iam.myhuaweicloud.com:443"}},
		{"a proxy that wants another password", "", file, http.StatusProxyAuthRequired, "Proxy Authentication Required", []string{iam, "iam.myhuaweicloud.com:443"}},
		{"a proxy that is not there", "http://someone:hunter2@127.0.0.1:1", file, 0, "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			proxy := &connectProxy{to: service.Listener.Addr().String(), refuse: c.refuse}
			listener := httptest.NewServer(proxy)
			defer proxy.tunnels.Wait()
			defer service.CloseClientConnections()
			defer listener.Close()
			if c.proxy == "" {
				c.proxy = strings.Replace(listener.URL, "://", "://someone:hunter2@", 1)
			}
			child := exec.CommandContext(t.Context(), os.Args[0])
			child.Env = []string{behindProxy + "=1", "HTTPS_PROXY=" + c.proxy, "SSL_CERT_FILE=" + c.file, "SSL_CERT_DIR=" + t.TempDir()}
			out, err := child.CombinedOutput()
			assert.Contains(t, string(out), c.says)
			assert.NotContains(t, string(out), "hunter2")
			assert.NotContains(t, string(out), testUser.Password)
			assert.Equal(t, c.name == "both", err == nil)
			proxy.mu.Lock()
			defer proxy.mu.Unlock()
			slices.Sort(proxy.asked)
			slices.Sort(c.hosts)
			assert.Equal(t, c.hosts, slices.Compact(proxy.asked))
			for _, caller := range proxy.callers {
				assert.Equal(t, "Basic c29tZW9uZTpodW50ZXIy", caller)
			}
		})
	}
}
