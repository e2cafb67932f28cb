package verdict

import (
	"cmp"
	"slices"
	"time"

	"logbot/commands/failure/known"
)

// Visible is what somebody may learn of a failure: without the builds of other tasks than
// own that may does not allow, without what only they add to the counts, names and times,
// and without a claim that was made at one of them. own may be empty; a nil may allows no other task.
func Visible(f known.Failure, own string, may func(taskID string) bool) known.Failure {
	hidden := func(task string) bool { return task != own && (may == nil || !may(task)) }
	if f.Claim != nil && f.Claim.Task != "" && hidden(f.Claim.Task) {
		f.Claim = nil
	}
	told := 0
	for _, t := range f.Tasks {
		if !hidden(t.ID) {
			told += t.Count
		}
	}
	f.Greens = slices.DeleteFunc(slices.Clone(f.Greens), func(g known.Green) bool { return hidden(g.Task) })
	f.Builds = slices.DeleteFunc(slices.Clone(f.Builds), func(s known.Sighting) bool { return hidden(s.Task) })
	f.Tasks = slices.DeleteFunc(slices.Clone(f.Tasks), func(t known.Task) bool { return hidden(t.ID) })
	if told == f.Count { // nothing is hidden
		return f
	}
	// Sums over all tasks would tell of the hidden ones: they are made anew of what is
	// listed.
	f.Count, f.Text, f.Kind, f.First, f.Last = told, "", "", time.Time{}, time.Time{}
	if last := len(f.Builds) - 1; last >= 0 {
		f.Text, f.Kind = f.Builds[0].Text, f.Builds[0].Kind
		f.First, f.Last = f.Builds[last].At, f.Builds[0].At
	}
	f.Branches = count(f.Builds, func(s known.Sighting) string { return s.Branch })
	f.People = count(f.Builds, func(s known.Sighting) string { return s.Who })
	return f
}

// count counts builds by a name, the most frequent first.
func count(builds []known.Sighting, of func(known.Sighting) string) []known.Counted {
	var all []known.Counted
	for _, s := range builds {
		name := of(s)
		i := slices.IndexFunc(all, func(c known.Counted) bool { return c.Name == name })
		switch {
		case name == "":
		case i < 0:
			all = append(all, known.Counted{Name: name, Count: 1})
		default:
			all[i].Count++
		}
	}
	slices.SortStableFunc(all, func(a, b known.Counted) int { return cmp.Compare(b.Count, a.Count) })
	return all
}
