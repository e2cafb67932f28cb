package state

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"strings"
)

// The whole keyspace of the state in Redis. SCOPE is [Options.Scope]; K is 0 to
// 3, by a hash of the intent's id. What stands in braces is a Redis Cluster hash
// tag: a script touches the keys of one tag, so of one slot.
//
//	key                               type, content                      bound           lives
//	logbot:s1:{SCOPE.intents.K}:due   zset id -> ms when it may be        MaxIntents/4    until done
//	                                  claimed: due, or its lease ends
//	logbot:s1:{SCOPE.intents.K}:body  hash id -> JSON of the Intent       the same        the same
//	logbot:s1:{SCOPE.intents.K}:note  hash id -> progress                 the same        the same
//	logbot:s1:{SCOPE.intents.K}:tries hash id -> attempts                 the same        the same
//	logbot:s1:{SCOPE.intents.K}:held  hash id -> token of the newest      due and done    due and done
//	                                  claim, also of one that is done;
//	                                  "-…" of one that was cancelled
//	logbot:s1:{SCOPE.intents.K}:done  zset id -> ms when it was done or   100,000         an hour
//	                                  cancelled
//	logbot:s1:{SCOPE.aliases}:all     hash CHANNEL 00 NAME -> JSON        MaxAliases      until deleted
//	logbot:s1:{SCOPE.watches}:all     hash CHANNEL:TASK -> version, JSON  MaxWatches      until removed
//	logbot:s1:{SCOPE.history}:tasks   zset TASK -> ms when last seen      MaxTasks        HistoryAge
//	logbot:s1:{SCOPE.history.TASK}:of hash b:BUILD -> JSON of the Build,  MaxBuilds with  HistoryAge after
//	                                  v:BUILD:USER -> 1 right, 0 wrong    MaxVotes each   the last build
//	logbot:s1:{SCOPE.audit}:reads     stream of JSON in the field r       MaxReads        AuditAge
//	logbot:s1:{SCOPE.limit.NAME}:at   string us at which the bucket of a  -               until full again
//	                                  rate is full again
//	logbot:s1:{SCOPE.limit.NAME}:no   string, a pause                     -               the pause
//	logbot:s1:{SCOPE.replicas}:seen   zset process -> ms when last seen   those alive     replicaAge
//	logbot:s1:{SCOPE.presses}:left    hash name -> ms when it was left    MaxPresses      PressAge after
//	                                  (13 digits), the press                              the last was left
//
// s1 is the version of the keys and of what they hold: whoever changes either
// counts it up, and moves what was there by export and import. Parts that hold
// more than letters, digits, "-", "_", "." and ":" are hashed, as are long ones.
// Nothing is found by SCAN over keys.
//
// An eviction policy that removes keys without a lifetime (allkeys-*) would lose
// intents, aliases and watches; volatile-* may lose votes, pauses and presses, which
// costs another vote, refusal or press.
//
// The file holds the same in these buckets:
//
//	intents    id -> JSON of the Intent, with the token of its claim
//	due        stamp when it may be claimed, id -> nothing
//	done       id -> stamp until which it is known, token, "-" of one that was
//	           cancelled; doneby: stamp, id
//	aliases    CHANNEL 00 NAME -> JSON
//	watches    CHANNEL:TASK -> JSON, with its version
//	history    TASK 00 BUILD (8 bytes) -> JSON of the Build with its votes
//	tasks      TASK -> stamp when last seen
//	audit      stamp, 8 bytes that count up -> JSON
//	presses    name -> stamp until which it is kept, the press; pressesby: stamp,
//	           name
//	counts     bucket -> how many are in it, 8 bytes
//
// A stamp is Unix milliseconds, 8 bytes, big endian.
const keyPrefix = "logbot:s1:"

const (
	intentsBucket = "intents"
	dueBucket     = "due"
	doneBucket    = "done"
	aliasesBucket = "aliases"
	watchesBucket = "watches"
	historyBucket = "history"
	tasksBucket   = "tasks"
	auditBucket   = "audit"
	pressesBucket = "presses"
	countsBucket  = "counts"
)

var buckets = []string{
	intentsBucket, dueBucket, doneBucket, doneBucket + "by", aliasesBucket, watchesBucket,
	historyBucket, tasksBucket, auditBucket,
	pressesBucket, pressesBucket + "by", countsBucket,
}

// parts is how many parts the queue of intents has in Redis, each with a slot of
// its own: while one master fails over, the work in the others goes on.
const parts = 4

// partOf is the part of the queue that an intent is in.
func partOf(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % parts)
}

// keysIn names the keys of one tag: what of, such as "intents" and "2", and the
// names behind the tag.
func keysIn(scope string, of []string, names ...string) []string {
	tag := plain(scope)
	for _, part := range of {
		tag += "." + plain(part)
	}
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = keyPrefix + "{" + tag + "}:" + name
	}
	return keys
}

func intentKeys(scope string, part int, names ...string) []string {
	return keysIn(scope, []string{"intents", strconv.Itoa(part)}, names...)
}

// plainLimit is the longest part of a key that is written out, in bytes.
const plainLimit = 100

// plain returns s where it can stand in a hash tag as it is, else a hash of it,
// marked by a sign that no plain part holds.
func plain(s string) string {
	odd := func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("-_.:", c)
	}
	if s != "" && len(s) <= plainLimit && !strings.ContainsFunc(s, odd) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "~" + hex.EncodeToString(sum[:16])
}
