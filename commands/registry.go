package commands

// registry are all verbs, in the order of the help. Each is handed what it needs;
// none knows another.
func registry(d dependencies, f *Follower) []*verb {
	files := files{reader: d.reader}
	var all []*verb
	all = []*verb{
		failVerb(d.service, d.reader),
		showVerb(d.service, d.names, d.reader),
		fullVerb(d.service, d.names, files),
		checkVerb(d.reader, files),
		buildsVerb(d.Builds),
		followVerb(f, d.Follows),
		watchVerb(d.Builds, d.Watches),
		unwatchVerb(d.names, d.Aliases, d.Watches),
		watchesVerb(d.names, d.Aliases, d.Watches),
		aliasVerb(aliasPlaces{d.AliasStore, d.Access}, d.Aliases, d.names, func() []*verb { return all }),
		unaliasVerb(aliasPlaces{d.AliasStore, d.Access}, d.Aliases),
		aliasesVerb(d.names),
		helpVerb(d.Name, d.Access, d.names, func() []*verb { return all }),
	}
	return all
}

// VerbNames are the names of all commands.
func VerbNames() []string { return grammar(registry(dependencies{}, nil)).Names() }
