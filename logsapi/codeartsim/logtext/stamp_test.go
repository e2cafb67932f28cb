package logtext

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzStampsAreReadAndMovedAsThePackageTimeDoes(f *testing.F) {
	for _, stamp := range []string{
		"[2026/11/20 23:59:58.999 GMT+08:00]", "[2024/02/29 00:00:00.000 GMT-03:30]", "[0000/01/01 00:00:00.000 GMT+00:00]",
		"[2026/02/29 00:00:00.000 GMT+08:00]", "[2026/00/10 00:00:00.000 GMT+08:00]", "[2026/11/31 00:00:00.000 GMT+08:00]",
		"[2026/11/20 24:00:00.000 GMT+08:00]", "[2026/11/20 23:60:00.000 GMT+08:00]", "[2026/11/20 23:00:60.000 GMT+08:00]",
		"[2026/11/20 23:59:58.999 GMT+24:59]", "[2026/11/20 23:59:58.999 GMT+25:00]", "[2026/11/20 23:59:58.999 GMT+08:60]",
		"[2026/11/20 23:59:58.999 GMT 08:00]", "[2026/11/20 23:59:58.999 UTC+08:00]", "[2026/1a/20 23:59:58.999 GMT+08:00]", "[编译]",
	} {
		f.Add(stamp, int64(90*time.Minute))
	}
	f.Fuzz(func(t *testing.T, stamp string, move int64) {
		if len(stamp) != StampBytes {
			t.Skip()
		}
		want, err := time.Parse(StampLayout, stamp)
		got, ok := ParseStamp([]byte(stamp))
		require.Equal(t, err == nil && want.Format(StampLayout) == stamp, ok, "%q: %s, %v", stamp, want, err)
		if !ok {
			return
		}
		assert.True(t, want.Equal(got), "%s is %s, not %s", stamp, want, got)
		assert.Equal(t, stamp, got.Format(StampLayout))

		later := want.Add(time.Duration(move))
		if year := later.Year(); year < 1 || year > 9998 {
			t.Skip()
		}
		moved := Of([]byte(stamp)).Shifted(time.Duration(move))
		assert.Equal(t, later.Format(StampLayout), string(moved.Slice(0, moved.Size)))
	})
}
