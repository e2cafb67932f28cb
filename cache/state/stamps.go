package state

import (
	"context"
	"crypto/rand"
	"errors"

	"logbot/cache/store"
)

// maxStamps is the most stamps; there is one for each table that has one.
const maxStamps = 100

// watchStamp is the stamp of the list of watches and their projects.
const watchStamp = "watches"

// stampTable has a word for each table whose readers want to know whether it has
// changed, without reading it.
func stampTable() store.Spec {
	return store.Spec{Name: "stamps", Noun: "stamps", Max: maxStamps, Valid: func(string, []byte) bool { return true }}
}

// Stamp is a word that is another one after a watch was added or removed, or its project
// changed; what was observed of watches does not change it. It is empty at first.
//
// It is written after the change, so a process that dies in between, and one of an older
// version, leave it as it is: a reader must not rely on it for more than some minutes.
func (s Watches) Stamp(ctx context.Context) (string, error) {
	stamp, err := s.stamps.Get(ctx, watchStamp)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return string(stamp), during(err, "read the stamp of the watches")
}

// restamp has Stamp change. Without success readers notice the change later.
func (s Watches) restamp(ctx context.Context) {
	_ = s.stamps.Put(context.WithoutCancel(ctx), watchStamp, []byte(rand.Text()))
}

// SomeWatches returns those watches of the ids that exist.
func (s Watches) SomeWatches(ctx context.Context, ids []string) ([]Watch, error) {
	some, err := s.watches.some(ctx, ids)
	return some, during(err, "read %d watches", len(ids))
}
