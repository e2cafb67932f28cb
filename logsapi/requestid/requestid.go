// Package requestid names one request, such as a typed command or a watched build that
// ended, in eight characters. The name stands in every log line about the request, in
// its audit record and in the error that its caller sees, so that each leads to the
// others. It is carried by the context.
package requestid

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// length is that of an id, in characters of 5 bits: among a million requests the chance
// that a given one shares its id with another is one in a million.
const length = 8

type key struct{}

// For returns the id of the request that came with key, such as the id of an envelope or
// of an intent. Each process returns the same for the same key, so a command that another
// process takes over keeps its id.
func For(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:length])
}

// New returns the id of a request that comes with no key.
func New() string { return For(rand.Text()) }

// In returns a context of the request with that id.
func In(ctx context.Context, id string) context.Context { return context.WithValue(ctx, key{}, id) }

// Of returns the id of the request that ctx belongs to; empty if it belongs to none.
func Of(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}
