package logsapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/dialect"
)

// read walks a whole log and joins it.
func read(t *testing.T, p Pager, r PageRequest) string {
	t.Helper()
	var texts []string
	for page, err := range Pages(t.Context(), p, r) {
		require.NoError(t, err)
		if r.Order == Descending {
			texts = append([]string{page.Text}, texts...)
		} else {
			texts = append(texts, page.Text)
		}
	}
	return Join(texts...)
}

func TestJoinedPagesAreTheLogByteForByte(t *testing.T) {
	for name, s := range map[string]served{
		"an empty log":                     {},
		"a log of one line":                {log: buildLog(0)},
		"one page":                         {log: buildLog(60)},
		"pages of lines":                   {log: buildLog(60), lines: 10},
		"one line a page":                  {log: buildLog(60), lines: 1},
		"offsets as text":                  {log: buildLog(60), lines: 13, asText: true},
		"names in camel case":              {log: buildLog(60), lines: 13, camel: true},
		"one line, newest first":           {log: buildLog(0), newestFirst: true},
		"one page, newest first":           {log: buildLog(60), newestFirst: true},
		"pages newest first":               {log: buildLog(60), lines: 10, newestFirst: true},
		"turned around at line feeds":      {log: buildLog(60), lines: 11, newestFirst: true, atFeeds: true},
		"cut inside lines":                 {log: buildLog(60), cut: 50},
		"cut inside lines and stamps":      {log: buildLog(60), cut: 17},
		"cut after every letter":           {log: buildLog(4), cut: 1},
		"empty answers in between":         {log: buildLog(60), lines: 10, blank: 3},
		"newest first, every other empty":  {log: buildLog(60), lines: 10, newestFirst: true, blank: 2},
		"a log without a line feed at end": {log: strings.TrimSpace(buildLog(30)), lines: 10},
	} {
		for _, order := range []Order{Ascending, Descending} {
			t.Run(fmt.Sprintf("%s/%d", name, order), func(t *testing.T) {
				assert.Equal(t, s.log, read(t, newClient(t, &s), PageRequest{Log: testLog, Order: order}))
			})
		}
	}
}

func TestEveryKindOfLogIsReadInBothDirections(t *testing.T) {
	for _, kind := range []Log{
		FinishedLog{TaskID: vectorTask, Build: 7},
		LiveLog{TaskID: vectorTask, Build: 7},
		StepLog{TaskID: vectorTask, Build: 7, Step: 12},
		CheckLog{RunID: vectorTask},
	} {
		for _, order := range []Order{Ascending, Descending} {
			t.Run(fmt.Sprintf("%s/%d", kind, order), func(t *testing.T) {
				s := &served{log: buildLog(2500)}
				assert.Equal(t, s.log, read(t, newClient(t, s), PageRequest{Log: kind, Order: order}))
				assert.Equal(t, 3, s.requests)
			})
		}
	}
}

func TestEndOfALongLogIsReadWithOneRequest(t *testing.T) {
	s := &served{log: buildLog(20_000)}
	page, err := newClient(t, s).Page(t.Context(), PageRequest{Log: testLog, Order: Descending})
	require.NoError(t, err)
	assert.Equal(t, 1, s.requests)
	assert.True(t, strings.HasSuffix(s.log, page.Text))
	assert.Equal(t, PageLines, strings.Count(page.Text, "\n"))
	assert.False(t, page.Last)
}

