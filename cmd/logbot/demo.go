package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"logbot/bot"
	"logbot/bot/delivery"
	"logbot/bot/slacksim"
	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/logsapi/codeartsim"
)

const (
	demoAnswerWithin = time.Minute // how long one command of the demo may take
	demoCommand      = "/logs"
	pressWord        = "press" // what is typed to press a button: press Full log
)

func newDemoCommand(getenv func(string) string) *cobra.Command {
	var once []string
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try the bot here: a CodeArts and a Slack on localhost, no account needed",
		Long: "Starts a CodeArts with failing builds and a Slack workspace, both on localhost, and the bot between them.\n" +
			"It plays a short conversation and then lets you type, here and on a web page.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.lang, err = language(getenv); err != nil {
				return err
			}
			d, err := startDemo(cmd.Context(), o, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, d.Close()) }()
			d.out = cmd.OutOrStdout()
			if len(once) > 0 {
				return d.play(cmd.Context(), once)
			}
			if o.page {
				return d.servePage(cmd.Context())
			}
			return d.converse(cmd.Context(), cmd.InOrStdin())
		},
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:0", "address of the local Slack and its page; port 0 takes a free one")
	cmd.Flags().BoolVar(&o.page, "page", false, "play the conversation unseen, print the page's address, and serve it until told to stop")
	cmd.Flags().StringArrayVar(&once, "once", nil, "type this command, or press a button (press Full log), print what the channel shows, and end (repeatable)")
	cmd.MarkFlagsMutuallyExclusive("page", "once")
	return cmd
}

// demoOptions are the flags of the demo.
type demoOptions struct {
	listen string // address of the local Slack
	page   bool
	lang   texts.Lang
}

// demo is the bot between two simulators, and the person who types.
type demo struct {
	codearts *http.Server
	address  string // of CodeArts
	slack    *slacksim.Server
	parts    *parts
	folder   string // of the embedded store, gone with Close
	out      io.Writer

	user, channel string
	transcript    *slacksim.Transcript
	stop          context.CancelFunc
	running       sync.WaitGroup
	ended         chan error

	mu       sync.Mutex
	answered map[string]bool // by envelope
	news     chan struct{}
}

// startDemo brings everything up on free ports and waits until the bot is
// connected.
func startDemo(ctx context.Context, o demoOptions, logTo io.Writer) (*demo, error) {
	d := &demo{answered: map[string]bool{}, news: make(chan struct{}, 1), ended: make(chan error, 1)}
	if err := d.start(ctx, o, logTo); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *demo) start(ctx context.Context, o demoOptions, logTo io.Writer) error {
	const token = "demo-token-of-the-simulator"
	builds, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token})
	if err != nil {
		return err
	}
	if err := d.listen(builds); err != nil {
		return err
	}
	if d.folder, err = os.MkdirTemp("", "logbot-demo-*"); err != nil {
		return fmt.Errorf("make a folder for the store: %w", err)
	}
	slack := demoWorkspace()
	c := config{level: logrus.WarnLevel, rate: 1000, lang: o.lang, projects: slices.Collect(maps.Values(builds.Projects())), values: map[string]string{
		"LOGBOT_BUILD_URL":  d.address,
		"LOGBOT_CHECK_URL":  d.address,
		"LOGBOT_AUTH_TOKEN": token,
		"LOGBOT_COMMAND":    demoCommand,
		"LOGBOT_DATA":       d.folder,
		"SLACK_BOT_TOKEN":   slack.BotToken,
		"SLACK_APP_TOKEN":   slack.AppToken,
	}}
	c.stays = true
	c.console = d.address + consolePath
	if d.parts, err = assemble(c, access.Open(), logTo); err != nil {
		return err
	}
	slack.Commands = listedCommands(d.parts.commands, o.lang)
	if slack.Listener, err = net.Listen("tcp", o.listen); err != nil {
		return fmt.Errorf("listen for Slack: %w", err)
	}
	d.slack = slacksim.New(slack)
	if err := d.slack.Start(); err != nil {
		return err
	}
	d.user, d.channel = d.slack.Users()[0].ID, d.slack.Channels()[0].ID
	d.transcript = d.slack.Transcript(d.channel, d.user)

	b, err := bot.New(bot.Options{
		BotToken: d.slack.BotToken(),
		AppToken: d.slack.AppToken(),
		APIURL:   d.slack.APIURL(),
		Commands: d.parts.commands,
		Finder:   d.parts.commands,
		Spool:    d.folder,
		Lang:     o.lang,
		Log:      d.parts.log,
		Limiter:  delivery.Unlimited{}, // the local Slack has no limits
		Follow:   d.parts.keeping.follow,
		Intents:  d.parts.keeping.jobs,
		Presses:  d.parts.keeping.store.Presses,
		Rated:    d.parts.keeping.records.rated,
		Answered: d.sawAnswer,
	})
	if err != nil {
		return err
	}
	var running context.Context
	running, d.stop = context.WithCancel(ctx)
	d.running.Go(func() { d.ended <- d.parts.keeping.runWith(running, d.parts.commands, b) })
	ctx, cancel := context.WithTimeout(ctx, demoAnswerWithin)
	defer cancel()
	if err := d.slack.Wait(ctx, func() bool { return d.slack.Connections() > 0 }); err != nil {
		return fmt.Errorf("wait for the bot to connect: %w", err)
	}
	return nil
}

