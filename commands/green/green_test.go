package green

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/logsapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const task = "48c66c6002964721be537cdc6ce0297b"

// service is a CodeArts without files: what it lists, and the text of its logs by build.
// It is also the store.
type service struct {
	mu      sync.Mutex
	list    []logsapi.Build
	listErr error
	text    map[int64]string
	slow    time.Duration // before each page
	pages   []int64       // the builds whose pages were asked for
	lists   int
	sets    map[string][]byte
	away    bool // the store
	running int  // pages under way
	most    int
}

func (s *service) NewestBuilds(context.Context, string, int) ([]logsapi.Build, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists++
	return s.list, s.listErr
}

func (s *service) Record(_ context.Context, _ string, number int64) (logsapi.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.list {
		if b.Number == number {
			return logsapi.Record{ID: b.RecordID, State: b.State, Started: b.Started, Finished: b.Started.Add(b.Duration)}, nil
		}
	}
	return logsapi.Record{}, &logsapi.Error{Kind: logsapi.ErrNotPublished}
}

func (s *service) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	log, ok := r.Log.(logsapi.FinishedLog)
	if !ok {
		return logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrNotFound}
	}
	s.mu.Lock()
	s.pages = append(s.pages, log.Build)
	text, slow := s.text[log.Build], s.slow
	s.running++
	s.most = max(s.most, s.running)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.running--
		s.mu.Unlock()
	}()
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		return logsapi.Page{}, ctx.Err()
	}
	if text == "" {
		return logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrNotFound}
	}
	end := min(int(r.At.End)+len(text)/100+40, len(text)) // some 100 pages of a long log
	return logsapi.Page{Text: text[r.At.End:end], Next: logsapi.Cursor{Start: r.At.End, End: int64(end)}, Last: end == len(text)}, nil
}

func (s *service) OpenStepFile(context.Context, logsapi.StepFile) (*logsapi.Download, error) {
	return nil, &logsapi.Error{Kind: logsapi.ErrNotPublished}
}

func (s *service) OpenBuildFile(context.Context, string) (*logsapi.Download, error) {
	return nil, &logsapi.Error{Kind: logsapi.ErrNotPublished}
}

func (s *service) Lines(_ context.Context, _ string, build int64, edition string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sets[fmt.Sprint(build, edition)]
}

func (s *service) KeepLines(_ string, build int64, edition string, set []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sets == nil {
		s.sets = map[string][]byte{}
	}
	if !s.away {
		s.sets[fmt.Sprint(build, edition)] = set
	}
}

var began = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

func build(number int64, state logsapi.State, branch string) logsapi.Build {
	return logsapi.Build{Number: number, State: state, Branch: branch, Started: began.Add(time.Duration(number) * time.Hour), Duration: time.Minute}
}

// finder is a Finder over s that ends with the test.
func finder(t *testing.T, s *service) *Finder {
	f := New(s, read.Reader{Logs: s, Gate: redact.New(), Habits: &read.Habits{}}, s, 0)
	t.Cleanup(f.Close)
	return f
}

// ask is what an answer about a build compares with, and how long it waited.
func ask(t *testing.T, f *Finder, number int64) (*excerpt.Seen, Build, time.Duration) {
	t.Helper()
	s := f.Before(task, number)
	defer s.End()
	from := time.Now()
	lines := s.Lines(t.Context())
	assert.Same(t, lines, s.Lines(t.Context()), "all calls have the same result")
	return lines, s.Build(), time.Since(from)
}

