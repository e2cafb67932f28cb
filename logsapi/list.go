package logsapi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"logbot/logsapi/lenient"
	"logbot/logsapi/wire"
)

// Limits of what is listed.
const (
	listPage = 100             // rows a request; the most that the lists of both services allow
	maxRows  = lenient.MaxRows // of a list in all
)

// getRows requests one page of a list.
func getRows[R any](ctx context.Context, r *wire.Requester, op string, s wire.Service, path string, query url.Values) (*lenient.Rows[R], error) {
	return getRowsOf[R](ctx, r, wire.Request{Op: op, Service: s, Path: path, Query: query})
}

func getRowsOf[R any](ctx context.Context, r *wire.Requester, q wire.Request) (*lenient.Rows[R], error) {
	op := q.Op
	result, err := wire.Get[lenient.Rows[R]](ctx, r, q)
	if err == nil && !result.Set {
		return nil, wire.Senseless(op, errors.New("it holds no list"))
	}
	return result, err
}

// listing is a list that is read page by page.
type listing[R, T any] struct {
	service wire.Service
	path    string
	query   func(page int) url.Values   // pages are counted from 0
	item    func(R) (id string, item T) // a row with an empty id is left out
}

// read reads the list to its end, maxRows items at most. A service that repeats
// a page instead of saying that it was the last ends the list, too.
func (l listing[R, T]) read(ctx context.Context, r *wire.Requester, op string) ([]T, error) {
	var items []T
	seen := map[string]bool{}
	for page := range maxRows / listPage {
		got, err := getRows[R](ctx, r, op, l.service, l.path, l.query(page))
		if err != nil {
			return nil, err
		}
		before := len(items)
		for _, row := range got.All {
			id, item := l.item(row)
			if id != "" && !seen[id] && len(items) < maxRows {
				seen[id] = true
				items = append(items, item)
			}
		}
		if len(items) == 0 && len(got.All) > 0 {
			return nil, wire.Senseless(op, fmt.Errorf("none of its %d rows has an id", len(got.All)))
		}
		last := len(got.All) < listPage
		if got.Total > 0 {
			last = int64(len(items)) >= got.Total
		}
		if last || len(items) == before {
			break
		}
	}
	return items, nil
}

// pageIndexQuery asks for a page by its number, counted from 0.
func pageIndexQuery(page, rows int) url.Values {
	return url.Values{"page_index": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(rows)}}
}

// offsetQuery asks for a page by the number of rows before it.
func offsetQuery(before, rows int) url.Values {
	return url.Values{"offset": {strconv.Itoa(before)}, "limit": {strconv.Itoa(rows)}}
}
