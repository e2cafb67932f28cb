package pagestore

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"logbot/logsapi"
)

// The whole keyspace of this package, in every store:
//
//	logbot:p1:{SCOPE.TASK.BUILD}:finished:ORDER:START:END:SIZE     FinishedLog
//	logbot:p1:{SCOPE.TASK.BUILD}:live:ORDER:START:END:SIZE         LiveLog
//	logbot:p1:{SCOPE.TASK.BUILD}:step-STEP:ORDER:START:END:SIZE    StepLog
//	logbot:p1:{SCOPE.TASK.BUILD}:step-STEP-finished:ORDER:START:END:SIZE FinishedStepLog
//	logbot:p1:{SCOPE.RUN}:check:ORDER:START:END:SIZE               CheckLog
//	logbot:p1:{SCOPE.TASK}:check-detail-EXECUTION:ORDER:START:END:SIZE CheckDetail
//
//	logbot:p1:{SCOPE.TASK.BUILD}:lines:VERSION-EDITION             the set of lines of a build
//	                                                               that succeeded (package
//	                                                               commands/green)
//
// with ":EDITION" behind those of pages if the build's record says when it ended, or that it has not
// (see logsapi.Record.Edition): the earlier pages of a build that is run again under its
// number are then not found by any process, and expire;
//
// and, if several processes share the store, the lock of each page while it is
// requested: the key of the page with ":lock" or, for a request that knows the
// build to be finished, ":lock-finished" behind it.
//
// p1 is the version of the keys and of the values (codec.go of package cache): who
// changes either counts it up, and what was there expires. The braces are a Redis
// Cluster hash tag: all pages of a build are in one slot, with their locks. SCOPE is
// Options.Scope of package cache, without which one account could read what another
// fetched. ORDER is a (ascending) or d (descending); START and END are the offsets
// as they are sent; SIZE is lines, always 1000 for FinishedLog, FinishedStepLog and
// CheckDetail, which have no size.
//
// Every key has a lifetime: pages that of finality.go of package cache, locks 2 s,
// renewed while the request takes longer. Nothing here is listed or scanned, except
// by an operator's "logbot cache".
const KeyPrefix = "logbot:p1:"

// Key is the key of the page that r asks for. It returns false for a request that
// names no log of the service or no order.
func Key(scope string, r logsapi.PageRequest) (string, bool) {
	var tag, log string
	size := r.Size
	switch l := r.Log.(type) {
	case logsapi.FinishedLog:
		tag, log = buildTag(scope, l.TaskID, l.Build), "finished"
		size = logsapi.PageLines
	case logsapi.LiveLog:
		tag, log = buildTag(scope, l.TaskID, l.Build), "live"
	case logsapi.StepLog:
		tag, log = buildTag(scope, l.TaskID, l.Build), "step-"+number(l.Step)
	case logsapi.FinishedStepLog:
		tag, log = buildTag(scope, l.TaskID, l.Build), "step-"+number(l.Step)+"-finished"
		size = logsapi.PageLines
	case logsapi.CheckLog:
		tag, log = plain(scope)+"."+plain(l.RunID), "check"
	case logsapi.CheckDetail:
		tag, log = plain(scope)+"."+plain(l.TaskID), "check-detail-"+plain(strings.ToLower(l.Execution))
		size = logsapi.PageLines
	default:
		return "", false
	}
	if size == 0 {
		size = logsapi.PageLines
	}
	order := "a"
	switch r.Order {
	case logsapi.Ascending:
	case logsapi.Descending:
		order = "d"
	default:
		return "", false
	}
	return KeyPrefix + "{" + tag + "}:" + strings.Join([]string{
		log, order, number(r.At.Start), number(r.At.End), strconv.Itoa(size),
	}, ":") + edition(r), true
}

// LinesKey is the key of the set of lines of an edition of a build. The edition says of
// which version the set is.
func LinesKey(scope, taskID string, build int64, edition string) string {
	return KeyPrefix + "{" + buildTag(scope, taskID, build) + "}:lines:" + plain(edition)
}

// edition is the end of the key, so that nothing is served that an earlier run under the
// same number has left, also not while it runs again.
func edition(r logsapi.PageRequest) string {
	if r.Edition == "" {
		return ""
	}
	return ":" + plain(r.Edition)
}

func buildTag(scope, task string, build int64) string {
	return plain(scope) + "." + plain(task) + "." + number(build)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// plainLimit is the longest part of a key that is written as it is, in bytes; the
// longest id of the service has 36.
const plainLimit = 64

// plain returns s as it stands in a hash tag: a hash of it, marked with "~", if s
// is long or has signs other than letters, digits, "-" and "_".
func plain(s string) string {
	odd := func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_'
	}
	if len(s) <= plainLimit && !strings.ContainsFunc(s, odd) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "~" + hex.EncodeToString(sum[:16])
}

// LogOf is the prefix of the keys of all pages of the log that key belongs to.
func LogOf(key string) string {
	tag := strings.IndexByte(key, '}') + len("}:")
	if tag >= len(key) {
		return key
	}
	log := strings.IndexByte(key[tag:], ':')
	if log < 0 {
		return key
	}
	return key[:tag+log+1]
}

// LockOf is the name of the lock of a page. A page that is fetched without knowing
// that the build is finished does not answer a request that does, so the two have
// different locks.
func LockOf(key string, finished bool) string {
	if finished {
		return key + ":lock-finished"
	}
	return key + ":lock"
}
