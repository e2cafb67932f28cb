package follow

import (
	"context"
	"errors"
	"time"

	"logbot/bot/jobs"
	"logbot/bot/jobs/storeerr"
	"logbot/cache/patience"
	"logbot/cache/state"
)

// stopGrace is how long the last update of a stopped message waits for an update in
// another replica that has begun.
const stopGrace = time.Second

// Stopper stops messages. It is a commands.Follows.
type Stopper struct{ Jobs *jobs.Jobs }

// Stop implements commands.Follows.
func (s Stopper) Stop(ctx context.Context, channel, task string, build int64, user string) (found bool, err error) {
	found, err = s.stop(patience.Without(ctx), idOf(channel, task, build), user)
	return found, storeerr.ForCommands(err)
}

func (s Stopper) stop(ctx context.Context, id, user string) (found bool, err error) {
	running, err := s.Jobs.Get(ctx, id)
	if errors.Is(err, state.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	m, err := messageOf(running)
	if err != nil {
		return false, err
	}
	if m.Stopped {
		return true, nil
	}
	m.Stopped, m.By = true, user
	i, err := m.intent()
	if err != nil {
		return false, err
	}
	// An update that is being made loses its lease, and is overwritten by the last one.
	if found, err = s.Jobs.Cancel(ctx, id); err != nil || !found {
		return false, err
	}
	i.Due = time.Now().Add(stopGrace)
	_, err = s.Jobs.Schedule(ctx, i)
	return true, err
}
