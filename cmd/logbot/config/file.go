package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/find"
	"logbot/commands/redact"
)

// file is the form of the file that LOGBOT_CONFIG names.
type file struct {
	Aliases map[string]string `yaml:"aliases"` // alias -> task id
	Checks  map[string]string `yaml:"checks"`  // alias -> check run id
	Access  []access.Rule     `yaml:"access"`
	People  map[string]string `yaml:"people"`  // name of an executor in CodeArts -> user id in Slack
	Admins  []string          `yaml:"admins"`  // user ids of those who may remove the bot's answers to others
	Excerpt yaml.Node         `yaml:"excerpt"` // rules in the form of commands/excerpt/rules.txt
	Mask    mask              `yaml:"mask"`
}

// mask is what is masked besides what logbot knows, and what is not.
type mask struct {
	Expressions []string `yaml:"expressions"`
	Values      []string `yaml:"values"`
	Files       []string `yaml:"files"` // of values, one a line; relative to the file
	Exceptions  []string `yaml:"exceptions"`
}

// readFile reads the file that LOGBOT_CONFIG names, if it names one. The error joins
// all that is wrong with it.
func (c *Config) readFile() error {
	if c.path == "" {
		return nil
	}
	content, err := os.ReadFile(c.path)
	if err != nil {
		return err
	}
	wrong := []error{c.file.decode(content), c.file.placeRules(content)}
	c.Aliases = find.Aliases{Tasks: c.file.Aliases, Checks: c.file.Checks}
	c.People = c.file.People
	wrong = append(wrong, c.Aliases.Validate(commands.VerbNames()), checkPeople(c.People))
	if c.Rules, err = c.file.rules(); err != nil {
		wrong = append(wrong, fmt.Errorf("excerpt: %w", err))
	}
	if c.extra, err = c.file.Mask.read(filepath.Dir(c.path)); err != nil {
		wrong = append(wrong, fmt.Errorf("mask: %w", err))
	}
	return errors.Join(wrong...)
}

// read returns what the file adds to the gate, checked. An error leaves out what is
// wrong alone.
func (m *mask) read(dir string) (redact.Extra, error) {
	extra := redact.Extra{Values: m.Values}
	var wrong []error
	for _, name := range m.Files {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		content, err := os.ReadFile(name)
		if err != nil {
			wrong = append(wrong, err)
		}
		extra.Values = append(extra.Values, strings.Split(string(content), "\n")...)
	}
	for _, e := range m.Expressions {
		if err := redact.CheckExpression(e); err != nil {
			wrong = append(wrong, err)
			continue
		}
		extra.Expressions = append(extra.Expressions, e)
	}
	for _, e := range m.Exceptions {
		if err := redact.CheckException(e); err != nil {
			wrong = append(wrong, err)
			continue
		}
		extra.Exceptions = append(extra.Exceptions, e)
	}
	return extra, errors.Join(wrong...)
}

// Gate returns what masks secrets: the values of settings and what the file adds.
func (c *Config) Gate() *redact.Gate {
	if c.gate == nil { // not loaded: no settings, no values
		return redact.New()
	}
	return c.gate
}

// buildGate makes the gate once every setting has been read.
func (c *Config) buildGate() {
	var err error
	if c.gate, err = redact.NewWith(c.extra, c.secrets...); err != nil { // read checked it
		c.gate = redact.New(c.secrets...)
	}
}

// rules returns the embedded rules and those of the file; nil if it has none. As
// many empty lines before the rules as the file has make the lines in errors those
// of the file.
func (f *file) rules() (*excerpt.Rules, error) {
	if f.Excerpt.IsZero() {
		return nil, nil
	}
	if f.Excerpt.Kind != yaml.ScalarNode || f.Excerpt.Style != yaml.LiteralStyle {
		return nil, fmt.Errorf("line %d: expected the rules as a text behind \"excerpt: |\"", f.Excerpt.Line)
	}
	return excerpt.Embedded().With(strings.NewReader(strings.Repeat("\n", f.Excerpt.Line) + f.Excerpt.Value))
}
