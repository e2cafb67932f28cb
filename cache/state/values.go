package state

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"logbot/cache/store"
)

// values are the rows of a table, decoded.
type values[T any] struct {
	table  store.Table
	encode func(T) ([]byte, error)
	decode func([]byte) (T, error)
}

// jsonValues are rows in JSON.
func jsonValues[T any](t store.Table) values[T] {
	return values[T]{t, func(value T) ([]byte, error) { return json.Marshal(value) }, fromJSON[T]}
}

func fromJSON[T any](encoded []byte) (value T, err error) {
	err = json.Unmarshal(encoded, &value)
	return value, err
}

func (v values[T]) decoded(encoded []byte) (T, error) {
	value, err := v.decode(encoded)
	if err != nil {
		return value, fmt.Errorf("%w: a value is not what was written: %w", ErrAway, err)
	}
	return value, nil
}

// at is store.Table.At.
func (v values[T]) at(now time.Time) values[T] {
	v.table = v.table.At(now)
	return v
}

// get returns the value of the first of keys that has one, or ErrNotFound.
func (v values[T]) get(ctx context.Context, keys ...string) (value T, err error) {
	encoded, err := v.table.Get(ctx, keys...)
	if err != nil {
		return value, err
	}
	return v.decoded(encoded)
}

// someRows is how many rows are read with one request.
const someRows = 500

// some returns the values of those of keys that have one, in the order of keys.
func (v values[T]) some(ctx context.Context, keys []string) (some []T, err error) {
	for part := range slices.Chunk(keys, someRows) {
		rows, err := v.table.GetAll(ctx, part...)
		if err != nil {
			return nil, err
		}
		for _, key := range part {
			row, found := rows[key]
			if !found {
				continue
			}
			value, err := v.decoded(row)
			if err != nil {
				return nil, err
			}
			some = append(some, value)
		}
	}
	return some, nil
}

func (v values[T]) put(ctx context.Context, key string, value T) error {
	encoded, err := v.encode(value)
	if err != nil {
		return err
	}
	return v.table.Put(ctx, key, encoded)
}

// update is store.Table.Update: existing is nil if there is no row. It returns what
// was written.
func (v values[T]) update(ctx context.Context, key string, change func(existing *T) (T, error)) (written T, err error) {
	err = v.table.Update(ctx, key, func(old []byte) ([]byte, error) {
		var existing *T
		if old != nil {
			value, err := v.decoded(old)
			if err != nil {
				return nil, err
			}
			existing = &value
		}
		value, err := change(existing)
		if err != nil {
			return nil, err
		}
		written = value
		return v.encode(value)
	})
	if err != nil {
		var none T
		return none, err
	}
	return written, nil
}

// each calls do with the values of a range in order, until it returns false.
func (v values[T]) each(ctx context.Context, r store.Range, do func(T) bool) error {
	var damaged error
	err := v.table.Scan(ctx, r, func(row store.Row) bool {
		value, err := v.decoded(row.Value)
		damaged = err
		return err == nil && do(value)
	})
	if err != nil {
		return err
	}
	return damaged
}

// all returns the values of a range in order.
func (v values[T]) all(ctx context.Context, r store.Range) (all []T, err error) {
	err = v.each(ctx, r, func(value T) bool {
		all = append(all, value)
		return true
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
