package work

import (
	"fmt"
	"strings"

	"logbot/commands/read"
	"logbot/commands/texts"
)

// progressText says how much of a log was read; p is nil before anything is known.
func progressText(p *read.Progress, l texts.Lang) string {
	switch {
	case p == nil || p.Bytes == 0:
		return texts.Bot.Working.In(l)
	case p.About > p.Bytes:
		unit, name := unitOf(p.About)
		return texts.Bot.ReadOf.With(amount(p.Bytes, unit), amount(p.About, unit)+" "+name).In(l)
	case p.Pages > 0:
		unit, name := unitOf(p.Bytes)
		return texts.Bot.ReadPages.With(p.Pages, amount(p.Bytes, unit)+" "+name).In(l)
	default:
		unit, name := unitOf(p.Bytes)
		return texts.Bot.ReadBytes.With(amount(p.Bytes, unit) + " " + name).In(l)
	}
}

// unitOf is the decimal unit for a number of bytes.
func unitOf(n int64) (unit int64, name string) {
	switch {
	case n >= 1e9:
		return 1e9, "GB"
	case n >= 1e6:
		return 1e6, "MB"
	case n >= 1e3:
		return 1e3, "KB"
	}
	return 1, "B"
}

// amount is n in a unit: a whole number, or one decimal below ten.
func amount(n, unit int64) string {
	if unit > 1 && n < 10*unit {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/float64(unit)), ".0")
	}
	return fmt.Sprint(n / unit)
}
