package find_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/typed"
	"logbot/logsapi"
)

const projectA, projectB = "aaaa0000aaaa0000aaaa0000aaaa0000", "bbbb0000bbbb0000bbbb0000bbbb0000"

// counted is a service with a task that everybody may see, and others; it notes each
// question. It answers none about what does not exist.
type counted struct {
	lists
	asked *[]string
}

func (c counted) note(question string) { *c.asked = append(*c.asked, question) }

func (c counted) Tasks(context.Context) ([]logsapi.Task, error) {
	c.note("Tasks")
	return []logsapi.Task{
		{ID: id("1"), Name: "public", ProjectID: projectA}, {ID: id("2"), Name: "secret-listed", ProjectID: projectB}, {ID: webID, ProjectID: projectB},
	}, nil
}

func (c counted) CheckTasks(context.Context) ([]logsapi.CheckTask, error) {
	c.note("CheckTasks")
	return []logsapi.CheckTask{{ID: id("c1"), Name: "secret-check", ProjectID: projectB}}, nil
}

func (c counted) CheckRuns(_ context.Context, id string) ([]logsapi.CheckRun, error) {
	c.note("CheckRuns")
	return nil, nil
}

func (c counted) Builds(context.Context, string, int) ([]logsapi.Build, error) {
	c.note("Builds")
	return nil, nil
}

func (c counted) PipelineSteps(_ context.Context, _, pipeline, _ string) ([]logsapi.PipelineStep, error) {
	c.note("PipelineSteps")
	if pipeline == aPipeline {
		return []logsapi.PipelineStep{{Name: "Build", TaskID: webID, Build: 128, State: logsapi.Failed}}, nil
	}
	return nil, &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "there is no such pipeline"}
}

// Named knows an alias of a task that the caller may not see.
func (c counted) Named(_ context.Context, channel, name string) ([]find.Alias, error) {
	c.note("Named")
	if name != "secret-set" {
		return nil, nil
	}
	return []find.Alias{{Channel: channel, Name: "secret-set", Target: apiID}}, nil
}

func (c counted) ListAliases(context.Context, string) ([]find.Alias, error) {
	c.note("ListAliases")
	return []find.Alias{{Channel: "C1", Name: "secret-set", Target: apiID}}, nil
}

// TestWhatIsHiddenLooksAndCostsTheSameAsWhatDoesNotExist compares, for each way to name
// something, what exists and is hidden with what does not exist: the words that come
// back, and the questions that were asked of the service and the store, in their order.
// What remains are lookups in maps, which take less than a microsecond.
func TestWhatIsHiddenLooksAndCostsTheSameAsWhatDoesNotExist(t *testing.T) {
	const hiddenRun, noRun = "/pipeline/detail/" + aPipeline + "/" + aRun, "/pipeline/detail/" + "cccc0000cccc0000cccc0000cccc0000" + "/" + aRun
	nobodys := strings.Repeat("9", 32)
	pairs := []struct {
		hidden, unknown string
		check           bool
	}{
		{"secret-alias", "nobody-knows", false},
		{"SECRET-alias", "NOBODY-knows", false},
		{"secret-set", "nobody-kno", false},
		{"secret-listed", "nobody-knows1", false},
		{"secret-lis", "nobody-kno", false},
		{"secret-listed#12", "nobody-knows1#12", false},
		{webID, nobodys, false},
		{inProject + "/build/detail/" + webID, inProject + "/build/detail/" + nobodys, false},
		{inProject + "/build/detail/" + webID + "/128", inProject + "/build/detail/" + nobodys + "/128", false},
		{inProject + hiddenRun, inProject + noRun, false},
		{"secret-check", "nobody-knowz", true},
		{"secret-check-alias", "nobody-knows-alias", true},
		{id("c1"), nobodys, true},
		{inProject + "/codecheck/task/" + id("c1") + "/detail", inProject + "/codecheck/task/" + nobodys + "/detail", true},
	}
	for name, rules := range map[string][]access.Rule{
		"by a task":    {{Channels: []string{"*"}, Tasks: []string{"public"}}},
		"by a project": {{Channels: []string{"*"}, Projects: []string{projectA}}},
		"not at all":   {{Channels: []string{"C0OTHER001"}, Tasks: []string{"*"}}},
	} {
		t.Run(name, func(t *testing.T) {
			policy, err := access.New(rules)
			require.NoError(t, err)
			for _, p := range pairs {
				see := func(word string) (says string, asked []string) {
					c := counted{asked: &asked}
					n := find.New(find.Options{
						Lists: c, Access: policy, Set: c,
						Aliases: find.Aliases{
							Tasks:  map[string]string{"public": id("1"), "secret-alias": webID},
							Checks: map[string]string{"secret-check-alias": id("c2")},
						},
					})
					q := query("fail", word)
					if p.check {
						_, err = n.CheckRun(t.Context(), q, word)
					} else {
						_, err = n.Task(t.Context(), q, word)
					}
					require.Error(t, err, word)
					problem := typed.ProblemOf(err)
					said := []string{err.Error()}
					for _, s := range problem.Try {
						said = append(said, s.Line)
					}
					line, err := n.InMessage(t.Context(), query("fail"), word+" #128 failed")
					if err != nil {
						line += err.Error()
					}
					said = append(said, line)
					line, err = n.InMessage(t.Context(), query("fail"), "look at "+word)
					if err != nil {
						line += err.Error()
					}
					said = append(said, line)
					if n.Known(t.Context(), q.Caller, word) || n.IsTask(q.Caller, word) || n.IsAlias(q.Caller, word) || n.IsSet(t.Context(), q.Caller, word) ||
						n.NameTaken(t.Context(), q.Caller, word, id("7"), p.check) {
						said = append(said, "it is known")
					}
					all, _ := n.AliasesHere(t.Context(), q.Caller)
					for _, a := range all {
						said = append(said, a.Name)
					}
					return strings.ReplaceAll(strings.Join(said, "\n"), word, "WORD"), asked
				}
				saysHidden, askedHidden := see(p.hidden)
				saysUnknown, askedUnknown := see(p.unknown)
				for _, at := range []string{webID, id("c1")} {
					saysHidden = strings.ReplaceAll(saysHidden, at, nobodys)
					saysHidden = strings.ReplaceAll(saysHidden, at[:8], nobodys[:8])
				}
				saysHidden = strings.ReplaceAll(saysHidden, aPipeline, "cccc0000cccc0000cccc0000cccc0000")
				assert.Equal(t, saysUnknown, saysHidden, p.hidden)
				assert.Equal(t, askedUnknown, askedHidden, p.hidden)
				assert.NotContains(t, saysHidden, "secret", p.hidden)
			}
		})
	}
}

