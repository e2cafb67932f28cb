package logsapi

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
)

// lossless are the faults that lose nothing of a log.
var lossless = []codeartsim.Fault{
	codeartsim.OffsetsString, codeartsim.OffsetsNull, codeartsim.NewestFirst, codeartsim.EmptyLog, codeartsim.MoreWhileRunning,
	codeartsim.CutLine, codeartsim.CutStamp, codeartsim.NoLineFeed,
	codeartsim.Glued, codeartsim.NoStamps, codeartsim.OutOfOrder, codeartsim.BadBytes,
	codeartsim.ErrorEmpty, codeartsim.ErrorNull, codeartsim.ErrorBlank, codeartsim.ErrorObject, codeartsim.ErrorString,
	codeartsim.ErrorOlder, codeartsim.ErrorStringified, codeartsim.Error200, codeartsim.Chinese,
	codeartsim.Throttle, codeartsim.ThrottleWait, codeartsim.Busy, codeartsim.BadGateway, codeartsim.Lost,
	codeartsim.Gzip, codeartsim.BodyCut, "latency=1ms", "bandwidth=100000000", codeartsim.Redirect, "redirect=3", codeartsim.RedirectAway,
	codeartsim.SortRequired, codeartsim.SortASC, codeartsim.DescByDefault, codeartsim.EmptyEnd, codeartsim.EmptyZeros,
	codeartsim.RangeOffsets, codeartsim.ByteOrderMark, codeartsim.ResultString, codeartsim.LiteralBreak, codeartsim.LiteralCRBreak,
}

// seed chooses the logs and the page sizes; each number tries others.
var seed = flag.Uint64("seed", 1, "choose the random logs of the tests")

// readings are ways to read a log: which, in which order, in pages of which size.
func readings(r *rand.Rand, n int) []PageRequest {
	sizes := []int{1, 2, 3, 10, 50, 1000}
	var all []PageRequest
	for i := range n {
		size := 1 + r.IntN(120)
		if i%3 == 0 {
			size = sizes[r.IntN(len(sizes))]
		}
		all = append(all, PageRequest{Log: simLogs[i%len(simLogs)], Order: Order(i / len(simLogs) % 2), Size: size})
	}
	return all
}

func TestWholeLogIsReadByteForByteWhateverLosesNothing(t *testing.T) {
	for _, fault := range append([]codeartsim.Fault{""}, lossless...) {
		t.Run(string(fault), func(t *testing.T) {
			r := rand.New(rand.NewPCG(*seed, 0))
			var on []codeartsim.Fault
			if fault != "" {
				on = append(on, fault)
			}
			s := simulate(t, codeartsim.Config{FS: oddFolder(r), Faults: on}, Options{})
			for _, reading := range readings(r, 8) {
				switch fault {
				case codeartsim.NewestFirst:
					reading.Size = max(reading.Size, 60) // a page of few lines cannot tell its order
				case codeartsim.CutLine:
					reading.Size = max(reading.Size, 10) // it cannot be cut where nothing is left of it
				case codeartsim.LiteralBreak, codeartsim.LiteralCRBreak:
					reading.Size = max(reading.Size, 50) // one line cannot tell how it ends
				case codeartsim.EmptyEnd, codeartsim.EmptyZeros, codeartsim.RangeOffsets, codeartsim.SortRequired,
					codeartsim.SortASC, codeartsim.DescByDefault, codeartsim.ByteOrderMark, codeartsim.ResultString:
					reading.Size = max(reading.Size, 30) // the dialect shows on the first pages
				}
				reading.Finished = true
				text, _, err := whole(t, s, reading)
				require.NoError(t, err, "%+v, seed %d", reading, *seed)
				require.Empty(t, differ(split(s.served(t, reading.Log), fault), text), "%+v, seed %d", reading, *seed)
			}
			assert.Zero(t, s.Requests().Leaked)
		})
	}
}

