package cache

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
)

func TestAPageComesBackAsItWas(t *testing.T) {
	c := newCodec()
	for name, page := range map[string]logsapi.Page{
		"empty":           {},
		"empty last":      {Last: true, Next: logsapi.Cursor{Start: 5, End: 9}},
		"short":           {Text: "失败"},
		"1000 lines":      {Text: logText(1000), Next: logsapi.Cursor{Start: 1, End: math.MaxInt64}},
		"negative offset": {Text: "x\n", Next: logsapi.Cursor{Start: -1, End: math.MinInt64}},
		"not UTF-8":       {Text: "\xff\xfe\x00\n", Last: true},
		"as long as it may be": {
			Text: strings.Repeat("0123456789abcdef", maxText/16),
		},
	} {
		for _, settled := range []bool{false, true} {
			got, gotSettled, err := c.decode("key", c.encode("key", page, settled))
			require.NoError(t, err, name)
			assert.Equal(t, settled, gotSettled, name)
			assert.True(t, page == got, name) // not Equal: it would print 16 MiB
		}
	}
}

func TestAChangedValueIsDamaged(t *testing.T) {
	c := newCodec()
	page := logsapi.Page{Text: logText(30), Next: logsapi.Cursor{Start: 100, End: 4000}}
	value := c.encode("key", page, true)
	damaged := func(key string, v []byte, what string, at int) {
		t.Helper()
		_, _, err := c.decode(key, v)
		require.ErrorIs(t, err, errDamaged, "%s %d", what, at)
	}
	for i := range value {
		for bit := range 8 {
			v := bytes.Clone(value)
			v[i] ^= 1 << bit
			if got, settled, err := c.decode("key", v); err == nil {
				// zstd has bits without a meaning; the page must be right then.
				require.True(t, i >= headerLen && got == page && settled, "byte %d, bit %d", i, bit)
			}
		}
		damaged("key", value[:i], "cut to", i)
	}
	damaged("key", append(bytes.Clone(value), 0), "longer by", 1)
	damaged("key", append(bytes.Clone(value), value[headerLen:]...), "text twice, longer by", len(value))
	damaged("other key", value, "under another key", 0)
}

func TestAValueCannotClaimOrUnpackToMoreThanAPage(t *testing.T) {
	c := newCodec()
	bomb := c.enc.EncodeAll(make([]byte, 64<<20), nil) // some kilobytes that unpack to 64 MiB
	for _, claimed := range []uint32{0, 1, maxText, maxText + 1, math.MaxUint32} {
		head := []byte{magic, version, codecZstd, 0}
		head = binary.BigEndian.AppendUint32(head, claimed)
		head = append(head, make([]byte, headerLen-len(head))...)
		value := append(head, bomb...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := c.decode("key", value)
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, errDamaged)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2*maxText), "claims %d bytes", claimed)
	}
}

func FuzzDecode(f *testing.F) {
	c := newCodec()
	f.Add([]byte{})
	f.Add(c.encode("key", logsapi.Page{}, false))
	f.Add(c.encode("key", logsapi.Page{Text: "[ERROR] 编译失败：找不到符号\n", Last: true}, true))
	f.Add(c.encode("key", logsapi.Page{Text: logText(100), Next: logsapi.Cursor{Start: -1, End: 1 << 50}}, true))
	f.Add(c.encode("key", logsapi.Page{Text: "失败"}, true)[:headerLen+2])
	f.Fuzz(func(t *testing.T, value []byte) {
		page, settled, err := c.decode("key", value)
		if err != nil {
			require.ErrorIs(t, err, errDamaged)
			require.Equal(t, logsapi.Page{}, page)
			return
		}
		again, againSettled, err := c.decode("key", c.encode("key", page, settled))
		require.NoError(t, err)
		require.Equal(t, page, again)
		require.Equal(t, settled, againSettled)
	})
}

func FuzzEncode(f *testing.F) {
	c := newCodec()
	f.Add("k", "", int64(0), int64(0), false, false)
	f.Add("键", "构建失败\r\n", int64(-1), int64(1)<<62, true, true)
	f.Fuzz(func(t *testing.T, key, text string, start, end int64, last, settled bool) {
		page := logsapi.Page{Text: text, Next: logsapi.Cursor{Start: start, End: end}, Last: last}
		got, gotSettled, err := c.decode(key, c.encode(key, page, settled))
		require.NoError(t, err)
		require.Equal(t, page, got)
		require.Equal(t, settled, gotSettled)
	})
}

// noise does not compress.
func noise(n int) string {
	random := rand.NewChaCha8([32]byte{})
	b := make([]byte, n)
	random.Read(b)
	return string(b)
}
