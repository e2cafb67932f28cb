package codeartsim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// ParseFault checks a Fault with its value and endpoint.
func ParseFault(text string) (Fault, error) {
	_, _, err := parseFault(text)
	return Fault(text), err
}

// setting is an enabled Fault.
type setting struct {
	every   uint64
	count   atomic.Uint64 // of requests that it can hit
	refused atomic.Int64  // of those that refuseFirst refused, or could have
	amount  int64         // a count, bytes or nanoseconds
	name    string        // of an endpoint, a code, or a word
	only    string        // the endpoint it is for, or empty for all
	place   int           // in Faults, which is the order in which faults do what they do
	hooks
}

func parseFault(text string) (Fault, *setting, error) {
	given, only, scoped := strings.Cut(text, "@")
	name, value, valued := strings.Cut(given, "=")
	all := Faults()
	i := slices.IndexFunc(all, func(s Switch) bool { return string(s.Fault) == name })
	if i < 0 {
		return "", nil, fmt.Errorf("unknown fault %q", text)
	}
	known := all[i]
	if scoped && !isEndpoint(only) {
		return "", nil, fmt.Errorf("fault %q: there is no endpoint %q", text, only)
	}
	if !valued {
		value = known.Default
	}
	s := &setting{every: uint64(max(known.Every, 1)), only: only, place: i, hooks: known.hooks}
	switch {
	case known.Every > 0 && valued:
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || n == 0 {
			return "", nil, fmt.Errorf("fault %q: %q is not a number from 1", text, value)
		}
		s.every = n
	case known.Takes != "":
		if err := s.parseValue(known.Takes, value); err != nil {
			return "", nil, fmt.Errorf("fault %q: %w", text, err)
		}
	case valued:
		return "", nil, fmt.Errorf("fault %q: %s takes nothing", text, name)
	}
	return known.Fault, s, nil
}

// parseValue reads the value of a fault.
func (s *setting) parseValue(what, value string) (err error) {
	switch what {
	case takesDuration:
		var d time.Duration
		d, err = time.ParseDuration(value)
		s.amount = int64(d)
	case takesEndpoint:
		s.name = value
		if value != allFurther && !isEndpoint(value) {
			return fmt.Errorf("there is no endpoint %q", value)
		}
	case takesCode:
		s.name = value
		if _, ok := knownCodes()[value]; !ok {
			return fmt.Errorf("%q is not one of %s", value, strings.Join(slices.Sorted(maps.Keys(knownCodes())), ", "))
		}
	case takesWord:
		if s.name = value; value == "" {
			return errors.New("a word is missing")
		}
	default:
		s.amount, err = strconv.ParseInt(value, 10, 64)
		if err == nil && s.amount < 1 {
			err = fmt.Errorf("%q is not a number from 1", value)
		}
	}
	return err
}

func isEndpoint(name string) bool {
	return slices.ContainsFunc(Endpoints(), func(e Endpoint) bool { return e.Name == name })
}

// faults are the enabled faults; nil is valid.
type faults map[Fault][]*setting

func newFaults(on []Fault) (faults, error) {
	f := faults{}
	for _, fault := range on {
		name, s, err := parseFault(string(fault))
		if err != nil {
			return nil, err
		}
		f[name] = append(f[name], s)
	}
	return f, nil
}

// forEndpoint returns the faults that apply to an endpoint.
func (f faults) forEndpoint(e endpoint) faults {
	mine := faults{}
	for name, settings := range f {
		for _, s := range settings {
			if e.kind != identity && (s.only == "" || s.only == e.name) {
				mine[name] = append(mine[name], s)
			}
		}
	}
	return mine
}

func (f faults) has(fault Fault) bool { return len(f[fault]) > 0 }

// hits counts one request and reports whether fault hits it.
func (f faults) hits(fault Fault) bool {
	hit := false
	for _, s := range f[fault] {
		hit = s.hit() || hit
	}
	return hit
}

// hit counts one request and reports whether s hits it.
func (s *setting) hit() bool { return (s.count.Add(1)-1)%s.every == 0 }

// isFirst counts one request and reports whether it is the first one.
func (f faults) isFirst(fault Fault) bool {
	hit := false
	for _, s := range f[fault] {
		hit = s.count.Add(1) == 1 || hit
	}
	return hit
}

// amount returns the value of the last setting of fault, or 0 if it is not enabled.
func (f faults) amount(fault Fault) int64 {
	if s := f[fault]; len(s) > 0 {
		return s[len(s)-1].amount
	}
	return 0
}

// names reports whether the value of fault names this endpoint.
func (f faults) names(fault Fault, e endpoint) bool {
	return slices.ContainsFunc(f[fault], func(s *setting) bool {
		return s.name == e.name || s.name == allFurther && e.kind == further
	})
}

// isPublished reports whether an endpoint is published.
func (f faults) isPublished(e endpoint) bool {
	return !f.names(NotPublished, e) && !(e.name == nameRecordInfo && f.has(RecordInfoMissing))
}
