package state

import (
	"bytes"
	"context"
	"time"

	bolt "go.etcd.io/bbolt"
)

// filePresses are the Presses of a file.
type filePresses struct{ *file }

// Leave implements Presses.
func (f filePresses) Leave(ctx context.Context, name string, press []byte) error {
	if err := checkPress(name, press); err != nil {
		return err
	}
	return f.change(ctx, "leave press "+name, func(tx *bolt.Tx) error {
		presses, now := expiringIn(tx, pressesBucket), time.Now()
		if presses.live(now.UnixMilli()) >= MaxPresses {
			return fullOfPresses()
		}
		if err := presses.prune(now.UnixMilli()); err != nil {
			return err
		}
		return presses.put(name, string(press), now.Add(PressAge).UnixMilli())
	})
}

// Waiting implements Presses.
func (f filePresses) Waiting(ctx context.Context) (waiting map[string][]byte, err error) {
	err = f.read(ctx, "look for presses", func(tx *bolt.Tx) error {
		waiting = map[string][]byte{}
		presses, now := expiringIn(tx, pressesBucket), time.Now().UnixMilli()
		return presses.of.ForEach(func(name, _ []byte) error {
			if press := presses.get(string(name), now); press != nil {
				waiting[string(name)] = bytes.Clone(press)
			}
			return nil
		})
	})
	return waiting, err
}

// Take implements Presses.
func (f filePresses) Take(ctx context.Context, name string) (bool, error) {
	return update(ctx, f.file, 4*f.options.Budget, "take press "+name, func(tx *bolt.Tx) (bool, error) {
		presses := expiringIn(tx, pressesBucket)
		if presses.get(name, time.Now().UnixMilli()) == nil {
			return false, nil
		}
		return true, presses.remove([]byte(name))
	})
}