func TestAFailureIsComparedWithTheLastSuccessBeforeIt(t *testing.T) {
	const green, red, gone = logsapi.Succeeded, logsapi.Failed, logsapi.Aborted
	for name, c := range map[string]struct {
		list []logsapi.Build
		want Build
	}{
		"on the same branch":                   {[]logsapi.Build{build(9, red, "main"), build(8, green, "dev"), build(7, green, "main"), build(6, green, "main")}, Build{Number: 7}},
		"on another branch, which is said":     {[]logsapi.Build{build(9, red, "dev"), build(8, gone, "dev"), build(7, green, "main"), build(6, green, "main")}, Build{7, "main"}},
		"of the task if no branch is known":    {[]logsapi.Build{build(9, red, ""), build(8, red, "main"), build(7, green, "dev"), build(6, green, "main")}, Build{Number: 7}},
		"of the task if it is not in the list": {[]logsapi.Build{build(8, green, "main"), build(7, green, "dev")}, Build{Number: 8}},
		"in whatever order they are listed":    {[]logsapi.Build{build(6, green, "main"), build(7, green, "main"), build(9, red, "main")}, Build{Number: 7}},
		"not with a later one":                 {[]logsapi.Build{build(10, green, "main"), build(9, red, "main")}, Build{}},
		"with none if all failed":              {[]logsapi.Build{build(9, red, "main"), build(8, red, "main"), build(7, logsapi.Running, "main")}, Build{}},
		"with none if the list is empty":       {nil, Build{}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{list: c.list, text: map[int64]string{7: "a line\n", 8: "a line\n"}}
			lines, with, _ := ask(t, finder(t, s), 9)
			assert.Equal(t, c.want, with, name)
			assert.Equal(t, c.want.Number == 0, lines == nil, name)
			for _, read := range s.pages {
				assert.Equal(t, c.want.Number, read, name)
			}
		})
	}
}

func TestWhenNothingIsAtHandAnAnswerComparesWithNothing(t *testing.T) {
	for name, c := range map[string]struct {
		service       *service
		first, second bool          // compared
		waits         time.Duration // the first
		pages         int           // after both
	}{
		"the log is read in time":   {service: &service{}, first: true, second: true, pages: 1},
		"the log takes long":        {service: &service{slow: time.Second}, second: true, waits: Patience, pages: 1},
		"the log cannot be read":    {service: &service{text: map[int64]string{}}, pages: 1},
		"the list is not published": {service: &service{listErr: &logsapi.Error{Kind: logsapi.ErrNotPublished}}},
		"the store is away":         {service: &service{away: true}, first: true, second: true, pages: 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := c.service
			s.list = []logsapi.Build{build(9, logsapi.Failed, "main"), build(8, logsapi.Succeeded, "main")}
			if s.text == nil {
				s.text = map[int64]string{8: "a line\n"}
			}
			f := finder(t, s)
			lines, _, waited := ask(t, f, 9)
			assert.Equal(t, c.first, lines != nil, name)
			assert.Equal(t, c.waits, waited, name)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			lines, _, waited = ask(t, f, 9)
			assert.Equal(t, c.second, lines != nil, name)
			assert.Zero(t, waited, name)
			assert.Len(t, s.pages, c.pages, name)
			assert.Empty(t, f.lessons, name)
			if s.listErr == nil {
				assert.Equal(t, 1, s.lists, "%s: what to compare with is remembered", name)
			}
		})
	}
}

func TestALogThatCouldNotBeReadIsTriedAgainLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{list: []logsapi.Build{build(9, logsapi.Failed, ""), build(8, logsapi.Succeeded, "")}}
		f := finder(t, s)
		lines, _, _ := ask(t, f, 9)
		assert.Nil(t, lines)
		s.text = map[int64]string{8: "a line\n"}
		lines, _, _ = ask(t, f, 9)
		assert.Nil(t, lines)
		time.Sleep(failedTTL)
		lines, _, _ = ask(t, f, 9)
		assert.NotNil(t, lines)
	})
}

func TestAGreenBuildThatWasRunAgainOrPurgedDropsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{list: []logsapi.Build{build(9, logsapi.Failed, ""), build(8, logsapi.Succeeded, ""), build(7, logsapi.Succeeded, "")}, text: map[int64]string{7: "seven\n", 8: "eight\n"}}
		f := finder(t, s)
		_, with, _ := ask(t, f, 9)
		assert.Equal(t, Build{Number: 8}, with)
		assert.Len(t, s.pages, 1)

		time.Sleep(choiceTTL)
		s.list[1].Started = s.list[1].Started.Add(100 * time.Hour) // and succeeded again
		_, with, _ = ask(t, f, 9)
		assert.Equal(t, Build{Number: 8}, with)
		assert.Len(t, s.pages, 2, "another run has other lines")

		s.sets = nil // purged
		_, with, _ = ask(t, f, 9)
		assert.Equal(t, Build{Number: 8}, with)
		assert.Len(t, s.pages, 3)

		time.Sleep(choiceTTL)
		s.list[1].State = logsapi.Failed
		_, with, _ = ask(t, f, 9)
		assert.Equal(t, Build{Number: 7}, with)
	})
}

