package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logbot/logsapi/codeartsim"
)

func newCodeArtsCommand() *cobra.Command {
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
			return serveCodeArts(cmd.Context(), c, listen, cmd.OutOrStdout())
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

func serveCodeArts(ctx context.Context, c codeartsim.Config, listen string, out io.Writer) error {
	sim, err := codeartsim.New(c)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen for CodeArts: %w", err)
	}
	address := "http://" + l.Addr().String()
	fmt.Fprintf(out, "export LOGBOT_BUILD_URL=%[1]s LOGBOT_CHECK_URL=%[1]s LOGBOT_PIPELINE_URL=%[1]s LOGBOT_IAM_URL=%[1]s\n", address)
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve CodeArts: %w", err)
	}
	return nil
}
