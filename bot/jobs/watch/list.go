package watch

import (
	"context"
	"slices"
	"strings"

	"logbot/logsapi"
)

// maxPages bounds how much of the list of a project is read: 50,000 tasks.
const maxPages = 500

// list is what the list of a project shows of the watched tasks.
type list struct {
	rows  map[string]logsapi.Task // by id in lower case
	pages []int                   // where they are
	whole bool                    // the list was read to its end
}

// readList looks for tasks in the list of a project, first on the pages where they were
// last time, then from the beginning until all are found. want has their ids in lower
// case.
func readList(ctx context.Context, source Source, project string, want map[string]bool, pages []int) (list, error) {
	found := list{rows: map[string]logsapi.Task{}}
	listed, read := map[string]bool{}, map[int]bool{}
	ask := func(page int) (last bool, err error) {
		got, err := source.TaskPage(ctx, project, page)
		if err != nil {
			return false, err
		}
		read[page] = true
		before := len(listed)
		for _, t := range got.Tasks {
			id := strings.ToLower(t.ID)
			if listed[id] {
				continue // the list moved between two pages, or the service repeats one
			}
			listed[id] = true
			if want[id] {
				found.rows[id] = t
				if !slices.Contains(found.pages, page) {
					found.pages = append(found.pages, page)
				}
			}
		}
		if got.Total > 0 && len(listed) >= got.Total {
			return true, nil
		}
		return len(listed) == before || got.Total == 0 && got.Rows < logsapi.TasksPerPage, nil
	}
	for _, page := range pages {
		if len(found.rows) == len(want) {
			break
		}
		if _, err := ask(page); err != nil {
			return list{}, err
		}
	}
	for page := 0; len(found.rows) < len(want) && !found.whole && page < maxPages; page++ {
		if read[page] {
			continue
		}
		last, err := ask(page)
		if err != nil {
			return list{}, err
		}
		found.whole = last
	}
	slices.Sort(found.pages)
	return found, nil
}