func TestAnyFaultGivesTheWholeLogOrATypedError(t *testing.T) {
	for _, known := range codeartsim.Faults() {
		fault := known.Fault
		switch fault {
		case codeartsim.Refuse: // has a test of its own
			continue
		case codeartsim.Purged, codeartsim.LongLines, codeartsim.Rerun: // the log itself is another one
			continue
		case codeartsim.Latency:
			fault = "latency=1ms"
		case codeartsim.Bandwidth:
			fault = "bandwidth=100000000"
		case codeartsim.FileBig:
			fault = "file-big=1000000"
		}
		idle := 2 * time.Second
		if fault == codeartsim.BodyStall { // takes it each time, in real time
			idle = 200 * time.Millisecond
		}
		t.Run(string(fault), func(t *testing.T) {
			s := simulate(t, codeartsim.Config{Faults: []codeartsim.Fault{fault}}, Options{Idle: idle})
			for _, order := range []Order{Ascending, Descending} {
				text, _, err := whole(t, s, PageRequest{Log: simLogs[1], Order: order, Size: 60, Finished: true})
				want := split(s.served(t, simLogs[1]), fault)
				if err == nil {
					require.Empty(t, difference(want, text), "a cut letter is all that may differ")
					continue
				}
				var e *Error
				require.ErrorAs(t, err, &e)
				assert.Error(t, e.Kind)
				assert.NotContains(t, lossless, fault)
				if order == Ascending {
					assert.True(t, strings.HasPrefix(want, text), "what was read until then is right")
				} else {
					assert.True(t, strings.HasSuffix(want, text), "what was read until then is right")
				}
			}
		})
	}
}

// split is a text in which a backslash and an n are a line feed, if a fault writes
// line feeds so: nothing tells those apart that a tool has printed.
func split(text string, fault codeartsim.Fault) string {
	switch fault {
	case codeartsim.LiteralBreak, codeartsim.LiteralCRBreak:
		return strings.ReplaceAll(text, `\n`, "\n")
	}
	return text
}

// differ shows where two texts differ, or nothing.
func differ(want, got string) string {
	if want == got {
		return ""
	}
	same := 0
	for same < min(len(want), len(got)) && want[same] == got[same] {
		same++
	}
	return fmt.Sprintf("of %d bytes %d are the same, then: want %.80q, got %.80q", len(want), same, want[same:], got[same:])
}

// difference compares texts in which a letter may have come as U+FFFD, once for
// each of its bytes.
func difference(want, got string) string {
	for want != "" {
		r, size := utf8.DecodeRuneInString(want)
		replaced := strings.Repeat("\uFFFD", size)
		switch {
		case strings.HasPrefix(got, want[:size]):
			got = got[size:]
		case r >= utf8.RuneSelf && strings.HasPrefix(got, replaced):
			got = got[len(replaced):]
		default:
			return fmt.Sprintf("want %.80q, got %.80q", want, got)
		}
		want = want[size:]
	}
	return got
}

