package find

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// Place is where an alias comes from.
type Place int

// The places.
const (
	Configured Place = iota
	InChannel
	InWorkspace
)

// Listed is an alias that applies in a channel.
type Listed struct {
	Name, Target string // the target by its name, else its id
	Check        bool
	Place        Place
}

// AliasesHere are the aliases that apply where the caller is, of what they may
// read: those of the configuration first. The error says that those that people
// set are missing.
func (n *Names) AliasesHere(ctx context.Context, caller Caller) ([]Listed, error) {
	var all []Listed
	names := map[bool]targetNames{}
	for _, k := range n.kinds() {
		names[k.check] = namesOf(ctx, k) // which tells the projects, too
	}
	for _, k := range n.kinds() {
		for _, name := range slices.Sorted(maps.Keys(k.aliases)) {
			if k.visible(caller, k.aliases[name]) {
				all = append(all, Listed{name, names[k.check].of(k.aliases[name]), k.check, Configured})
			}
		}
	}
	if n.set == nil {
		return all, nil
	}
	set, err := n.set.ListAliases(ctx, caller.Channel)
	counted := ""
	for _, a := range set {
		if n.IsAlias(caller, a.Name) || !n.kind(a.Check).visible(caller, a.Target) || strings.EqualFold(a.Name, counted) {
			continue
		}
		counted = a.Name
		where := InChannel
		if a.Channel == "" {
			where = InWorkspace
		}
		all = append(all, Listed{a.Name, names[a.Check].of(a.Target), a.Check, where})
	}
	return all, err
}

// targetNames are the names of what is listed, by their ids in lower case; empty
// for a name that several have.
type targetNames map[string]string

// namesOf asks for the list of a kind. Without one, ids are shown.
func namesOf(ctx context.Context, k *kind) targetNames {
	listed, err := k.list(ctx)
	if err != nil {
		return nil
	}
	names, ids := targetNames{}, map[string]string{}
	for _, n := range listed {
		id := strings.ToLower(n.id)
		if other, taken := ids[n.name]; taken && other != id {
			names[other] = ""
			continue
		}
		names[id], ids[n.name] = n.name, id
	}
	return names
}

// of is how a target is shown.
func (n targetNames) of(id string) string {
	id = strings.ToLower(id)
	return cmp.Or(n[id], id)
}
