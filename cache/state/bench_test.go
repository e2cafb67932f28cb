package state

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// synced are the backends as they are used: the file waits for the disk.
func synced() map[string]backend {
	all := backends()
	all["file"] = func(testing.TB) func(testing.TB, Options) *Store {
		return func(t testing.TB, o Options) *Store { return openFile(t, tempPath(t), o) }
	}
	return all
}

// BenchmarkIntents is one intent from its writing to its end, by so many at once
// as a burst of commands would be.
func BenchmarkIntents(b *testing.B) {
	for name, start := range synced() {
		for _, at := range []int{1, 50} {
			b.Run(fmt.Sprintf("%s/%d at once", name, at), func(b *testing.B) {
				q, ctx := start(b)(b, Options{}).Intents, b.Context()
				var n atomic.Int64
				b.SetParallelism(at)
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						id := fmt.Sprint(n.Add(1))
						if _, err := q.Put(ctx, noon, Intent{ID: id, Kind: "command", Payload: make([]byte, 300)}); err != nil {
							b.Error(err)
						}
						claims, err := q.ClaimDue(ctx, noon, 1, lease)
						if err != nil {
							b.Error(err)
						}
						for _, c := range claims {
							if err := q.Done(ctx, noon, c); err != nil {
								b.Error(err)
							}
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "intents/s")
			})
		}
	}
}

// BenchmarkPutClaimed is the write before an acknowledgement, fifty at once.
func BenchmarkPutClaimed(b *testing.B) {
	for name, start := range synced() {
		b.Run(name, func(b *testing.B) {
			q, ctx := withMost(start(b)(b, Options{}), 1<<30).Intents, b.Context()
			var n, longest atomic.Int64
			b.SetParallelism(50)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					began := time.Now()
					_, _, err := q.PutClaimed(ctx, noon, Intent{ID: fmt.Sprint(n.Add(1)), Payload: make([]byte, 300)}, lease)
					if err != nil {
						b.Error(err)
					}
					took := time.Since(began).Microseconds()
					for was := longest.Load(); took > was && !longest.CompareAndSwap(was, took); was = longest.Load() {
					}
				}
			})
			b.ReportMetric(float64(longest.Load())/1000, "longest-ms")
		})
	}
}

// BenchmarkTake is one question for a token that all replicas share.
func BenchmarkTake(b *testing.B) {
	for name, start := range synced() {
		b.Run(name, func(b *testing.B) {
			l, ctx := start(b)(b, Options{}).Limits, b.Context()
			for b.Loop() {
				if _, err := l.Take(ctx, "chat.postMessage", 1e6, 1000, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
