package delivery

import (
	"context"
	"errors"

	"github.com/slack-go/slack"
)

// OpenView opens a modal for the person whose command or click brought the
// trigger, and returns the id of the view. A trigger lives 3 s and works once, so
// that a try of which nobody knows the end is returned as ErrOutcomeUnknown.
func (c *Courier) OpenView(ctx context.Context, trigger string, v slack.ModalViewRequest) (id string, err error) {
	err = c.carry(ctx, call{
		what: "open a modal", limits: []limit{tier4("views.open")}, twice: true,
		do: func(ctx context.Context, _ bool) error {
			opened, err := c.api.OpenViewContext(ctx, trigger, v)
			if err == nil {
				id = opened.View.ID
			}
			return err
		},
	})
	return id, err
}

// UpdateView puts v in the place of an open modal.
func (c *Courier) UpdateView(ctx context.Context, id string, v slack.ModalViewRequest) error {
	return c.carry(ctx, call{
		what: "update modal " + id, lane: id, limits: []limit{tier4("views.update")}, twice: true,
		do: func(ctx context.Context, _ bool) error {
			_, err := c.api.UpdateViewContext(ctx, v, "", "", id)
			return err
		},
	})
}

// explained is what Slack says beside the name of an error, for our log.
func explained(err error) string {
	answer := slack.SlackErrorResponse{}
	if !errors.As(err, &answer) {
		return err.Error()
	}
	words := answer.Err
	for _, m := range answer.ResponseMetadata.Messages {
		words += " " + m
	}
	if answer.Needed != "" {
		words += " (needs the scope " + answer.Needed + ")"
	}
	return words
}
