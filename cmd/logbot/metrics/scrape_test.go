package metrics

import (
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot"
	"logbot/logsapi"
)

// scrape is what m shows, without what it says of the Go runtime and the process.
func scrape(m *Metrics) (ours, theirs string) {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.Contains(line, "logbot_go_") || strings.Contains(line, "logbot_process_") {
			theirs += line
		} else {
			ours += line
		}
	}
	return ours, theirs
}

// testdata/scrape.txt was written by client_golang for the same events.
func TestAScrapeIsAsPrometheusOwnClientWritesIt(t *testing.T) {
	m := New("v1", []string{"fail", "show"})
	m.Acknowledged(30 * time.Millisecond)
	m.Acknowledged(9 * time.Second)
	m.Shown(100 * time.Millisecond)
	m.Shown(1500 * time.Millisecond)
	m.Ended(bot.End{Verb: "fail", Outcome: bot.Outcomes()[0], Took: 12345678, Waited: time.Microsecond})
	m.Ended(bot.End{Verb: "unknown", Outcome: bot.Outcomes()[1]})
	m.Exchanged(logsapi.Services()[0], 204, 20*time.Millisecond)
	m.Exchanged(logsapi.Services()[1], 0, 20*time.Second)
	m.Reloaded(true)
	m.Notified(7 * time.Second)
	m.Trouble("unknown")
	m.Trouble("config")
	want, err := os.ReadFile("testdata/scrape.txt")
	require.NoError(t, err)
	ours, _ := scrape(m)
	assert.Equal(t, strings.Replace(string(want), `go="GO"`, `go="`+runtime.Version()+`"`, 1), ours)
}

func TestTheProcessIsShown(t *testing.T) {
	_, shown := scrape(New("v1", nil))
	for _, line := range []string{
		`logbot_go_info\{version="go1\..*"\} 1`, `logbot_go_goroutines [1-9]\d*`, `logbot_go_threads [1-9]\d*`, `logbot_go_gc_duration_seconds_count \d+`,
		`logbot_go_memstats_heap_alloc_bytes [1-9]\S*`, `logbot_process_start_time_seconds 1\.\d+e\+09`, `logbot_process_cpu_seconds_total \d\S*`,
	} {
		assert.Regexp(t, "(?m)^"+line+"$", shown)
	}
	if _, err := os.Stat("/proc/self/statm"); err == nil {
		for _, name := range []string{"open_fds", "max_fds", "resident_memory_bytes", "virtual_memory_bytes"} {
			assert.Regexp(t, "(?m)^logbot_process_"+name+` [1-9]\S*$`, shown)
		}
	}
}

func TestLabelsAndHelpAreEscaped(t *testing.T) {
	got := text([]family{{"x", "a \\ and\na line", gauge, []sample{{"", []label{{"a", "\"\\\n"}, {"b", "错"}}, .5}}}})
	assert.Equal(t, "# HELP x a \\\\ and\\na line\n# TYPE x gauge\nx{a=\"\\\"\\\\\\n\",b=\"错\"} 0.5\n", string(got))
}

func TestEveryLineIsOfTheTextFormat(t *testing.T) {
	form := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ \S.*|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (\d[\d.]*(e[+-]\d+)?|\+Inf))\n$`)
	ours, theirs := scrape(New("v1", []string{"fail"}))
	for line := range strings.Lines(ours + theirs) {
		assert.Regexp(t, form, line)
	}
}