func TestRequestsAreWhatTheDocumentationAsksFor(t *testing.T) {
	at := Cursor{Start: 5, End: 9}
	for _, c := range []struct {
		name  string
		r     PageRequest
		path  string
		query string
	}{
		{"finished, ascending", PageRequest{Log: testLog}, "/v1/log/stage/page",
			"build_no=7&end_offset=0&job_id=" + vectorTask + "&start_offset=0"},
		{"finished has no size", PageRequest{Log: testLog, Order: Descending, At: at, Size: 20}, "/v1/log/stage/page",
			"build_no=7&end_offset=9&job_id=" + vectorTask + "&sort=DESC&start_offset=5"},
		{"live", PageRequest{Log: LiveLog{vectorTask, 7}, At: at}, "/v1/log/" + vectorTask + "/7/real-time-log",
			"end_offset=9&size=1000&start_offset=5"},
		{"step", PageRequest{Log: StepLog{vectorTask, 7, 12}, Order: Descending, Size: 300}, "/v1/log/task/step",
			"build_no=7&end_offset=0&job_id=" + vectorTask + "&size=300&sort=DESC&start_offset=0&step_id=12"},
		{"check, ascending", PageRequest{Log: CheckLog{vectorTask}, Size: 300}, "/v1/console-log",
			"end_offset=0&job_id=" + vectorTask + "&size=300&sort=ASC&start_offset=0"},
		{"check, descending", PageRequest{Log: CheckLog{vectorTask}, Order: Descending}, "/v1/console-log",
			"end_offset=0&job_id=" + vectorTask + "&size=1000&sort=DESC&start_offset=0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got *http.Request
			client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r
				w.Write([]byte(page(0, 12, false, "x\n")))
			}))
			_, err := client.Page(t.Context(), c.r)
			require.NoError(t, err)
			assert.Equal(t, http.MethodGet, got.Method)
			assert.Equal(t, c.path, got.URL.Path)
			assert.Equal(t, c.query, got.URL.RawQuery)
			assert.Contains(t, got.Header.Get("Authorization"), "SDK-HMAC-SHA256 Access="+testKeys.AK)
			assert.Equal(t, "logbot", got.Header.Get("User-Agent"))
		})
	}
}

func TestTokenIsSentAsItIs(t *testing.T) {
	var got http.Header
	client, err := NewClient(Options{Region: "cn-north-4", Credential: Token("a-token"), Transport: transport(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return answer(200, aPage), nil
	})})
	require.NoError(t, err)
	_, err = client.Page(t.Context(), PageRequest{Log: testLog})
	require.NoError(t, err)
	assert.Equal(t, "a-token", got.Get("X-Auth-Token"))
	assert.Empty(t, got.Get("Authorization"))
}

func TestInvalidRequestsAreNotSent(t *testing.T) {
	client := newClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	long := strings.Repeat("任务", 5000)
	calls := map[string]func(context.Context) error{}
	for name, r := range map[string]PageRequest{
		"no log":           {},
		"short task id":    {Log: FinishedLog{"48c66c60", 7}},
		"task id no hex":   {Log: LiveLog{strings.Repeat("x", 32), 7}},
		"slash in the id":  {Log: LiveLog{"../../../../v1/log/x/../../../ab", 7}},
		"10,000 letters":   {Log: StepLog{long, 7, 1}},
		"control letters":  {Log: FinishedLog{"\x00\x1b[31m\n", 7}},
		"build 0":          {Log: FinishedLog{vectorTask, 0}},
		"build -1":         {Log: LiveLog{vectorTask, -1}},
		"negative step":    {Log: StepLog{vectorTask, 7, -1}},
		"run id":           {Log: CheckLog{"nosuch"}},
		"size too large":   {Log: testLog, Size: 1001},
		"size negative":    {Log: testLog, Size: -1},
		"negative offset":  {Log: testLog, At: Cursor{Start: -1}},
		"order of no kind": {Log: testLog, Order: 7},
	} {
		calls[name] = func(ctx context.Context) error { _, err := client.Page(ctx, r); return err }
	}
	for name, f := range map[string]StepFile{
		"record id short":      {RecordID: vectorTask, Step: 1},
		"record id upper case": {RecordID: strings.ToUpper(vectorRecord), Step: 1},
		"step 0":               {RecordID: vectorRecord},
	} {
		calls[name] = func(ctx context.Context) error { _, err := client.OpenStepFile(ctx, f); return err }
	}
	calls["record of no task"] = func(ctx context.Context) error { _, err := client.Record(ctx, "web", 7); return err }
	calls["record of build 0"] = func(ctx context.Context) error { _, err := client.Record(ctx, vectorTask, 0); return err }
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			err := call(t.Context())
			var e *Error
			require.ErrorAs(t, err, &e)
			require.ErrorIs(t, err, ErrInvalid)
			assert.Less(t, len(err.Error()), 400)
			assert.NotContains(t, err.Error(), "\x1b")
		})
	}
}

