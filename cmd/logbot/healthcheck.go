package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logbot/cmd/logbot/config"
)

const (
	// healthWithin is how long a bot may take to say how it is; it waits for nothing.
	healthWithin = 2 * time.Second
	// maxHealth bounds what is printed of the answer, in bytes.
	maxHealth = 4 << 10
)

func newHealthcheckCommand(getenv func(string) string) *cobra.Command {
	var ready bool
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the bot on this machine whether it lives, for containers without a shell",
		Long: "Asks the bot that serves LOGBOT_LISTEN on this machine whether it lives, and prints what it says.\n" +
			"The status is 0 if it does, else 1. HEALTHCHECK of a container image runs it.",
		Example: "  LOGBOT_LISTEN=:8080 logbot healthcheck --ready",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _ := config.Load(getenv) // whatever else is wrong is the bot's to say
			if c.Listen == "" {
				return errors.New("LOGBOT_LISTEN is not set, so the bot does not tell how it is; set it to the same value for both, such as :8080")
			}
			path := "/healthz"
			if ready {
				path = "/readyz"
			}
			return askHealth(cmd.Context(), onThisMachine(c.Listen), path, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&ready, "ready", false, "ask whether it can take and answer commands, not only whether it lives")
	return cmd
}

// onThisMachine is where a server that listens at an address can be reached from the
// same machine: on loopback if it listens on all interfaces.
func onThisMachine(listens string) string {
	host, port, err := net.SplitHostPort(listens)
	if err != nil {
		return listens // the request will say what is wrong
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// askHealth prints the answer. The error says that there is none, or a bad one.
func askHealth(ctx context.Context, address, path string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return fmt.Errorf("LOGBOT_LISTEN: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // without a proxy
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("ask the bot how it is: %w", err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxHealth))
	text := strings.TrimSpace(string(said))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s%s: %s: %s", address, path, answer.Status, text)
	}
	if err == nil {
		_, err = fmt.Fprintln(out, text)
	}
	return err
}
