package commands

import (
	"context"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// aliasesVerb lists the aliases that apply here, of what the caller may read.
func aliasesVerb(names *find.Names) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "aliases",
			Beside:   "alias",
			Does:     texts.AliasesDoes,
			Examples: []typed.Suggestion{{Line: "aliases", Does: texts.AliasesExample.With()}},
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			all, missing := names.AliasesHere(ctx, in.Caller)
			var rows [][]string
			for _, a := range all {
				row := []string{a.Name, a.Target, in.say(placeWord(a.Place))}
				if a.Check {
					row = append(row, in.say(texts.AliasIsCheck))
				}
				rows = append(rows, row)
			}
			r := reply.Reply{Private: true, Heading: in.say(texts.AliasesHere), Lines: table(rows)}
			switch {
			case missing != nil:
				r.Body = in.say(texts.AliasesAway)
			case len(rows) == 0:
				r.Body = in.say(texts.AliasesNone)
				r.Try = []reply.Example{{Line: "help alias"}}
			}
			return r, nil
		},
	}
}

func placeWord(p find.Place) texts.Text {
	switch p {
	case find.InChannel:
		return texts.AliasChannel
	case find.InWorkspace:
		return texts.AliasWorkspace
	}
	return texts.AliasConfigured
}
