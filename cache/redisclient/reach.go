package redisclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is what a Redis says of itself.
type Server struct {
	Version  string        // "7.0.15"
	Eviction string        // maxmemory-policy
	Keeps    string        // what survives its own restart: "appendonly", "snapshots", "nothing"; empty if it does not tell
	Latency  time.Duration // of the quickest of some pings
}

// String is the server in a few words.
func (s Server) String() string {
	says := "Redis " + s.Version
	if s.Version == "" {
		says = "Redis"
	}
	if s.Eviction != "" {
		says += ", " + s.Eviction
	}
	if s.Keeps != "" {
		says += ", keeps " + s.Keeps
	}
	return fmt.Sprintf("%s, answers in %.1f ms", says, float64(s.Latency)/float64(time.Millisecond))
}

// ErrRefused is the error of a server that is there and does not accept the user or the
// password.
var ErrRefused = errors.New("the server refuses the user or the password")

// pings is how many measure the latency.
const pings = 5

// Reach asks the Redis behind client, which is the one at a, whether it is there. The
// error says what to do; it is an ErrRefused if a server answered and refuses the login.
// It never takes longer than ctx allows.
func Reach(ctx context.Context, client redis.UniversalClient, a Address) (Server, error) {
	took := make([]time.Duration, 0, pings)
	for range pings {
		began := time.Now()
		err := client.Ping(ctx).Err()
		var answered redis.Error
		switch {
		case err == nil, errors.As(err, &answered) && !isRefusal(err):
		case isRefusal(err):
			return Server{}, fmt.Errorf("%w: %s", ErrRefused, explain(err, a.User()))
		case strings.Contains(err.Error(), "cluster support disabled"):
			return Server{}, errors.New(explain(err, a.User()))
		default:
			return Server{}, fmt.Errorf("%s is not reached: %w%s", a, err, a.likely(ctx))
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	s := Server{Latency: took[0]}
	if infos, err := client.InfoMap(ctx, "server", "memory").Result(); err == nil {
		for _, section := range infos {
			s.Version += section["redis_version"]
			s.Eviction += section["maxmemory_policy"]
		}
	}
	s.Keeps = keeps(ctx, client)
	return s, nil
}

func isRefusal(err error) bool {
	return strings.Contains(err.Error(), "WRONGPASS") || strings.Contains(err.Error(), "NOAUTH") || strings.Contains(err.Error(), "invalid password") ||
		strings.Contains(err.Error(), "without any password configured")
}

// keeps says what survives a restart of the server; empty if it may not be asked.
func keeps(ctx context.Context, client redis.UniversalClient) string {
	found, err := client.ConfigGet(ctx, "appendonly").Result()
	if err != nil || len(found) == 0 {
		return ""
	}
	if found["appendonly"] == "yes" {
		return "appendonly"
	}
	if save, err := client.ConfigGet(ctx, "save").Result(); err == nil && save["save"] == "" {
		return "nothing"
	}
	return "snapshots"
}

// likely says what may be wrong with an address whose server gives no answer, from one
// more look at its first host.
func (a Address) likely(ctx context.Context) string {
	host := a.hosts[0]
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "; the host does not exist: check its name"
	case err != nil:
		return "; nothing answers at " + host + ": check host and port, and that Redis listens for others than localhost"
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if a.options.TLSConfig != nil {
		if _, err := io.WriteString(conn, "PING\r\n"); err == nil && speaksRedis(conn) {
			return "; the server speaks without TLS: write redis:// in the place of rediss://"
		}
		return "; a certificate of a private authority needs SSL_CERT_FILE, or ssl_ca_certs=FILE in the address"
	}
	// Nothing is sent over it.
	if tls.Client(conn, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}).HandshakeContext(ctx) == nil {
		return "; the server speaks TLS: write rediss:// in the place of redis://"
	}
	return "; what listens at " + host + " is not a Redis"
}

func speaksRedis(conn io.Reader) bool {
	first := make([]byte, 1)
	_, err := io.ReadFull(conn, first)
	return err == nil && (first[0] == '+' || first[0] == '-')
}
