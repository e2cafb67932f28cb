package commands

// registry are all verbs, in the order of the help. Each is handed what it needs;
// none knows another.
func registry(p parts, f *Follower) []*verb {
	files := files{reader: p.reader}
	var all []*verb
	all = []*verb{
		failVerb(p.service, p.reader),
		showVerb(p.service, p.names, p.reader),
		fullVerb(p.service, p.names, files),
		checkVerb(p.reader, files),
		buildsVerb(p.Builds),
		followVerb(f, p.Follows),
		watchVerb(p.Builds, p.Watches),
		unwatchVerb(p.names, p.Aliases, p.Watches),
		watchesVerb(p.names, p.Aliases, p.Watches),
		aliasVerb(aliasPlaces{p.AliasStore, p.Access}, p.Aliases, p.names, func() []*verb { return all }),
		unaliasVerb(aliasPlaces{p.AliasStore, p.Access}, p.Aliases),
		aliasesVerb(p.names),
		helpVerb(p.Name, p.Access, p.names, func() []*verb { return all }),
	}
	return all
}

// Verbs are the names of all commands.
func Verbs() []string { return grammar(registry(parts{}, nil)).Names() }
