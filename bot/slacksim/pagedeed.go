package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// pageAction is what the person in front of the page does. Which fields count
// depends on the deed; each is that of the method behind it.
type pageAction struct {
	User      string              `json:"user"`
	Channel   string              `json:"channel"`
	TS        string              `json:"ts"`
	Thread    string              `json:"thread"`
	Broadcast bool                `json:"broadcast"`
	Command   string              `json:"command"`
	Text      string              `json:"text"`
	View      string              `json:"view"`
	Block     string              `json:"block"`
	Action    string              `json:"action"`
	Values    []string            `json:"values"`
	Inputs    map[string][]string `json:"inputs"`
	Shortcut  string              `json:"shortcut"`
	Member    bool                `json:"member"`
}

// pageOutcome is what became of it. For what the app must acknowledge it is
// sent once that has happened, or cannot any more.
type pageOutcome struct {
	Channel  string  `json:"channel,omitempty"`  // that was opened
	Told     bool    `json:"told,omitempty"`     // the app is told of the message
	Envelope string  `json:"envelope,omitempty"` // that was sent
	AckMS    float64 `json:"ack_ms,omitempty"`
	Failure  string  `json:"failure,omitempty"`
	Refused  string  `json:"refused,omitempty"` // what came with the acknowledgement was not valid
}

// actions are the deeds by name.
func (pg *page) actions() map[string]func(context.Context, pageAction) (pageOutcome, error) {
	return map[string]func(context.Context, pageAction) (pageOutcome, error){
		"slash": func(ctx context.Context, p pageAction) (pageOutcome, error) {
			inv, err := pg.people.Slash(ctx, SlashCommand{Channel: p.Channel, User: p.User, Command: p.Command, Text: p.Text})
			if err != nil {
				return pageOutcome{}, err
			}
			return pg.waitForAck(ctx, inv.Delivery)
		},
		"say": func(ctx context.Context, p pageAction) (pageOutcome, error) {
			said, err := pg.people.Say(ctx, Saying{User: p.User, Channel: p.Channel, Text: p.Text, ThreadTS: p.Thread, Broadcast: p.Broadcast})
			if err != nil {
				return pageOutcome{}, err
			}
			return pageOutcome{Told: said.Event != nil}, nil
		},
		"click": func(ctx context.Context, p pageAction) (pageOutcome, error) {
			return pg.waitForInteraction(ctx)(pg.people.Click(ctx, Click{
				User: p.User, Channel: p.Channel, TS: p.TS, View: p.View, BlockID: p.Block, ActionID: p.Action, Values: p.Values,
			}))
		},
		"shortcut": func(ctx context.Context, p pageAction) (pageOutcome, error) {
			return pg.waitForInteraction(ctx)(pg.people.Shortcut(ctx, ShortcutUse{User: p.User, Channel: p.Channel, TS: p.TS, CallbackID: p.Shortcut}))
		},
		"submit": func(ctx context.Context, p pageAction) (pageOutcome, error) {
			return pg.waitForInteraction(ctx)(pg.people.Submit(ctx, Submission{User: p.User, View: p.View, Values: p.Inputs}))
		},
		"close": func(ctx context.Context, p pageAction) (pageOutcome, error) {
			return pg.waitForInteraction(ctx)(pg.people.CloseView(ctx, p.User))
		},
		"direct": func(_ context.Context, p pageAction) (pageOutcome, error) {
			channel, err := pg.DirectMessage(p.User)
			return pageOutcome{Channel: channel}, err
		},
		"invite": func(_ context.Context, p pageAction) (pageOutcome, error) {
			pg.mu.Lock()
			_, err := pg.memberChannel(p.User, p.Channel)
			pg.mu.Unlock()
			if err != nil {
				return pageOutcome{}, err
			}
			return pageOutcome{}, pg.setBotMember(p.Channel, p.Member)
		},
	}
}

// servePageAction does what the person wants and tells the page what became of it.
func (pg *page) servePageAction(w http.ResponseWriter, r *http.Request) {
	do := pg.actions()[r.PathValue("deed")]
	if do == nil {
		pageError(w, http.StatusNotFound, "Nobody can do "+quoted(r.PathValue("deed"))+" here.")
		return
	}
	var deed pageAction
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxWebAPIBody))
	in.DisallowUnknownFields()
	if err := in.Decode(&deed); err != nil {
		pageError(w, http.StatusBadRequest, "The request is not what the page sends: "+pageSentence(err))
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(pg.ctx, cancel)() // Close waits for this handler
	outcome, err := do(ctx, deed)
	if err != nil {
		pageError(w, http.StatusBadRequest, pageSentence(err))
		return
	}
	writePageJSON(w, http.StatusOK, outcome)
}

// waitForInteraction waits for the fate of an interaction; there is none where the app
// is not told.
func (pg *page) waitForInteraction(ctx context.Context) func(*Interaction, error) (pageOutcome, error) {
	return func(i *Interaction, err error) (pageOutcome, error) {
		if err != nil || i == nil {
			return pageOutcome{}, err
		}
		return pg.waitForAck(ctx, i.Delivery)
	}
}

// waitForAck waits until the delivery was acknowledged or has failed.
func (pg *page) waitForAck(ctx context.Context, d *Delivery) (pageOutcome, error) {
	if err := d.Settled(ctx); err != nil {
		if pg.ctx.Err() != nil {
			return pageOutcome{}, errors.New("the workspace was closed meanwhile")
		}
		return pageOutcome{}, fmt.Errorf("wait for the app: %w", err)
	}
	st := d.Status()
	out := pageOutcome{Envelope: d.EnvelopeID, Failure: st.Failure, Refused: st.AckRefused}
	if !st.AckedAt.IsZero() {
		out.AckMS = float64(st.AckedAt.Sub(d.At)) / float64(time.Millisecond)
	}
	return out, nil
}