// listen serves CodeArts on a free port of the loopback interface.
func (d *demo) listen(builds http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for CodeArts: %w", err)
	}
	d.address = "http://" + l.Addr().String()
	d.codearts = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isConsole(r.URL.Path) {
			serveConsole(w, r)
			return
		}
		builds.ServeHTTP(w, r)
	})}
	d.running.Go(func() { _ = d.codearts.Serve(l) }) // ends with Close
	return nil
}

// Close ends the bot and both simulators.
func (d *demo) Close() error {
	var errs []error
	if d.stop != nil {
		d.stop()
		errs = append(errs, <-d.ended)
	}
	if d.slack != nil {
		errs = append(errs, d.slack.Close())
	}
	if d.parts != nil {
		errs = append(errs, d.parts.Close())
	}
	if d.codearts != nil {
		errs = append(errs, d.codearts.Close())
	}
	d.running.Wait()
	if d.folder != "" {
		errs = append(errs, os.RemoveAll(d.folder))
	}
	return errors.Join(errs...)
}

func (d *demo) sawAnswer(envelope string) {
	d.mu.Lock()
	d.answered[envelope] = true
	d.mu.Unlock()
	select {
	case d.news <- struct{}{}:
	default:
	}
}

// converse plays the conversation of the README, then takes what is typed.
func (d *demo) converse(ctx context.Context, stdin io.Reader) error {
	fmt.Fprintf(d.out, "CodeArts is at %s, Slack at %s; both are simulators on this machine.\n\n", d.address, d.slack.URL())
	if err := d.play(ctx, opening()); err != nil {
		return err
	}
	file, isFile := stdin.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	fmt.Fprintf(d.out, "The same workspace in your browser: %s/\n", d.slack.URL())
	fmt.Fprintf(d.out, "Now you. Try %[1]s help, %[1]s fail frontend, %[1]s show api --tail; %[2]s Full log presses a button; exit ends the demo.\n", demoCommand, pressWord)
	return d.prompt(ctx, stdin)
}

// play types commands one after the other and prints what becomes of each.
func (d *demo) play(ctx context.Context, lines []string) error {
	for _, line := range lines {
		fmt.Fprintf(d.out, "> %s\n", line)
		if err := d.typeLine(ctx, line); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		fmt.Fprintln(d.out)
	}
	return nil
}

// prompt reads commands until the input ends, somebody types exit, or ctx does.
func (d *demo) prompt(ctx context.Context, stdin io.Reader) error {
	typed := scan(stdin)
	for {
		fmt.Fprint(d.out, "> ")
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-typed:
			line = strings.TrimSpace(line)
			if !more || line == "exit" || line == "quit" {
				return nil
			}
			if line == "" {
				continue
			}
			if err := d.typeLine(ctx, line); err != nil {
				fmt.Fprintln(d.out, err)
			}
		}
	}
}

// scan gives out the lines of r. Its goroutine ends with r, which for a terminal
// is the end of the process.
func scan(r io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// typeLine types one line into the channel, waits for the answer and prints
// what the channel shows now and what the person alone sees.
func (d *demo) typeLine(ctx context.Context, line string) error {
	ctx, cancel := context.WithTimeout(ctx, demoAnswerWithin)
	defer cancel()
	if label, ok := strings.CutPrefix(line, pressWord+" "); ok {
		return d.press(ctx, strings.TrimSpace(label))
	}
	command, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	if command != demoCommand {
		command, text = demoCommand, line
	}
	invocation, err := d.slack.Slash(ctx, slacksim.SlashCommand{Channel: d.channel, User: d.user, Command: command, Text: text})
	if err != nil {
		return err
	}
	err = d.await(ctx, invocation.Delivery)
	if err == nil && len(invocation.Status().Answers) == 0 && !d.spoke(invocation) {
		err = errors.New("the bot was done but said nothing")
	}
	fmt.Fprint(d.out, d.transcript.Next())
	return err
}

// await waits until what was done has its answer, or Slack has given it up.
func (d *demo) await(ctx context.Context, done *slacksim.Delivery) error {
	for {
		d.mu.Lock()
		answered := d.answered[done.EnvelopeID]
		d.mu.Unlock()
		switch failure := done.Status().Failure; {
		case failure != "":
			return errors.New(failure)
		case answered:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", ctx.Err())
		case <-d.news:
		case <-d.slack.Changed():
		}
	}
}

// spoke reports whether the bot posted in the channel since the command.
func (d *demo) spoke(invocation *slacksim.Invocation) bool {
	messages := d.slack.Messages(d.channel)
	return len(messages) > 0 && messages[len(messages)-1].User != d.user && messages[len(messages)-1].TS >= stampOf(invocation.At)
}

// stampOf is the earliest ts that a message of that time can have.
func stampOf(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }
