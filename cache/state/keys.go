package state

import "logbot/cache/store"

// format is the version of the file's content, and of that of Redis. Who changes
// either in a way that an earlier version of the program would misread counts it up:
// that version then refuses to start, and says so. The key of Redis stays in
// logbot:s1 even if the others move.
// 2: watches may tell a user alone, and leave builds out.
const format = 2

// The whole keyspace of the state in Redis. SCOPE is Options.Scope; K is 0 to
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
//	logbot:s1:{SCOPE.stamps}:all      hash TABLE -> a word that changes   maxStamps       for ever
//	                                  with which rows the table has
//	logbot:s1:{SCOPE.builds}:all      hash TASK 00 BUILD (8 bytes) ->     MaxHistory,     HistoryAge
//	                                  JSON of the Build with its votes    MaxBuilds a task
//	logbot:s1:{SCOPE.reads}:all       hash stamp, 8 bytes that make it    MaxEvents       AuditAge
//	                                  unique -> JSON of the Event
//	logbot:s1:{SCOPE.reads}:cut       hash "old", "excess" -> events      -               AuditAge
//	                                  that were dropped
//	logbot:s1:{SCOPE.runs}:all        hash PROCESS -> JSON of the         MaxRuns         AuditAge
//	                                  AuditRun
//	logbot:s1:{SCOPE.presses}:all     hash name -> the press              MaxPresses      PressAge
//	logbot:s1:{SCOPE.locales}:all     hash USER -> JSON                   MaxLocales      LocaleAge
//	logbot:s1:{SCOPE.notices}:all     hash TASK 00 DAY -> 1               MaxNotices      NoticeAge
//	logbot:s1:{SCOPE.failures}:       hash KEY -> JSON of the Failure     MaxFailures     FailureAge
//	  failures:all
//	logbot:s1:{SCOPE.failures}:       hash TASK 00 BUILD (8 bytes) ->     MaxSightings    FailureAge
//	  sightings:all                   JSON of the Sighting
//	logbot:s1:{SCOPE.failures}:       hash TASK -> JSON of its green      MaxGreenTasks   FailureAge
//	  greens:all                      builds, and which claims wait
//	logbot:s1:{SCOPE.failures}:wrote  string, the token of the last         -             10 s
//	                                  change by store.Together
//	logbot:s1:{SCOPE.TABLE}:order     zset key, of tables with a lifetime the same        the same
//	logbot:s1:{SCOPE.TABLE}:ends      zset key -> ms of its end of life   the same        the same
//	logbot:s1:{SCOPE.TABLE}:wrote     string, the token of the last change  -               10 s
//	                                  by Table.Update
//	logbot:s1:{SCOPE.limit.NAME}:at   string us at which the bucket of a  -               until full again
//	                                  rate is full again
//	logbot:s1:{SCOPE.limit.NAME}:no   string, a pause                     -               the pause
//	logbot:s1:{SCOPE.replicas}:seen   zset process -> ms when last seen   those alive     replicaAge
//	logbot:s1:{SCOPE.format}:newest   string, the highest format of any   -               for ever
//	                                  program that has opened the state
//
// Older versions have the history in {SCOPE.history}, which is moved (see
// oldHistory); the audit log in {SCOPE.audit}, which expires (see oldAudit); and
// presses in {SCOPE.presses}:left, which expires within a minute: during an
// upgrade a press reaches only replicas of its own version.
//
// Parts that have other signs than letters, digits, "-", "_", "." and ":" are
// hashed, as are long ones. Nothing is found by SCAN over keys.
//
// An eviction policy that removes keys without a lifetime (allkeys-*) would lose
// intents, aliases and watches; volatile-* may lose history, audit log, pauses,
// presses, locales, notices and failures.
//
// The file holds the same in these buckets; see package store for the form of
// rows that expire:
//
//	intents    id -> JSON of the Intent, with the token of its claim
//	due        stamp when it may be claimed, id -> nothing
//	done       id -> token, "-" of one that was cancelled; an hour
//	aliases    CHANNEL 00 NAME -> JSON
//	watches    CHANNEL:TASK -> JSON, with its version
//	stamps     TABLE -> a word that changes with which rows the table has
//	builds     TASK 00 BUILD (8 bytes) -> JSON of the Build with its votes
//	reads      stamp, 8 bytes that make it unique -> JSON of the Event
//	runs       PROCESS -> JSON of the AuditRun
//	presses    name -> the press
//	locales    USER -> JSON
//	notices    TASK 00 DAY -> 1
//	failures   KEY -> JSON of the Failure
//	sightings  TASK 00 BUILD (8 bytes) -> JSON of the Sighting
//	greens     TASK -> JSON of its green builds, and which claims wait
//	format     "newest" -> the format
//
// Older versions have builds in history, with a bucket tasks, and reads in audit:
// OpenFile moves both.

// layout is what the file of a state contains.
func layout() store.Layout {
	failures := failureTables()
	return store.Layout{
		Format:  format,
		Tables:  []store.Spec{intentTable(), doneTable(), aliasTable(), watchTable(), historyTable(), auditTable(), auditRunTable(), pressTable(), localeTable(), noticeTable(), failures[0], failures[1], failures[2], stampTable()},
		Buckets: []string{dueBucket},
		Dropped: []string{"tasks"},
	}
}
