package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"logbot/cmd/logbot/config"
	"logbot/commands/excerpt"
	"logbot/commands/failure"
	"logbot/commands/failure/kind"
	"logbot/commands/redact"
	"logbot/commands/testlog"
)

// excerptOptions are the flags of "logbot excerpt".
type excerptOptions struct {
	excerpt.Options
	fromEnd bool
	page    int // lines in a page, with fromEnd
	json    bool
	reason  bool
	key     bool
	tests   *testlog.Collector // reads along, with key or json
	end     kind.End           // reads along, with json
	ranker  string             // file with a ranker to use instead of the embedded one
	gate    *redact.Gate
	green   string // file of the last log that succeeded
}

// maxPageBytes bounds a page read from the end of a file with long lines.
const maxPageBytes = 4 << 20

func newExcerptCommand(getenv func(string) string) *cobra.Command {
	var o excerptOptions
	cmd := &cobra.Command{
		Use:   "excerpt [FILE]",
		Short: "Print the lines of a log that explain its failure",
		Long: `Reads a log from FILE or standard input and prints its excerpt, one "NUMBER: text" a line.
Numbers count from 1 at the start; where only the end was read, from -1 at the end.
Rules in the file that LOGBOT_CONFIG names are used, too.`,
		Example: examples("logbot excerpt build.log", "kubectl logs job/build | logbot excerpt -n 40", "logbot excerpt --reason build.log"),
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := config.Load(getenv)
			if err != nil {
				return err
			}
			o.Rules, o.gate = c.Rules, c.Gate()
			if err := o.readGreen(); err != nil {
				return err
			}
			if err := o.readRanker(); err != nil {
				return err
			}
			if o.key || o.json {
				o.tests = testlog.New(nil)
			}
			if o.reason && !cmd.Flags().Changed("lines") {
				o.Lines = 1
			}
			from, done, err := openLog(cmd, args)
			if err != nil {
				return err
			}
			defer done()
			found, pages, err := o.find(from)
			if err != nil {
				return fmt.Errorf("read the log: %w", err)
			}
			if o.key {
				return o.printKey(cmd, found)
			}
			return o.print(cmd, found, pages)
		},
	}
	flags := cmd.Flags()
	flags.IntVarP(&o.Lines, "lines", "n", excerpt.DefaultLines, "lines at most")
	flags.IntVar(&o.Chars, "chars", excerpt.DefaultChars, "characters at most")
	flags.BoolVar(&o.fromEnd, "from-end", false, "read pages from the end until sure, as /logs fail does")
	flags.IntVar(&o.page, "page", 1000, "lines of a page, with --from-end")
	flags.BoolVar(&o.json, "json", false, "print the whole answer as JSON")
	flags.BoolVar(&o.Explain, "explain", false, "print before each line the rule that judged it, and behind it the features that decided")
	flags.BoolVar(&o.reason, "reason", false, "print only the line that says why; with -n 3 up to three, the likeliest first")
	flags.BoolVar(&o.key, "key", false, "print only the key of the failure, a tab and what it stands for; - if it has none")
	flags.StringVar(&o.green, "green", "", "`FILE` with the last log of the same task that succeeded; lines it has too count less")
	flags.StringVar(&o.ranker, "ranker", "", "`FILE` with a ranker, to measure one")
	_ = flags.MarkHidden("ranker") // it exists
	return cmd
}

func openLog(cmd *cobra.Command, args []string) (from io.Reader, done func() error, err error) {
	if len(args) == 0 {
		sayIfTyped(cmd.InOrStdin(), cmd.ErrOrStderr())
		return cmd.InOrStdin(), func() error { return nil }, nil
	}
	f, err := os.Open(args[0])
	if err != nil {
		return nil, nil, fmt.Errorf("read the log: %w", err)
	}
	return f, f.Close, nil
}

func (o *excerptOptions) readGreen() error {
	if o.green == "" {
		return nil
	}
	f, err := os.Open(o.green)
	if err != nil {
		return fmt.Errorf("read the green log: %w", err)
	}
	defer f.Close()
	o.Green = &excerpt.Seen{}
	if _, err := io.Copy(o.Green, o.gate.Reader(f)); err != nil {
		return fmt.Errorf("read the green log: %w", err)
	}
	return o.Green.Close()
}

func (o *excerptOptions) readRanker() error {
	if o.ranker == "" {
		return nil
	}
	data, err := os.ReadFile(o.ranker)
	if err != nil {
		return fmt.Errorf("read the ranker: %w", err)
	}
	var numbers []int16
	if err := json.Unmarshal(data, &numbers); err != nil {
		return fmt.Errorf("read the ranker: %w", err)
	}
	if o.Ranker, err = excerpt.ParseRanker(numbers); err != nil {
		return fmt.Errorf("read the ranker: %w", err)
	}
	return nil
}

