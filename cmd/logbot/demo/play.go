package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"logbot/bot/slacksim"
	"logbot/cmd/logbot/sim"
)

// converse plays the opening, then takes what is typed.
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
	fmt.Fprintf(d.out, "Now you. Try %[1]s help, %[1]s fail frontend, %[1]s show api --tail; %[2]s Full log presses a button; exit ends the demo.\n", slashCommand, pressWord)
	return d.prompt(ctx, stdin)
}

// play types commands one after the other and prints the result of each.
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

// prompt reads commands until the input ends, the person types exit, or ctx does.
func (d *demo) prompt(ctx context.Context, stdin io.Reader) error {
	typed := sim.Lines(stdin)
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

// typeLine types one line into the channel, waits for the answer and prints what
// is new in the channel, private messages to the person included.
func (d *demo) typeLine(ctx context.Context, line string) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if label, ok := strings.CutPrefix(line, pressWord+" "); ok {
		return d.press(ctx, strings.TrimSpace(label))
	}
	command, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch {
	case command == slashCommand:
	case strings.EqualFold(command, mention):
		command, text = slashCommand, strings.TrimSpace(text)
	case strings.HasPrefix(command, "/"):
		return fmt.Errorf("there is no command %s in this workspace; type: %s", command, strings.TrimSpace(slashCommand+" "+text))
	default:
		command, text = slashCommand, line
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

// await waits until the bot has answered a delivery. A delivery that Slack gave
// up is an error.
func (d *demo) await(ctx context.Context, delivery *slacksim.Delivery) error {
	for {
		d.mu.Lock()
		answered := d.answered[delivery.EnvelopeID]
		d.mu.Unlock()
		switch failure := delivery.Status().Failure; {
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

// spoke reports whether the newest message of the channel is the bot's and not
// older than the command.
func (d *demo) spoke(invocation *slacksim.Invocation) bool {
	messages := d.slack.Messages(d.channel)
	return len(messages) > 0 && messages[len(messages)-1].User != d.user && messages[len(messages)-1].TS >= stampOf(invocation.At)
}

// stampOf returns the smallest message timestamp that Slack gives at t.
func stampOf(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }
