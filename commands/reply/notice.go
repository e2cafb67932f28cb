package reply

import (
	"slices"

	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/texts"
)

// Notice is what one person is told privately beside a reply: the log that was read for
// it shows credentials. It says where, and never holds any of a value.
type Notice struct {
	About   About
	Exposed []read.Exposed
}

// NoticeOf returns nil if there is nothing to tell.
func NoticeOf(about About, exposed []read.Exposed) *Notice {
	if len(exposed) == 0 || about.Task == "" {
		return nil
	}
	return &Notice{about, slices.Clone(exposed)}
}

// ToTell is what the caller alone is told after r was delivered, or of its file what was
// found while it was read; nil for nothing.
func (r Reply) ToTell() *Notice {
	if r.Notice == nil && r.File != nil {
		return r.File.notice
	}
	return r.Notice
}

// maxPlaces is how many places a notice names.
const maxPlaces = 3

// Reply is the notice as a private message.
func (n Notice) Reply(l texts.Lang) Reply {
	says := texts.Exposes
	if n.About.Build > 0 {
		says = texts.ExposesBuild
	}
	var places []any
	for _, e := range n.Exposed[:min(len(n.Exposed), maxPlaces)] {
		places = append(places, texts.ExposedAt.With(kindText(e.Kind), placeText(e)))
	}
	if more := len(n.Exposed) - maxPlaces; more > 0 {
		places = append(places, texts.ExposedMore.Count(more))
	}
	name := []any{n.About.Name}
	if n.About.Build > 0 {
		name = append(name, n.About.Build)
	}
	shows := texts.ACredential
	if len(n.Exposed) > 1 {
		shows = texts.Credentials
	}
	where := texts.Join(texts.Semicolon, places...)
	return Reply{Lang: l, Private: true, Body: says.With(append(name, shows, where)...).In(l)}
}

// kindText is a kind in words.
func kindText(k redact.Kind) texts.Phrase {
	switch k {
	case redact.PrivateKey:
		return texts.ExposedKey.With()
	case redact.Known:
		return texts.ExposedKnown.With()
	case redact.Address:
		return texts.ExposedAddress.With()
	case redact.Header:
		return texts.ExposedHeader.With()
	case redact.CommandLine:
		return texts.ExposedCommand.With()
	case redact.Named:
		return texts.ExposedNamed.With()
	}
	return texts.ExposedToken.With(string(k))
}

// placeText is where a credential stands.
func placeText(e read.Exposed) texts.Phrase {
	line := texts.ExposedLine.With(e.Line)
	if e.Line < 0 {
		line = texts.ExposedFromEnd.With(-e.Line)
	}
	step := texts.Quote(e.Step)
	switch {
	case e.Line == 0 && e.Step == "":
		return texts.ExposedSomewhere.With()
	case e.Line == 0:
		return texts.ExposedOnlyStep.With(step)
	case e.OfStep && e.Step != "":
		return texts.ExposedOfNamed.With(line, step)
	case e.OfStep:
		return texts.ExposedOfStep.With(line)
	case e.Step != "":
		return texts.ExposedInStep.With(line, step)
	}
	return line
}