func TestFaultsThatLoseSomethingSayWhat(t *testing.T) {
	for _, c := range []struct {
		fault codeartsim.Fault
		order Order
		pages int
		kind  error
		says  string
	}{
		{codeartsim.OffsetsStuck, Ascending, 1, ErrStalled, "offsets 0 and"},
		{codeartsim.OffsetsStuck, Descending, 1, ErrStalled, "stay where they are"},
		{codeartsim.OffsetsBack, Ascending, 1, ErrStalled, "offsets run backwards"},
		{codeartsim.OffsetsBack, Descending, 1, ErrStalled, "offsets run backwards"},
		{codeartsim.LogTruncated, Ascending, 1, ErrTruncated, "become shorter while it was read: it was read to offset"},
		{codeartsim.LogTruncated, Descending, 1, ErrTruncated, "are missing; read it again from its beginning"},
		{codeartsim.SignOnPage, Ascending, 0, ErrProtocol, "sent a web page in place of an answer; check the address of the service; this may be a sign-on page"},
		{"empty-body=1", Ascending, 0, ErrProtocol, "the body is empty"},
		{"body-cut=1", Ascending, 0, ErrUnavailable, "the answer broke off: unexpected EOF"},
		{"throttle=1", Ascending, 0, ErrThrottled, "the service asks for fewer requests; try again in a minute (HTTP 429 APIGW.0308"},
		{"throttle-wait=1", Ascending, 0, ErrThrottled, "try again in 1s"},
		{"busy=1", Ascending, 0, ErrThrottled, "HTTP 500 CB.00060211"},
		{"bad-gateway=1", Ascending, 0, ErrUnavailable, "the service is busy"},
		{"lost=1", Ascending, 0, ErrUnavailable, "the service cannot be reached"},
		{"redirect=4", Ascending, 0, ErrProtocol, "more than 3 redirects"},
		{codeartsim.ClockSkew, Ascending, 0, ErrUnauthorized, "the clock of this machine is 20 minutes behind the service's; set the clock right"},
		{codeartsim.Unauthorized, Ascending, 0, ErrUnauthorized, "requests are held until"},
		{"not-published=live-log", Ascending, 0, ErrNotPublished, "does not publish /v1/log/" + simTask},
		{"forbidden=live-log", Ascending, 0, ErrForbidden, "this account may not read it"},
	} {
		t.Run(fmt.Sprint(c.fault, "/", c.order), func(t *testing.T) {
			s := simulate(t, codeartsim.Config{Faults: []codeartsim.Fault{c.fault}}, Options{})
			_, pages, err := whole(t, s, PageRequest{Log: simLogs[1], Order: c.order, Size: 100})
			require.ErrorIs(t, err, c.kind)
			assert.ErrorContains(t, err, c.says)
			assert.Equal(t, c.pages, pages, "what came before is delivered")
			assert.LessOrEqual(t, s.Requests().Pages(), int64(8))
		})
	}
}

func TestEveryRefusalHasItsOwnSentence(t *testing.T) {
	shapes := []codeartsim.Fault{codeartsim.ErrorObject, codeartsim.ErrorString, codeartsim.ErrorOlder, codeartsim.ErrorStringified, codeartsim.Error200}
	for _, c := range []struct {
		code  string
		kind  error
		says  string
		words string // the service's own
	}{
		{"DEVCB.00031006", ErrNotFound, "there is no such task or build; check the task id and the build number", "任务不存在"},
		{"CB.00031006", ErrNotFound, "there is no such task or build", "任务不存在"},
		{"CB.00031059", ErrNotFound, "the task was never built, or the history of this build was deleted", "任务尚未构建或历史已删除"},
		{"CB.00030004", ErrNotReady, "there is no log now: it may not be stored yet, or the build never ran; try again in a minute", "调用Octopus服务异常"},
		{"CB.00031105", ErrRefused, "the time window is longer than 31 days", "查询时间区间"},
		{"DEV.CB.032011", ErrNotFound, "the service does not accept this task id", "任务id参数不合法"},
		{"DEV.CB.032302", ErrUnavailable, "the build changed its state meanwhile", "任务状态已刷新"},
		{"CB.00060100", ErrUnavailable, "the service is busy", "系统繁忙"},
		{"CB.00060101", ErrUnavailable, "the service had an internal error", "系统内部错误"},
		{"CB.00060211", ErrThrottled, "the service asks for fewer requests", "请求过于频繁"},
		{"CC.00000001.400", ErrRefused, "the service calls a parameter of the request invalid", "请求参数校验失败"},
		{"CC.00000000", ErrUnavailable, "the service is busy", "系统繁忙"},
		{"CC.00000003", ErrUnauthorized, "the authentication has expired", "鉴权过期"},
	} {
		for _, shape := range append(shapes, "") {
			t.Run(c.code+" "+string(shape), func(t *testing.T) {
				faults := []codeartsim.Fault{codeartsim.Refuse + "=" + codeartsim.Fault(c.code), codeartsim.Chinese}
				if shape != "" {
					faults = append(faults, shape)
				}
				s := simulate(t, codeartsim.Config{Faults: faults}, Options{})
				_, err := s.Page(t.Context(), PageRequest{Log: simFinished})
				var e *Error
				require.ErrorAs(t, err, &e)
				require.ErrorIs(t, err, c.kind)
				assert.Contains(t, err.Error(), c.says)
				assert.Equal(t, c.code, e.Code)
				assert.Contains(t, e.Message, c.words, "the original stays beside our sentence")
				assert.NotEmpty(t, e.RequestID)
			})
		}
	}
}

