// Package sockets holds an app's connections to Slack (Socket Mode) open and
// hands over what comes in.
package sockets

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	// DefaultConnections is how many sockets are held open. Slack delivers a
	// command to one of them and never again, so a second one carries on while
	// the first is being renewed (Slack allows ten per app).
	DefaultConnections = 2
	// ackWithin bounds the queueing of an acknowledgement; Slack waits 3 s.
	ackWithin = 2 * time.Second
)

// Envelope is something that Slack has delivered: a command, an interaction or
// an event. It must be acknowledged within 3 s of its arrival.
type Envelope struct {
	ID      string
	Event   socketmode.Event
	Retried int // how often Slack brought an event before

	ack func(ctx context.Context, payload any)
}

// Ack acknowledges the envelope. A payload that is not nil is an answer for the
// caller alone; Slack drops one of 20 KB and more.
func (e Envelope) Ack(ctx context.Context, payload any) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	e.ack(ctx, payload)
}

// Options configure Run.
type Options struct {
	API         *slack.Client // with an app-level token
	Connections int           // 1 to 10; 0 is DefaultConnections
	Log         logrus.FieldLogger

	// Take is handed every envelope. It must return at once: a stalled reader
	// makes Slack drop the connection.
	Take func(ctx context.Context, e Envelope)
}

// Run holds the connections open until ctx ends, and then returns nil. It returns
// an error when Slack refuses the token for good.
func Run(ctx context.Context, o Options) error {
	if o.Connections == 0 {
		o.Connections = DefaultConnections
	}
	receiving, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, o.Connections)
	var sockets sync.WaitGroup
	for range o.Connections {
		sockets.Go(func() { failed <- o.receive(receiving) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop()
	sockets.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// receive holds one socket open.
func (o Options) receive(ctx context.Context) error {
	client := socketmode.New(o.API)
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	for {
		select {
		case event := <-client.Events:
			o.sort(ctx, client, event)
		case err := <-ended:
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("hold a socket to Slack open: %w", err)
		}
	}
}

// sort hands envelopes over and logs the rest.
func (o Options) sort(ctx context.Context, client *socketmode.Client, event socketmode.Event) {
	switch event.Type {
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		if event.Request == nil {
			o.Log.Warnf("%s came without an envelope", event.Type)
			return
		}
		id := event.Request.EnvelopeID
		o.Take(ctx, Envelope{ID: id, Event: event, Retried: event.Request.RetryAttempt, ack: func(ctx context.Context, payload any) {
			if err := client.AckCtx(ctx, id, payload); err != nil {
				o.Log.WithField("envelope", id).Warnf("acknowledge: %v", err)
			}
		}})
	case socketmode.EventTypeConnected:
		o.Log.Info("connected to Slack")
	case socketmode.EventTypeConnectionError, socketmode.EventTypeIncomingError, socketmode.EventTypeErrorWriteFailed:
		if ctx.Err() == nil { // else it is the end that was asked for
			o.Log.WithField("event", event.Type).Warnf("Slack connection: %v", event.Data)
		}
	}
}
