package metrics

import (
	"fmt"
	"os"
	"regexp"
	"slices"
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
	families, err := New("v1", []string{"fail", "show"}).registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		name := f.GetName()
		if strings.HasPrefix(name, "logbot_go_") || strings.HasPrefix(name, "logbot_process_") {
			continue
		}
		var labels []string
		for _, pair := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, pair.GetName())
		}
		shown := "`" + name + "`"
		if len(labels) > 0 {
			shown = "`" + name + "{" + strings.Join(labels, ",") + "}`"
		}
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |", shown, strings.ToLower(f.GetType().String()), f.GetHelp()))
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
	for _, line := range listed {
		if !strings.Contains(line, "`logbot_go_*`") {
			assert.Contains(t, exported(t), line, "deploy/metrics.md lists what is not exported so")
		}
	}
}

func TestEveryNameBeginsWithLogbotAndStartsWithZero(t *testing.T) {
	families, err := New("v1", []string{"fail"}).registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		assert.True(t, strings.HasPrefix(f.GetName(), "logbot_"), f.GetName())
		for _, m := range f.GetMetric() {
			if !slices.Contains([]string{"logbot_build_info"}, f.GetName()) && !strings.HasPrefix(f.GetName(), "logbot_go_") && !strings.HasPrefix(f.GetName(), "logbot_process_") {
				assert.Zero(t, m.GetCounter().GetValue()+m.GetGauge().GetValue()+float64(m.GetHistogram().GetSampleCount()), f.GetName())
			}
		}
	}
}