func TestEmptyPagesAreAskedForAgain(t *testing.T) {
	for _, c := range []struct {
		name     string
		r        PageRequest
		bodies   []string
		want     Page
		kind     error
		requests int
	}{
		{"until the text comes", PageRequest{}, []string{page(0, 0, true, ""), page(0, 0, true, ""), page(0, 2, false, "x\n")},
			Page{Text: "x\n", Next: Cursor{0, 2}, Last: true}, nil, 3},
		{"null for a text", PageRequest{}, []string{page(0, nil, true, ""), page(0, 2, false, "x\n")},
			Page{Text: "x\n", Next: Cursor{0, 2}, Last: true}, nil, 2},
		{"the same page again, not the one behind it", PageRequest{At: Cursor{0, 2}}, []string{page(2, 9, true, ""), page(2, 9, true, "y\n")},
			Page{Text: "y\n", Next: Cursor{2, 9}}, nil, 2},
		{"until a page of filtered lines is believed", PageRequest{At: Cursor{0, 2}}, []string{page(2, 9, true, "")},
			Page{Next: Cursor{2, 9}}, nil, 2},
		{"four times at most", PageRequest{}, []string{page(0, 0, true, "")}, Page{}, ErrStalled, 4},
		{"a log that may be written on", PageRequest{At: Cursor{0, 50}}, []string{page(0, 50, true, "")}, Page{}, ErrNothingNew, 4},
		{"the same, said with another start", PageRequest{At: Cursor{0, 50}}, []string{page(50, 50, true, "")}, Page{}, ErrNothingNew, 4},
		{"twice in a build that may be running", PageRequest{Log: LiveLog{vectorTask, 7}, At: Cursor{0, 50}}, []string{page(50, 50, true, "")},
			Page{}, ErrNothingNew, 2},
		{"four times in one that is finished", PageRequest{Log: LiveLog{vectorTask, 7}, At: Cursor{0, 50}, Finished: true}, []string{page(50, 50, true, "")},
			Page{}, ErrNothingNew, 4},
		{"descending", PageRequest{Order: Descending}, []string{page(0, 0, true, ""), page(0, 2, true, "x\n")},
			Page{Text: "x\n", Next: Cursor{0, 2}, Last: true}, nil, 2},
		{"not where nothing more is promised", PageRequest{}, []string{page(0, 0, false, "")},
			Page{Last: true}, nil, 1},
		{"not where an empty log is read from its end", PageRequest{Order: Descending}, []string{page(0, 0, false, "")},
			Page{Last: true}, nil, 1},
		{"nothing new in a growing log", PageRequest{At: Cursor{0, 50}}, []string{page(0, 50, false, "")},
			Page{Next: Cursor{0, 50}, Last: true}, nil, 1},
		{"nothing new, said with another start", PageRequest{At: Cursor{50, 50}}, []string{page(0, 50, false, "")},
			Page{Next: Cursor{0, 50}, Last: true}, nil, 1},
		{"nothing new, said with zeros", PageRequest{At: Cursor{0, 50}}, []string{page(0, 0, false, "")},
			Page{Next: Cursor{0, 50}, Last: true}, nil, 1},
		{"descending, where nothing is promised either", PageRequest{Order: Descending, At: Cursor{50, 90}},
			[]string{page(50, 90, false, ""), page(0, 50, false, "x\n")}, Page{Text: "x\n", Next: Cursor{0, 50}, Last: true}, nil, 2},
		{"descending, four times at most, since a start above 0 promises more", PageRequest{Order: Descending, At: Cursor{50, 90}},
			[]string{page(50, 90, false, "")}, Page{}, ErrStalled, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			service := &answers{bodies: c.bodies}
			if c.r.Log == nil {
				c.r.Log = testLog
			}
			got, err := newClient(t, service).Page(t.Context(), c.r)
			require.ErrorIs(t, err, c.kind)
			assert.Equal(t, c.kind != nil, errors.Is(err, ErrStalled))
			assert.Equal(t, c.want, got)
			assert.Len(t, service.requests, c.requests)
			for _, q := range service.requests {
				assert.Equal(t, service.requests[0], q, "the same page is asked for again")
			}
		})
	}
}