func TestWrongKeyIsNeverLocked(t *testing.T) {
	s := simulate(t, codeartsim.Config{}, Options{Credential: Keys{AK: simKeys.AK, SK: "wrong"}})
	failures := make(chan error)
	for range 30 {
		go func() {
			_, err := s.Page(t.Context(), PageRequest{Log: simFinished})
			failures <- err
		}()
	}
	for range 30 {
		err := <-failures
		require.ErrorIs(t, err, ErrUnauthorized)
		assert.ErrorContains(t, err, "the signature is not accepted; check the secret key; requests are held until")
	}
	assert.EqualValues(t, 1, s.Requests().Pages())
}

func TestEveryCredentialIsAcceptedByEveryService(t *testing.T) {
	temporary := simKeys
	temporary.SecurityToken = "a-security-token"
	temporary.ProjectID = simIAM.ProjectID
	for _, c := range []struct {
		name   string
		config codeartsim.Config
		cred   Credential
	}{
		{"keys", codeartsim.Config{}, simKeys},
		{"temporary keys", codeartsim.Config{SecurityToken: temporary.SecurityToken}, temporary},
		{"token", codeartsim.Config{Token: "a-token"}, Token("a-token")},
		{"user", codeartsim.Config{}, simUser},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := simulate(t, c.config, Options{Credential: c.cred})
			for _, l := range simLogs {
				text, _, err := whole(t, s, PageRequest{Log: l})
				require.NoError(t, err)
				assert.Equal(t, s.served(t, l), text)
			}
			_, err := s.Record(t.Context(), simTask, simBuild)
			require.NoError(t, err)
			d, err := s.OpenStepFile(t.Context(), StepFile{RecordID: simRecord[:35] + "7", Step: 2})
			require.NoError(t, err)
			defer d.Close()
			_, err = io.Copy(io.Discard, d)
			require.NoError(t, err)
			if c.name == "user" {
				assert.EqualValues(t, 1, s.Requests().IAM)
			}
		})
	}
	t.Run("keys that lack their security token", func(t *testing.T) {
		s := simulate(t, codeartsim.Config{SecurityToken: temporary.SecurityToken}, Options{})
		_, err := s.Page(t.Context(), PageRequest{Log: simFinished})
		require.ErrorIs(t, err, ErrUnauthorized)
	})
}

func TestUserIsRenewedOnceAfterARefusal(t *testing.T) {
	s := simulate(t, codeartsim.Config{}, Options{Credential: simUser})
	ask := func() error {
		_, err := s.Page(t.Context(), PageRequest{Log: simFinished})
		return err
	}
	require.NoError(t, ask())
	require.NoError(t, s.SetFaults(codeartsim.UnauthorizedOnce))
	require.NoError(t, ask())
	assert.EqualValues(t, 2, s.Requests().IAM)
	require.NoError(t, s.SetFaults(codeartsim.Unauthorized))
	for range 5 {
		require.ErrorIs(t, ask(), ErrUnauthorized)
	}
	assert.EqualValues(t, 3, s.Requests().IAM, "and no more than once")
	assert.EqualValues(t, 1+2+2, s.Requests().Pages())
}

func TestUserWithAWrongPasswordIsTriedOnce(t *testing.T) {
	for _, wrong := range []User{
		{Name: simUser.Name, Password: "wrong", Domain: simUser.Domain, Project: simUser.Project},
		{Name: simUser.Name, Password: simUser.Password, Domain: "wrong", Project: simUser.Project},
		{Name: simUser.Name, Password: simUser.Password, Domain: simUser.Domain, Project: "wrong"},
	} {
		s := simulate(t, codeartsim.Config{}, Options{Credential: wrong})
		for range 3 {
			_, err := s.Page(t.Context(), PageRequest{Log: simFinished})
			require.ErrorIs(t, err, ErrUnauthorized)
			if wrong.Project == "wrong" {
				assert.ErrorContains(t, err, "IAM gives no token for the project")
			} else {
				assert.ErrorContains(t, err, "IAM does not accept the user name, the password or the domain")
			}
		}
		assert.EqualValues(t, 1, s.Requests().IAM)
		assert.Zero(t, s.Requests().Pages())
	}
}

