package config

import (
	"fmt"
	"strings"
)

// Help returns the table of all settings, by what they are about.
func Help() string {
	var b strings.Builder
	b.WriteString("Settings come from the environment. * is required; of those with + one way is.\n")
	for _, g := range new(Config).groups() {
		fmt.Fprintf(&b, "\n%s:\n", g.title)
		for _, s := range g.settings {
			need := s.need
			if need == "" {
				need = optional
			}
			fmt.Fprintf(&b, "%s %-31s %s", need, s.name, s.does)
			if s.fallback != "" {
				fmt.Fprintf(&b, " (default %s)", s.fallback)
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString("\nSecrets may also come from a file: SLACK_BOT_TOKEN_FILE=/run/secrets/slack and so on.\n")
	b.WriteString("HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honoured.")
	return b.String()
}