func TestOffsetsThatDoNotMoveEndTheWalk(t *testing.T) {
	for _, c := range []struct {
		name   string
		order  Order
		bodies []string
		pages  int
		kind   error
	}{
		{"ascending stays", Ascending, []string{page(0, 10, true, "a\n")}, 1, ErrStalled},
		{"ascending runs backwards", Ascending, []string{page(0, 10, true, "a\n"), page(0, 4, true, "b\n")}, 1, ErrStalled},
		{"the log was truncated meanwhile", Ascending, []string{page(0, 10, true, "a\n"), page(4, 4, false, "")}, 1, ErrTruncated},
		{"the log was truncated meanwhile, descending", Descending, []string{page(50, 90, true, "b\n"), page(10, 25, true, "a\n")}, 1, ErrTruncated},
		{"what grew meanwhile is no gap", Descending, []string{page(50, 90, true, "b\n"), page(0, 95, true, "a\n")}, 2, nil},
		{"ascending without offsets", Ascending, []string{page(nil, nil, true, "a\n")}, 1, ErrStalled},
		{"ascending with zeros", Ascending, []string{page(0, 0, true, "a\n")}, 1, ErrStalled},
		{"the end without offsets", Ascending, []string{page(0, 10, true, "a\n"), page(nil, nil, false, "b\n")}, 2, nil},
		{"descending stays", Descending, []string{page(50, 90, true, "a\n")}, 1, ErrStalled},
		{"descending runs backwards", Descending, []string{page(50, 90, true, "b\n"), page(60, 70, true, "a\n")}, 1, ErrStalled},
		{"descending, only the end moves up", Descending, []string{page(50, 90, true, "b\n"), page(50, 95, true, "a\n")}, 1, ErrStalled},
		{"descending without offsets, more promised", Descending, []string{page(nil, nil, true, "a\n")}, 1, ErrStalled},
		{"descending without offsets", Descending, []string{page(nil, nil, false, "a\n")}, 1, nil},
		{"descending to the start", Descending, []string{page(50, 90, true, "b\n"), page(0, 50, true, "a\n")}, 2, nil},
		{"descending, promise is no reason to go on", Descending, []string{page(0, 50, true, "a\n")}, 1, nil},
		{"descending, no promise is no reason to stop", Descending, []string{page(50, 90, false, "b\n"), page(0, 50, false, "a\n")}, 2, nil},
		{"an offset that is none", Ascending, []string{page("ten", 10, true, "a\n")}, 0, ErrProtocol},
		{"a negative offset", Ascending, []string{page(0, -3, true, "a\n")}, 0, ErrProtocol},
	} {
		t.Run(c.name, func(t *testing.T) {
			service := &answers{bodies: c.bodies}
			pages, failure := 0, error(nil)
			for _, err := range Pages(t.Context(), newClient(t, service), PageRequest{Log: testLog, Order: c.order}) {
				if failure = err; err == nil {
					pages++
				}
			}
			require.ErrorIs(t, failure, c.kind)
			assert.Equal(t, c.pages, pages, "what could be read is delivered")
			assert.LessOrEqual(t, len(service.requests), 3)
		})
	}
}

