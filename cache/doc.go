// Package cache keeps log pages, in memory and in a store behind it, so that a
// page which cannot change any more is asked of the service once.
//
// [Pages] is a [logsapi.Pager] in front of another one. A request is looked for
// in the process, then in the [PageStore] if there is one, then asked upstream;
// equal requests at the same time share one such search, those of several
// processes too where they share a store. What is kept, and how long, is decided
// in finality.go, and what is no longer served in refusal.go; where it is kept in
// keys.go; in which form in codec.go; how processes wait for each other in
// lock.go. No failure of a store is an error of a request.
package cache
