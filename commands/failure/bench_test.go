package failure

import (
	"fmt"
	"testing"

	"logbot/commands/excerpt"
	"logbot/commands/testlog"
)

// benchmarked is an excerpt with three long reasons.
func benchmarked() *excerpt.Excerpt {
	e := &excerpt.Excerpt{Outcome: excerpt.Failed, Confidence: 80}
	for i, text := range []string{
		"[ERROR] /home/travis/build/acme/web/modules/billing/src/main/java/com/acme/billing/InvoiceService.java:[112,31] cannot find symbol: method roundHalfUp(java.math.BigDecimal) in class com.acme.billing.Rounding",
		"[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.11.0:compile (default-compile) on project billing: Compilation failure -> [Help 1]",
		"2026-11-30T08:07:59.123Z Process 4711 on runner-17.example.com exited with code 1 after 12.4 s",
	} {
		e.Reasons = append(e.Reasons, excerpt.Line{Number: i * 10, Text: text, Rule: "error"})
	}
	e.Reason = e.Reasons[0]
	return e
}

func BenchmarkOf(b *testing.B) {
	for _, n := range []int{0, 3, 1000} {
		var tests []testlog.Test
		for i := range n {
			tests = append(tests, testlog.Test{Suite: "com.acme.billing.InvoiceTest", Name: fmt.Sprintf("roundsHalfUp%d", i), At: "InvoiceTest.java:44", Says: "expected:<10.50> but was:<10.49> in invoice 4711"})
		}
		b.Run(fmt.Sprint(n, " tests"), func(b *testing.B) {
			e := benchmarked()
			for b.Loop() {
				Of(e, tests)
			}
		})
	}
}