func TestStepFileArrivesWholeOrIsReported(t *testing.T) {
	for _, c := range []struct {
		faults []codeartsim.Fault
		kind   error
		says   string
	}{
		{nil, nil, ""},
		{[]codeartsim.Fault{codeartsim.Gzip}, nil, ""},
		{[]codeartsim.Fault{codeartsim.FileGzip}, nil, ""},
		{[]codeartsim.Fault{codeartsim.FileZip}, nil, ""},
		{[]codeartsim.Fault{codeartsim.FileGzip, codeartsim.Gzip}, nil, ""},
		{[]codeartsim.Fault{codeartsim.FileRanges}, nil, ""},
		{[]codeartsim.Fault{codeartsim.FileRanges, codeartsim.BodyCut}, nil, ""},
		{[]codeartsim.Fault{codeartsim.FileRanges, codeartsim.BodyCut, codeartsim.RedirectAway}, nil, ""},
		{[]codeartsim.Fault{codeartsim.FileRanges, codeartsim.BodyStall}, nil, ""},
		{[]codeartsim.Fault{"redirect=3"}, nil, ""},
		{[]codeartsim.Fault{codeartsim.Throttle, codeartsim.Busy}, nil, ""},
		{[]codeartsim.Fault{codeartsim.BodyCut}, ErrIncomplete, "broke off after"},
		{[]codeartsim.Fault{codeartsim.BodyStall}, ErrIncomplete, "nothing arrived for too long"},
		{[]codeartsim.Fault{codeartsim.FileGzip, "body-cut=1"}, ErrUnavailable, "the answer broke off: unexpected EOF"},
		{[]codeartsim.Fault{codeartsim.FileZip, "body-cut=1"}, ErrUnavailable, "the answer broke off: unexpected EOF"},
		{[]codeartsim.Fault{codeartsim.FileJSON}, ErrUnavailable, "the service is busy"},
		{[]codeartsim.Fault{codeartsim.FileHTML}, ErrProtocol, "sent a web page in place of the file"},
		{[]codeartsim.Fault{codeartsim.SignOnPage}, ErrProtocol, "sent a web page in place of the file"},
		{[]codeartsim.Fault{"empty-body=1"}, ErrNotFound, "the service sent an empty file"},
		{[]codeartsim.Fault{"refuse=CB.00031059", codeartsim.Error200}, ErrNotFound, "never built"},
	} {
		t.Run(fmt.Sprint(c.faults), func(t *testing.T) {
			idle := 2 * time.Second
			if slices.Contains(c.faults, codeartsim.BodyStall) { // takes it, in real time
				idle = 200 * time.Millisecond
			}
			s := simulate(t, codeartsim.Config{Faults: c.faults}, Options{Idle: idle})
			want := s.served(t, simLogs[2])
			var got []byte
			d, err := s.OpenStepFile(t.Context(), StepFile{RecordID: simRecord[:35] + "7", Step: 2})
			if err == nil {
				defer d.Close()
				got, err = io.ReadAll(d)
			}
			assert.Zero(t, s.Requests().Leaked)
			if c.kind != nil {
				require.ErrorIs(t, err, c.kind)
				assert.ErrorContains(t, err, c.says)
				assert.True(t, strings.HasPrefix(want, string(got)))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, want, string(got))
		})
	}
}

// growing lets time pass with every page that is read.
type growing struct {
	Pager
	pass func()
}

func (g growing) Page(ctx context.Context, r PageRequest) (Page, error) {
	g.pass()
	return g.Pager.Page(ctx, r)
}

