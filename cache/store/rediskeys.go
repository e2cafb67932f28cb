package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// KeyPrefix begins every key in Redis. s1 is the version of the keys and of their
// values: who changes either in a way that other versions cannot read counts it
// up, and moves what is there by export and import.
const KeyPrefix = "logbot:s1:"

// Keys are the keys of one hash tag, {SCOPE.OF}:NAME for each of names: a script
// may touch all of them, also in a Cluster.
func Keys(scope string, of []string, names ...string) []string {
	tag := Plain(scope)
	for _, part := range of {
		tag += "." + Plain(part)
	}
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = KeyPrefix + "{" + tag + "}:" + name
	}
	return keys
}

// plainLimit is the longest part of a key that is written as it is, in bytes.
const plainLimit = 100

// Plain returns s as it stands in a hash tag: a hash of it, marked with "~", if s
// is long or has signs other than letters, digits, "-", "_", "." and ":".
func Plain(s string) string {
	odd := func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("-_.:", c)
	}
	if s != "" && len(s) <= plainLimit && !strings.ContainsFunc(s, odd) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "~" + hex.EncodeToString(sum[:16])
}
