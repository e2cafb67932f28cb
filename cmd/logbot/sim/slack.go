package sim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"logbot/bot"
	"logbot/bot/slacksim"
)

func newSlackCommand() *cobra.Command {
	var listen, certificate, key string
	var limits, strict, mixed bool
	var faults, without []string
	var known strings.Builder
	for _, f := range slacksim.Faults() {
		fmt.Fprintf(&known, "\n  %-22s %s", f.Name, f.Does)
	}
	cmd := &cobra.Command{
		Use:   "slack",
		Short: "A Slack on localhost",
		Long:  "Serves a Slack workspace for a socket mode app. Lines on standard input are typed into its first channel.\n\nFaults, each NAME[@METHOD][:N] for every N-th time, or NAME[@METHOD]:P% by chance; METHOD goes with calls, and #CHANNEL after it limits the fault to calls about that channel:" + known.String(),
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
			if c.Scopes, err = scopesWithout(without); err != nil {
				return err
			}
			if limits {
				c.PostBurst, c.PostsPerMinute, c.RateTiers = 3, 300, true
			}
			c.StrictContainers = strict
			if mixed {
				addVisitors(&c)
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
	cmd.Flags().BoolVar(&strict, "strict-containers", false, "refuse rich_text inside a container as invalid_blocks, which the documentation allows")
	cmd.Flags().BoolVar(&mixed, "visitors", false, "also a guest (gus), a person of another workspace (eve), #partners that is shared with that workspace, and a group message")
	cmd.Flags().StringArrayVar(&without, "without-scope", nil, "a scope of logbot's manifest that the app was not granted, such as files:write (repeatable)")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "something to do wrong (repeatable)")
	return cmd
}

// scopesWithout are the scopes of the manifest without some.
func scopesWithout(without []string) (granted []string, err error) {
	granted = bot.ScopeNames()
	for _, name := range without {
		i := slices.Index(granted, name)
		if i < 0 {
			return nil, fmt.Errorf("--without-scope %s: the app has only %s", name, strings.Join(granted, ", "))
		}
		granted = slices.Delete(granted, i, i+1)
	}
	return granted, nil
}

// addVisitors sets people and channels: members of the workspace, a guest, and a
// person of another one. The app is in each channel.
func addVisitors(c *slacksim.Config) {
	c.Users = []slacksim.User{
		{ID: "U0ANN00001", Name: "ann"}, {ID: "U0BOB00001", Name: "bob"}, {ID: "U0MEI00001", Name: "mei", Locale: "zh-CN"},
		{ID: "U0GUS00001", Name: "gus", Guest: true}, {ID: "U0EVE00001", Name: "eve", Team: "T0OTHER001"},
	}
	members := []string{"U0ANN00001", "U0BOB00001", "U0MEI00001", "U0GUS00001"}
	c.Channels = []slacksim.Channel{
		{ID: "C0BUILDS01", Name: "builds", Members: members, Bot: true},
		{ID: "C0PARTNER1", Name: "partners", Members: append(members, "U0EVE00001"), Bot: true, Shared: true},
		{ID: "G0GROUP001", Name: "ann, bob, mei", Members: members[:3], Private: true, Group: true, Bot: true},
	}
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
	typed := Lines(stdin)
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
