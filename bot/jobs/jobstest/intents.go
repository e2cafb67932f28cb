package jobstest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"logbot/cache/state"
)

// Intents is the state as one replica reaches it. The zero switches let every call pass.
type Intents struct {
	state.Intents
	Dead    atomic.Bool  // as after kill -9: no call arrives
	Away    atomic.Bool  // the store does not answer
	Refused atomic.Int64 // calls while it was away
}

// ErrDead is the error of all calls of a dead replica.
var ErrDead = errors.New("this process is dead")

func (m *Intents) refuse() error {
	switch {
	case m.Dead.Load():
		return ErrDead
	case m.Away.Load():
		m.Refused.Add(1)
		return state.ErrAway
	}
	return nil
}

func (m *Intents) Put(ctx context.Context, now time.Time, i state.Intent) (bool, error) {
	if err := m.refuse(); err != nil {
		return false, err
	}
	return m.Intents.Put(ctx, now, i)
}

func (m *Intents) PutClaimed(ctx context.Context, now time.Time, i state.Intent, l time.Duration) (state.Claim, bool, error) {
	if err := m.refuse(); err != nil {
		return state.Claim{}, false, err
	}
	return m.Intents.PutClaimed(ctx, now, i, l)
}

func (m *Intents) ClaimDue(ctx context.Context, now time.Time, n int, l time.Duration) ([]state.Claim, error) {
	if err := m.refuse(); err != nil {
		return nil, err
	}
	return m.Intents.ClaimDue(ctx, now, n, l)
}

func (m *Intents) Renew(ctx context.Context, now time.Time, c state.Claim, l time.Duration) error {
	if err := m.refuse(); err != nil {
		return err
	}
	return m.Intents.Renew(ctx, now, c, l)
}

func (m *Intents) Note(ctx context.Context, now time.Time, c state.Claim, p []byte) error {
	if err := m.refuse(); err != nil {
		return err
	}
	return m.Intents.Note(ctx, now, c, p)
}

func (m *Intents) Again(ctx context.Context, now time.Time, c state.Claim, due time.Time, p []byte) error {
	if err := m.refuse(); err != nil {
		return err
	}
	return m.Intents.Again(ctx, now, c, due, p)
}

func (m *Intents) Done(ctx context.Context, now time.Time, c state.Claim) error {
	if err := m.refuse(); err != nil {
		return err
	}
	return m.Intents.Done(ctx, now, c)
}

func (m *Intents) Cancel(ctx context.Context, now time.Time, id string) (bool, error) {
	if err := m.refuse(); err != nil {
		return false, err
	}
	return m.Intents.Cancel(ctx, now, id)
}

func (m *Intents) Get(ctx context.Context, id string) (state.Intent, error) {
	if err := m.refuse(); err != nil {
		return state.Intent{}, err
	}
	return m.Intents.Get(ctx, id)
}
