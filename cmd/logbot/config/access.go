package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/typed"
)

// placeRules notes in which line each rule stands, and reports the lists in rules that
// have a key and nothing behind it. Such a list does not reach the rule: it would mean the
// same as none, and so open what it was to close.
func (f *file) placeRules(content []byte) error {
	var written struct {
		Access []yaml.Node `yaml:"access"`
	}
	if err := yaml.Unmarshal(content, &written); err != nil {
		return err
	}
	var wrong []error
	for i, rule := range written.Access {
		for rule.Kind == yaml.AliasNode {
			rule = *rule.Alias
		}
		if i < len(f.Access) {
			f.Access[i].Place = fmt.Sprintf("line %d", rule.Line)
		}
		for at := 0; at+1 < len(rule.Content); at += 2 {
			key, value := rule.Content[at], rule.Content[at+1]
			if value.ShortTag() == "!!null" {
				wrong = append(wrong, fmt.Errorf("line %d: access rule %d: %w", key.Line, i+1, access.EmptyList(key.Value)))
			}
		}
	}
	return errors.Join(wrong...)
}

// Path is the file that LOGBOT_CONFIG names; empty for none.
func (c *Config) Path() string { return c.path }

// Policy returns who may read what. It is an error if nobody may, and if a rule names
// what does not exist, as far as the settings tell.
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
	case c.open && len(c.file.Access) > 0:
		return nil, fmt.Errorf("LOGBOT_OPEN lets every member read everything, so the rules under \"access\" in %s would have no effect; leave LOGBOT_OPEN out, or the rules. To open everything beside rules for guests or other channels, write a rule with channels: [\"*\"] and tasks: [\"*\"]", c.path)
	case c.open:
		return access.Open(), nil
	case len(c.file.Access) == 0:
		return nil, errors.New("nobody may read anything yet: list channels, users and tasks under \"access\" in the file that LOGBOT_CONFIG names, or set LOGBOT_OPEN=true to let everyone read everything")
	}
	p, err := access.New(c.file.Access)
	err = errors.Join(err, c.Aliases.CheckRules(c.file.Access), c.checkVerbs(), c.checkProjects())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	return p, nil
}

// checkVerbs reports the names in rules that are not those of commands.
func (c *Config) checkVerbs() error {
	known := commands.VerbNames()
	var wrong []error
	for i, r := range c.file.Access {
		for _, verb := range r.Verbs {
			if slices.Contains(known, verb) {
				continue
			}
			says := "expected one of " + strings.Join(known, ", ")
			if near := typed.Nearest(strings.ToLower(verb), known); near != "" {
				says = fmt.Sprintf("did you mean %q?", near)
			}
			wrong = append(wrong, fmt.Errorf("access rule %d: verbs: there is no command %q; %s", i+1, verb, says))
		}
	}
	return errors.Join(wrong...)
}

// checkProjects reports the projects in rules whose tasks logbot does not list, so that
// it cannot know what belongs to them.
func (c *Config) checkProjects() error {
	var wrong []error
	for i, r := range c.file.Access {
		for _, id := range r.Projects {
			if !slices.Contains(c.Projects, strings.ToLower(id)) {
				wrong = append(wrong, fmt.Errorf("access rule %d: projects: %q is not among LOGBOT_PROJECTS, so logbot does not know its tasks; add it there, or take it away here", i+1, id))
			}
		}
	}
	return errors.Join(wrong...)
}
