package logsapi

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
)

const builtRecord = "2cc26382-b2cb-4234-8eb0-b37d362f4d47" // of simBuild

func content(t *testing.T, d *Download, err error) string {
	t.Helper()
	require.NoError(t, err)
	defer d.Close()
	text, err := io.ReadAll(d)
	require.NoError(t, err)
	return string(text)
}

func TestAFileIsFoundAtEitherRoute(t *testing.T) {
	for _, missing := range []codeartsim.Fault{"", "not-published=step-file", "not-published=step-file-v1", "not-published=build-file", "not-published=build-file-v1"} {
		s := simulate(t, codeartsim.Config{}, Options{})
		if missing != "" {
			require.NoError(t, s.SetFaults(missing))
		}
		for range 2 {
			d, err := s.OpenStepFile(t.Context(), StepFile{RecordID: builtRecord, Step: 2})
			assert.NotEmpty(t, content(t, d, err), missing)
			d, err = s.OpenBuildFile(t.Context(), builtRecord)
			assert.Equal(t, s.served(t, simFinished), content(t, d, err), missing)
		}
		want := int64(0)
		if strings.HasSuffix(string(missing), "-file") {
			want = 1
		}
		assert.Equal(t, want, s.Counts()["elsewhere"], "the route that is published is remembered")
	}
}

func TestAFileThatNoRoutePublishesIsNotAskedForAgain(t *testing.T) {
	s := simulate(t, codeartsim.Config{}, Options{})
	require.NoError(t, s.SetFaults("not-published=build-file", "not-published=build-file-v1"))
	for range 3 {
		_, err := s.OpenBuildFile(t.Context(), builtRecord)
		require.ErrorIs(t, err, ErrNotPublished)
	}
	assert.EqualValues(t, 2, s.Counts()["elsewhere"])
}

func TestInsteadOfARefusedDebugFileThatOfInfoComes(t *testing.T) {
	s := simulate(t, codeartsim.Config{}, Options{})
	open := func() (string, bool) {
		d, err := s.OpenStepFile(t.Context(), StepFile{RecordID: builtRecord, Step: 2, Debug: true})
		text := content(t, d, err)
		return text, d.Debug
	}
	_, debug := open()
	assert.True(t, debug)
	require.NoError(t, s.SetFaults(codeartsim.NoDebug))
	text, debug := open()
	assert.False(t, debug)
	assert.NotEmpty(t, text)
}

func TestAFileThatIsTooLargeToCollectIsAskedForOnce(t *testing.T) {
	s := simulate(t, codeartsim.Config{}, Options{})
	require.NoError(t, s.SetFaults(codeartsim.FileTimeout))
	_, err := s.OpenBuildFile(t.Context(), builtRecord)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.EqualValues(t, 1, s.Counts()["build-file"])
}

func TestTheLogOfABuildIsNotReadFromAZip(t *testing.T) {
	s := simulate(t, codeartsim.Config{}, Options{})
	require.NoError(t, s.SetFaults(codeartsim.FileZip))
	_, err := s.OpenBuildFile(t.Context(), builtRecord)
	require.ErrorIs(t, err, ErrProtocol)
	require.NoError(t, s.SetFaults(codeartsim.FileGzip))
	d, err := s.OpenBuildFile(t.Context(), builtRecord)
	assert.Equal(t, s.served(t, simFinished), content(t, d, err))
}

func TestASignOnPageIsNamedWithItsHost(t *testing.T) {
	s := simulate(t, codeartsim.Config{}, Options{})
	require.NoError(t, s.SetFaults(codeartsim.SignOnPage))
	_, err := s.Page(t.Context(), PageRequest{Log: simFinished})
	require.ErrorIs(t, err, ErrProtocol)
	assert.ErrorContains(t, err, "127.0.0.1:")
	assert.ErrorContains(t, err, " sent a web page in place of an answer; check the address of the service; this may be a sign-on page")
}

func TestAPageThatIsTooLargeComesWithItsLongLinesCut(t *testing.T) {
	const rows, width = 17, 1_000_000
	answer := page(0, rows, false, strings.Repeat(strings.Repeat("x", width)+"\n", rows))
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) }))
	got, err := c.Page(t.Context(), PageRequest{Log: simFinished})
	require.NoError(t, err)
	assert.True(t, got.Cut)
	assert.Less(t, len(got.Text), 1<<20)
	assert.Equal(t, rows, strings.Count(got.Text, "\n"), "no line is lost")
}

func TestAPageForAFileComesWithEveryByte(t *testing.T) {
	log := strings.Repeat("x", 20_000) + "\n" // a line that would be cut
	answer := strings.Repeat(" ", 16<<20) + page(0, len(log), false, log)
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) }))
	got, err := c.Page(t.Context(), PageRequest{Log: simFinished, Whole: true})
	require.NoError(t, err)
	assert.False(t, got.Cut)
	assert.Equal(t, log, got.Text)
}

func TestTheRecordOfAnotherBuildIsRefused(t *testing.T) {
	for _, of := range []codeartsim.Fault{codeartsim.OtherRecord, codeartsim.OtherRecord + "=task"} {
		s := simulate(t, codeartsim.Config{}, Options{})
		_, err := s.Record(t.Context(), simTask, simBuild)
		require.NoError(t, err)
		require.NoError(t, s.SetFaults(of))
		_, err = s.Record(t.Context(), simTask, simBuild)
		require.ErrorIs(t, err, ErrProtocol)
		assert.ErrorContains(t, err, "the service sent the record of another build: it is of ")
	}
}
