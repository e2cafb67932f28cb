package metrics

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// counters are a family of counters, one for each combination of its labels' values. All
// exist from the start.
type counters struct {
	name, help string
	labels     []string
	series     map[string]*atomic.Int64 // by the values, joined
}

// newCounters makes all counters of a family. values has, label by label, what it may be.
func newCounters(name, help string, labels []string, values ...[]string) *counters {
	c := &counters{name, help, labels, map[string]*atomic.Int64{}}
	for _, key := range keys(values) {
		c.series[key] = &atomic.Int64{}
	}
	return c
}

// add counts one event. Values that the family does not know count nothing.
func (c *counters) add(values ...string) {
	if n := c.series[strings.Join(values, between)]; n != nil {
		n.Add(1)
	}
}

func (c *counters) family() family {
	f := family{name: c.name, help: c.help, kind: counter}
	for key, n := range c.series {
		f.samples = append(f.samples, sample{labels: labelled(c.labels, valuesOf(key)), value: float64(n.Load())})
	}
	return f
}

// durations are a family of histograms of seconds, as counters are of counters.
type durations struct {
	name, help string
	labels     []string
	bounds     []float64 // of the buckets, rising
	series     map[string]*distribution
}

// A distribution is one histogram.
type distribution struct {
	mu      sync.Mutex
	buckets []int64 // one per bound; what is above the last one is in none
	count   int64
	sum     float64
}

// newDurations makes one histogram, or one for each value of a label.
func newDurations(name, help string, bounds []float64, labels []string, values ...[]string) *durations {
	d := &durations{name, help, labels, bounds, map[string]*distribution{}}
	for _, key := range keys(values) {
		d.series[key] = &distribution{buckets: make([]int64, len(bounds))}
	}
	return d
}

// observe counts one duration. Values that the family does not know count nothing.
func (d *durations) observe(took time.Duration, values ...string) {
	s := d.series[strings.Join(values, between)]
	if s == nil {
		return
	}
	v := took.Seconds()
	i, _ := slices.BinarySearch(d.bounds, v) // the first bound that is not below v
	s.mu.Lock()
	defer s.mu.Unlock()
	if i < len(s.buckets) {
		s.buckets[i]++
	}
	s.count++
	s.sum += v
}

func (d *durations) family() family {
	f := family{name: d.name, help: d.help, kind: histogram}
	for _, key := range slices.Sorted(maps.Keys(d.series)) {
		labels := labelled(d.labels, valuesOf(key))
		f.samples = append(f.samples, d.series[key].samples(labels, d.bounds)...)
	}
	return f
}

func (s *distribution) samples(labels []label, bounds []float64) (all []sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	below := int64(0)
	for i, n := range s.buckets {
		below += n
		all = append(all, sample{"_bucket", append(slices.Clip(labels), label{"le", bound(bounds[i])}), float64(below)})
	}
	return append(all,
		sample{"_bucket", append(slices.Clip(labels), label{"le", "+Inf"}), float64(s.count)},
		sample{"_sum", labels, s.sum},
		sample{"_count", labels, float64(s.count)})
}

// between stands between the values in a key; no value has it.
const between = "\xff"

// keys are all combinations of the labels' values, joined.
func keys(values [][]string) []string {
	all := [][]string{nil}
	for _, each := range values {
		var longer [][]string
		for _, key := range all {
			for _, value := range each {
				longer = append(longer, append(slices.Clip(key), value))
			}
		}
		all = longer
	}
	joined := make([]string, len(all))
	for i, key := range all {
		joined[i] = strings.Join(key, between)
	}
	return joined
}

// valuesOf are the values of a key.
func valuesOf(key string) []string {
	if key == "" {
		return nil
	}
	return strings.Split(key, between)
}
