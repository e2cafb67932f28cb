// Package cache keeps log pages, in memory and in a store, so that a page which
// cannot change any more is requested from the service once.
//
// [Pages] is a [logsapi.Pager] in front of another one. It looks for a page in
// memory, then in the [pagestore.Store] if there is one, then asks upstream. Equal
// requests at the same time are one, also over processes that share a store. What
// is kept and how long is decided in finality.go, what is no longer served in
// refusal.go, the form of the values in codec.go, and how processes wait for each
// other in lock.go; package pagestore has the keys. No failure of a store is an
// error of a request.
//
// Pages also keeps a set of lines for each build that a failure is compared with
// (lines.go): up to 640 KiB of hashes that package commands/excerpt makes and reads. It
// is stored as a page is whose text is the set, as long, under a key of its own with the
// tag of the build: what purges a build purges its set. The key has the edition of the
// build, so that the set of an earlier run is not found, and the version of the set, so
// that replicas of two versions do not read each other's.
//
// [Builds] keeps other answers of the service for a short time.
package cache
