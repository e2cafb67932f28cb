package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"logbot/cache/pagestore"
	"logbot/cmd/logbot/config"
	"logbot/commands/find"
	"logbot/logsapi"
)

// pageStore is a page store as an operator sees it.
type pageStore interface {
	pagestore.Store
	Usage(ctx context.Context) (pagestore.Usage, error)
	Purge(ctx context.Context, c pagestore.Selection) (int64, error)
}

func newCacheCommand(getenv func(string) string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Look at the kept log pages, or remove some",
		Long: "Works on the page stores that the environment describes: the Redis of REDIS_URL or\n" +
			"LOGBOT_CACHE_REDIS_URL, and the file in LOGBOT_DATA. The file is for one process: stop\n" +
			"the bot first.",
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "stats",
			Short: "Say what is kept",
			Args:  cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return eachPageStore(cmd, getenv, func(ctx context.Context, name string, s pageStore) error {
					return printUsage(ctx, cmd.OutOrStdout(), name, s)
				})
			},
		},
		&cobra.Command{
			Use:   "purge TASK [BUILD]",
			Short: "Remove the pages of a task, of one of its builds, or of a check run",
			Long: "Removes the kept pages of a task or check run, named by its id or by an alias of the file\n" +
				"that LOGBOT_CONFIG names, from every store. A bot that runs still has some in memory, for ten\n" +
				"minutes or, where it fetched them itself, for longer; restart it if they must be gone.",
			Args: purgeArgs,
			RunE: func(cmd *cobra.Command, args []string) error {
				c, err := config.Load(getenv)
				if err != nil {
					return err
				}
				choice, err := chosen(c.Aliases, args)
				if err != nil {
					return err
				}
				return eachPageStore(cmd, getenv, func(ctx context.Context, name string, s pageStore) error {
					n, err := s.Purge(ctx, choice)
					if err == nil {
						fmt.Fprintf(cmd.OutOrStdout(), "%s: %s removed\n", name, counted(n, "page"))
					}
					return err
				})
			},
		},
		&cobra.Command{
			Use:   "compact",
			Short: "Make the file in LOGBOT_DATA as small as what it holds",
			Args:  cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return compactFile(cmd, getenv)
			},
		},
	)
	return cmd
}

func purgeArgs(_ *cobra.Command, args []string) error {
	if len(args) == 1 || len(args) == 2 {
		return nil
	}
	return errors.New("expected a task and perhaps a build: logbot cache purge TASK [BUILD]")
}

// chosen parses the arguments of purge.
func chosen(names find.Aliases, args []string) (pagestore.Selection, error) {
	var c pagestore.Selection
	word := args[0]
	switch id, ok := names.TaskID(word); {
	case ok:
		c.ID = id
	case logsapi.IsTaskID(word):
		c.ID = word
	default:
		if c.ID, ok = names.CheckID(word); !ok {
			return c, fmt.Errorf("%q is neither an id of 32 hex digits nor an alias of the file that LOGBOT_CONFIG names", word)
		}
	}
	c.ID = strings.ToLower(c.ID)
	if len(args) == 1 {
		return c, nil
	}
	build, err := strconv.ParseInt(strings.TrimPrefix(args[1], "#"), 10, 64)
	if err != nil || build < 1 {
		return c, fmt.Errorf("%q is not a build; expected a number such as 128, or nothing for all builds of the task", args[1])
	}
	c.Build = build
	return c, nil
}

// eachPageStore calls do with every page store there is. Its error tells what
// went wrong with any of them.
func eachPageStore(cmd *cobra.Command, getenv func(string) string, do func(context.Context, string, pageStore) error) error {
	c, err := config.Load(getenv)
	if err != nil {
		return err
	}
	setting, address := c.PagesRedis()
	path := c.PagesFile()
	var wrong []error
	served := false
	serve := func(name string, s pageStore, err error) {
		served = true
		if err == nil {
			err = errors.Join(do(cmd.Context(), name, s), s.Close())
		}
		wrong = append(wrong, err)
	}
	if address != "" {
		s, err := pagestore.OpenRedis(cmd.Context(), address, nil)
		if err != nil {
			serve(setting, nil, fmt.Errorf("%s: %w", setting, err))
		} else {
			serve(s.String(), s, nil)
		}
	}
	// A missing file is not created.
	if _, err := os.Stat(path); path != "" && err == nil {
		s, err := pagestore.OpenFile(path, 0, nil)
		serve(path, s, inUse(err))
	}
	if !served {
		return errors.New("no page store: set REDIS_URL or LOGBOT_CACHE_REDIS_URL, or LOGBOT_DATA to the folder of one; without them pages live in the memory of the bot alone")
	}
	return errors.Join(wrong...)
}

// inUse adds to an error what to do about a file that another process uses.
func inUse(err error) error {
	if errors.Is(err, pagestore.ErrLocked) {
		return fmt.Errorf("%w: stop the bot that runs on LOGBOT_DATA, then type this again", err)
	}
	return err
}

func compactFile(cmd *cobra.Command, getenv func(string) string) error {
	c, err := config.Load(getenv)
	if err != nil {
		return err
	}
	path := c.PagesFile()
	if path == "" {
		return errors.New("nothing to compact: LOGBOT_DATA is not set, and Redis needs no such thing")
	}
	before, after, err := pagestore.Compact(path, nil)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("nothing to compact: there is no %s", path)
	case err != nil:
		return inUse(err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s before, %s now\n", path, inMiB(before), inMiB(after))
	return nil
}

func printUsage(ctx context.Context, to io.Writer, name string, s pageStore) error {
	used, err := s.Usage(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "%s\n  %s of %s, %s", name, counted(used.Pages, "page"), counted(used.Builds, "build"), inMiB(used.Bytes))
	if used.Limit > 0 {
		fmt.Fprintf(to, " of at most %s", inMiB(used.Limit))
	}
	fmt.Fprintln(to)
	if is, err := os.Stat(name); err == nil {
		fmt.Fprintf(to, "  the file takes %s\n", inMiB(is.Size()))
	}
	for _, s := range used.Servers {
		limit := "not bounded"
		if s.Max > 0 {
			limit = fmt.Sprintf("of at most %s, %s", inMiB(s.Max), s.Policy)
		}
		fmt.Fprintf(to, "  %s: %s of memory (%s), %s evicted", s.Addr, inMiB(s.Used), limit, counted(s.Evicted, "key"))
		if reads := s.Hits + s.Misses; reads > 0 {
			fmt.Fprintf(to, ", %d %% of %s found what they looked for", s.Hits*100/reads, counted(reads, "read"))
		}
		fmt.Fprintln(to)
	}
	return nil
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(n, 10) + " " + noun + "s"
}

func inMiB(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
