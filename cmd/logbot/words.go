package main

import (
	"errors"

	"logbot/commands"
	"logbot/commands/texts"
)

// words makes lines of what people click in Slack, as commands writes them.
type words struct{ *commands.Commands }

// SearchLine implements bot.Words.
func (words) SearchLine(line, expression string, around int, step string, l texts.Lang) (string, error) {
	typed, err := commands.SearchLine(line, commands.SearchForm{Expression: expression, Context: around, Step: step})
	if err != nil {
		return "", errors.New(commands.Sentence(err, l))
	}
	return typed, nil
}
