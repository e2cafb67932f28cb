package logsapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(behindProxy) != "" {
		if err := readBehindProxy(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

const (
	vectorTask   = "48c66c6002964721be537cdc6ce0297b"
	vectorRecord = "2cc26382-b2cb-4234-8eb0-b37d362f4d4c"
)

var (
	testUser = User{Name: "builder", Password: "pässword-0123", Domain: "公司"}
	testKeys = Keys{AK: "AKEXAMPLE0123456", SK: "secret-key-0123456789"}
	testTime = time.Date(2026, 11, 21, 9, 15, 0, 0, time.UTC)
	testLog  = FinishedLog{TaskID: vectorTask, Build: 7}
)

// newClient is a client of a service on the loopback that does not wait.
func newClient(t *testing.T, h http.Handler) *Client {
	t.Helper()
	return newClientAt(t, h, func() time.Time { return testTime })
}

// newClientAt is newClient with a clock of its own.
func newClientAt(t *testing.T, h http.Handler, now func() time.Time) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(Options{BuildURL: s.URL, CheckURL: s.URL, Credential: testKeys, Rate: 1e9, Now: now, Sleep: noSleep})
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func noSleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// transport answers requests without a network, so that time can be virtual.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// offline is a client without a network, for virtual time.
func offline(t *testing.T, f transport) *Client {
	t.Helper()
	c, err := New(Options{Region: "cn-north-4", Credential: testKeys, Transport: f})
	require.NoError(t, err)
	return c
}

// stalling is a body of which nothing more arrives.
type stalling struct{ ctx context.Context }

func (s stalling) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

const aPage = `{"result":{"start_offset":0,"end_offset":2,"has_more":false,"log":"x\n"},"error":null,"status":"success"}`

// answers replies with one body after the other, the last one from then on.
type answers struct {
	bodies   []string
	requests []url.Values
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := min(len(a.requests), len(a.bodies)-1)
	a.requests = append(a.requests, r.URL.Query())
	io.WriteString(w, a.bodies[n])
}

func page(start, end any, more bool, log string) string {
	return pageJSON(map[string]any{"start_offset": start, "end_offset": end, "has_more": more, "log": log})
}

func pageJSON(result any) string {
	b, err := json.Marshal(map[string]any{"result": result, "error": nil, "status": "success"})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// served is a log behind all four paged endpoints. Offsets are bytes.
type served struct {
	log         string
	lines       int  // per page; 0 is as many as asked for
	cut         int  // or pages of so many bytes, wherever they end
	newestFirst bool // inside descending pages
	atFeeds     bool // and those turned around at their line feeds, which end up in front
	asText      bool // offsets as strings
	camel       bool // names as Check writes them
	blank       int  // every so many requests answers without its text, once
	requests    int
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests++
	q := r.URL.Query()
	start, _ := strconv.Atoi(q.Get("start_offset"))
	end, _ := strconv.Atoi(q.Get("end_offset"))
	size, err := strconv.Atoi(q.Get("size"))
	if err != nil {
		size = PageLines
	}
	if s.lines > 0 {
		size = s.lines
	}
	descending := q.Get("sort") == "DESC"
	var from, to int
	if descending {
		if to = start; start == 0 && end == 0 {
			to = len(s.log)
		}
		from = s.back(to, size)
	} else {
		from, to = end, s.forward(end, size)
	}
	text := s.log[from:to]
	if descending && s.newestFirst {
		split := strings.SplitAfter(text, "\n")
		if s.atFeeds {
			split = strings.Split(text, "\n")
		}
		slices.Reverse(split)
		if text = strings.Join(split, ""); s.atFeeds {
			text = strings.Join(split, "\n")
		}
	}
	if s.blank > 0 && s.requests%s.blank == 0 {
		from, to, text = start, end, ""
	}
	s.write(w, from, to, text)
}

func (s *served) write(w io.Writer, from, to int, text string) {
	names := []string{"start_offset", "end_offset", "has_more"}
	if s.camel {
		names = []string{"startOffset", "endOffset", "hasMore"}
	}
	result := map[string]any{names[0]: from, names[1]: to, names[2]: to < len(s.log), "log": text}
	if s.asText {
		result[names[0]], result[names[1]] = strconv.Itoa(from), strconv.Itoa(to)
	}
	io.WriteString(w, pageJSON(result))
}

func (s *served) forward(at, size int) int {
	if s.cut > 0 {
		for at = min(at+s.cut, len(s.log)); at < len(s.log) && !utf8.RuneStart(s.log[at]); at++ {
		}
		return at
	}
	for range size {
		i := strings.IndexByte(s.log[at:], '\n')
		if i < 0 {
			return len(s.log)
		}
		at += i + 1
	}
	return at
}

func (s *served) back(at, size int) int {
	if s.cut > 0 {
		for at = max(at-s.cut, 0); at > 0 && !utf8.RuneStart(s.log[at]); at-- {
		}
		return at
	}
	for range size {
		if at == 0 {
			return 0
		}
		at = strings.LastIndexByte(s.log[:at-1], '\n') + 1
	}
	return at
}

// buildLog is a log of n entries with the oddities that real ones have: lines
// without stamp, entries glued to the one before, stamps out of order, Chinese.
func buildLog(n int) string {
	var b strings.Builder
	start := time.Date(2026, 9, 10, 17, 26, 22, 0, time.FixedZone("", 8*3600))
	for i := range n {
		at := start.Add(time.Duration(i) * 300 * time.Millisecond)
		if i%7 == 3 {
			at = at.Add(-800 * time.Millisecond)
		}
		stamp := at.Format("[2006/01/02 15:04:05.000 GMT-07:00]")
		switch i % 11 {
		case 2:
			fmt.Fprintf(&b, "%s [INFO] [代码检出:external_pre_checkout] : 该步骤开始执行 %d\n", stamp, i)
		case 5:
			fmt.Fprintf(&b, "(Reading database ... %d%%\n", i)
		case 7:
			fmt.Fprintf(&b, "%s user name and password**** %s scmType is gitcode\n", stamp, stamp)
		case 9:
			b.WriteString("\n")
		default:
			fmt.Fprintf(&b, "%s + go test ./... #%d\n", stamp, i)
		}
	}
	fmt.Fprintf(&b, "%s Finished: FAILURE\n", start.Add(time.Hour).Format("[2006/01/02 15:04:05.000 GMT-07:00]"))
	return b.String()
}
