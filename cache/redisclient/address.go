package redisclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
)

// kind is the kind of Redis at an address.
type kind int

const (
	kindSingle kind = iota
	kindSentinel
	kindCluster
)

// forms are the forms of an address, for errors and help.
const forms = "redis://[[USER]:PASSWORD@]HOST[:PORT][/DB] for one server, redis://…HOST,HOST,HOST for a Cluster, " +
	"redis+sentinel://…HOST,HOST,HOST/MASTER[/DB] for Sentinels; rediss in the place of redis for TLS"

const (
	defaultPort         = "6379"
	defaultSentinelPort = "26379"
)

// Address is a parsed address. It contains the password; String does not show it.
type Address struct {
	kind   kind
	hosts  []string // host:port, at least one; with Sentinels, theirs
	master string   // the name of the master among the Sentinels

	options                        *redis.Options // of the first host; those of the others differ in Addr and Dialer
	sentinelUser, sentinelPassword string
}

// InClear is the first host to which everything goes in clear, on another machine and
// without TLS; empty if there is none. password says that a password does, too.
func (a Address) InClear() (host string, password bool) {
	if a.options.TLSConfig != nil {
		return "", false
	}
	for _, at := range a.hosts {
		host, _, err := net.SplitHostPort(at)
		ip := net.ParseIP(host)
		if err == nil && !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
			return at, a.options.Password != "" || a.sentinelPassword != ""
		}
	}
	return "", false
}

// Parse reads an address:
//
//	redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]                        one server
//	redis://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT],…               a Cluster; any of its nodes, the others are found
//	redis://[[USER]:PASSWORD@]HOST[:PORT]?cluster=true                a Cluster known by one name
//	redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],…/MASTER[/DB]      the master that these Sentinels watch
//	redis://[[USER]:PASSWORD@]HOST[:PORT],…[/DB]?master_name=MASTER   the same
//
// rediss:// and rediss+sentinel:// are the same over TLS, to the Sentinels too.
// redis-sentinel:// is read as redis+sentinel://. USER and PASSWORD are those of
// the data servers; Sentinels with other credentials get them from
// sentinel_username=U&sentinel_password=P.
//
// Certificates are verified against those of the system (or SSL_CERT_FILE), or
// against the file of ssl_ca_certs; ssl_certfile and ssl_keyfile name a client
// certificate, sni the name to verify instead of HOST. The other parameters are
// those of go-redis for one server (pool_size, client_name, protocol, skip_verify,
// …), but none can lift a deadline of settings.go.
//
// Errors never show the user, the password or the whole address.
func Parse(raw string) (Address, error) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(raw), "://")
	if !ok {
		return Address{}, errors.New("the Redis address does not begin with redis:// or rediss://; expected " + forms)
	}
	var a Address
	switch scheme {
	case "redis", "rediss":
	case "redis+sentinel", "redis-sentinel", "rediss+sentinel", "rediss-sentinel":
		a.kind = kindSentinel
		scheme = scheme[:len(scheme)-len("+sentinel")]
	default:
		return Address{}, fmt.Errorf("the Redis address begins with %q, not with redis:// or rediss://", scheme+":")
	}
	user, hosts, path, query, err := split(rest)
	if err != nil {
		return Address{}, err
	}
	if err := a.takeQuery(query); err != nil {
		return Address{}, err
	}
	if path, err = a.takeMaster(path); err != nil {
		return Address{}, err
	}
	if err := a.takeHosts(hosts); err != nil {
		return Address{}, err
	}
	if err := a.takeOptions(scheme, user, path, query); err != nil {
		return Address{}, err
	}
	return a, nil
}

// split splits the part behind the scheme. net/url cannot: it refuses commas in the
// host, and its errors show the password.
func split(rest string) (user *url.Userinfo, hosts []string, path string, query url.Values, err error) {
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, rest := rest[:end], rest[end:]
	const escaped = "a sign of the user or the password is not escaped: write / as %2F, ? as %3F, # as %23, @ as %40, % as %25"
	if strings.Contains(rest, "@") {
		return nil, nil, "", nil, errors.New("the Redis address: " + escaped)
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		u, err := url.Parse("redis://" + authority[:at] + "@localhost")
		if err != nil || strings.Contains(authority[:at], "@") {
			return nil, nil, "", nil, errors.New("the Redis address: " + escaped + "; the user stands once, before the first host")
		}
		user, authority = u.User, authority[at+1:]
	}
	path, raw, _ := strings.Cut(rest, "?")
	if path, err = url.PathUnescape(path); err == nil {
		query, err = url.ParseQuery(raw)
	}
	if err != nil {
		return nil, nil, "", nil, errors.New("the Redis address is not of the form " + forms)
	}
	return user, strings.Split(authority, ","), path, query, nil
}

