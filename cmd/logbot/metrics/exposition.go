package metrics

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// contentType is the text format that Prometheus and what is like it read.
const contentType = "text/plain; version=0.0.4; charset=utf-8"

// kind is the type of a metric.
type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
	summary   kind = "summary"
)

// A family is all series of one name.
type family struct {
	name, help string
	kind       kind
	samples    []sample
}

// A sample is one line of a scrape.
type sample struct {
	suffix string // of the name, in a histogram or summary: _bucket, _sum, _count
	labels []label
	value  float64
}

type label struct{ name, value string }

// labelled pairs names with values, sorted by name.
func labelled(names, values []string) []label {
	labels := make([]label, len(names))
	for i, name := range names {
		labels[i] = label{name, values[i]}
	}
	slices.SortFunc(labels, func(a, b label) int { return cmp.Compare(a.name, b.name) })
	return labels
}

// text is the families in the text format, sorted by name, their series by labels.
func text(families []family) []byte {
	slices.SortFunc(families, func(a, b family) int { return cmp.Compare(a.name, b.name) })
	var to bytes.Buffer
	for _, f := range families {
		to.WriteString("# HELP " + f.name + " " + escapeHelp.Replace(f.help) + "\n# TYPE " + f.name + " " + string(f.kind) + "\n")
		if f.kind == counter || f.kind == gauge {
			slices.SortFunc(f.samples, func(a, b sample) int {
				return slices.CompareFunc(a.labels, b.labels, func(a, b label) int { return cmp.Compare(a.value, b.value) })
			})
		}
		for _, s := range f.samples {
			to.WriteString(f.name + s.suffix)
			for i, l := range s.labels {
				to.WriteByte("{,"[min(i, 1)])
				to.WriteString(l.name + `="` + escapeValue.Replace(l.value) + `"`)
			}
			if len(s.labels) > 0 {
				to.WriteByte('}')
			}
			to.WriteString(" " + number(s.value) + "\n")
		}
	}
	return to.Bytes()
}

var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeValue = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// number writes a value as Prometheus does.
func number(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// bound is a number as the value of le. It has a point always: Prometheus before version
// 3 takes 1 and 1.0 for two buckets, and the latter is how it stored them until now.
func bound(v float64) string {
	s := number(v)
	if strings.ContainsAny(s, ".e+") {
		return s
	}
	return s + ".0"
}