func TestLineFeedThatTheServiceLeavesOutIsPutBack(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"left out", page(0, 8, false, "a\n编译"), "a\n编译"},
		{"left out by the offsets", page(0, 9, false, "a\n编译"), "a\n编译\n"},
		{"behind an empty line", page(0, 3, false, "a\n"), "a\n\n"},
		{"of a page that is one empty line", page(4, 5, false, ""), "\n"},
		{"there", page(0, 9, false, "a\n编译\n"), "a\n编译\n"},
		{"offsets that count something else", page(0, 5, false, "a\n编译"), "a\n编译"},
		{"offsets of the whole log", page(0, 24351, false, "a\nb"), "a\nb"},
		{"no offsets", page(nil, nil, false, "a\nb"), "a\nb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := newClient(t, &answers{bodies: []string{c.body}}).Page(t.Context(), PageRequest{Log: testLog})
			require.NoError(t, err)
			assert.Equal(t, c.want, got.Text)
		})
	}
}

func TestOrderProvenOnceHoldsForPagesThatCannotTell(t *testing.T) {
	const end = "[2026/09/10 17:27:00.000 GMT+08:00] Finished: FAILURE\n"
	newest := page(50, 290, true, end+stamped(4, 3, 2)+"last but four\n")
	service := &answers{bodies: []string{newest, page(0, 50, true, "second\nfirst\n")}}
	client := newClient(t, service)
	assert.Equal(t, "first\nsecond\nlast but four\n"+stamped(2, 3, 4)+end,
		read(t, client, PageRequest{Log: testLog, Order: Descending}))

	other := CheckLog{RunID: vectorTask}
	service.bodies, service.requests = []string{page(0, 50, false, "first\nsecond\n")}, nil
	assert.Equal(t, "first\nsecond\n", read(t, client, PageRequest{Log: other, Order: Descending}),
		"the other service is another matter")
	assert.Equal(t, "first\nsecond\n", read(t, client, PageRequest{Log: testLog}), "ascending pages stay as they are")
}

func TestRecordIsReadWhateverTheTypesOfItsFields(t *testing.T) {
	for _, c := range []struct {
		name, result string
		want         string
	}{
		{"numbers", `{"id":"0001","build_record_id":"` + vectorRecord + `","status":"FAILURE","branch":"main","commit":"1f0c2d9","commit_message":"修复 <构建>","trigger_type":"webhook","start_time":1789032382772,"finish_time":1789032574772,"duration":192000}`,
			vectorRecord + " failed main 1f0c2d9 修复 <构建> webhook 2026-09-10T09:26:22Z 2026-09-10T09:29:34Z 3m12s"},
		{"text", `{"id":1,"build_record_id":"` + vectorRecord + `","status":"Running","start_time":"2026-09-10 17:26:22","finish_time":null,"duration":"192000"}`,
			vectorRecord + " running     2026-09-10T09:26:22Z - 3m12s"},
		{"with a zone", `{"status":"blue","start_time":"2026-09-10T17:26:22.772+0800","finish_time":"2026-09-10T09:27:22Z"}`,
			" succeeded     2026-09-10T09:26:22Z 2026-09-10T09:27:22Z 59.228s"},
		{"nonsense", `{"status":"?","branch":{},"start_time":"soon","finish_time":-5,"duration":"long"}`,
			"      - - 0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var path string
			client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				path = r.URL.Path
				fmt.Fprintf(w, `{"result":%s,"error":null,"status":"success"}`, c.result)
			}))
			r, err := client.Record(t.Context(), vectorTask, 7)
			require.NoError(t, err)
			when := func(t time.Time) string {
				if t.IsZero() {
					return "-"
				}
				return t.UTC().Format(time.RFC3339)
			}
			assert.Equal(t, "/v1/record/"+vectorTask+"/7/record-info", path)
			assert.Equal(t, c.want, fmt.Sprintf("%s %s %s %s %s %s %s %s %v",
				r.ID, r.State, r.Branch, r.Commit, r.Message, r.Trigger, when(r.Started), when(r.Finished), r.Duration))
		})
	}
}

