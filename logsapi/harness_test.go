package logsapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/logsapi/codeartsim"
	"logbot/logsapi/dialect"
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
	c, err := NewClient(Options{BuildURL: s.URL, CheckURL: s.URL, PipelineURL: s.URL, Credential: testKeys, Rate: 1e9, Now: now, Sleep: noSleep})
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// newClientTelling is newClient that tells what is unusual of its host.
func newClientTelling(t *testing.T, h http.Handler, tell func(dialect.Dialect)) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := NewClient(Options{BuildURL: s.URL, CheckURL: s.URL, Credential: testKeys, Rate: 1e9, Sleep: noSleep, Dialect: tell})
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
	c, err := NewClient(Options{Region: "cn-north-4", Credential: testKeys, Transport: f})
	require.NoError(t, err)
	return c
}

// unlimited is offline at no rate: in real time it never waits.
func unlimited(t *testing.T, f transport) *Client {
	t.Helper()
	c, err := NewClient(Options{Region: "cn-north-4", Credential: testKeys, Transport: f, Rate: 1e9, Sleep: noSleep})
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

const (
	simTask   = "48c66c6002964721be537cdc6ce0297b"
	simRecord = "2cc26382-b2cb-4234-8eb0-b37d362f4d4c"
	simRun    = "a777ff00d3cf4d369d87066806ae51c4"
	simStamp  = "[2006/01/02 15:04:05.000 GMT-07:00]"

	simBuild   = 7 // is finished
	simGrowing = 8 // begins with the server and takes simGrowth
	simGrowth  = 10 * time.Minute
	simSteps   = 3
)

var (
	simKeys = Keys{AK: "AKSIMULATED01234", SK: "SKSIMULATED-0123456789"}
	simIAM  = codeartsim.IAM{User: "builder", Password: "pässword-0123", Domain: "公司", Project: "cn-north-4", ProjectID: strings.Repeat("0a", 16)}
	simUser = User{Name: simIAM.User, Password: simIAM.Password, Domain: simIAM.Domain, Project: simIAM.Project}

	simFinished = FinishedLog{TaskID: simTask, Build: simBuild}
	simLogs     = []Log{
		simFinished,
		LiveLog{TaskID: simTask, Build: simBuild},
		StepLog{TaskID: simTask, Build: simBuild, Step: 12},
		CheckLog{RunID: simRun},
	}
)

// oddLog is a log with the oddities that real ones have: lines without stamp,
// empty ones, entries glued to the one before, stamps out of order, Chinese.
func oddLog(r *rand.Rand, from time.Time, took time.Duration, lines int) string {
	var b strings.Builder
	for i := range lines {
		at := from.Add(took * time.Duration(i) / time.Duration(lines))
		if r.IntN(8) == 0 {
			at = at.Add(-time.Duration(r.IntN(900)) * time.Millisecond)
		}
		stamp := at.Format(simStamp)
		switch r.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%s [INFO] [代码检出:external_pre_checkout] : 该步骤开始执行 %d\n", stamp, i)
		case 1:
			fmt.Fprintf(&b, "(Reading database ... %d%%\n", i)
		case 2:
			fmt.Fprintf(&b, "%s user name and password**** %s scmType is gitcode\n", stamp, stamp)
		case 3:
			b.WriteString("\n")
		case 4:
			fmt.Fprintf(&b, "%s %s\n", stamp, strings.Repeat("编译失败 \\n\t\"<&>\" 🙂 ", 1+r.IntN(60)))
		default:
			fmt.Fprintf(&b, "%s + go test ./... #%d\n", stamp, i)
		}
	}
	return b.String()
}

// thorough is set by make dialects, which has the time for longer logs.
func thorough() bool { return os.Getenv("LOGBOT_DIALECTS") != "" }

