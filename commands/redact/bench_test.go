package redact

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// A clean log, of the lines that logs mostly consist of.
func cleanLog(size int) []byte {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "[2026/09/10 17:26:%02d.%03d GMT+08:00] [INFO] Downloaded from central: https://repo.maven.apache.org/maven2/org/example/part-%d/1.0/part.jar (58 kB at 1.2 MB/s)\n", i%60, i%1000, i)
		fmt.Fprintf(&b, "[2026/09/10 17:26:%02d.%03d GMT+08:00] \tat org.example.orders.OrderApi.total(OrderApi.java:%d) ~[classes/:?]\n", i%60, i%1000, i)
		fmt.Fprintf(&b, "[2026/09/10 17:26:%02d.%03d GMT+08:00] [构建:build_execute] 正在编译第 %d 个文件，共 999 个\n", i%60, i%1000, i)
	}
	return []byte(b.String()[:size])
}

func benchmarkPage(b *testing.B, text []byte) {
	g := New(own, random, "AKIDEXAMPLE0000", "another-secret-value", "fifth-secret-value")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		g.Page(text)
	}
}

func BenchmarkCleanPage(b *testing.B) { benchmarkPage(b, cleanLog(128<<10)) }

func BenchmarkPageWithASecretEvery2KiB(b *testing.B) {
	text := cleanLog(128 << 10)
	for i := 0; i+2<<10 <= len(text); i += 2 << 10 {
		copy(text[i:], "\nAuthorization: Bearer "+random+"\n")
	}
	benchmarkPage(b, text)
}

func BenchmarkPageFullOfNames(b *testing.B) {
	benchmarkPage(b, []byte(strings.Repeat("authorization=", 128<<10/14)))
}

func BenchmarkPageFullOfKeyLines(b *testing.B) {
	benchmarkPage(b, []byte(strings.Repeat(key, 128<<10/len(key))))
}

func BenchmarkPageFullOfEndLines(b *testing.B) {
	benchmarkPage(b, []byte(strings.Repeat("="+end, 128<<10/len(end))))
}

// BenchmarkHostilePage is of text that is full of what secrets are looked for at.
func BenchmarkHostilePage(b *testing.B) {
	for _, piece := range []string{
		"password=", "password ", "pass", "token: ", "key ", "sk=", "curl ", "docker login -p ", "echo a | sudo -S ", "| chpasswd", "mysql -p", "密码", "密码：", `"value`, "'", `"password":"`,
		"cookie: a=", "://", "://a:", "eyJ", "eyJa.", "Bearer ", "sig=", "AKIA", "hooks.slack.com/", "-----BEGIN " + keyWords + "-----", "PASS: ", "\x1b[31mpass\x1b[m", "\u200b", own[:8], own, "sqlplus a/", "T3BlbkFJ", "LS0tLS1CRUdJTi", "(secret", "secret(", "-p ", "\x1b[", "\x1b]8;", Mask, Mask + "a",
		"password=a\n", "password: |\n", "name: password\n", own[:9] + "\n", "identified by '", "pass:", `send "`, "machine a password ", "--password ", "secret.", "secret-", "_mmk", ":A", "1:A", ".atlasv1.", "Q~",
		"a", "A", "0", "=", "-", " ", "\n", "s.", "0123456789",
	} {
		b.Run(fmt.Sprintf("%q", piece), func(b *testing.B) { benchmarkPage(b, []byte(strings.Repeat(piece, 128<<10/len(piece)))) })
	}
}

func BenchmarkReader(b *testing.B) {
	g := New(own, random)
	text := cleanLog(16 << 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.Copy(io.Discard, g.Reader(strings.NewReader(string(text)))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriterLine(b *testing.B) {
	w := New(own, random).Writer(io.Discard)
	line := []byte(`time="2026-09-10T17:26:22Z" level=info msg="answered" task=web build=128 took=1.2s` + "\n")
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Write(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShortString(b *testing.B) {
	g := New(own, random)
	for b.Loop() {
		g.String("OrderApiTest.total:87 expected <200> but was <500>")
	}
}