func TestOptionsSayWhatIsWrongWithThem(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"nothing", Options{Credential: testKeys}, "region: want a region id"},
		{"region with a dot", Options{Region: "evil.example/", Credential: testKeys}, `region "evil.example/"`},
		{"no credential", Options{Region: "cn-north-4"}, "credential: access key and secret key, or a token"},
		{"half a key", Options{Region: "cn-north-4", Credential: Keys{AK: "a"}}, "credential: access key and secret key are both required"},
		{"empty token", Options{Region: "cn-north-4", Credential: Token("")}, "credential: the token is empty"},
		{"URL without scheme", Options{BuildURL: "localhost:8080", Credential: testKeys}, "URL of CodeArts Build: it does not begin with"},
		{"URL of another kind", Options{CheckURL: "file:///etc/passwd", Credential: testKeys}, "URL of CodeArts Check: it does not begin with"},
		{"URL with a password", Options{BuildURL: "https://me:hunter2@host", Credential: testKeys}, "it holds a user"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewClient(c.o)
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestServiceWithoutAddressIsAnError(t *testing.T) {
	c, err := NewClient(Options{BuildURL: "http://127.0.0.1:1", Credential: testKeys})
	require.NoError(t, err)
	_, err = c.Page(t.Context(), PageRequest{Log: CheckLog{vectorTask}})
	require.ErrorIs(t, err, ErrInvalid)
	assert.ErrorContains(t, err, "no region and no URL of CodeArts Check is configured")
}

func TestNothingPrintsACredential(t *testing.T) {
	keys := Keys{AK: "AKEXAMPLE0123456", SK: "SKEXAMPLE0123456", SecurityToken: "STEXAMPLE0123456"}
	for _, cred := range []Credential{keys, Token("TKEXAMPLE0123456")} {
		o := Options{Region: "cn-north-4", Credential: cred}
		c, err := NewClient(o)
		require.NoError(t, err)
		asJSON, err := json.Marshal(o.Credential)
		require.NoError(t, err)
		for _, printed := range []string{
			fmt.Sprint(cred), fmt.Sprintf("%+v", cred), fmt.Sprintf("%#v", cred), fmt.Sprintf("%q", cred),
			fmt.Sprintf("%+v", o), fmt.Sprintf("%#v", o.Credential),
			fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), c.Scope(), string(asJSON),
		} {
			assert.NotContains(t, printed, "EXAMPLE")
		}
	}
}

func TestScopeDiffersByAccountAndPlace(t *testing.T) {
	scope := func(o Options) string {
		c, err := NewClient(o)
		require.NoError(t, err)
		return c.Scope()
	}
	base := Options{Region: "cn-north-4", Credential: testKeys}
	elsewhere, other := base, base
	elsewhere.Region = "cn-east-3"
	other.Credential = Keys{AK: "another", SK: "key"}
	assert.Equal(t, scope(base), scope(base))
	assert.NotEqual(t, scope(base), scope(elsewhere))
	assert.NotEqual(t, scope(base), scope(other))
}

func BenchmarkPage(b *testing.B) {
	s := &served{log: buildLog(1000)}
	var body strings.Builder
	s.write(&body, 0, len(s.log), s.log)
	raw, host := []byte(body.String()), dialect.NewHost("", nil, "")
	b.SetBytes(int64(len(s.log)))
	b.ReportAllocs()
	for b.Loop() {
		var answer struct{ Result pageResult }
		if err := json.Unmarshal(raw, &answer); err != nil {
			b.Fatal(err)
		}
		p, err := answer.Result.page(PageRequest{Order: Descending}, host)
		if err != nil || len(p.Text) != len(s.log) {
			b.Fatal("wrong page", err)
		}
		if host.OldestFirst(p.Text) != p.Text {
			b.Fatal("wrong order")
		}
	}
}

var _ Pager = (*Client)(nil)
