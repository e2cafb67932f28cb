package metrics

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is where the metrics are listed.
const page = "../../../deploy/metrics.md"

// exported are the families of a new Metrics, a line each as the page lists them.
func exported(t *testing.T) (lines []string) {
	t.Helper()
	for _, f := range New("v1", []string{"fail", "show"}).families() {
		var labels []string
		for _, l := range f.samples[0].labels {
			if l.name != "le" {
				labels = append(labels, l.name)
			}
		}
		shown := "`" + f.name + "`"
		if len(labels) > 0 {
			shown = "`" + f.name + "{" + strings.Join(labels, ",") + "}`"
		}
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |", shown, f.kind, f.help))
	}
	return lines
}

func TestThePageListsWhatIsExported(t *testing.T) {
	content, err := os.ReadFile(page)
	require.NoError(t, err)
	listed := regexp.MustCompile("(?m)^\\| `logbot_.*$").FindAllString(string(content), -1)
	for _, line := range exported(t) {
		assert.Contains(t, listed, line, "missing in deploy/metrics.md")
	}
	_, noProc := os.Stat("/proc/self/statm")
	for _, line := range listed {
		if noProc != nil && strings.HasPrefix(line, "| `logbot_process_") {
			continue
		}
		assert.Contains(t, exported(t), line, "deploy/metrics.md lists what is not exported so")
	}
}

func TestEveryNameBeginsWithLogbotAndStartsWithZero(t *testing.T) {
	for _, f := range New("v1", []string{"fail"}).families() {
		assert.True(t, strings.HasPrefix(f.name, "logbot_"), f.name)
		for _, s := range f.samples {
			if f.name != "logbot_build_info" && !strings.HasPrefix(f.name, "logbot_go_") && !strings.HasPrefix(f.name, "logbot_process_") {
				assert.Zero(t, s.value, f.name)
			}
		}
	}
}
