package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// report is the table for e2e/README.md: a column for each bot.
func report(all []result) string {
	var b strings.Builder
	row := func(name string, cell func(result) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, r := range all {
			fmt.Fprintf(&b, " %s |", cell(r))
		}
		b.WriteByte('\n')
	}
	row("", func(r result) string { return r.name })
	b.WriteString("|---" + strings.Repeat("|---", len(all)) + "|\n")
	for i, l := range all[0].runs {
		row(l.name+": to the ack, p50 / p95 / p99", func(r result) string { return spread(r.runs[i].ack) })
		row(l.name+": to the answer, p50 / p95 / p99", func(r result) string { return spread(r.runs[i].answer) })
		row(l.name+": failed of all", func(r result) string {
			return fmt.Sprintf("%d of %d", r.runs[i].failed, r.runs[i].failed+len(r.runs[i].answer))
		})
	}
	row("Slack calls a command", func(r result) string { return fmt.Sprintf("%.2f", r.calls) })
	row("memory at rest / after the load", func(r result) string { return mb(r.idle) + " / " + mb(r.busy) })
	row("start to connected", func(r result) string { return ms(r.connected) })
	row("program", func(r result) string { return mb(r.binary) })
	return b.String()
}

func spread(d []time.Duration) string {
	if len(d) == 0 {
		return "none"
	}
	slices.Sort(d)
	at := func(percent int) string { return ms(d[min(len(d)-1, len(d)*percent/100)]) }
	return at(50) + " / " + at(95) + " / " + at(99)
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func mb(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
