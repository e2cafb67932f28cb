package state

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"logbot/cache/store"
)

// decode reads a value that this package wrote.
func decode(encoded []byte, value any) error {
	if err := json.Unmarshal(encoded, value); err != nil {
		return fmt.Errorf("%w: a value is not what was written: %w", ErrAway, err)
	}
	return nil
}

// decodeAll decodes the values of a range of a table, in order.
func decodeAll[T any](ctx context.Context, t store.Table, r store.Range) (all []T, err error) {
	scanned := t.Scan(ctx, r, func(row store.Row) bool {
		var value T
		if err = decode(row.Value, &value); err != nil {
			return false
		}
		all = append(all, value)
		return true
	})
	if scanned != nil {
		err = scanned
	}
	if err != nil {
		return nil, err
	}
	return all, nil
}

// newToken is a name that nothing else has.
func newToken() string { return rand.Text() }
