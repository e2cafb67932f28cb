package config

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is something wrong with one setting.
type Problem struct {
	Setting string // its name
	Source  string // where its value is from: "the environment", or the path of a file; empty if it is not set
	Says    string // what is wrong
	Fix     string // what to set instead, with an example; may be empty
	Warning bool   // logbot works nevertheless
}

// Error is the problem in one line.
func (p Problem) Error() string {
	line := p.Setting + ": " + p.What()
	if p.Fix != "" {
		line += "; " + p.Fix
	}
	return line
}

// What is what is wrong, and where the value is from.
func (p Problem) What() string {
	if p.Source == "" {
		return p.Says
	}
	return p.Says + " (from " + p.Source + ")"
}

// Problems are all that is wrong with the settings, as one error.
type Problems []Problem

// Error has a line for each problem; if it is one, it is that line.
func (ps Problems) Error() string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, p.Error())
	}
	if len(lines) == 1 {
		return lines[0]
	}
	return fmt.Sprintf("%d settings are wrong:\n  %s", len(lines), strings.Join(lines, "\n  "))
}

// errors returns those problems that are not warnings; nil if there are none.
func (ps Problems) errors() error {
	var wrong Problems
	for _, p := range ps {
		if !p.Warning {
			wrong = append(wrong, p)
		}
	}
	if wrong == nil {
		return nil
	}
	return wrong
}

// each calls do with every error that err joins.
func each(err error, do func(error)) {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.As(err, &joined) && err.Error() == errors.Join(joined.Unwrap()...).Error():
		for _, e := range joined.Unwrap() {
			each(e, do)
		}
	default:
		do(err)
	}
}
