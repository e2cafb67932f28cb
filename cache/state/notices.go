package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/cache/store"
)

const (
	// NoticeAge is how long it is remembered that somebody was told of a task on a day:
	// longer than the day lasts on any replica's clock.
	NoticeAge = 48 * time.Hour
	// MaxNotices is the most of these that are remembered; the oldest are dropped first.
	MaxNotices = 10_000
)

// ErrToldAlready says that somebody was told on that day.
const ErrToldAlready = store.Verdict("that was told today")

func noticeTable() store.Spec {
	return store.Spec{Name: "notices", Noun: "notices", Max: MaxNotices, Life: NoticeAge, Evict: true}
}

// Notices remember of which tasks somebody was told on a day that a log shows a
// credential. What it was, where and to whom it was told is not stored.
type Notices struct{ table store.Table }

// First claims the notice of a task on the day of now in UTC: it is true for one caller
// only, over all replicas. If the connection to Redis breaks meanwhile it may be false
// for all.
func (n Notices) First(ctx context.Context, task string, now time.Time) (bool, error) {
	switch {
	case task == "":
		return false, errors.New("claim a notice: it needs a task")
	case len(task) > MaxID:
		return false, fmt.Errorf("claim the notice of %.40s: %w: at most %d bytes", task, ErrTooLarge, MaxID)
	}
	day := now.UTC().Format(time.DateOnly)
	err := n.table.At(now).Update(ctx, task+"\x00"+day, func(old []byte) ([]byte, error) {
		if old != nil {
			return nil, ErrToldAlready
		}
		return []byte{'1'}, nil
	})
	if errors.Is(err, ErrToldAlready) {
		return false, nil
	}
	return err == nil, during(err, "claim the notice of %s on %s", task, day)
}
