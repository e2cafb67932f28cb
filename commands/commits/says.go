package commits

import (
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

const (
	// maxWho and maxMessage bound a name and a message, in columns.
	maxWho     = 20
	maxMessage = 40
	// maxNamed is how many commits are named at most.
	maxNamed = 5
)

// Says is the range in one line of at most so many columns: as many commits as have room,
// with their messages if these have, too. It is empty if not even one has.
func (r Range) Says(l texts.Lang, columns int) string {
	if r.Same() {
		return fitting(texts.CommitsSame.With(r.Green), l, columns)
	}
	return r.fit(func(list texts.Phrase) texts.Phrase { return texts.CommitsSince.With(r.Green, list) }, l, columns)
}

// Then is Says to stand behind the words "last green" and the build.
func (r Range) Then(l texts.Lang, columns int) string {
	return r.fit(func(list texts.Phrase) texts.Phrase { return texts.CommitsThen.With(list) }, l, columns)
}

// fit says as many commits as have room.
func (r Range) fit(says func(list texts.Phrase) texts.Phrase, l texts.Lang, columns int) string {
	most := min(len(r.Commits), maxNamed)
	if line := fitting(says(r.list(most, true)), l, columns); line != "" {
		return line
	}
	for n := most; n > 0; n-- {
		if line := fitting(says(r.list(n, false)), l, columns); line != "" {
			return line
		}
	}
	return ""
}

// Whole is the range in a sentence, which names up to five commits.
func (r Range) Whole() texts.Phrase {
	if r.Same() {
		return texts.CommitsSameAs.With(r.Red, r.Green)
	}
	return texts.CommitsBetween.With(r.Green, r.Red, r.list(min(len(r.Commits), maxNamed), true))
}

func fitting(p texts.Phrase, l texts.Lang, columns int) string {
	if line := p.In(l); lines.Columns(line) <= columns {
		return line
	}
	return ""
}

// list are the newest n commits, the newest first, and how many there are besides.
func (r Range) list(n int, messages bool) texts.Phrase {
	var parts []any
	for i := len(r.Commits) - 1; i >= len(r.Commits)-n; i-- {
		parts = append(parts, r.Commits[i].says(messages))
	}
	if n == 0 {
		return texts.CommitsNone.With()
	}
	list := texts.Join(texts.CommitsComma, parts...)
	if left := len(r.Commits) - n + r.Unknown; left > 0 {
		return texts.CommitsMore.With(list, texts.Thousands(left))
	}
	return list
}

// says is: 1f0c2d9 wang.lei "round half up".
func (c Commit) says(message bool) texts.Phrase {
	says := texts.Plain(lines.HeadBy(c.ID, leastCommit, lines.Width))
	if c.Who != "" {
		says = texts.CommitsPart.With(says, lines.ShortenBy(c.Who, maxWho, lines.Width))
	}
	if message && c.Message != "" {
		says = texts.CommitsPart.With(says, texts.Quote(lines.ShortenBy(c.Message, maxMessage, lines.Width)))
	}
	return says
}
