package logsapi

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"logbot/logsapi/dialect"
	"logbot/logsapi/lines"
)

func TestJoinGluesPagesWhereverTheyWereCut(t *testing.T) {
	const stamp = "[2026/09/10 17:26:22.772 GMT+08:00]"
	for _, c := range []struct {
		name  string
		pages []string
		want  string
	}{
		{"nothing", nil, ""},
		{"one", []string{"a"}, "a"},
		{"whole lines", []string{"a\n", "b\n"}, "a\nb\n"},
		{"inside a line", []string{stamp + " go te", "st ./...\n"}, stamp + " go test ./...\n"},
		{"inside a stamp", []string{"a\n[2026/09/10 17:", "26:22.772 GMT+08:00] b\n"}, "a\n" + stamp + " b\n"},
		{"in front of a line feed", []string{"a", "\nb"}, "a\nb"},
		{"the last line feed left out", []string{stamp + " a", stamp + " b"}, stamp + " a\n" + stamp + " b"},
		{"between glued entries", []string{"password**** ", stamp + " scmType"}, "password**** " + stamp + " scmType"},
		{"empty pages in between", []string{"", stamp + " a", "", "", stamp + " b", ""}, stamp + " a\n" + stamp + " b"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, Join(c.pages...)) })
	}
}

// FuzzJoinedPages cuts a log anywhere, reads the pieces in both directions and
// joins them. Entries that are glued have a blank between them, which is all
// that the log must keep to; a line feed is left out where the mask says so and
// offsets tell.
func FuzzJoinedPages(f *testing.F) {
	const stamp = "[2026/09/10 17:26:22.772 GMT+08:00]"
	f.Add(stamp+" 编译失败\n"+stamp+" password**** "+stamp+" b\n\n(Reading 5%\n", []byte{3, 40, 1, 90}, true)
	f.Add("失败\n"+stamp+"\n", []byte{1, 1, 1, 1, 1, 1, 1, 1}, false)
	f.Add(buildLog(8), []byte{35, 35, 35, 200}, true)
	f.Fuzz(func(t *testing.T, log string, cuts []byte, feeds bool) {
		if len(log) > 4096 {
			return // one letter a page would take long
		}
		log = glued.ReplaceAllString(strings.ToValidUTF8(log, "?"), "$1 $2")
		var sizes []int
		for _, c := range cuts {
			sizes = append(sizes, int(c)+1)
		}
		service := &pieces{log: log, sizes: sizes, dropFeeds: feeds}
		client := unlimited(t, service.RoundTrip)
		for _, order := range []Order{Ascending, Descending} {
			if got := read(t, client, PageRequest{Log: testLog, Order: order}); got != log && !service.turned {
				t.Fatalf("in order %d %q became %q", order, log, got)
			}
		}
	})
}

// glued is a stamp right behind something that is neither blank nor line feed.
var glued = regexp.MustCompile(`([^ \n])(\[[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:)`)

// pieces serves a log in pieces of given sizes, never inside a letter.
type pieces struct {
	log       string
	sizes     []int
	dropFeeds bool
	served    int
	turned    bool // a descending page looked as if its newest line came first
}

func (p *pieces) RoundTrip(r *http.Request) (*http.Response, error) {
	size := len(p.log) + 1
	if len(p.sizes) > 0 {
		size = p.sizes[p.served%len(p.sizes)]
	}
	p.served++
	q := r.URL.Query()
	start, _ := strconv.Atoi(q.Get("start_offset"))
	end, _ := strconv.Atoi(q.Get("end_offset"))
	from, to := end, min(end+size, len(p.log))
	if q.Get("sort") == "DESC" {
		if to = start; start == 0 && end == 0 {
			to = len(p.log)
		}
		from = max(to-size, 0)
		defer func() {
			p.turned = p.turned || dialect.NewHost("", nil, "").OldestFirst(p.log[from:to]) != p.log[from:to]
		}()
	}
	for from > 0 && !utf8.RuneStart(p.log[from]) {
		from--
	}
	for to < len(p.log) && !utf8.RuneStart(p.log[to]) {
		to++
	}
	text := p.log[from:to]
	if p.dropFeeds {
		text = strings.TrimSuffix(text, "\n")
	}
	return answer(200, page(from, to, to < len(p.log), text)), nil
}

func FuzzJoin(f *testing.F) {
	f.Add("[2026/09/10 17:26:22.772 GMT+08:00] 失败", "[2026/09/10 17:26:22.773 GMT+08:00] 编译", "\n")
	f.Add("a ", "", "[2026/09/10 17:26:22.773 GMT+08:00]")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		joined := Join(a, b, c)
		whole := b == "" || len(b) >= lines.StampLen
		if whole && (Join(a, Join(b, c)) != joined || Join(Join(a, b), c) != joined) {
			t.Fatalf("the way of joining %q, %q and %q matters", a, b, c)
		}
		added := len(joined) - len(a) - len(b) - len(c)
		if added < 0 || added > 2 {
			t.Fatalf("%d bytes were added", added)
		}
		if strings.ReplaceAll(joined, "\n", "") != strings.ReplaceAll(a+b+c, "\n", "") {
			t.Fatal("more than line feeds changed")
		}
	})
}
