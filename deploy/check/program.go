package main

import (
	"bufio"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// maxProgram is the most that the program may take, in bytes.
const maxProgram = 25 << 20

func (d deployment) checkProgram(ctx context.Context) (string, error) {
	is, err := os.Stat(d.program)
	if err != nil {
		return "", err
	}
	if is.Size() > maxProgram {
		return "", fmt.Errorf("%s has %d bytes, more than %d", d.program, is.Size(), maxProgram)
	}
	if runtime.GOOS == "linux" {
		f, err := elf.Open(d.program)
		if err != nil {
			return "", err
		}
		defer f.Close()
		for _, p := range f.Progs {
			if p.Type == elf.PT_INTERP {
				return "", fmt.Errorf("%s is linked dynamically", d.program)
			}
		}
		if f.Section(".symtab") != nil || f.Section(".debug_info") != nil {
			return "", fmt.Errorf("%s is not stripped", d.program)
		}
	}
	said, err := output(ctx, d.program, "--version")
	if err != nil {
		return "", err
	}
	version := strings.TrimSpace(strings.TrimPrefix(said, "logbot version "))
	if version == "" || strings.Contains(version, "devel") || version == "unknown" {
		return "", fmt.Errorf("%s --version: %q names no version", d.program, said)
	}
	return fmt.Sprintf("%.1f MB, %s", float64(is.Size())/1e6, version), nil
}

// settingLine is how the help of serve begins a setting.
var settingLine = regexp.MustCompile(`(?m)^[ *+]+((?:LOGBOT|SLACK|HUAWEICLOUD|REDIS)_[A-Z_]+)\b`)

// settings are the names that the program knows.
func (d deployment) settings(ctx context.Context) (known map[string]bool, err error) {
	help, err := output(ctx, d.program, "serve", "--help")
	if err != nil {
		return nil, err
	}
	known = map[string]bool{}
	for _, found := range settingLine.FindAllStringSubmatch(help, -1) {
		known[found[1]] = true
	}
	if len(known) < 20 {
		return nil, fmt.Errorf("%s serve --help lists only %d settings", d.program, len(known))
	}
	return known, nil
}

// unknown returns an error that lists the names which are no settings. Names of the
// Go runtime and of proxies are everybody's.
func unknown(known map[string]bool, names []string, where string) error {
	var errs []error
	for _, name := range names {
		if !known[name] && !known[strings.TrimSuffix(name, "_FILE")] {
			errs = append(errs, fmt.Errorf("%s: the program has no setting %s", where, name))
		}
	}
	return errors.Join(errs...)
}

var assignment = regexp.MustCompile(`^#?([A-Z][A-Z0-9_]*)=`)

// checkExamples compares the names in the example of an environment and in the unit.
func (d deployment) checkExamples(ctx context.Context) (string, error) {
	known, err := d.settings(ctx)
	if err != nil {
		return "", err
	}
	total := 0
	for _, file := range []string{"logbot.env.example", "logbot.service"} {
		f, err := os.Open(filepath.Join(d.folder, file))
		if err != nil {
			return "", err
		}
		defer f.Close()
		var names []string
		for s := bufio.NewScanner(f); s.Scan(); {
			line := strings.TrimPrefix(s.Text(), "Environment=")
			if file == "logbot.service" && line == s.Text() {
				continue
			}
			if found := assignment.FindStringSubmatch(line); found != nil {
				names = append(names, found[1])
			}
		}
		if len(names) == 0 {
			return "", fmt.Errorf("%s sets nothing", file)
		}
		if err := unknown(known, names, file); err != nil {
			return "", err
		}
		total += len(names)
	}
	return fmt.Sprintf("%d names, of %d that the program knows", total, len(known)), nil
}

// policy is an identity policy of Huawei Cloud IAM, version 5.
type policy struct {
	Version   string
	Statement []struct {
		Effect   string
		Action   []string
		Resource []string `json:",omitempty"`
	}
}

func (d deployment) checkPolicy(context.Context) (string, error) {
	f, err := os.Open(filepath.Join(d.folder, "iam-policy.json"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	var p policy
	decoder := json.NewDecoder(f)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return "", err
	}
	if p.Version != "5.0" || len(p.Statement) == 0 {
		return "", fmt.Errorf("version %q with %d statements; expected 5.0 with one or more", p.Version, len(p.Statement))
	}
	var actions []string
	form := regexp.MustCompile(`^codearts[a-z]*:[a-z]+:(get|list)[A-Za-z]*$`)
	for _, s := range p.Statement {
		for _, a := range s.Action {
			if s.Effect != "Allow" || !form.MatchString(a) {
				return "", fmt.Errorf("%s %s: only reading is expected", s.Effect, a)
			}
			actions = append(actions, a)
		}
	}
	return strings.Join(actions, ", "), nil
}
