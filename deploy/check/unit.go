package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxExposure is the most exposure that systemd-analyze may find, in tenths: what it
// calls "OK" ends at 4.9, and "safe" at 1.9.
const maxExposure = "19"

// unitCopy is the unit with the program of this build, because a unit whose program
// does not exist is an error.
func (d deployment) unitCopy() (path string, remove func(), err error) {
	content, err := os.ReadFile(filepath.Join(d.folder, "logbot.service"))
	if err != nil {
		return "", nil, err
	}
	program, err := filepath.Abs(d.program)
	if err != nil {
		return "", nil, err
	}
	const installed = "ExecStart=/usr/local/bin/logbot "
	if !strings.Contains(string(content), "\n"+installed) {
		return "", nil, fmt.Errorf("logbot.service does not have %q", installed)
	}
	folder, err := os.MkdirTemp("", "logbot-unit-")
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(folder, "logbot.service")
	text := strings.Replace(string(content), installed, "ExecStart="+program+" ", 1)
	return path, func() { os.RemoveAll(folder) }, os.WriteFile(path, []byte(text), 0o644)
}

func (d deployment) checkUnit(ctx context.Context) (string, error) {
	path, remove, err := d.unitCopy()
	if err != nil {
		return "", err
	}
	defer remove()
	said, err := output(ctx, "systemd-analyze", "verify", "--man=no", path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(said) {
		if strings.Contains(line, "logbot.service") { // others are about this machine's units
			return "", fmt.Errorf("%s", said)
		}
	}
	return "no complaint", nil
}

var exposure = regexp.MustCompile(`Overall exposure level for [^:]+: ([\d.]+ \w+)`)

func (d deployment) checkHardening(ctx context.Context) (string, error) {
	path, remove, err := d.unitCopy()
	if err != nil {
		return "", err
	}
	defer remove()
	said, err := output(ctx, "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+maxExposure, path)
	if err != nil {
		return "", err
	}
	found := exposure.FindStringSubmatch(said)
	if found == nil {
		return "", fmt.Errorf("no level of exposure in:\n%s", said)
	}
	return "exposure " + found[1] + " of 10", nil
}
