package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
)

func newReader(text string) *bufio.Reader { return bufio.NewReader(strings.NewReader(text)) }

// checkCompose loads the compose file as docker compose does, in a folder with the
// files that it expects beside it.
func (d deployment) checkCompose(ctx context.Context) (string, error) {
	known, err := d.settings(ctx)
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "logbot-compose-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	for to, from := range map[string]string{"compose.yaml": "compose.yaml", "logbot.env": "logbot.env.example", "config.yaml": "config.example.yaml"} {
		content, err := os.ReadFile(filepath.Join(d.folder, from))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(folder, to), content, 0o600); err != nil {
			return "", err
		}
	}
	options, err := cli.NewProjectOptions([]string{filepath.Join(folder, "compose.yaml")}, cli.WithWorkingDirectory(folder))
	if err != nil {
		return "", err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return "", err
	}
	s, err := project.GetService("logbot")
	if err != nil {
		return "", err
	}
	var names []string
	for name := range s.Environment {
		names = append(names, name)
	}
	if !slices.Contains(names, "SLACK_BOT_TOKEN") {
		return "", errors.New("logbot does not get the settings of logbot.env")
	}
	if err := unknown(known, names, "compose.yaml"); err != nil {
		return "", err
	}
	switch {
	case s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= drain:
		return "", fmt.Errorf("stop_grace_period is not above %v, which serve may take", drain)
	case !s.ReadOnly:
		return "", errors.New("the root file system is writable")
	case s.Build == nil || s.Build.Dockerfile != "deploy/Containerfile":
		return "", errors.New("it is not built from deploy/Containerfile")
	}
	return fmt.Sprintf("%d services, %d settings", len(project.Services), len(names)), nil
}
