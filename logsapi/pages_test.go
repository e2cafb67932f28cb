package logsapi

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pager answers every request from a function.
type pager func(PageRequest) (Page, error)

func (f pager) Page(_ context.Context, r PageRequest) (Page, error) { return f(r) }

func TestWalkEndsWhateverThePagerDoes(t *testing.T) {
	on := func(r PageRequest, text string) Page {
		return Page{Text: text, Next: Cursor{r.At.End, r.At.End + 1}}
	}
	broken := errors.New("broken")
	for _, c := range []struct {
		name  string
		pager pager
		pages int
		want  error
	}{
		{"an endless log", func(r PageRequest) (Page, error) { return on(r, "x\n"), nil }, maxPages, ErrStalled},
		{"nothing but empty pages", func(r PageRequest) (Page, error) { return on(r, ""), nil }, maxEmptyPages, ErrStalled},
		{"offsets that stay", func(r PageRequest) (Page, error) { return Page{Text: "x\n", Next: r.At}, nil }, 1, ErrStalled},
		{"a page that fails", func(r PageRequest) (Page, error) {
			if r.At.End == 2 {
				return Page{}, broken
			}
			return on(r, "x\n"), nil
		}, 2, broken},
		{"the last page", func(r PageRequest) (Page, error) { return Page{Last: true}, nil }, 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			pages, failures := 0, 0
			for _, err := range Pages(t.Context(), c.pager, PageRequest{Log: testLog}) {
				if err == nil {
					pages++
					continue
				}
				failures++
				require.ErrorIs(t, err, c.want)
			}
			assert.Equal(t, c.pages, pages)
			assert.Equal(t, c.want != nil, failures == 1)
		})
	}
}

func TestWalkStopsWhenTheReaderHasEnough(t *testing.T) {
	requests := 0
	p := pager(func(r PageRequest) (Page, error) {
		requests++
		return Page{Text: "x\n", Next: Cursor{1000 - int64(requests), 1000}}, nil
	})
	for range Pages(t.Context(), p, PageRequest{Log: testLog, Order: Descending}) {
		if requests == 3 {
			break
		}
	}
	assert.Equal(t, 3, requests)
}

func TestWalkGoesOnFromWhereItIsTold(t *testing.T) {
	var asked []PageRequest
	p := pager(func(r PageRequest) (Page, error) {
		asked = append(asked, r)
		return Page{Text: "x\n", Next: Cursor{r.At.End, r.At.End + 10}, Last: len(asked) == 2}, nil
	})
	first := PageRequest{Log: testLog, At: Cursor{30, 40}, Size: 20, Finished: true}
	for _, err := range Pages(t.Context(), p, first) {
		require.NoError(t, err)
	}
	second := first
	second.At = Cursor{40, 50}
	assert.Equal(t, []PageRequest{first, second}, asked)
}
