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
	closed, err := access.New([]access.Rule{{Tasks: []string{id("3")}}})
	require.NoError(t, err)
	for _, c := range []struct {
		word, id string
		check    bool
	}{
		{word: "web", id: webID},
		{word: webID, id: webID},
		{word: page + webID, id: webID},
		{word: "shop", id: apiID},
		{word: "shop-web", id: id("1")},
		{word: id("d1"), id: id("d1"), check: true},
		{word: "style", id: id("d2"), check: true},
	} {
		for _, policy := range []*access.Policy{access.Open(), closed} {
			checked := map[string]bool{}
			q := query("fail", c.word)
			q.Checked = func(id string, granted access.Grant) { checked[id] = granted != access.Refused }
			resolve := (*find.Names).Task
			if c.check {
				resolve = (*find.Names).CheckRun
			}
			task, err := resolve(newNames(policy), context.Background(), q, c.word)
			if policy == closed {
				assert.Error(t, err, c.word)
				assert.Equal(t, find.Task{}, task, c.word)
				assert.Equal(t, []bool{false}, values(checked), "the audit log knows what was meant: %s", c.word)
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
	task, err := newNames(access.Open()).Resolved(t.Context(), query("fail"), webID, label)
	require.NoError(t, err)
	assert.Equal(t, label, task.Label)
	_, err = newNames(closed).Resolved(t.Context(), query("fail"), webID, label)
	assert.ErrorContains(t, err, "You can't read this here")
}

func values(of map[string]bool) []bool {
	var all []bool
	for _, v := range of {
		all = append(all, v)
	}
	return all
}
