package commands

import (
	"strings"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// forMe makes the answer to a command with --me one for the caller alone. A file
// cannot be: everybody would see it.
func (c *Commands) forMe(in *command, answer reply.Reply) (reply.Reply, error) {
	if !in.Has(typed.Me) || answer.Private {
		return answer, nil
	}
	if answer.File != nil {
		return reply.Reply{}, typed.Wrong(texts.NoMeFile.With(), in.Without(typed.Me).Line())
	}
	answer.Private = true
	var try []reply.Example
	for _, e := range answer.Try {
		if line, ok := c.lineForMe(e); ok {
			e.Line = line
			try = append(try, e)
		}
	}
	if in.Channel != "" {
		try = append(try, reply.Example{
			Line: in.Without(typed.Me).Line(), Does: in.say(texts.DoesShare), Button: in.say(texts.Share), Place: reply.InChannel,
		})
	}
	answer.Try = try
	return answer, nil
}

// lineForMe is an example's line with --me, so that what it answers is for the
// caller alone, too; it is false for one that sends a file.
func (c *Commands) lineForMe(e reply.Example) (string, bool) {
	line, asked := e.Line, ""
	if e.Place == reply.AskFirst {
		line, asked = strings.TrimSuffix(line, typed.SearchEnd), typed.SearchEnd
	}
	words, err := typed.Split(line)
	if err != nil {
		return "", false
	}
	in, verb, err := c.parse(Request{}, words)
	if err != nil || verb.sendsFile || in.Has("full") {
		return "", false
	}
	return in.Again(typed.Me, "") + asked, true
}
