package cache

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/cache/redistest"
	"logbot/logsapi"
)

// benchPage is a page as the service sends one: 1000 lines, here of what a
// build with Maven prints.
func benchPage() logsapi.Page {
	random := rand.New(rand.NewPCG(1, 2))
	forms := []string{
		"[INFO] Downloaded from central: https://repo.example.com/maven2/org/apache/lib%[1]d/%[2]x/lib-%[1]d.jar (%[1]d kB at %[2]d kB/s)",
		"[INFO] Compiling %[1]d source files with javac [debug release 17] to target/classes/%[2]x",
		"[WARNING] /src/main/java/com/example/order/Order%[2]d.java:[%[1]d,21] 使用了已过时的 API",
		"Tests run: %[1]d, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.%[2]d s -- in com.example.Order%[1]dTest",
		"DEBUG o.s.b.f.s.DefaultListableBeanFactory -- Creating shared instance of singleton bean 'bean%[2]x'",
	}
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "[2026/09/10 17:26:%02d.%03d GMT+08:00] ", i/20, random.IntN(1000))
		fmt.Fprintf(&b, forms[random.IntN(len(forms))], random.IntN(1000), random.Uint32())
		b.WriteByte('\n')
	}
	return logsapi.Page{Text: b.String(), Next: logsapi.Cursor{End: int64(b.Len())}}
}

func BenchmarkEncode(b *testing.B) {
	c, page := newCodec(), benchPage()
	benchEncode(b, c, []logsapi.Page{page})
}

// BenchmarkEncodeCorpus packs real logs: the log.txt files below the folder that
// CORPUS names, cut into pages of 1000 lines.
func BenchmarkEncodeCorpus(b *testing.B) {
	pages := corpusPages(b)
	if pages == nil {
		b.Skip("CORPUS names no folder with */*/log.txt")
	}
	benchEncode(b, newCodec(), pages)
}

func benchEncode(b *testing.B, c *codec, pages []logsapi.Page) {
	var text, packed int
	for _, page := range pages {
		text += len(page.Text)
		packed += len(c.encode("key", page, true))
	}
	b.SetBytes(int64(text))
	b.ReportAllocs()
	for b.Loop() {
		for _, page := range pages {
			c.encode("key", page, true)
		}
	}
	b.ReportMetric(float64(text)/float64(packed), "ratio")
	b.ReportMetric(float64(packed/len(pages)), "bytes/page")
}

func BenchmarkDecode(b *testing.B) {
	c, page := newCodec(), benchPage()
	value := c.encode("key", page, true)
	b.SetBytes(int64(len(page.Text)))
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := c.decode("key", value)
		require.NoError(b, err)
	}
}

// BenchmarkWarmPage reads a page of 1000 lines that some layer has.
func BenchmarkWarmPage(b *testing.B) {
	b.Run("in process", func(b *testing.B) {
		p := open(b, serving(benchPage(), nil), Options{})
		ask(b, p, aRequest)
		b.ReportAllocs()
		for b.Loop() {
			ask(b, p, aRequest)
		}
	})
	for name, openStore := range stores {
		b.Run(name, func(b *testing.B) {
			p := open(b, serving(benchPage(), nil), Options{Store: openStore(b)})
			key, _ := pagestore.Key("", aRequest)
			value := p.codec.encode(key, benchPage(), true)
			require.NoError(b, p.store.Set(b.Context(), key, value, time.Hour))
			b.ReportAllocs()
			for b.Loop() {
				p.memory.Delete(b.Context(), key)
				ask(b, p, aRequest)
			}
			require.Zero(b, p.Stats().Misses)
		})
	}
}

// BenchmarkStoreSet writes a page of 1000 lines.
func BenchmarkStoreSet(b *testing.B) {
	value := newCodec().encode("key", benchPage(), true)
	for name, openStore := range stores {
		b.Run(name, func(b *testing.B) {
			s := openStore(b)
			for b.Loop() {
				require.NoError(b, s.Set(b.Context(), "key", value, time.Hour))
			}
		})
	}
}

// BenchmarkRedisGet is the bare read, to be set beside redis-benchmark with the
// same size.
func BenchmarkRedisGet(b *testing.B) {
	s := openRedis(b, redistest.Start(b).URL())
	value := newCodec().encode("key", benchPage(), true)
	require.NoError(b, s.Set(b.Context(), "key", value, time.Hour))
	for b.Loop() {
		_, err := s.Get(b.Context(), "key")
		require.NoError(b, err)
	}
	b.ReportMetric(float64(len(value)), "bytes")
}
