package logsapi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
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

func FuzzJoin(f *testing.F) {
	f.Add("[2026/09/10 17:26:22.772 GMT+08:00] 失败", "[2026/09/10 17:26:22.773 GMT+08:00] 编译", "\n")
	f.Add("a ", "", "[2026/09/10 17:26:22.773 GMT+08:00]")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		joined := Join(a, b, c)
		whole := b == "" || len(b) >= stampLen
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
