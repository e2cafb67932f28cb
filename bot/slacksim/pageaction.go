package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// pageAction is the body of a request to /page/do/: an action of the person at the
// page. The action decides which fields are read.
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

// pageOutcome is the answer. If the app must acknowledge the action, the answer is
// sent after it has done so or has failed to.
type pageOutcome struct {
	Channel  string  `json:"channel,omitempty"`  // of the direct message that was opened
	Told     bool    `json:"told,omitempty"`     // the app gets an event
	Envelope string  `json:"envelope,omitempty"` // id of the envelope that was sent
	AckMS    float64 `json:"ack_ms,omitempty"`
	Failure  string  `json:"failure,omitempty"`
	Refused  string  `json:"refused,omitempty"` // error of the payload of the acknowledgement
}

// actions returns the actions by name.
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

// servePageAction carries out an action and answers with its outcome.
func (pg *page) servePageAction(w http.ResponseWriter, r *http.Request) {
	do := pg.actions()[r.PathValue("action")]
	if do == nil {
		pageError(w, http.StatusNotFound, "Nobody can do "+quoted(r.PathValue("action"))+" here.")
		return
	}
	var action pageAction
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxWebAPIBody))
	in.DisallowUnknownFields()
	if err := in.Decode(&action); err != nil {
		pageError(w, http.StatusBadRequest, "The request is not what the page sends: "+pageSentence(err))
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(pg.ctx, cancel)() // Close waits for this handler
	outcome, err := do(ctx, action)
	if err != nil {
		pageError(w, http.StatusBadRequest, pageSentence(err))
		return
	}
	writePageJSON(w, http.StatusOK, outcome)
}

// waitForInteraction waits for the acknowledgement of an interaction, if the app
// was sent one.
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
