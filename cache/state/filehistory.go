package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// fileHistory is the History of a file.
type fileHistory struct{ *file }

// maxReason bounds the texts of a build, in bytes.
const maxReason = 1 << 10

func (b Build) check() error {
	switch {
	case b.Task == "" || b.Build < 1 || b.At.IsZero():
		return fmt.Errorf("record build %d of task %q: it needs a task, a number from 1 and a time", b.Build, b.Task)
	case bytes.Contains([]byte(b.Task), []byte{0}):
		return fmt.Errorf("record build %d of task %q: a task has no zero byte", b.Build, b.Task)
	case len(b.Task) > MaxID || len(b.Outcome) > MaxID || len(b.Step) > maxReason || len(b.Reason) > maxReason || len(b.Votes) > MaxVotes:
		return fmt.Errorf("record build %d of task %.40q: %w", b.Build, b.Task, ErrTooLarge)
	}
	return nil
}

func buildPrefix(task string) []byte { return []byte(task + "\x00") }

func buildKey(task string, build int64) []byte {
	return binary.BigEndian.AppendUint64(buildPrefix(task), uint64(build))
}

// Record implements History.
func (f fileHistory) Record(ctx context.Context, b Build) error {
	if err := b.check(); err != nil {
		return err
	}
	return f.change(ctx, fmt.Sprintf("record build %d of task %s", b.Build, b.Task), func(tx *bolt.Tx) error {
		all := tx.Bucket([]byte(historyBucket))
		var was Build
		if _, err := get(all, buildKey(b.Task, b.Build), &was); err != nil {
			return err
		}
		to := b
		if len(was.Votes) > 0 {
			to.Votes = was.Votes
			for user, right := range b.Votes {
				if len(to.Votes) < MaxVotes {
					to.Votes[user] = right
				}
			}
		}
		if err := f.seen(tx, b); err != nil {
			return err
		}
		if err := put(all, buildKey(b.Task, b.Build), to); err != nil {
			return err
		}
		return trimBuilds(all, b)
	})
}

// seen notes that a task was seen, and forgets tasks where there are too many or
// some have not been seen for long. It looks only when a task is new.
func (f fileHistory) seen(tx *bolt.Tx, b Build) error {
	tasks, all := tx.Bucket([]byte(tasksBucket)), tx.Bucket([]byte(historyBucket))
	at := b.At.UnixMilli()
	known := tasks.Get([]byte(b.Task)) != nil
	if stampOf(tasks.Get([]byte(b.Task))) < at {
		if err := tasks.Put([]byte(b.Task), appendStamp(nil, at)); err != nil {
			return err
		}
	}
	if known {
		return nil
	}
	type task struct {
		name string
		at   int64
	}
	var old []task
	tasks.ForEach(func(k, v []byte) error {
		old = append(old, task{string(k), stampOf(v)})
		return nil
	})
	slices.SortFunc(old, func(a, b task) int { return int(a.at - b.at) })
	for i, t := range old {
		if len(old)-i <= MaxTasks && t.at > at-HistoryAge.Milliseconds() {
			break
		}
		if err := tasks.Delete([]byte(t.name)); err != nil {
			return err
		}
		if err := deletePrefix(all, buildPrefix(t.name)); err != nil {
			return err
		}
	}
	return nil
}

func deletePrefix(b *bolt.Bucket, prefix []byte) error {
	for {
		k, _ := b.Cursor().Seek(prefix)
		if k == nil || !bytes.HasPrefix(k, prefix) {
			return nil
		}
		if err := b.Delete(bytes.Clone(k)); err != nil {
			return err
		}
	}
}

// trimBuilds removes the builds of a task that are too many or too old.
func trimBuilds(all *bolt.Bucket, newest Build) error {
	var is []Build
	err := eachIn(all, buildPrefix(newest.Task), func(_ []byte, b Build) { is = append(is, b) })
	if err != nil {
		return err
	}
	for i, b := range is {
		if len(is)-i <= MaxBuilds && b.At.After(newest.At.Add(-HistoryAge)) {
			continue
		}
		if err := all.Delete(buildKey(b.Task, b.Build)); err != nil {
			return err
		}
	}
	return nil
}

// Builds implements History.
func (f fileHistory) Builds(ctx context.Context, task string, n int) (is []Build, err error) {
	err = f.read(ctx, "read the history of task "+task, func(tx *bolt.Tx) error {
		return eachIn(tx.Bucket([]byte(historyBucket)), buildPrefix(task), func(_ []byte, b Build) { is = append(is, b) })
	})
	return newest(is, n), err
}

// newest are the n builds with the highest numbers, highest first; n = 0 is all.
func newest(is []Build, n int) []Build {
	slices.SortFunc(is, func(a, b Build) int { return int(b.Build - a.Build) })
	if n > 0 && n < len(is) {
		is = is[:n]
	}
	return is
}

func tooManyVotes() error { return fmt.Errorf("%w: there are %d votes", ErrFull, MaxVotes) }

// Vote implements History.
func (f fileHistory) Vote(ctx context.Context, task string, build int64, user string, right bool) (rights, wrongs int, err error) {
	if err := checkVoter(user); err != nil {
		return 0, 0, err
	}
	b, err := update(ctx, f.file, 4*f.options.Budget, fmt.Sprintf("count a vote on build %d of task %s", build, task), func(tx *bolt.Tx) (Build, error) {
		all := tx.Bucket([]byte(historyBucket))
		var b Build
		found, err := get(all, buildKey(task, build), &b)
		switch _, voted := b.Votes[user]; {
		case err != nil:
			return b, err
		case !found:
			return b, ErrNotFound
		case !voted && len(b.Votes) >= MaxVotes:
			return b, tooManyVotes()
		}
		b.Votes = maps.Clone(b.Votes)
		if b.Votes == nil {
			b.Votes = map[string]bool{}
		}
		b.Votes[user] = right
		return b, put(all, buildKey(task, build), b)
	})
	rights, wrongs = b.Counts()
	return rights, wrongs, err
}

func checkVoter(user string) error {
	if user == "" || len(user) > MaxID {
		return fmt.Errorf("count the vote of %.40q: a user has 1 to %d bytes", user, MaxID)
	}
	return nil
}

// Tasks implements History.
func (f fileHistory) Tasks(ctx context.Context) (names []string, err error) {
	err = f.read(ctx, "list the tasks of the history", func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(tasksBucket)).ForEach(func(k, _ []byte) error {
			names = append(names, string(k))
			return nil
		})
	})
	return names, err
}
