package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"logbot/bot/slacksim"
)

// press presses the newest button with that label, or makes that choice in a menu, and prints what changed.
func (d *demo) press(ctx context.Context, label string) error {
	for _, m := range slices.Backward(d.shown()) {
		for _, b := range buttonsOf(m.Blocks) {
			if strings.EqualFold(b.label, label) || strings.EqualFold(strings.TrimRight(b.label, " …"), label) {
				return d.use(ctx, m, b)
			}
		}
	}
	return fmt.Errorf("no message has a button %q", label)
}

// shown returns the messages that the person sees, oldest first.
func (d *demo) shown() []slacksim.Message {
	all := append(d.slack.Messages(d.channel), d.slack.Ephemerals(d.channel, d.user)...)
	slices.SortFunc(all, func(a, b slacksim.Message) int { return cmp.Compare(a.TS, b.TS) })
	return all
}

// use presses a button of a message, and confirms if the button asks.
func (d *demo) use(ctx context.Context, m slacksim.Message, b button) error {
	click, err := d.slack.Click(ctx, slacksim.Click{User: d.user, Channel: d.channel, TS: m.TS, BlockID: b.block, ActionID: b.action, Values: b.values})
	if err != nil {
		return err
	}
	if err := d.await(ctx, click.Delivery); err != nil {
		return err
	}
	shown := d.transcript.Next()
	fmt.Fprint(d.out, shown)
	if v, open := d.slack.OpenView(d.user); open && len(v.Values) == 0 { // it only asks whether to go on
		submitted, err := d.slack.Submit(ctx, slacksim.Submission{User: d.user})
		if err != nil {
			return err
		}
		if err := d.await(ctx, submitted.Delivery); err != nil {
			return err
		}
		shown = d.transcript.Next()
		fmt.Fprint(d.out, shown)
	} else if open {
		fmt.Fprintf(d.out, "A form cannot be filled in here; it can on the page: %s/\n", d.slack.URL())
		closed, err := d.slack.CloseView(ctx, d.user)
		if err != nil || closed == nil { // nil: the app did not ask to be told
			return err
		}
		return d.await(ctx, closed.Delivery)
	}
	left := slices.ContainsFunc(d.shown(), func(one slacksim.Message) bool { return one.TS == m.TS && !one.Deleted })
	switch {
	case !left:
		fmt.Fprintln(d.out, "The message is gone.")
	case shown == "":
		fmt.Fprintln(d.out, "Nothing changed in the channel.")
	}
	return nil
}

// button is a button of a message.
type button struct {
	block, action, label string
	values               []string // of a feedback button
}

// buttonsOf returns the buttons of a message in the order people see them.
func buttonsOf(blocks json.RawMessage) []button {
	type text struct{ Text string }
	type choice struct {
		Text  text
		Value string
	}
	type element struct {
		Type     string
		ActionID string `json:"action_id"`
		Text     text
		Options  []choice
		Positive choice `json:"positive_button"`
		Negative choice `json:"negative_button"`
	}
	var parts []struct {
		BlockID   string `json:"block_id"`
		Accessory json.RawMessage
		Elements  json.RawMessage
		Children  json.RawMessage `json:"child_blocks"`
	}
	var out []button
	_ = json.Unmarshal(blocks, &parts) // a message without blocks has no buttons
	for _, part := range parts {
		var elements []element
		var one element
		if json.Unmarshal(part.Elements, &elements) != nil {
			elements = nil // of another kind of block
		}
		if json.Unmarshal(part.Accessory, &one) == nil {
			elements = append(elements, one)
		}
		for _, e := range elements {
			switch e.Type {
			case "button", "icon_button":
				out = append(out, button{block: part.BlockID, action: e.ActionID, label: e.Text.Text})
			case "overflow":
				for _, c := range e.Options {
					out = append(out, button{block: part.BlockID, action: e.ActionID, label: c.Text.Text, values: []string{c.Value}})
				}
			case "feedback_buttons":
				for _, c := range []choice{e.Positive, e.Negative} {
					out = append(out, button{block: part.BlockID, action: e.ActionID, label: c.Text.Text, values: []string{c.Value}})
				}
			}
		}
		out = append(out, buttonsOf(part.Children)...)
	}
	return out
}
