package metrics

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// series are the names of what a scrape shows, with the values of each label.
func series(t *testing.T) map[string]map[string][]string {
	t.Helper()
	all := map[string]map[string][]string{}
	for _, f := range New("v1", []string{"fail"}).families() {
		labels := map[string][]string{"instance": nil}
		for _, s := range f.samples {
			for _, l := range s.labels {
				labels[l.name] = append(labels[l.name], l.value)
			}
			all[f.name+s.suffix] = labels
		}
	}
	return all
}

var (
	selector = regexp.MustCompile(`(logbot_\w+)(?:\{([^}]*)\})?`)
	matcher  = regexp.MustCompile(`(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
	grouping = regexp.MustCompile(`\bby\s*\(([^)]*)\)`)
)

// checkExpression checks that an expression uses only series, labels and values that exist.
func checkExpression(t *testing.T, known map[string]map[string][]string, expression string) {
	t.Helper()
	found := selector.FindAllStringSubmatch(expression, -1)
	assert.NotEmpty(t, found, "no metric in %s", expression)
	labels := map[string]bool{}
	for _, s := range found {
		if !assert.Contains(t, known, s[1], "in %s", expression) {
			continue
		}
		for label := range known[s[1]] {
			labels[label] = true
		}
		for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
			values, ok := known[s[1]][m[1]]
			assert.True(t, ok, "%s has no label %s, in %s", s[1], m[1], expression)
			if m[1] == "instance" {
				continue
			}
			for _, value := range strings.Split(m[3], "|") {
				assert.True(t, slices.Contains(values, value), "%s of %s is never %q, in %s", m[1], s[1], value, expression)
			}
		}
	}
	for _, g := range grouping.FindAllStringSubmatch(expression, -1) {
		for _, label := range strings.Split(g[1], ",") {
			assert.True(t, labels[strings.TrimSpace(label)], "no label %q, in %s", label, expression)
		}
	}
}

func TestTheAlertsUseWhatExists(t *testing.T) {
	content, err := os.ReadFile("../../../deploy/alerts.yaml")
	require.NoError(t, err)
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(content, &rules))
	known, n := series(t), 0
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			n++
			t.Run(r.Alert, func(t *testing.T) {
				checkExpression(t, known, r.Expr)
				assert.Contains(t, []string{"page", "ticket"}, r.Labels["severity"])
				assert.NotEmpty(t, r.Annotations["summary"])
				assert.NotEmpty(t, r.Annotations["description"], "it says what to do")
			})
		}
	}
	assert.Positive(t, n)
}

func TestTheDashboardUsesWhatExists(t *testing.T) {
	content, err := os.ReadFile("../../../deploy/dashboard.json")
	require.NoError(t, err)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(content, &dashboard))
	known := series(t)
	require.NotEmpty(t, dashboard.Panels)
	for _, p := range dashboard.Panels {
		t.Run(p.Title, func(t *testing.T) {
			assert.NotEmpty(t, p.Targets)
			for _, target := range p.Targets {
				checkExpression(t, known, target.Expr)
			}
		})
	}
}
