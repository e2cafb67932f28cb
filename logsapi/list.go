package logsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// Limits of what is listed.
const (
	listPage = 100  // rows a request; the most that the lists of both services allow
	maxRows  = 1000 // of a list in all, and read of one answer
)

// rows is a list in an answer: an array, or an object that holds it under one of
// listNames. A member of the array that is no row is an empty one.
type rows[R any] struct {
	all   []R
	total int64 // of all pages, as the service says; 0 is not known
	set   bool  // a list was there, be it null
}

// listNames are the names that the endpoints, and the sources about them, give
// to their lists.
var listNames = []string{
	"job_list", "jobs", "job_build_states", "history_records", "records", "build_steps",
	"tasks", "data", "items", "list",
}

// The older endpoints have no envelope.
func (*rows[R]) bare() {}

func (r *rows[R]) UnmarshalJSON(b []byte) error {
	*r = rows[R]{}
	switch b[0] {
	case '[':
		return r.add(b)
	case '{':
		return members(b, func(name string, value json.RawMessage) error {
			switch {
			case name == "total" || name == "total_record":
				var total text
				err := json.Unmarshal(value, &total)
				r.total = total.number()
				return err
			case r.set || !slices.Contains(listNames, name):
				return nil
			case value[0] == '[':
				return r.add(value)
			}
			r.set = string(value) == "null"
			return nil
		})
	}
	return nil
}

// add reads the rows of an array, maxRows of them at most.
func (r *rows[R]) add(array []byte) error {
	r.set = true
	d := json.NewDecoder(bytes.NewReader(array))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() && len(r.all) < maxRows {
		var row R
		var wrongType *json.UnmarshalTypeError
		if err := d.Decode(&row); err != nil && !errors.As(err, &wrongType) {
			return err
		}
		r.all = append(r.all, row)
	}
	return nil
}

// members calls f with every member of a JSON object. The value is f's only
// until it returns.
func members(object []byte, f func(name string, value json.RawMessage) error) error {
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

// callRows requests one page of a list.
func callRows[R any](ctx context.Context, c *Client, op string, s service, path string, query url.Values) (*rows[R], error) {
	result, err := call[rows[R]](ctx, c, op, s, path, query)
	if err == nil && !result.set {
		return nil, senseless(op, errors.New("it holds no list"))
	}
	return result, err
}

// listing is a list that is read page by page.
type listing[R, T any] struct {
	service service
	path    string
	query   func(page int) url.Values   // pages are counted from 0
	item    func(R) (id string, item T) // an empty id is a row that is of no use
}

// read reads the list to its end, maxRows items at most. A service that repeats
// a page, instead of saying that there are no more, ends it too.
func (l listing[R, T]) read(ctx context.Context, c *Client, op string) ([]T, error) {
	var items []T
	seen := map[string]bool{}
	for page := range maxRows / listPage {
		got, err := callRows[R](ctx, c, op, l.service, l.path, l.query(page))
		if err != nil {
			return nil, err
		}
		before := len(items)
		for _, row := range got.all {
			id, item := l.item(row)
			if id != "" && !seen[id] && len(items) < maxRows {
				seen[id] = true
				items = append(items, item)
			}
		}
		if len(items) == 0 && len(got.all) > 0 {
			return nil, senseless(op, fmt.Errorf("none of its %d rows has an id", len(got.all)))
		}
		last := len(got.all) < listPage
		if got.total > 0 {
			last = int64(len(items)) >= got.total
		}
		if last || len(items) == before {
			break
		}
	}
	return items, nil
}

// senseless is the error of an answer that has the right form and yet does not
// say what was asked.
func senseless(op string, err error) *Error {
	return &Error{Op: op, Kind: ErrProtocol, Summary: "the answer makes no sense", Err: err}
}

func pageIndexQuery(page int) url.Values {
	return url.Values{"page_index": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(listPage)}}
}
