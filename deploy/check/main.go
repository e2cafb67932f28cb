// Command check looks at everything in deploy that can be looked at without a cluster
// and a container engine: the program, the chart, the compose file, the unit, the image
// and the rules of alerts. It prints a line for each check and exits with 1 if one
// failed; what it could not check it says.
//
// It is a module of its own, so that its dependencies are not the program's.
// `make deploy-check` runs it from the top of the repository.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// check is one thing to look at. Its function returns what was found in a few words.
type check struct {
	name string
	run  func(context.Context) (found string, err error)
}

// unchecked is the error of a check that could not be made here, and why.
type unchecked string

func (u unchecked) Error() string { return string(u) }

func main() {
	var d deployment
	flag.StringVar(&d.program, "program", "bin/logbot", "the program, as make build leaves it")
	flag.StringVar(&d.root, "root", "bin/root", "the files of the image, as make image-root leaves them")
	flag.StringVar(&d.folder, "deploy", "deploy", "the folder with the files to deploy")
	flag.StringVar(&d.helm, "helm", "helm", "how Helm is run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(report(ctx, d.checks()))
}

// deployment is what is checked: paths from the top of the repository.
type deployment struct{ program, root, folder, helm string }

func (d deployment) checks() []check {
	return []check{
		{"program: static and small", d.checkProgram},
		{"examples: only settings that exist", d.checkExamples},
		{"IAM policy", d.checkPolicy},
		{"chart: lint", d.checkLint},
		{"chart: renders, strictly decoded", d.checkChart},
		{"chart: wrong values are refused", d.checkWrongValues},
		{"compose file", d.checkCompose},
		{"unit: systemd-analyze verify", d.checkUnit},
		{"unit: systemd-analyze security", d.checkHardening},
		{"image: builds", d.checkBuild},
		{"image: answers, read-only and without root", d.checkImage},
		{"alert rules", d.checkRules},
	}
}

// report makes the checks, one after the other, and returns the exit status.
func report(ctx context.Context, checks []check) (status int) {
	failed, skipped := 0, 0
	for _, c := range checks {
		began := time.Now()
		found, err := c.run(ctx)
		var why unchecked
		switch {
		case errors.As(err, &why):
			skipped++
			fmt.Printf("not checked  %s: %s\n", c.name, why)
		case err != nil:
			failed++
			fmt.Printf("FAILED       %s: %s\n", c.name, strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "\n             "))
		default:
			fmt.Printf("ok           %s: %s (%v)\n", c.name, found, time.Since(began).Round(10*time.Millisecond))
		}
	}
	fmt.Printf("%d checks: %d ok, %d failed, %d not checked\n", len(checks), len(checks)-failed-skipped, failed, skipped)
	if failed > 0 {
		return 1
	}
	return 0
}

// output runs a command and returns what it printed. An error has that, too.
func output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return "", unchecked(name + " is not installed")
	}
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}
