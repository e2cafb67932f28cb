// Package store keeps small tables of what must outlive a process, in a file of
// one machine or in a Redis (5.0 or newer) or Valkey, also a Cluster.
//
// A [Table] is a bounded set of rows, each a key and a value of a few KiB. It can
// get, put, delete, change atomically ([Table.Update]), and scan in the order of
// the keys; its rows may expire. Tables are written once, above the two backends
// [File] and [Redis]. What a table cannot do, such as a queue with leases, uses
// the backends directly: [File.Change] and [Ask].
//
// # Adding a table
//
// Describe it in a [Spec]: a name that no other table has, the most rows, and how
// long a row lives. Choose keys so that one scan finds what is asked for:
//
//   - By task, such as one record per failure: TASK 00 FAILURE, and
//     [Table.Scan] over [Prefix](TASK 00). Part numbers as 8 bytes, big endian,
//     so that their order is the order of the keys.
//   - Newest first, such as an audit trail: the time (8 bytes) and a suffix that
//     makes the key unique; scan a [Range] of times, Reverse. A query by user or
//     task filters that scan; a second table with USER 00 TIME as key serves it
//     without, at the cost of one more write.
//
// Then add the Spec to the [Layout] of [OpenFile], get the table from [File.Table]
// or [Redis.Table], and document its keys with the others of the caller (package
// state: keys.go). Nothing else depends on which tables there are.
//
// A table whose rows live until they are deleted is one Redis hash, read as a
// whole by a scan: for some thousand rows at most. A table whose rows expire has
// an index by key and one by end of life, and is scanned in pages; a hundred
// thousand rows are fine. All keys of a table have one hash tag, so that a script
// changes them at once: a table lies on one master of a Cluster.
//
// # Trouble
//
// A call waits four [Options.Budget] at most, and no longer than is left of the
// patience of the command it is made for (package patience). A backend that
// cannot be used is [ErrAway]: away, failing over, full, read-only, damaged, the
// disk full. While a Redis server does not answer, calls fail at once and one is
// let through every two seconds. A write that ends in ErrAway, or because its
// context ended, may have happened all the same.
package store
