package main

import (
	"context"
	"path/filepath"
	"strings"
)

// checkRules checks the rules of alerts, with Prometheus' own tool.
func (d deployment) checkRules(ctx context.Context) (string, error) {
	files, err := filepath.Glob(filepath.Join(d.folder, "alert*.y*ml"))
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", unchecked("there are no rules in " + d.folder)
	}
	said, err := output(ctx, "promtool", append([]string{"check", "rules"}, files...)...)
	if err != nil {
		return "", err
	}
	return strings.Join(strings.Fields(said), " "), nil
}