// takeQuery removes the parameters from query that go-redis does not have.
func (a *Address) takeQuery(query url.Values) error {
	take := func(name string) string {
		defer query.Del(name)
		return query.Get(name)
	}
	if master := take("master_name"); master != "" {
		a.kind, a.master = kindSentinel, master
	}
	a.sentinelUser, a.sentinelPassword = take("sentinel_username"), take("sentinel_password")
	if a.kind != kindSentinel && a.sentinelUser+a.sentinelPassword != "" {
		return errors.New("the Redis address has sentinel_username or sentinel_password, but no Sentinels; expected redis+sentinel://…/MASTER")
	}
	switch cluster := take("cluster"); {
	case cluster == "":
	case cluster != "true" && cluster != "false":
		return fmt.Errorf("the Redis address: cluster=%s is neither true nor false", cluster)
	case a.kind == kindSentinel:
		return errors.New("the Redis address names Sentinels and says cluster=; a Cluster has no Sentinels")
	case cluster == "true":
		a.kind = kindCluster
	}
	return nil
}

// takeMaster removes the name of the master from the path of an address of
// Sentinels.
func (a *Address) takeMaster(path string) (string, error) {
	if a.kind != kindSentinel || a.master != "" {
		return path, nil
	}
	master, db, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if master == "" {
		return "", errors.New("the Redis address names Sentinels but not the master they watch; expected redis+sentinel://HOST,HOST,HOST/MASTER")
	}
	a.master = master
	return "/" + db, nil
}

func (a *Address) takeHosts(hosts []string) error {
	port := defaultPort
	if a.kind == kindSentinel {
		port = defaultSentinelPort
	}
	for i, h := range hosts {
		u, err := url.Parse("redis://" + h)
		if err != nil || u.Hostname() == "" || strings.ContainsAny(h, " \t") || strings.HasSuffix(h, ":") ||
			strings.Contains(u.Hostname(), ":") != strings.HasPrefix(h, "[") {
			// It is not shown: if the @ was forgotten it contains the password.
			return fmt.Errorf("host %d of the Redis address is not of the form HOST or HOST:PORT; expected %s", i+1, forms)
		}
		if p := u.Port(); p != "" {
			a.hosts = append(a.hosts, net.JoinHostPort(u.Hostname(), p))
			continue
		}
		a.hosts = append(a.hosts, net.JoinHostPort(u.Hostname(), port))
	}
	if len(a.hosts) > 1 && a.kind == kindSingle {
		a.kind = kindCluster
	}
	return nil
}

// takeOptions lets go-redis parse the rest, as an address of one host.
func (a *Address) takeOptions(scheme string, user *url.Userinfo, path string, query url.Values) error {
	take := func(name string) string {
		defer query.Del(name)
		return query.Get(name)
	}
	ca, cert, key, sni := take("ssl_ca_certs"), take("ssl_certfile"), take("ssl_keyfile"), take("sni")
	one := url.URL{Scheme: scheme, User: user, Host: a.hosts[0], Path: path, RawQuery: query.Encode()}
	options, err := redis.ParseURL(one.String())
	if shown := new(url.Error); errors.As(err, &shown) {
		return errors.New("the Redis address is not of the form " + forms)
	}
	if err != nil {
		return fmt.Errorf("the Redis address: %w", err) // names the database or the parameter that is wrong
	}
	if a.kind == kindCluster && options.DB != 0 {
		return fmt.Errorf("the Redis address names database %d, but a Cluster has only 0", options.DB)
	}
	a.options = options
	if options.TLSConfig == nil {
		if ca+cert+key+sni != "" {
			return errors.New("the Redis address has a parameter of TLS but does not begin with rediss")
		}
		return nil
	}
	// An empty name verifies that of each server that is dialled: there may be
	// several.
	options.TLSConfig.ServerName = sni
	return takeFiles(options.TLSConfig, ca, cert, key)
}

func takeFiles(c *tls.Config, ca, cert, key string) error {
	if ca != "" {
		content, err := os.ReadFile(ca)
		if err != nil {
			return fmt.Errorf("the Redis address: ssl_ca_certs: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(content) {
			return fmt.Errorf("the Redis address: ssl_ca_certs: %s holds no certificate in PEM", ca)
		}
	}
	if (cert == "") != (key == "") {
		return errors.New("the Redis address has one of ssl_certfile and ssl_keyfile; both are expected")
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return fmt.Errorf("the Redis address: ssl_certfile and ssl_keyfile: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return nil
}

// String is the address without user, password and parameters.
func (a Address) String() string {
	hosts := strings.Join(a.hosts, ", ")
	switch a.kind {
	case kindSentinel:
		return fmt.Sprintf("Redis master %s of the Sentinels at %s", a.master, hosts)
	case kindCluster:
		return "Redis Cluster at " + hosts
	default:
		return "Redis at " + hosts
	}
}

// User is the user in the address; "default" if it has none.
func (a Address) User() string {
	if a.options == nil || a.options.Username == "" {
		return "default"
	}
	return a.options.Username
}
