package sockets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// Probed is what one socket, opened to look and closed at once, has shown.
type Probed struct {
	Host    string        // of the socket
	Counted int           // sockets that Slack counts for the app, this one included
	Took    time.Duration // between our ping and Slack's answer
	Caught  int           // envelopes that came meanwhile, which no bot has got
}

// Probe opens one socket, sees that Slack says hello and answers a ping, and closes it.
//
// Slack spreads envelopes over all sockets of an app, so one that comes here does not
// come to the bot that runs beside. Therefore the ping goes out before hello comes, and
// the socket lives for little more than one round trip. What comes nevertheless is given
// to caught; if it returns an answer, that acknowledges the envelope. What is not
// acknowledged is an event that Slack sends again, or a failure that Slack shows.
//
// The error says what to do if Slack refuses the token permanently.
func Probe(ctx context.Context, api *slack.Client, transport *http.Transport, caught func(Envelope) (answer any)) (p Probed, err error) {
	_, address, err := api.StartSocketModeContext(ctx)
	if err != nil {
		err = fmt.Errorf("ask for a socket (apps.connections.open): %w", err)
		if final := permanent(err); final != nil {
			return p, final
		}
		return p, err
	}
	p.Host = hostOf(address)
	conn, resp, err := newDialer(transport, usualTimes().open).DialContext(ctx, address, nil)
	if err != nil {
		if resp != nil {
			err = fmt.Errorf("%w: %s", err, resp.Status)
		}
		return p, fmt.Errorf("open a socket to %s: %w", p.Host, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	conn.SetReadLimit(maxFrame)
	if err = p.exchange(conn, caught); err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", err, ctx.Err())
	}
	return p, err
}

// exchange pings, and reads until hello and the answer have come.
func (p *Probed) exchange(conn *websocket.Conn, caught func(Envelope) any) error {
	sent, pong := time.Now(), false
	conn.SetPongHandler(func(string) error {
		p.Took, pong = time.Since(sent), true
		if p.Counted > 0 {
			return errDone // nothing more is read
		}
		return nil
	})
	if err := conn.WriteControl(websocket.PingMessage, []byte("logbot"), sent.Add(controlWithin)); err != nil {
		return fmt.Errorf("ping %s: %w", p.Host, err)
	}
	for p.Counted == 0 || !pong {
		_, content, err := conn.ReadMessage()
		switch {
		case errors.Is(err, errDone):
			continue
		case err != nil && p.Counted > 0:
			return fmt.Errorf("wait for the answer of %s to a ping: %w", p.Host, err)
		case err != nil:
			return fmt.Errorf("wait for hello from %s: %w", p.Host, err)
		}
		f, err := parseFrame(content)
		switch {
		case err != nil:
			return fmt.Errorf("read a frame of %s: %w", p.Host, err)
		case f.Type == socketmode.RequestTypeHello:
			p.Counted = max(1, int(f.NumConnections.Number()))
		case f.Type == socketmode.RequestTypeDisconnect:
			return disconnected{string(f.Reason)}
		case f.EnvelopeID != "":
			p.Caught++
			answer := caught(Envelope{ID: string(f.EnvelopeID), Type: string(f.Type), Payload: f.Payload, Retries: int(f.RetryAttempt.Number())})
			if answer == nil {
				continue
			}
			if err := conn.WriteJSON(socketmode.Response{EnvelopeID: string(f.EnvelopeID), Payload: answer}); err != nil {
				return fmt.Errorf("acknowledge to %s: %w", p.Host, err)
			}
		}
	}
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(controlWithin)) // the socket ends anyway
	return nil
}

var errDone = errors.New("all that was waited for has come")
