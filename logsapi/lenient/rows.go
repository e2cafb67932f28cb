package lenient

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// MaxRows is how many rows of one answer are read.
const MaxRows = 1000

// Rows is a list in an answer: an array, or an object that holds it under one of
// listNames. An element of the array that is not a row is an empty one.
type Rows[R any] struct {
	All   []R
	Total int64 // of all pages, as the service says; 0 is not known
	Set   bool  // a list was there, even if it was null
}

// listNames are the names that the endpoints, and the sources about them, give
// to their lists.
var listNames = []string{
	"job_list", "jobs", "job_build_states", "history_records", "records", "build_steps",
	"tasks", "data", "items", "list",
}

// Bare marks a list as a result that older endpoints send without an envelope.
func (*Rows[R]) Bare() {}

// UnmarshalJSON implements json.Unmarshaler.
func (r *Rows[R]) UnmarshalJSON(b []byte) error {
	*r = Rows[R]{}
	switch b[0] {
	case '[':
		return r.add(b)
	case '{':
		return Members(b, func(name string, value json.RawMessage) error {
			switch {
			case name == "total" || name == "total_record":
				var total Text
				err := json.Unmarshal(value, &total)
				r.Total = total.Number()
				return err
			case r.Set || !slices.Contains(listNames, name):
				return nil
			case value[0] == '[':
				return r.add(value)
			}
			r.Set = string(value) == "null"
			return nil
		})
	}
	return nil
}

// add reads the rows of an array, MaxRows of them at most.
func (r *Rows[R]) add(array []byte) error {
	r.Set = true
	d := json.NewDecoder(bytes.NewReader(array))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() && len(r.All) < MaxRows {
		var row R
		var wrongType *json.UnmarshalTypeError
		if err := d.Decode(&row); err != nil && !errors.As(err, &wrongType) {
			return err
		}
		r.All = append(r.All, row)
	}
	return nil
}

// Members calls f with every member of a JSON object, in their order. f must not
// keep the value.
func Members(object []byte, f func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return err
	}
	var value json.RawMessage
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := f(name.(string), value); err != nil {
			return err
		}
	}
	return nil
}
