package find_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/access"
	"logbot/commands/find"
)

func TestNoWordNamesATaskThatTheCallerMayNotRead(t *testing.T) {
	closed, err := access.New([]access.Rule{{Tasks: []string{id("2")}}})
	require.NoError(t, err)
	for _, c := range []struct {
		word, id string
		check    bool
		hidden   bool // the name is not known to the caller at all
	}{
		{word: "web", id: webID},
		{word: webID, id: webID},
		{word: page + webID, id: webID},
		{word: "shop", id: apiID},
		{word: "shop-web", id: id("1"), hidden: true},
		{word: id("d1"), id: id("d1"), check: true},
		{word: "style", id: id("d2"), check: true, hidden: true},
	} {
		for _, policy := range []*access.Policy{access.Open(), closed} {
			checked := map[string]bool{}
			q := query("fail", c.word)
			q.Checked = func(id string, allowed bool) { checked[id] = allowed }
			resolve := (*find.Names).Task
			if c.check {
				resolve = (*find.Names).CheckRun
			}
			task, err := resolve(newNames(policy), context.Background(), q, c.word)
			if policy == closed {
				assert.Error(t, err, c.word)
				assert.Equal(t, find.Task{}, task, c.word)
				assert.Len(t, checked, map[bool]int{true: 0, false: 1}[c.hidden], c.word)
				continue
			}
			require.NoError(t, err, c.word)
			assert.Equal(t, c.id, task.ID(), c.word)
			assert.Equal(t, []bool{true}, values(checked), c.word)
		}
	}
}

func TestATaskThatWasResolvedBeforeIsCheckedAgain(t *testing.T) {
	closed, err := access.New([]access.Rule{{Tasks: []string{id("2")}}})
	require.NoError(t, err)
	label := find.Label{Name: "web", Word: "web"}
	task, err := newNames(access.Open()).Resolved(query("fail"), webID, label)
	require.NoError(t, err)
	assert.Equal(t, label, task.Label)
	_, err = newNames(closed).Resolved(query("fail"), webID, label)
	assert.ErrorContains(t, err, "No access rule lets you read that")
}

func values(of map[string]bool) []bool {
	var all []bool
	for _, v := range of {
		all = append(all, v)
	}
	return all
}