// oddFolder is a finished build, a growing one and a check run. Their logs fill some
// pages of the sizes that the tests ask for; thorough ones are four times as long.
func oddFolder(r *rand.Rand) fstest.MapFS {
	times := 1
	if thorough() {
		times = 4
	}
	start := time.Date(2026, 9, 10, 17, 26, 22, 0, time.FixedZone("", 8*3600))
	folder := fstest.MapFS{}
	var y strings.Builder
	for n, build := range []int{simBuild, simGrowing} {
		if n > 0 {
			y.WriteString("---\n")
		}
		fmt.Fprintf(&y, "task: {name: odd, id: %s}\nbuild: %d\nrecord: %s%d\nstate: FAILURE\nstarted: %s\nduration: %s\nsteps:\n",
			simTask, build, simRecord[:35], build, start.Format(time.RFC3339), simGrowth)
		for step := range simSteps {
			name := fmt.Sprintf("build%d-step%d.log", build, step+1)
			fmt.Fprintf(&y, "  - {name: step %d, step_id: %d, state: FAILURE, file: %s}\n", step+1, 11+step, name)
			const took = simGrowth / simSteps
			folder[name] = &fstest.MapFile{Data: []byte(oddLog(r, start.Add(time.Duration(step)*took), took, times*(20+r.IntN(40))))}
		}
		if build == simGrowing {
			y.WriteString("grows: true\n")
		}
	}
	folder["build.yaml"] = &fstest.MapFile{Data: []byte(y.String())}
	folder["check.log"] = &fstest.MapFile{Data: []byte(oddLog(r, start, time.Minute, times*80))}
	folder["check.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "name: style\nrun: %s\nstate: FAILURE\nstarted: %s\nduration: 61s\nfile: check.log\n",
		simRun, start.Format(time.RFC3339))}
	return folder
}

// stamped makes a line for every second of a minute that is given.
func stamped(seconds ...int) string {
	var b strings.Builder
	for _, s := range seconds {
		fmt.Fprintf(&b, "[2026/09/10 17:26:%02d.000 GMT+08:00] 编译 %d\n", s, s)
	}
	return b.String()
}

// simulation is a CodeArts on localhost and a client of it.
type simulation struct {
	*codeartsim.Server
	*Client
	url string
}

// simulate starts one. What the config leaves out is an odd folder and simKeys.
func simulate(t testing.TB, c codeartsim.Config, o Options) simulation {
	t.Helper()
	if c.FS == nil {
		c.FS = oddFolder(rand.New(rand.NewPCG(1, 2)))
	}
	c.AccessKey, c.SecretKey, c.IAM = simKeys.AK, simKeys.SK, simIAM
	server, err := codeartsim.New(c)
	require.NoError(t, err)
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	o.BuildURL, o.CheckURL, o.IAMURL = s.URL, s.URL, s.URL
	if o.Credential == nil {
		o.Credential = simKeys
	}
	if o.Rate == 0 {
		o.Rate = 1e6
	}
	if o.Idle == 0 {
		o.Idle = 2 * time.Second
	}
	o.Sleep = noSleep
	client, err := NewClient(o)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return simulation{server, client, s.URL}
}

// served is what a log holds now, as JSON can carry it.
func (s simulation) served(t testing.TB, l Log) string {
	t.Helper()
	var r *io.SectionReader
	switch l := l.(type) {
	case FinishedLog:
		r = s.BuildLog(l.TaskID, l.Build)
	case LiveLog:
		r = s.BuildLog(l.TaskID, l.Build)
	case StepLog:
		r = s.Server.StepLog(l.TaskID, l.Build, int(l.Step)-10)
	case CheckLog:
		r = s.Server.CheckLog(l.RunID)
	}
	require.NotNil(t, r)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return carried(string(b))
}

// carried is what JSON makes of a text: U+FFFD for each byte that is no UTF-8.
func carried(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// whole walks a log and joins its pages; on an error it is what had been read.
func whole(t testing.TB, p Pager, r PageRequest) (text string, pages int, err error) {
	t.Helper()
	var texts []string
	for page, err := range Pages(t.Context(), p, r) {
		if err != nil {
			return Join(texts...), pages, err
		}
		pages++
		if r.Order == Descending {
			texts = append([]string{page.Text}, texts...)
		} else {
			texts = append(texts, page.Text)
		}
	}
	return Join(texts...), pages, nil
}
