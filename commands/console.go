package commands

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// What a template of addresses may name.
var consoleParts = []string{"{project}", "{task}", "{build}"}

// CheckConsole reports what is wrong with a template of the addresses of builds,
// as Options take it.
func CheckConsole(template string) error {
	filled := template
	for _, part := range consoleParts {
		filled = strings.ReplaceAll(filled, part, "1")
	}
	u, err := url.Parse(filled)
	switch {
	case template == "":
		return nil
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return fmt.Errorf("%q is not a web address", template)
	case strings.ContainsAny(filled, "{}"):
		return fmt.Errorf("%q: only %s are filled in", template, strings.Join(consoleParts, ", "))
	case !strings.Contains(template, "{task}"):
		return errors.New("{task} is missing in it")
	}
	return nil
}