func TestARuleThatNamesAProjectIsForTheTasksThatItLists(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{"*"}, Projects: []string{strings.ToUpper(projectB)}}})
	require.NoError(t, err)
	var asked []string
	c := counted{asked: &asked}
	n := find.New(find.Options{Lists: c, Access: policy, Set: c, Aliases: find.Aliases{Tasks: map[string]string{"public": id("1"), "web": webID}}})
	for word, seen := range map[string]bool{
		"web": true, webID: true, strings.ToUpper(webID): true, "secret-listed": true, "public": false, id("1"): false,
		strings.Repeat("9", 32): false, // of no project that is listed
	} {
		task, err := n.Task(t.Context(), query("fail", word), word)
		assert.Equal(t, seen, err == nil, word)
		if seen {
			_, err = n.Resolved(t.Context(), query("fail", word), task.ID(), task.Label)
			assert.NoError(t, err, "and again by a watch or follow")
		}
	}
	task, err := n.CheckRun(t.Context(), query("check", "secret-check"), "secret-check")
	assert.ErrorContains(t, err, "hasn't run yet", "a check task of the project; %v", task)
	assert.ErrorContains(t, n.Record(query("full"), aRecord), "You can't read this here", "a record does not tell its project")

	away := find.New(find.Options{Lists: lists{}, Access: policy})
	_, err = away.Task(t.Context(), query("fail", webID), webID)
	assert.Error(t, err, "what is not listed in a project is not of it")
}

func TestARuleForOtherCommandsSaysWhichIsMissing(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{"*"}, Tasks: []string{"web"}, Verbs: []string{"fail", "watch"}}})
	require.NoError(t, err)
	n := newNames(policy)
	task, err := n.Task(t.Context(), query("fail", "web"), "web")
	require.NoError(t, err)
	assert.True(t, n.Allows(query("fail"), task, "watch"))
	assert.False(t, n.Allows(query("fail"), task, "full"))
	for _, word := range []string{"web", webID, page + webID} {
		_, err = n.Task(t.Context(), query("full", word), word)
		assert.ErrorContains(t, err, "You can't use full on this here")
	}
	q := query("full", "web")
	q.As = "watch"
	_, err = n.Task(t.Context(), q, "web")
	assert.NoError(t, err, "what a watch reads is read by the right to watch")
}

func TestAnAddressIsLinkedOnlyOnTheHostOfTheConsole(t *testing.T) {
	const path = "/cicd/project/77770000777700007777000077770000/build/detail/" + webID + "/128"
	for _, c := range []struct {
		console, address string
		linked           bool
	}{
		{"https://devcloud.cn-north-4.huaweicloud.com/cicd/project/{project}/build/detail/{task}", "https://devcloud.cn-north-4.huaweicloud.com" + path, true},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "https://DevCloud.cn-north-4.huaweicloud.com" + path, true},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "https://devcloud.cn-north-1.huaweicloud.com" + path, false},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "https://evil-bucket.obs.cn-north-4.myhuaweicloud.com" + path, false},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "https://evil.obs-website.cn-north-4.myhuaweicloud.com/login" + path + "?x=1#y", false},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "https://user@devcloud.cn-north-4.huaweicloud.com" + path, false},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "https://devcloud.cn-north-4.huaweicloud.com:8443" + path, false},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "http://devcloud.cn-north-4.huaweicloud.com" + path, false},
		{"https://devcloud.cn-north-4.huaweicloud.com/{task}", "https://evil.devcloud.cn-north-4.huaweicloud.com" + path, false},
		{"https://devcloud.corp.example.com:8443/{task}", "https://devcloud.corp.example.com:8443" + path, true},
		{"", "https://devcloud.cn-north-4.huaweicloud.com" + path, false},
	} {
		n := find.New(find.Options{Lists: lists{}, Access: access.Open(), Console: c.console, Hosts: []string{"devcloud.corp.example.com"}})
		task, err := n.Task(t.Context(), query("fail", c.address), c.address)
		require.NoError(t, err, c.address)
		assert.Equal(t, c.linked, task.Address() != "", c.address)
		if c.linked {
			assert.Equal(t, c.address, task.Address())
		}
	}
}
