package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logbot/bot/slacksim"
	"logbot/logsapi/codeartsim"
)

func newSimCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "sim", Short: "Run a simulator alone, for tests by others"}
	cmd.AddCommand(newSimCodeartsCommand(), newSimSlackCommand())
	return cmd
}

func newSimCodeartsCommand() *cobra.Command {
	var listen, folder string
	var faults []string
	var c codeartsim.Config
	var known strings.Builder
	for _, f := range codeartsim.Faults() {
		name := string(f.Fault)
		if f.Takes != "" {
			name += "[=" + f.Takes + "]"
		}
		fmt.Fprintf(&known, "\n  %-28s %s", name, f.Does)
	}
	cmd := &cobra.Command{
		Use:   "codearts",
		Short: "A CodeArts on localhost",
		Long:  "Serves the endpoints of CodeArts Build, CodeArts Check and IAM from a folder of builds.\n\nFaults, each also for one endpoint only (FAULT@ENDPOINT):" + known.String(),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.FS, c.Recent = codeartsim.Demo(), true
			if folder != "" {
				c.FS, c.Recent = os.DirFS(folder), false
			}
			for _, text := range faults {
				f, err := codeartsim.ParseFault(text)
				if err != nil {
					return err
				}
				c.Faults = append(c.Faults, f)
			}
			return serveCodearts(cmd.Context(), c, listen, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:0", "address to listen on")
	flags.StringVar(&folder, "folder", "", "folder of builds; the demo's when left out")
	flags.StringVar(&c.AccessKey, "ak", "", "access key that may sign; with --sk")
	flags.StringVar(&c.SecretKey, "sk", "", "its secret key")
	flags.StringVar(&c.SecurityToken, "security-token", "", "security token that makes the key a temporary one")
	flags.StringVar(&c.IAM.User, "iam-user", "", "IAM user who may ask for tokens; with --iam-password, --iam-domain and --iam-project")
	flags.StringVar(&c.IAM.Password, "iam-password", "", "the user's password")
	flags.StringVar(&c.IAM.Domain, "iam-domain", "", "the account the user belongs to")
	flags.StringVar(&c.IAM.Project, "iam-project", "", "the IAM project that tokens are for: the name of a region")
	flags.StringVar(&c.Token, "token", "", "accepted X-Auth-Token; everybody is let in without key and token")
	flags.StringArrayVar(&faults, "fault", nil, "something to do wrong (repeatable)")
	return cmd
}

func serveCodearts(ctx context.Context, c codeartsim.Config, listen string, out io.Writer) error {
	sim, err := codeartsim.New(c)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen for CodeArts: %w", err)
	}
	address := "http://" + l.Addr().String()
	fmt.Fprintf(out, "export LOGBOT_BUILD_URL=%[1]s LOGBOT_CHECK_URL=%[1]s LOGBOT_IAM_URL=%[1]s\n", address)
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve CodeArts: %w", err)
	}
	return nil
}

func newSimSlackCommand() *cobra.Command {
	var listen, certificate, key string
	var limits bool
	var faults []string
	var known strings.Builder
	for _, f := range slacksim.Faults() {
		fmt.Fprintf(&known, "\n  %-22s %s", f.Name, f.Does)
	}
	cmd := &cobra.Command{
		Use:   "slack",
		Short: "A Slack on localhost",
		Long:  "Serves a Slack workspace for a socket mode app. Lines on standard input are typed into its first channel.\n\nFaults, each NAME[@METHOD][:N] for every N-th time, or NAME[@METHOD]:P% by chance; METHOD goes with calls:" + known.String(),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			var c slacksim.Config
			for _, text := range faults {
				f, err := slacksim.ParseFault(text)
				if err != nil {
					return err
				}
				c.Faults = append(c.Faults, f)
			}
			if limits {
				c.PostBurst, c.PostsPerMinute, c.RateTiers = 3, 300, true
			}
			if c.TLS, err = serverTLS(certificate, key); err != nil {
				return err
			}
			if c.Listener, err = net.Listen("tcp", listen); err != nil {
				return fmt.Errorf("listen for Slack: %w", err)
			}
			return serveSlack(cmd.Context(), slacksim.New(c), cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "address to listen on")
	cmd.Flags().StringVar(&certificate, "tls-cert", "", "serve https and wss with the certificate in this PEM file; with --tls-key")
	cmd.Flags().StringVar(&key, "tls-key", "", "PEM file of its private key")
	cmd.Flags().BoolVar(&limits, "rate-limits", false, "hold the app to Slack's rate limits: 1 message a second and channel (3 at once), 300 a minute in all, the tier of each method")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "something to do wrong (repeatable)")
	return cmd
}

// serverTLS reads a certificate; nil without one.
func serverTLS(certificate, key string) (*tls.Config, error) {
	switch {
	case certificate == "" && key == "":
		return nil, nil
	case certificate == "" || key == "":
		return nil, errors.New("--tls-cert and --tls-key are wanted both")
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("read --tls-cert and --tls-key: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// serveSlack types the lines of stdin into the first channel and prints what
// its first user sees, until ctx ends.
func serveSlack(ctx context.Context, s *slacksim.Server, stdin io.Reader, out io.Writer) (err error) {
	if err := s.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	fmt.Fprintf(out, "export SLACK_API_URL=%s SLACK_BOT_TOKEN=%s SLACK_APP_TOKEN=%s\n", s.APIURL(), s.BotToken(), s.AppToken())
	fmt.Fprintf(out, "# its page: %s/\n", s.URL())
	channel, user := s.Channels()[0].ID, s.Users()[0].ID
	transcript := s.Transcript(channel, user)
	typed := scan(stdin)
	for {
		fmt.Fprint(out, transcript.Next())
		select {
		case <-ctx.Done():
			return nil
		case <-s.Changed():
		case line, more := <-typed:
			if !more {
				typed = nil // end of input: keep serving
				continue
			}
			command, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			if _, err := s.Slash(ctx, slacksim.SlashCommand{Channel: channel, User: user, Command: command, Text: text}); err != nil {
				fmt.Fprintln(out, err)
			}
		}
	}
}