func TestABuildThatWasRunAgainAfterItWasListedIsNotLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{list: []logsapi.Build{build(8, logsapi.Failed, "")}, text: map[int64]string{8: "eight\n"}}
		_, err := finder(t, s).read(t.Context(), task, build(8, logsapi.Succeeded, ""))
		assert.ErrorIs(t, err, errNotGreen)
		assert.Empty(t, s.pages)
	})
}

func TestASetThatCannotBeReadIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{list: []logsapi.Build{build(9, logsapi.Failed, ""), build(8, logsapi.Succeeded, "")}, text: map[int64]string{8: "eight\n"}}
		f := finder(t, s)
		ask(t, f, 9)
		for key := range s.sets {
			s.sets[key] = []byte{9, 9}
		}
		lines, _, _ := ask(t, f, 9)
		assert.NotNil(t, lines)
		assert.Len(t, s.pages, 2)
	})
}

func TestSecretsAreMaskedBeforeLinesAreHashed(t *testing.T) {
	const secret = "hunter2hunter2"
	synctest.Test(t, func(t *testing.T) {
		s := &service{list: []logsapi.Build{build(8, logsapi.Succeeded, "")}, text: map[int64]string{8: "the key is " + secret + "\n"}}
		f := New(s, read.Reader{Logs: s, Gate: redact.New(secret), Habits: &read.Habits{}}, s, 0)
		defer f.Close()
		lines, err := f.read(t.Context(), task, s.list[0])
		require.NoError(t, err)
		masked := &excerpt.Seen{}
		masked.Write([]byte(redact.New(secret).Text("the key is "+secret) + "\n"))
		assert.Equal(t, masked.Append(nil), lines.Append(nil))
	})
}

func TestReadingInTheBackgroundIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{text: map[int64]string{}, slow: time.Second}
		for n := range int64(2 * maxSearches) {
			s.list = append(s.list, build(n+1, logsapi.Succeeded, fmt.Sprint(n/2)))
			s.text[n+1] = strings.Repeat("a line of a log\n", 1000)
		}
		f := finder(t, s)
		var searches []*Search
		for n := range int64(2 * maxSearches) {
			searches = append(searches, f.Before(task, n+2))
		}
		var all sync.WaitGroup
		for _, search := range searches {
			all.Go(func() {
				search.Lines(t.Context())
				search.End()
			})
		}
		all.Wait()
		synctest.Wait()
		f.mu.Lock()
		assert.Len(t, f.lessons, maxLessons)
		f.mu.Unlock()
		time.Sleep(lessonWithin)
		synctest.Wait()
		assert.Equal(t, maxLessons, s.most, "one request at a time for each")
		assert.LessOrEqual(t, len(s.pages), maxLessons*maxPages)
		assert.GreaterOrEqual(t, len(s.pages), maxLessons*(maxPages-1), "one of the pages of each may be of the other endpoint")
		assert.Empty(t, f.lessons)
		assert.Zero(t, f.searches)
		for _, set := range s.sets {
			lines, err := excerpt.ParseSeen(set)
			require.NoError(t, err)
			assert.False(t, lines.Empty())
		}
		assert.Len(t, s.sets, maxLessons, "what was read in part is kept as that")
	})
}

func TestASearchThatNoAnswerNeedsReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{list: []logsapi.Build{build(8, logsapi.Succeeded, "")}, text: map[int64]string{8: "eight\n"}}
		f := finder(t, s)
		search := f.Before(task, 9)
		search.End()
		<-search.done
		assert.Zero(t, search.Build())
		assert.Empty(t, s.pages)
	})
}

func TestCloseEndsWhatIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{list: []logsapi.Build{build(8, logsapi.Succeeded, "")}, text: map[int64]string{8: "eight\n"}, slow: time.Hour}
		f := finder(t, s)
		lines, _, waited := ask(t, f, 9)
		assert.Nil(t, lines)
		assert.Equal(t, Patience, waited)
		from := time.Now()
		f.Close()
		assert.Zero(t, time.Since(from))
		assert.Nil(t, f.Before(task, 9), "a closed one finds nothing")
		assert.Empty(t, f.failed, "the log may be readable")
	})
}

func TestWithoutAStoreNothingIsCompared(t *testing.T) {
	f := New(&service{}, read.Reader{}, nil, 0)
	defer f.Close()
	search := f.Before(task, 9)
	defer search.End()
	assert.Nil(t, search.Lines(t.Context()))
	assert.Zero(t, search.Build())
}