// find returns the excerpt and how many pages were read from the end. The log is
// masked first, as for /logs fail.
func (o *excerptOptions) find(from io.Reader) (found excerpt.Excerpt, pages int, err error) {
	if o.page < 1 {
		return found, 0, fmt.Errorf("a page of %d lines", o.page)
	}
	gate := o.gate
	if !o.fromEnd {
		// The rules and what masks are made when a log begins: an empty one needs neither.
		first := make([]byte, 512)
		n, err := io.ReadAtLeast(from, first, 1)
		switch {
		case errors.Is(err, io.EOF):
			return excerpt.Excerpt{Whole: true}, 0, nil
		case err != nil:
			return found, 0, err
		}
		from = io.MultiReader(bytes.NewReader(first[:n]), from)
		finder := excerpt.New(o.Options)
		log := io.Reader(gate.Reader(from))
		if o.tests != nil {
			log = io.TeeReader(log, io.MultiWriter(o.tests, &o.end))
		}
		_, err = finder.ReadFrom(log)
		return finder.Excerpt(), 0, err
	}
	log, size, done, err := seekable(from)
	if err != nil {
		return found, 0, err
	}
	defer done()
	finder := excerpt.FromEnd(o.Options)
	for end, sure := size, false; end > 0 && !sure; {
		page, err := pageBefore(log, end, o.page)
		if err != nil {
			return found, 0, err
		}
		masked, _ := gate.Page(page)
		sure = finder.Prepend(masked)
		if end -= int64(len(page)); end == 0 {
			finder.Started()
		}
	}
	if o.tests != nil {
		_, _ = io.MultiWriter(o.tests, &o.end).Write(finder.Text()) // never fails
	}
	return finder.Excerpt(), finder.Pages(), nil
}

// seekable returns from itself if it is a file, else a copy that done removes.
func seekable(from io.Reader) (log io.ReaderAt, size int64, done func(), err error) {
	if f, ok := from.(*os.File); ok {
		if stat, err := f.Stat(); err == nil && stat.Mode().IsRegular() {
			return f, stat.Size(), func() {}, nil
		}
	}
	f, err := os.CreateTemp("", "logbot-excerpt-")
	if err != nil {
		return nil, 0, nil, err
	}
	os.Remove(f.Name()) // at once, where an open file can be: a signal may end the program
	done = func() { f.Close(); os.Remove(f.Name()) }
	if size, err = io.Copy(f, from); err != nil {
		done()
		return nil, 0, nil, err
	}
	return f, size, done, nil
}

// pageBefore returns the page with so many lines that ends at end.
func pageBefore(log io.ReaderAt, end int64, lines int) ([]byte, error) {
	const block = 64 << 10
	var page []byte
	for at := end; ; {
		n := min(block, at)
		piece := make([]byte, n, int(n)+len(page))
		if _, err := log.ReadAt(piece, at-n); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		page, at = append(piece, page...), at-n
		if from, whole := lastLines(page, lines); whole || at == 0 {
			return page[from:], nil
		}
		if len(page) >= maxPageBytes {
			return page, nil
		}
	}
}

// lastLines returns where the last so many lines of text begin. If text may not hold
// them all, whole is false.
func lastLines(text []byte, lines int) (from int, whole bool) {
	end := len(text)
	if end > 0 && text[end-1] == '\n' {
		end--
	}
	for ; lines > 0; lines-- {
		end = bytes.LastIndexByte(text[:end], '\n')
		if end < 0 {
			return 0, false
		}
	}
	return end + 1, true
}

func (o *excerptOptions) print(cmd *cobra.Command, found excerpt.Excerpt, pages int) error {
	out := cmd.OutOrStdout()
	if o.json {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			excerpt.Excerpt
			Kind  kind.Kind `json:"kind"` // empty if it is not sure
			Pages int       `json:"pages,omitempty"`
		}{found, kind.Of(&found, o.tests.Report(), o.end.Text()), pages})
	}
	if found.Outcome == excerpt.Succeeded {
		fmt.Fprintln(cmd.ErrOrStderr(), "The log says that the build succeeded.")
	}
	lines := found.Lines
	if o.reason {
		lines = found.Reasons[:min(len(found.Reasons), o.Lines)]
	}
	for _, l := range lines {
		if o.Explain {
			fmt.Fprintf(out, "%-20s ", l.Rule)
		}
		if _, err := fmt.Fprintf(out, "%d: %s\n", l.Number, l.Text); err != nil {
			return err
		}
		if o.Explain {
			o.explainLine(out, l)
		}
	}
	if o.Explain {
		fmt.Fprintf(out, "outcome %s, step %q, %d lines read, reason %d%% sure", found.Outcome, found.Step, found.Read, found.Confidence)
		if o.fromEnd {
			fmt.Fprintf(out, ", %d pages from the end", pages)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// printKey prints the key of the failure and what it stands for.
func (o *excerptOptions) printKey(cmd *cobra.Command, found excerpt.Excerpt) error {
	f := failure.Of(&found, o.tests.Report().Tests)
	if f.Key == "" {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "-")
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", f.Key, f.Text)
	return err
}

// explainLine prints what is not part of the line itself.
func (o *excerptOptions) explainLine(out io.Writer, l excerpt.Line) {
	if l.Because != "" {
		fmt.Fprintf(out, "%-20s    %s\n", "", l.Because)
	}
	if l.Folded > 0 {
		fmt.Fprintf(out, "%-20s ... %d more like this\n", "", l.Folded)
	}
	if l.Frames > 0 {
		fmt.Fprintf(out, "%-20s ... %d frames\n", "", l.Frames)
	}
}