func TestLogOfABuildThatRunsIsReadWhileItGrows(t *testing.T) {
	for _, fault := range []codeartsim.Fault{
		"", codeartsim.MoreWhileRunning, codeartsim.EmptyLog, codeartsim.OffsetsNull, codeartsim.OffsetsString, codeartsim.CutLine,
		codeartsim.CutStamp, codeartsim.NoLineFeed, codeartsim.Glued, codeartsim.OutOfOrder, codeartsim.Throttle, codeartsim.BodyCut,
	} {
		for _, l := range []Log{
			LiveLog{TaskID: simTask, Build: simGrowing},
			StepLog{TaskID: simTask, Build: simGrowing, Step: 12},
		} {
			t.Run(fmt.Sprintf("%s/%s", fault, l), func(t *testing.T) {
				r := rand.New(rand.NewPCG(*seed, 0))
				clock := time.Now()
				began := clock
				var on []codeartsim.Fault
				if fault != "" {
					on = append(on, fault)
				}
				now := func() time.Time { return clock }
				s := simulate(t, codeartsim.Config{FS: oddFolder(r), Faults: on, Clock: now}, Options{Now: now})
				p := growing{s, func() { clock = clock.Add(time.Duration(r.IntN(15)) * time.Second) }}

				var texts []string
				at := Cursor{}
				grew := 0
				for polls := 0; ; polls++ {
					require.Less(t, polls, 5000, "it never ends; seed %d", *seed)
					over := clock.Sub(began) > simGrowth+time.Minute
					page, err := p.Page(t.Context(), PageRequest{Log: l, At: at, Size: 1 + r.IntN(40)})
					if errors.Is(err, ErrNothingNew) {
						continue
					}
					require.NoError(t, err, "seed %d", *seed)
					texts = append(texts, page.Text)
					at = page.Next
					if page.Last && over {
						break
					}
					if page.Last && page.Text != "" {
						grew++
					}
				}
				require.Empty(t, differ(s.served(t, l), Join(texts...)), "seed %d", *seed)
				if fault == "" {
					assert.Greater(t, grew, 3, "the end was reached before the build's, seed %d", *seed)
				}
			})
		}
	}
}

func TestEndOfALogThatGrowsIsReadAsItStoodAtFirst(t *testing.T) {
	for _, l := range []Log{
		LiveLog{TaskID: simTask, Build: simGrowing},
		StepLog{TaskID: simTask, Build: simGrowing, Step: 12},
	} {
		r := rand.New(rand.NewPCG(*seed, 0))
		clock := time.Now()
		now := func() time.Time { return clock }
		s := simulate(t, codeartsim.Config{FS: oddFolder(r), Clock: now}, Options{Now: now})
		clock = clock.Add(simGrowth / 2)
		want := s.served(t, l)
		first := true
		p := growing{s, func() {
			if !first {
				clock = clock.Add(5 * time.Second)
			}
			first = false
		}}
		text, pages, err := whole(t, p, PageRequest{Log: l, Order: Descending, Size: 2})
		require.NoError(t, err)
		assert.Greater(t, pages, 3)
		assert.Equal(t, want, text)
		assert.Greater(t, len(s.served(t, l)), len(want))
	}
}

func TestNothingNewIsToldFromTheEnd(t *testing.T) {
	clock := time.Now()
	now := func() time.Time { return clock }
	s := simulate(t, codeartsim.Config{Clock: now, Faults: []codeartsim.Fault{codeartsim.MoreWhileRunning}}, Options{Now: now})
	l := LiveLog{TaskID: simTask, Build: simGrowing}
	clock = clock.Add(simGrowth / 2)
	r := PageRequest{Log: l}
	var err error
	for err == nil {
		var page Page
		if page, err = s.Page(t.Context(), r); err == nil {
			assert.False(t, page.Last)
			r.At = page.Next
		}
	}
	require.ErrorIs(t, err, ErrNothingNew)
	require.ErrorIs(t, err, ErrStalled)

	clock = clock.Add(simGrowth)
	page, err := s.Page(t.Context(), r)
	require.NoError(t, err, "the same cursor goes on")
	assert.NotEmpty(t, page.Text)
	assert.True(t, slices.Contains(strings.Split(page.Text, "\n"), "") && page.Last)
}
