package excerpt

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// fit takes the most valued candidates that the limits allow, in log order.
func fit(all []candidate, o Options) []candidate {
	lift(all)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].worth, all[a].worth) })
	const usual = 140
	var chosen []int
	shown := map[string]bool{}
	kinds := map[uint64]int{}
	used := 0
	for _, i := range order {
		c := &all[i]
		if len(chosen) == o.Lines || c.worth <= min(leastWorth, all[order[0]].worth*leastShare) && len(chosen) > 0 {
			break
		}
		key := strings.TrimSpace(c.text)
		if key == "" || shown[key] || c.rule != nil && kinds[masked(c.entry.text)] == maxAlike {
			continue
		}
		cost := min(printed(c.shown, c.text), usual+prefixLen(c.shown)+1)
		if used+cost > o.Chars && len(chosen) > 0 {
			continue
		}
		used += cost
		shown[key] = true
		kinds[masked(c.entry.text)]++
		chosen = append(chosen, i)
	}
	slices.Sort(chosen)
	out := make([]candidate, len(chosen))
	for k, i := range chosen {
		out[k] = all[i]
	}
	shorten(out, o.Chars)
	return out
}

// lift gives the first of lines that differ only in numbers the worth of the
// best of them: where not all can be shown, the first is.
func lift(all []candidate) {
	first := map[uint64]int{}
	for i := range all {
		if all[i].rule == nil {
			continue
		}
		kind := masked(all[i].entry.text)
		if at, known := first[kind]; !known {
			first[kind] = i
		} else if all[at].early && all[at].step == all[i].step {
			all[at].worth = max(all[at].worth, all[i].worth)
		}
	}
}

// maxAlike is how many lines that differ only in numbers are shown.
const maxAlike = 3

// shorten cuts the longest lines until all fit chars.
func shorten(chosen []candidate, chars int) {
	limit := maxText
	for limit > 8 {
		total := 0
		for _, c := range chosen {
			total += min(utf8.RuneCountInString(c.text), limit) + prefixLen(c.shown) + 1
		}
		if total <= chars {
			break
		}
		limit = limit * 15 / 16
	}
	for i := range chosen {
		chosen[i].text = lines.ShortenMiddle(chosen[i].text, limit)
	}
}

// printed is the length of a line as it is printed, with its line feed.
func printed(number int, text string) int {
	return prefixLen(number) + utf8.RuneCountInString(text) + 1
}

// prefixLen is the length of "NUMBER: ".
func prefixLen(number int) int {
	n := 3
	if number < 0 {
		n, number = n+1, -number
	}
	for ; number >= 10; number /= 10 {
		n++
	}
	return n
}
