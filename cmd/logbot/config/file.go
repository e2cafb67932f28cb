package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/find"
)

// file is the form of the file that LOGBOT_CONFIG names.
type file struct {
	Aliases map[string]string `yaml:"aliases"` // alias -> task id
	Checks  map[string]string `yaml:"checks"`  // alias -> check run id
	Access  []access.Rule     `yaml:"access"`
	Admins  []string          `yaml:"admins"`  // user ids of those who may remove the bot's answers to others
	Excerpt yaml.Node         `yaml:"excerpt"` // rules in the form of commands/excerpt/rules.txt
}

// readFile reads the file that LOGBOT_CONFIG names, if it names one.
func (c *Config) readFile() error {
	if c.path == "" {
		return nil
	}
	content, err := os.ReadFile(c.path)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(&c.file); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	c.Aliases = find.Aliases{Tasks: c.file.Aliases, Checks: c.file.Checks}
	if err := c.Aliases.Validate(commands.Verbs()); err != nil {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	if c.Rules, err = c.file.rules(); err != nil {
		return fmt.Errorf("%s: excerpt: %w", c.path, err)
	}
	return nil
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

// Policy returns who may read what. It is an error if nobody may.
func (c *Config) Policy() (*access.Policy, error) {
	p, err := c.readers()
	if err != nil {
		return nil, err
	}
	if p, err = p.WithAdmins(c.file.Admins...); err != nil {
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	return p, nil
}

func (c *Config) readers() (*access.Policy, error) {
	switch {
	case c.open && len(c.file.Access) == 0:
		return access.Open(), nil
	case len(c.file.Access) == 0:
		return nil, errors.New("nobody may read anything yet: list channels, users and tasks under \"access\" in the file that LOGBOT_CONFIG names, or set LOGBOT_OPEN=true to let everyone read everything")
	}
	p, err := access.New(c.file.Access)
	if err == nil {
		err = c.Aliases.CheckRules(c.file.Access)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	if c.open { // wrong rules are an error all the same: one day they will apply
		return access.Open(), nil
	}
	return p, nil
}
